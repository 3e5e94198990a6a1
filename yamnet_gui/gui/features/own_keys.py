"""Keys of the window that mean something of its own for one widget while that has the focus."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

_EXACT = QKeySequence.SequenceMatch.ExactMatch


class OwnKeys(QObject):
    """Calls `handlers` (by the action's id) for the shortcuts that the user gave to the actions.

    While `active` says no, the keys are the window's.
    """

    def __init__(
        self,
        widget: QWidget,
        actions: Mapping[str, QAction],
        handlers: Mapping[str, Callable[[], object]],
        active: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(widget)
        self._actions = actions
        self._handlers = handlers
        self._active = active
        widget.installEventFilter(self)

    def handler(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key calls; None where it is the window's."""
        pressed = QKeySequence(event.keyCombination())
        for name, handler in self._handlers.items():
            if any(key.matches(pressed) == _EXACT for key in self._actions[name].shortcuts()):
                return handler
        return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if not isinstance(event, QKeyEvent) or event.type() not in kinds:
            return False
        if event.key() == Qt.Key.Key_Escape or not self._active():
            return False
        handler = self.handler(event)
        if handler is None:
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
        elif not event.isAutoRepeat():  # a key that is held down decides once
            handler()
        return True
