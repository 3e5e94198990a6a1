"""Which keys the window gets while a field has the focus."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.gui.controllers.focus_keys import FocusKeys
from yamnet_gui.gui.features.rules.panel import RulesPanel
from yamnet_gui.gui.panels.threshold_row import ThresholdRow
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.widgets.frequency_range import FrequencyRangeFields
from yamnet_gui.gui.widgets.number_box import MinimumScoreBox, NumberBox
from yamnet_gui.gui.widgets.toolbar import ThresholdBox

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


@pytest.fixture
def pressed(qtbot: QtBot) -> Iterator[tuple[QWidget, list[str]]]:
    """A window that uses Enter, Escape and letters itself, and which of them it was given."""
    window = QWidget()
    qtbot.addWidget(window)
    keys = FocusKeys(window)
    QVBoxLayout(window)
    pressed: list[str] = []
    for key in ("Return", "Enter", "Esc"):
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(lambda key=key: pressed.append(key))
    yield window, pressed
    keys.deleteLater()


def focus(qtbot: QtBot, window: QWidget, field: QWidget) -> None:
    window.layout().addWidget(field)
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)


def rules_field(window: QWidget) -> NumberBox:
    panel = RulesPanel(ClassMapState(bundled_class_map()), ClassView(window), Rules(window), window)
    editor = panel.row("on").editor
    assert isinstance(editor, NumberBox)
    return editor


FIELDS = {
    "toolbar": lambda window: ThresholdBox(0.25, window).findChild(NumberBox),
    "below the classes": lambda window: ThresholdRow(window).field,
    "rules": rules_field,
    "filter": MinimumScoreBox,
    "frequencies": lambda window: FrequencyRangeFields(window).low,
}


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("enter", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_applies_a_number_and_escape_takes_back_what_was_typed(
    qtbot: QtBot, pressed: tuple[QWidget, list[str]], kind: str, enter: Qt.Key
) -> None:
    window, of_window = pressed
    box = FIELDS[kind](window)
    box.setMaximum(max(box.maximum(), 1.0))
    focus(qtbot, window, box.parentWidget() if box.parentWidget() is not window else box)
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    box.selectAll()
    QTest.keyClicks(box, "1")
    QTest.keyClick(box, enter)
    assert box.value() == 1
    assert of_window == []
    applied = box.text()
    box.selectAll()
    QTest.keyClicks(box, "0.5" if box.decimals() else "0")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert (box.value(), box.text(), of_window) == (1, applied, [])
    QTest.keyClick(box, Qt.Key.Key_Escape)  # nothing is left to be taken back
    assert of_window == ["Esc"]


def test_thresholds_are_as_fine_as_they_are_typed(qtbot: QtBot) -> None:
    row = ThresholdRow()
    qtbot.addWidget(row)
    with qtbot.waitSignal(row.changed) as changed:
        row.field.selectAll()
        QTest.keyClicks(row.field, "0.965")
        QTest.keyClick(row.field, Qt.Key.Key_Return)
    assert changed.args == [0.965]
    row.show_value(0.965)
    assert row.field.text() == "0.965"
    row.show_value(0.25)
    assert row.field.text() == "0.25"
