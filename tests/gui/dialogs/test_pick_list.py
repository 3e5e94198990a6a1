"""A list of names to tick."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.pick_list import PickListDialog

NAMES = {"Bird": 480, "Owl": 12, "": 3, "my call": 44}


def opened(qtbot: QtBot) -> PickListDialog:
    dialog = PickListDialog("Labels to take", NAMES, {"Bird", "Owl"})
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_names_are_ticked_with_the_mouse_and_the_keyboard(qtbot: QtBot) -> None:
    dialog = opened(qtbot)
    assert dialog.picked == {"Bird", "Owl"}
    row = dialog.list.visualItemRect(dialog.list.item(1))
    place = QPoint(row.left() + 10, row.center().y())
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert dialog.picked == {"Bird"}
    dialog.list.setCurrentRow(2)
    QTest.keyClick(dialog.list, Qt.Key.Key_Space)
    assert dialog.picked == {"Bird", ""}


def test_all_or_none_of_what_the_search_shows(qtbot: QtBot) -> None:
    dialog = opened(qtbot)
    none, everything = (
        next(b for b in dialog.findChildren(QPushButton) if b.text() == text)
        for text in ("Tick &none", "Tick &all")
    )
    none.click()
    assert dialog.picked == frozenset()
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    dialog.search.setText("call")
    everything.click()
    assert dialog.picked == {"my call"}
    assert ok.isEnabled()
