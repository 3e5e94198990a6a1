"""Which keys the window gets while a field has the focus."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.controllers.focus_keys import FocusKeys

_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_ctrl_with_a_letter_is_the_windows_key_unless_it_edits_the_text(
    qtbot: QtBot, kind: type[QWidget]
) -> None:
    class Greedy(kind):  # type: ignore[misc, valid-type]
        """Asks for every key, as Qt's own fields on X11 do for those of shells."""

        def event(self, event: QEvent) -> bool:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            return bool(super().event(event))

    window = QWidget()
    qtbot.addWidget(window)
    keys = FocusKeys(window)
    field = Greedy(window)
    QVBoxLayout(window).addWidget(field)
    pressed: list[str] = []
    for key in ("Ctrl+E", "Ctrl+U", "Ctrl+K", "Ctrl+A", "A"):
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(lambda key=key: pressed.append(key))
    window.resize(400, 200)
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    keys._on_focus(None, field)
    for key in (Qt.Key.Key_E, Qt.Key.Key_U, Qt.Key.Key_K, Qt.Key.Key_A):
        QTest.keyClick(field, key, _CTRL)
    QTest.keyClick(field, Qt.Key.Key_A)
    assert pressed == ["Ctrl+E", "Ctrl+U", "Ctrl+K"]


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox])
def test_undo_is_the_windows_key_while_the_text_of_the_field_has_nothing_to_undo(
    qtbot: QtBot, kind: type[QWidget]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    keys = FocusKeys(window)
    field = kind(window)
    QVBoxLayout(window).addWidget(field)
    pressed: list[str] = []
    for key in ("Ctrl+Z", "Ctrl+Shift+Z"):
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(lambda key=key: pressed.append(key))
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    keys._on_focus(None, field)
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(field, Qt.Key.Key_Z, _CTRL)
    QTest.keyClick(field, Qt.Key.Key_Z, _CTRL | shift)
    assert pressed == ["Ctrl+Z", "Ctrl+Shift+Z"]
    QTest.keyClick(field, Qt.Key.Key_7)
    QTest.keyClick(field, Qt.Key.Key_Z, _CTRL)  # what was typed
    assert len(pressed) == 2
    QTest.keyClick(field, Qt.Key.Key_Z, _CTRL)
    assert pressed[2:] == ["Ctrl+Z"]
