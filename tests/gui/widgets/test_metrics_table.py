import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.widgets.metrics_table import (
    Column,
    MetricsTable,
    count_cell,
    metric_cell,
    text_cell,
)

ROWS = [
    (text_cell("Dog"), count_cell(3), metric_cell(0.25)),
    (text_cell("Bee, wasp, etc."), count_cell(1200), metric_cell(None)),
    (text_cell("cat"), count_cell(1), metric_cell(0.9)),
]


@pytest.fixture
def table(qtbot: QtBot) -> MetricsTable:
    made = MetricsTable([Column("Class", numeric=False), Column("True"), Column("F1")], "Figures")
    qtbot.addWidget(made)
    made.set_rows(ROWS)
    made.show()
    return made


def names(table: MetricsTable) -> list[str]:
    return [line.split(",")[0].strip('"') for line in table.csv().splitlines()[1:]]


def test_what_has_no_figure_comes_last_either_way(table: MetricsTable) -> None:
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert names(table) == ["Dog", "cat", "Bee"]
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert names(table) == ["cat", "Dog", "Bee"]
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert names(table) == ["Bee", "cat", "Dog"]


def test_csv_has_every_digit_and_keeps_commas(table: MetricsTable) -> None:
    assert table.csv().splitlines()[2] == '"Bee, wasp, etc.",1200,'


def test_csv_has_plain_numbers_of_any_size(table: MetricsTable) -> None:
    sum_of_parts = 0.1 + 0.2
    figures = (count_cell(12_345_678), metric_cell(sum_of_parts))
    table.set_rows([(text_cell("Dog"), *figures)])
    assert table.csv().splitlines()[1] == "Dog,12345678,0.3"


def test_rows_are_named_by_their_place_whatever_the_order(
    table: MetricsTable, qtbot: QtBot
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


def test_chosen_rows_are_copied_for_a_spreadsheet(table: MetricsTable) -> None:
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    table.selectAll()
    table.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == ["Class\tTrue\tF1", "cat\t1\t0.9", "Dog\t3\t0.25", "Bee, wasp, etc.\t1200\t"]


def test_a_label_that_looks_like_html_stays_text(table: MetricsTable) -> None:
    table.set_rows([(text_cell("<b>x</b>"), count_cell(1), metric_cell(0.1))])
    tip = table.metrics.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "&lt;b&gt;x&lt;/b&gt;"
