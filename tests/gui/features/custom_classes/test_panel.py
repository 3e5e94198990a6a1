"""The panel that trains a class, alone."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.features.custom_classes.panel import TrainingPanel
from yamnet_gui.gui.theme import DARK
from yamnet_gui.labels.project import ClassCounts


@pytest.fixture
def panel(qtbot: QtBot) -> TrainingPanel:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.set_counts([ClassCounts("Owl", 0, 4, 0, 0), ClassCounts("Frog", 0, 1, 2, 0)])
    panel.show()
    return panel


def test_a_click_on_a_name_ticks_it_and_another_takes_the_tick_away(panel: TrainingPanel) -> None:
    table = panel.table
    square = table.visualItemRect(table.item(1, 0))
    name = square.center()
    for at in (name, QPoint(square.left() + 10, name.y())):
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert panel.ticked == ["Frog"]
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert panel.ticked == []


def test_what_is_missing_is_said(panel: TrainingPanel) -> None:
    assert not panel.train.isEnabled()
    assert panel.train.toolTip() == panel.name.placeholderText() == "Tick examples above first"
    panel.tick(["Owl"], "Tawny owl")
    assert panel.train.isEnabled()
    assert panel.train.toolTip() == ""


def test_the_empty_box_is_seen_on_a_dark_list(panel: TrainingPanel) -> None:
    panel.setPalette(DARK.palette())
    cell = panel.table.visualItemRect(panel.table.item(0, 0))
    cell.setWidth(22)  # the box, left of the name
    picture = panel.table.viewport().grab(cell).toImage()
    lightness = [
        picture.pixelColor(x, y).lightness()
        for x in range(picture.width())
        for y in range(picture.height())
    ]
    assert max(lightness) - min(lightness) > 60
