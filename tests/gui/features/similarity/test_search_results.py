"""The table of similar sounds: which keys it takes."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QStandardItemModel
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.features.similarity.search_results import SearchResultsTable


def test_a_key_that_is_held_down_decides_once(qtbot: QtBot) -> None:
    table = SearchResultsTable()
    qtbot.addWidget(table)
    table.setModel(QStandardItemModel(2, 1, table))
    table.selectRow(0)
    taken: list[str] = []
    table.key_pressed.connect(taken.append)
    for key in (Qt.Key.Key_A, Qt.Key.Key_N):
        for again in (False, True):
            event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", again)
            QApplication.sendEvent(table, event)
    assert taken == ["accept", "next", "next"]
