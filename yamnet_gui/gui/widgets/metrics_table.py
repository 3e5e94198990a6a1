"""A table of metrics: sorted by any column, copied, and written as CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from yamnet_gui.core.text import grouped
from yamnet_gui.labels.formats.text import number

from .fonts import follow_font
from .plain_text import plain_tip
from .table_model import HeadedTableModel, Index
from .tables import PaddedHeader

_SORT_ROLE = Qt.ItemDataRole.UserRole
_NARROWEST_TEXT, _WIDEST_TEXT = 90, 200
_ROWS_MEASURED = 100
"""Rows that the width of a column follows: of thousands it takes the window half a second."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, what it means, and whether it holds numbers."""

    title: str
    tip: str = ""
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, and what it is sorted by. `key` None sorts last."""

    text: str
    key: float | str | None = None
    tip: str = ""


def metric_cell(value: float | None, decimals: int = 3) -> Cell:
    """A number, or a dash where there is none."""
    return Cell("–", None) if value is None else Cell(f"{value:.{decimals}f}", value)


def count_cell(value: int) -> Cell:
    return Cell(grouped(value), value)


def text_cell(text: str, tip: str = "") -> Cell:
    return Cell(text, text.casefold(), tip)


Row = Sequence[Cell]


class MetricsModel(HeadedTableModel):
    """Rows of cells, read-only."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.headers = [column.title for column in columns]
        self.tips = [column.tip for column in columns]
        self.rows: tuple[Row, ...] = ()

    def set_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def row_total(self) -> int:
        return len(self.rows)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        value = super().headerData(section, orientation, role)
        if value is not None and role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.columns[section].numeric)
        return value

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == _SORT_ROLE:
            return cell.key
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(cell.tip or cell.text)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.columns[index.column()].numeric)
        return None


class _Sorted(QSortFilterProxyModel):
    """Sorts by key; what has none comes last in either direction."""

    def lessThan(self, left: Index, right: Index) -> bool:
        a, b = left.data(_SORT_ROLE), right.data(_SORT_ROLE)
        if a is None or b is None:
            last_first = self.sortOrder() == Qt.SortOrder.DescendingOrder
            return (a is None) == last_first and a is not b
        return bool(a < b)


class MetricsTable(QTableView):
    """Shows rows; signals which is selected and which is opened (double click or Enter).

    Rows are named by their place in what `set_rows` was given, however they are sorted.
    """

    chosen = Signal(int)  # -1 for none
    opened = Signal(int)

    def __init__(self, columns: Sequence[Column], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHorizontalHeader(PaddedHeader(self))
        self.metrics = MetricsModel(columns)
        self.metrics.setParent(self)
        self._sorted = _Sorted(self)
        self._sorted.setSourceModel(self.metrics)
        self._sorted.setSortRole(_SORT_ROLE)
        self.setModel(self._sorted)
        self.setAccessibleName(name)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        rows = self.verticalHeader()
        follow_font(self, lambda: rows.setDefaultSectionSize(self.fontMetrics().height() + 5))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(32)
        header.setResizeContentsPrecision(_ROWS_MEASURED)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._source(index)))
        self.selectionModel().currentRowChanged.connect(
            lambda index, _before: self.chosen.emit(self._source(index))
        )

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Other rows; the columns take the width they need."""
        self.metrics.set_rows(rows)
        self.resizeColumnsToContents()
        for place, column in enumerate(self.metrics.columns):
            if not column.numeric:
                wide = max(self.columnWidth(place), _NARROWEST_TEXT)
                self.setColumnWidth(place, min(wide, _WIDEST_TEXT))
        self.chosen.emit(-1)

    @property
    def current(self) -> int:
        """The chosen row, -1 for none."""
        return self._source(self.currentIndex())

    def choose(self, row: int) -> None:
        """Makes a row the chosen one and brings it into view."""
        index = self._sorted.mapFromSource(self.metrics.index(row, 0))
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def csv(self) -> str:
        """Everything, as it is sorted, with a line of titles."""
        rows = [self._source(self._sorted.index(i, 0)) for i in range(self._sorted.rowCount())]
        return _text(self.metrics, rows, ",")

    def copy(self) -> None:
        """The selected rows into the clipboard, as tab-separated text."""
        rows = [self._source(index) for index in self.selectionModel().selectedRows()]
        if rows:
            order = {
                self._source(self._sorted.index(i, 0)): i for i in range(len(self.metrics.rows))
            }
            text = _text(self.metrics, sorted(rows, key=order.__getitem__), "\t")
            QGuiApplication.clipboard().setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.opened.emit(self.current)
        else:
            super().keyPressEvent(event)

    def _source(self, index: Index) -> int:
        return self._sorted.mapToSource(index).row() if index.isValid() else -1


def _side(numeric: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _text(model: MetricsModel, rows: Sequence[int], separator: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow([column.title for column in model.columns])
    for row in rows:
        writer.writerow([_plain(cell) for cell in model.rows[row]])
    return out.getvalue()


def _plain(cell: Cell) -> str:
    """A number as programs read it, else the text; nothing for a dash."""
    if isinstance(cell.key, int | float):
        return str(cell.key) if isinstance(cell.key, int) else number(round(cell.key, 6), 0)
    return "" if cell.text == "–" else cell.text
