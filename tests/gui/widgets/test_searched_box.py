"""A box of classes that is searched by typing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.widgets.searched_box import SearchedBox

NAMES = ["All classes", "Dog · 12", "Bee, wasp, etc. · 3", "Domestic animals, pets · 9", "Hot dog"]


class Shown:
    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.box, self.other = SearchedBox(self.window), QLineEdit(self.window)
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.box)
        layout.addWidget(self.other)
        self.box.addItems(NAMES)
        self.chosen: list[int] = []
        self.box.activated.connect(self.chosen.append)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.other.setFocus()
        self.box.setFocus(Qt.FocusReason.TabFocusReason)

    def type(self, text: str) -> None:
        for letter in text:
            QTest.keyClicks(QApplication.focusWidget(), letter)

    def press(self, key: Qt.Key) -> None:
        popup = self.box.suggestions.popup()
        QTest.keyClick(popup if popup.isVisible() else QApplication.focusWidget(), key)

    def offered(self) -> list[str]:
        popup = self.box.suggestions.popup()
        model = popup.model()
        rows = range(model.rowCount()) if popup.isVisible() else ()
        return [model.index(row, 0).data() for row in rows]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("dog", ["Dog · 12", "Hot dog"]),
        ("wasp bee", ["Bee, wasp, etc. · 3"]),
        ("animals, p", ["Domestic animals, pets · 9"]),
    ],
)
def test_typing_lists_what_holds_the_words_and_enter_chooses_the_first(
    shown: Shown, typed: str, offered: list[str]
) -> None:
    shown.type(typed)
    assert shown.offered() == offered
    assert shown.box.in_use
    assert shown.box.chosen == NAMES[0]
    shown.press(Qt.Key.Key_Return)
    assert shown.chosen == [NAMES.index(offered[0])]
    assert shown.box.chosen == shown.box.currentText() == offered[0]
    assert not shown.box.in_use


def test_another_one_of_the_list_is_chosen_by_arrow_or_mouse(shown: Shown) -> None:
    shown.type("dog")
    shown.press(Qt.Key.Key_Down)
    shown.press(Qt.Key.Key_Down)
    shown.press(Qt.Key.Key_Return)
    assert set(shown.chosen) == {NAMES.index("Hot dog")}
    assert shown.box.chosen == "Hot dog"
    shown.box.field.selectAll()
    shown.type("pets")
    popup = shown.box.suggestions.popup()
    spot = popup.visualRect(popup.model().index(0, 0)).center()
    QTest.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert shown.box.chosen == "Domestic animals, pets · 9"


def test_escape_tab_and_words_of_no_class_bring_back_what_was_chosen(shown: Shown) -> None:
    shown.type("dog")
    shown.press(Qt.Key.Key_Escape)
    shown.press(Qt.Key.Key_Escape)
    assert shown.box.currentText() == NAMES[0]
    shown.type("dog")
    shown.press(Qt.Key.Key_Escape)  # the list
    QTest.keyClick(shown.box.field, Qt.Key.Key_Tab)
    assert shown.other.hasFocus()
    assert shown.box.currentText() == NAMES[0]
    shown.box.setFocus(Qt.FocusReason.TabFocusReason)
    shown.type("qqq")
    assert shown.offered() == []
    shown.press(Qt.Key.Key_Return)
    assert shown.box.currentText() == NAMES[0]
    assert shown.chosen == []


def test_a_click_takes_the_text_so_that_typing_replaces_it(shown: Shown) -> None:
    shown.other.setFocus()
    QTest.mouseClick(shown.box.field, Qt.MouseButton.LeftButton)
    shown.type("hot")
    assert shown.box.currentText() == "hot"
    shown.press(Qt.Key.Key_Return)
    assert shown.box.chosen == "Hot dog"
