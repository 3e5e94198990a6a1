"""Sound tracks, channels and markers of the open recording: what is said of them and offered."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from yamnet_gui.analysis import Analysis
from yamnet_gui.audio.channels import CANCELLED
from yamnet_gui.audio.sound_tracks import other_tracks
from yamnet_gui.core.text import counted
from yamnet_gui.gui.widgets.notices import Action, NoticeKind

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .label_import.feature import ImportFeature

_TRACKS, _CHANNELS, _MARKERS = "sound tracks", "channels cancel", "markers"
_MARKERS_SHOWN_S = 20.0


class RecordingChoices(Feature):
    """Lets the user choose another sound track, the channels one by one, and import markers."""

    def __init__(self, context: Context, label_import: ImportFeature) -> None:
        super().__init__()
        self._label_import = label_import
        self._document = context.session.document
        self._settings = context.session.settings
        self._spectrogram = context.session.spectrogram
        self._analysis = context.services.analysis
        self._loader = context.services.recording
        self._notices = context.shell.notices
        self._window = context.shell.window
        self._loader.opened.connect(self._on_opened)
        self._analysis.analysed.connect(self._on_analysed)
        context.shell.inspector.sound_tracks.chosen.connect(self._loader.open)

    @Slot(object)
    def _on_opened(self, path: Path) -> None:
        self._notices.clear(_TRACKS)
        self._notices.clear(_CHANNELS)
        self._notices.clear(_MARKERS)
        recording = self._document.recording
        if recording is None:
            return
        if len(recording.tracks) > 1:
            text = other_tracks(recording.tracks, recording.track)
            where = "the inspector offers them"
            self._notices.show_notice(
                NoticeKind.INFO, f"{path.name}: {text}; {where}.", key=_TRACKS
            )
        if recording.channels_cancel:
            self._offer_channels()
        if recording.markers:
            count = counted(recording.markers, "marker")
            self._notices.show_notice(
                NoticeKind.INFO,
                f"{path.name}: holds {count}, which can become events.",
                [("Import…", partial(self._label_import.import_tables, [path]))],
                key=_MARKERS,
                seconds=_MARKERS_SHOWN_S,
            )

    @Slot(object)
    def _on_analysed(self, analysis: Analysis) -> None:
        recording = self._document.recording
        same = recording is not None and analysis.recording.path == recording.info.path
        if same and CANCELLED in analysis.warnings:
            self._offer_channels()

    def _offer_channels(self) -> None:
        recording = self._document.recording
        if recording is None or self._settings.value("channels") == "each":
            return
        actions: list[Action] = [
            ("Analyse each channel", self._analysis.start_each_channel),
            ("Show one channel…", self._ask_channel),
        ]
        text, _option = CANCELLED.split("; ")
        self._notices.show_notice(
            NoticeKind.WARNING, f"{recording.info.path.name}: {text}.", actions, key=_CHANNELS
        )

    def _ask_channel(self) -> None:
        """Offers the channels for the spectrogram, one by one."""
        self.channel_menu().popup(QCursor.pos())

    def channel_menu(self) -> QMenu:
        """Every channel of the open recording."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        recording = self._document.recording
        for number in range(recording.info.channels if recording is not None else 0):
            action = menu.addAction(f"Channel {number + 1}")
            action.triggered.connect(partial(self._show_channel, number))
        return menu

    def _show_channel(self, number: int, _checked: bool = False) -> None:
        self._spectrogram.set_settings(replace(self._spectrogram.settings, channel=number))
