"""Keys that what has the focus and the window both want: which of them gets them."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_FIELDS = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_UNMODIFIED = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_EDITS = (
    QKeySequence.StandardKey.SelectAll,
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Redo,
)


class FocusKeys(QObject):
    """Watches what has the focus, in whichever window of the program it is.

    Qt gives a key to a shortcut of the window first, and to the widget only where that asks for
    it. Buttons get Space. Fields get what edits their text and Enter, which applies it, but not the
    keys that shells have for that, such as Ctrl+E for the end of the line, which Qt's fields on
    Linux ask for as well; and undo and redo only as long as their text has something to undo or
    redo.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, (QAbstractButton, *_FIELDS)):
            now.installEventFilter(self)  # once more is the same as once

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if isinstance(watched, QAbstractButton):
            if event.key() != Qt.Key.Key_Space or event.modifiers():
                return False
            event.accept()
            return True
        if event.key() in _ENTER and event.modifiers() in _UNMODIFIED:
            event.accept()
            return True
        if not (_is_of_window(event) or _turns_nothing(watched, event)):
            return False
        event.ignore()  # where it is no key of the window after all, the field gets it
        return True


def _is_of_window(event: QKeyEvent) -> bool:
    """Whether a key is Ctrl with a letter, digit or sign, and not one of the usual edits."""
    ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    printed = Qt.Key.Key_Exclam <= event.key() <= Qt.Key.Key_AsciiTilde
    return ctrl and printed and not any(event.matches(edit) for edit in _EDITS)


def _turns_nothing(field: QObject, event: QKeyEvent) -> bool:
    """Whether a key is undo or redo, and the text of the field has no step to be taken back."""
    undo = event.matches(QKeySequence.StandardKey.Undo)
    if not undo and not event.matches(QKeySequence.StandardKey.Redo):
        return False
    if isinstance(field, (QPlainTextEdit, QTextEdit)):
        text = field.document()
        return not (text.isUndoAvailable() if undo else text.isRedoAvailable())
    line = field.findChild(QLineEdit) if isinstance(field, QAbstractSpinBox) else field
    if not isinstance(line, QLineEdit):
        return False
    return not (line.isUndoAvailable() if undo else line.isRedoAvailable())
