"""Colours, and the size of text, as the settings or the system say."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.theme import FIELDS, Theme, ThemeChoice, keep_apart, theme_for
from yamnet_gui.gui.widgets.fonts import set_text_size


class Appearance(QObject):
    """The theme in use, and the size of text; `forced` overrides the settings."""

    theme_changed = Signal(object)  # Theme
    colors_changed = Signal()  # of classes

    def __init__(
        self,
        settings: Settings,
        spectrogram: Spectrogram,
        forced: ThemeChoice | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._spectrogram = spectrogram
        self._forced = forced
        self._theme = theme_for(self._choice())
        self._apply_palette()
        self._apply_text_size()
        self._apply_colormap()
        settings.changed.connect(self._on_setting)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)

    @property
    def theme(self) -> Theme:
        return self._theme

    @Slot(object, object, bool)
    def keep_apart(self, order: Sequence[int], colored: Container[int], anew: bool = True) -> None:
        """Gives classes that stand beside each other in the list other hues, in every view.

        Colours of classes that had one in the list change only where it is made `anew`.
        """
        if keep_apart(order, colored, anew=anew):
            self.colors_changed.emit()

    def _choice(self) -> ThemeChoice:
        return self._forced or ThemeChoice(self._settings.value("theme"))

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "theme":
            self._change()
        elif key == "colormap":
            self._apply_colormap()
        elif key == "text_size":
            self._apply_text_size()

    @Slot()
    def _on_scheme(self) -> None:
        if self._choice() is ThemeChoice.SYSTEM:
            self._change()

    def _change(self) -> None:
        self._theme = theme_for(self._choice())
        self._apply_palette()
        self.theme_changed.emit(self._theme)

    def _apply_palette(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(self._theme.palette())
            for kind in FIELDS:
                # PySide takes text, its stubs say bytes
                application.setPalette(self._theme.field_palette(), kind)  # type: ignore[arg-type]

    def _apply_text_size(self) -> None:
        set_text_size(int(self._settings.value("text_size")))

    def _apply_colormap(self) -> None:
        look = replace(self._spectrogram.look, colormap=self._settings.value("colormap"))
        self._spectrogram.set_look(look, automatic=self._spectrogram.automatic)
