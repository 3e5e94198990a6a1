import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.widgets.metrics_table import Column, FiguresTable, figure, number, words

ROWS = [
    (words("Dog"), number(3), figure(0.25)),
    (words("Bee, wasp, etc."), number(1200), figure(None)),
    (words("cat"), number(1), figure(0.9)),
]


@pytest.fixture
def table(qtbot: QtBot) -> FiguresTable:
    made = FiguresTable([Column("Class", numeric=False), Column("True"), Column("F1")], "Figures")
    qtbot.addWidget(made)
    made.set_rows(ROWS)
    made.show()
    return made


def names(table: FiguresTable) -> list[str]:
    return [line.split(",")[0].strip('"') for line in table.csv().splitlines()[1:]]


def test_what_has_no_figure_comes_last_either_way(table: FiguresTable) -> None:
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert names(table) == ["Dog", "cat", "Bee"]
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert names(table) == ["cat", "Dog", "Bee"]
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert names(table) == ["Bee", "cat", "Dog"]


def test_csv_has_every_digit_and_keeps_commas(table: FiguresTable) -> None:
    assert table.csv().splitlines()[2] == '"Bee, wasp, etc.",1200,'


def test_rows_are_named_by_their_place_whatever_the_order(
    table: FiguresTable, qtbot: QtBot
) -> None:
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    with qtbot.waitSignal(table.chosen) as chosen:
        table.selectRow(0)
    assert chosen.args == [1]
    assert table.current == 1
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [1]
    table.choose(2)
    assert table.current == 2


def test_chosen_rows_are_copied_for_a_spreadsheet(table: FiguresTable) -> None:
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    table.selectAll()
    table.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == ["Class\tTrue\tF1", "cat\t1\t0.9", "Dog\t3\t0.25", "Bee, wasp, etc.\t1200\t"]


def test_a_label_that_looks_like_html_stays_text(table: FiguresTable) -> None:
    table.set_rows([(words("<b>x</b>"), number(1), figure(0.1))])
    tip = table.figures.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "&lt;b&gt;x&lt;/b&gt;"
