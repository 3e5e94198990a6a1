"""Shows custom classes in the window: at once, or as soon as they have scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from yamnet_gui.gui.state.class_view import Showing

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class ClassDisplay(QObject):
    """Selects a custom class, so that its score curve and its events are shown."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._class_view = context.session.class_view
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._awaited = ""
        self._document.events_changed.connect(self._show_awaited)

    @Slot(str)
    def show_class(self, label: str) -> None:
        """Shows the class's score curve, and ticks it where the user picks the rows."""
        index, classes = self._custom_classes.index_of(label), self._class_view
        if index is not None:
            if classes.showing is Showing.TICKED:
                classes.tick(index, True)
            classes.choose(index)

    @Slot(str)
    def show_when_scored(self, label: str) -> None:
        """Shows a class that was just trained or loaded once it has scores."""
        self._awaited = label
        self._show_awaited()

    @Slot()
    def _show_awaited(self) -> None:
        index, scores = self._custom_classes.index_of(self._awaited), self._document.scores
        if index is not None and scores is not None and scores.best[index] > 0:
            label, self._awaited = self._awaited, ""
            self.show_class(label)
