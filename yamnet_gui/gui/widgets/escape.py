"""The Escape key as a way out of a part of the window."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


def leave_by_escape(widget: QWidget, leave: Callable[[], object]) -> None:
    """Calls `leave` for Escape in the widget, where nothing inside it takes the key."""
    _Escape(widget, leave)


class _Escape(QObject):
    def __init__(self, widget: QWidget, leave: Callable[[], object]) -> None:
        super().__init__(widget)
        self._leave = leave
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()  # though the window uses the key for something else
        elif event.type() is QEvent.Type.KeyPress:
            self._leave()
        return True
