"""The grid of cards: where they lie, and how keys and mouse choose them."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.features.gallery.grid import CardGrid, CardLook

NO_PARENT = QModelIndex()
LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class Numbers(QAbstractListModel):
    """So many rows."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def rowCount(self, _parent: Any = NO_PARENT) -> int:
        return self.count

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return str(index.row()) if role == Qt.ItemDataRole.DisplayRole else None


class Painted:
    """Notes which cards a frame asks for; has time for `most` of them."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.most = 10_000

    def begin(self) -> None:
        self.rows = []

    def paint(self, _painter: QPainter, _box: QRect, row: int, _look: CardLook) -> bool:
        self.rows.append(row)
        return len(self.rows) <= self.most


@pytest.fixture
def painted() -> Painted:
    return Painted()


@pytest.fixture
def grid(qtbot: QtBot, painted: Painted) -> CardGrid:
    """Five cards side by side, four whole lines in sight, 103 in all."""
    grid = CardGrid(painted)
    qtbot.addWidget(grid)
    grid.model_ = Numbers(103)  # type: ignore[attr-defined]
    grid.setModel(grid.model_)  # type: ignore[attr-defined]
    grid.set_card(QSize(94, 94))
    grid.resize(530, 410)
    grid.show()
    qtbot.waitExposed(grid)
    grid.setFocus()
    return grid


def middle(grid: CardGrid, row: int) -> QPoint:
    return grid.visualRect(grid.model().index(row, 0)).center()


def click(grid: CardGrid, row: int, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, keys, middle(grid, row))


def drag(grid: CardGrid, first: QPoint, last: QPoint) -> None:
    QTest.mousePress(grid.viewport(), LEFT, NONE, first)
    for at in (first + QPoint(15, 15), (first + last) / 2, last):
        QTest.mouseMove(grid.viewport(), at)
    QTest.mouseRelease(grid.viewport(), LEFT, NONE, last)


def test_cards_lie_in_lines_and_are_found_where_they_lie(grid: CardGrid) -> None:
    assert grid.columns == 5
    assert grid.whole_in_sight == 20
    for row in (0, 4, 5, 17):
        assert grid.indexAt(middle(grid, row)).row() == row
    assert grid.visualRect(grid.model().index(5, 0)).top() > middle(grid, 0).y()
    assert not grid.indexAt(QPoint(1, 1)).isValid()
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    assert grid.indexAt(middle(grid, 102)).row() == 102
    assert not grid.indexAt(middle(grid, 102) + QPoint(100, 0)).isValid()


def test_only_what_is_in_sight_is_painted_and_what_was_too_much_comes_next(
    grid: CardGrid, painted: Painted, qtbot: QtBot
) -> None:
    grid.viewport().repaint()
    assert painted.rows == list(range(25))
    painted.most = 7
    grid.viewport().repaint()
    qtbot.waitUntil(lambda: painted.rows and painted.rows[0] == 21)  # three frames on
    assert painted.rows == list(range(21, 25))


def test_what_was_too_much_still_comes_where_another_card_is_painted_between(
    grid: CardGrid, painted: Painted, qtbot: QtBot
) -> None:
    """As when a thumbnail arrives."""
    grid.viewport().repaint()
    grid.viewport().repaint()
    painted.most = 7
    grid.viewport().repaint()
    grid.viewport().repaint(grid._box(0))
    assert painted.rows == [0]
    qtbot.waitUntil(lambda: painted.rows[-1] == 24)


def test_a_million_cards_are_laid_out_at_once(qtbot: QtBot, painted: Painted) -> None:
    grid = CardGrid(painted)
    qtbot.addWidget(grid)
    model = Numbers(1_000_000)
    grid.setModel(model)
    grid.set_card(QSize(94, 94))
    grid.resize(530, 410)
    grid.show()
    qtbot.waitExposed(grid)
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    assert grid.in_sight.stop == 1_000_000
    assert len(grid.in_sight) <= 25
    grid.selectAll()
    assert len(grid.selected) == 1_000_000


def test_arrows_go_from_card_to_card_and_shift_takes_them_along(grid: CardGrid) -> None:
    click(grid, 6)
    for key, row in (
        (Qt.Key.Key_Right, 7),
        (Qt.Key.Key_Down, 12),
        (Qt.Key.Key_Left, 11),
        (Qt.Key.Key_Up, 6),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_PageDown, 21),
        (Qt.Key.Key_End, 102),
        (Qt.Key.Key_Up, 97),
        (Qt.Key.Key_Up, 92),
        (Qt.Key.Key_Home, 0),
    ):
        QTest.keyClick(grid, key)
        assert grid.currentIndex().row() == row, key
        assert grid.selected.tolist() == [row]
        assert row in grid.in_sight
    QTest.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert grid.selected.tolist() == list(range(7))
    QTest.keyClick(grid, Qt.Key.Key_Left, SHIFT)
    assert grid.selected.tolist() == list(range(6))
    grid.setCurrentIndex(grid.model().index(98, 0))
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.currentIndex().row() == 102  # the last line is shorter


def test_a_click_chooses_one_ctrl_one_more_and_shift_all_between(grid: CardGrid) -> None:
    click(grid, 2)
    assert grid.selected.tolist() == [2]
    click(grid, 8, CTRL)
    assert grid.selected.tolist() == [2, 8]
    click(grid, 2, CTRL)
    assert grid.selected.tolist() == [8]
    click(grid, 8)
    click(grid, 16, SHIFT)
    assert grid.selected.tolist() == list(range(8, 17))
    click(grid, 6, SHIFT)
    assert grid.selected.tolist() == [6, 7, 8]
    QTest.keyClick(grid, Qt.Key.Key_A, CTRL)
    assert len(grid.selected) == 103


def test_a_rubber_band_chooses_what_it_touches(grid: CardGrid) -> None:
    drag(grid, middle(grid, 6), middle(grid, 18))
    assert grid.selected.tolist() == [6, 7, 8, 11, 12, 13, 16, 17, 18]
    drag(grid, middle(grid, 18), middle(grid, 12))
    assert grid.selected.tolist() == [12, 13, 17, 18]


def test_the_pointer_is_followed_and_double_click_and_enter_open(
    grid: CardGrid, qtbot: QtBot
) -> None:
    hovered: list[int] = []
    grid.hovered_changed.connect(hovered.append)
    QTest.mouseMove(grid.viewport(), middle(grid, 3))
    QTest.mouseMove(grid.viewport(), middle(grid, 9))
    qtbot.waitUntil(lambda: 9 in hovered)
    opened: list[int] = []
    grid.entered_row.connect(lambda index: opened.append(index.row()))
    click(grid, 7)
    QTest.mouseDClick(grid.viewport(), LEFT, NONE, middle(grid, 7))
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert opened == [7, 7]


def test_another_size_keeps_the_chosen_card_in_sight(grid: CardGrid) -> None:
    click(grid, 10)
    QTest.keyClick(grid, Qt.Key.Key_End)
    grid.set_card(QSize(200, 150))
    assert grid.columns == 2
    assert 102 in grid.in_sight
    grid.select_rows(np.array([3, 4, 5, 40]))
    assert grid.selected.tolist() == [3, 4, 5, 40]


def test_escape_ends_a_rubber_band_and_leaves_what_was_chosen(grid: CardGrid) -> None:
    grid.select_rows(np.array([2, 7]))
    view = grid.viewport()
    QTest.mousePress(view, LEFT, NONE, QPoint(2, 2))
    QTest.mouseMove(view, QPoint(60, 60))
    QTest.mouseMove(view, QPoint(260, 160))
    assert list(grid.selected) != [2, 7]
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    QTest.mouseMove(view, QPoint(300, 300))
    QTest.mouseRelease(view, LEFT, NONE, QPoint(300, 300))
    assert list(grid.selected) == [2, 7]
