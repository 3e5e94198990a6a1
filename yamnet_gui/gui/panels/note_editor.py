"""The note of the selected event."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from yamnet_gui.core.events import Event
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.widgets.fonts import follow_font

_LATER_MS = 1500


class NoteEditor(QPlainTextEdit):
    """Hands a note over after a pause in typing, when it loses the focus, on Ctrl+Enter or Escape.

    A note that is being typed stays when its event changes meanwhile.
    """

    edited = Signal(str, str)  # event id, note

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event: Event | None = None
        self.setPlaceholderText("Add a note")
        self.setAccessibleName("Event note")
        self.setTabChangesFocus(True)
        follow_font(self, lambda: self.setFixedHeight(self.fontMetrics().height() * 2 + 10))
        self._later = Debounced(self, _LATER_MS, self.commit)
        self.textChanged.connect(self._later.start)

    @property
    def note(self) -> str:
        """The text without spaces around it."""
        return self.toPlainText().strip()

    def show_event(self, event: Event | None) -> None:
        """Shows the note of an event; that of the former one is handed over before."""
        before = self._event
        if (event.id if event else None) != (before.id if before else None):
            self.commit()
            self._event = event
            self._set_text(event.note if event else "")
        elif event is not None and before is not None:
            unchanged = self.note == before.note
            self._event = event
            if unchanged and event.note != self.note:
                self._set_text(event.note)

    @Slot()
    def commit(self) -> None:
        """Hands the note over as it is now, if it was changed."""
        self._later.stop()
        if self._event is not None and self.note != self._event.note:
            self.edited.emit(self._event.id, self.note)

    def event(self, event: QEvent) -> bool:
        """Keys that end the note are no shortcuts of the window while it is edited."""
        if event.type() == QEvent.Type.ShortcutOverride and _ends(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _ends(event):
            self.commit()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.commit()
        super().focusOutEvent(event)

    def _set_text(self, text: str) -> None:
        self.blockSignals(True)
        self.setPlainText(text)
        self.blockSignals(False)


def _ends(event: QEvent) -> bool:
    """Whether a key ends the note: Escape or Ctrl+Enter."""
    if not isinstance(event, QKeyEvent):
        return False
    enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return event.key() == Qt.Key.Key_Escape or (enter and control)
