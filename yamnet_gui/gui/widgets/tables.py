"""Tables and trees that leave letters to the shortcuts of the window."""

from collections.abc import Mapping
from typing import TypeVar

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyleOptionHeader,
    QTableView,
    QTreeView,
    QWidget,
)

from .drawing import row_height
from .fonts import follow_font

_Column = TypeVar("_Column", bound=int)
_CELL_MARGIN = 12
_PAD = "\N{EN SPACE}"
_SORT_SIGN = 14
"""Pixels of the arrow beside the header of the column that is sorted by."""


class PaddedHeader(QHeaderView):
    """Titles that stand at the right, over numbers, end before the next title begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        super().initStyleOptionForIndex(option, section)
        if option.textAlignment & Qt.AlignmentFlag.AlignRight:
            option.text += _PAD


def title_width(table: QTableView, column: int) -> int:
    """Pixels of a column in which its title is not cut; 0 where it has none."""
    model, header = table.model(), table.horizontalHeader()
    across, metrics = Qt.Orientation.Horizontal, header.fontMetrics()
    title = str(model.headerData(column, across) or "")
    if not title:
        return 0
    where = model.headerData(column, across, Qt.ItemDataRole.TextAlignmentRole)
    if where is not None and where & Qt.AlignmentFlag.AlignRight:
        title += _PAD
    margin = 2 * header.style().pixelMetric(QStyle.PixelMetric.PM_HeaderMargin, None, header) + 4
    sorted_by = header.isSortIndicatorShown() and header.sortIndicatorSection() == column
    return metrics.horizontalAdvance(title) + margin + (_SORT_SIGN if sorted_by else 0)


def fit_columns(table: QTableView, samples: Mapping[_Column, str]) -> None:
    """Makes columns so wide that their title and a text as long as the sample are not cut."""
    header, metrics = table.horizontalHeader(), table.fontMetrics()
    for column, sample in samples.items():
        wide = metrics.horizontalAdvance(sample) + _CELL_MARGIN
        wide = max(wide, title_width(table, column))
        if wide != header.sectionSize(column):
            table.setColumnWidth(column, wide)


class QuietTable(QTableView):
    """A table of rows in which letters do nothing: they are the window's shortcuts."""

    entered_row = Signal(QModelIndex)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        follow_font(self, self._fit_rows)
        self.setHorizontalHeader(PaddedHeader(self))
        self.doubleClicked.connect(self.entered_row)

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(row_height(self.fontMetrics()))

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            # The header asks of every row whether it is selected to paint its borders; with an
            # empty selection of its own it stays quick when fifty thousand rows are selected.
            self.horizontalHeader().setSelectionModel(QItemSelectionModel(model, self))

    def keyboardSearch(self, search: str) -> None:
        """Letters belong to the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.entered_row.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class QuietTree(QTreeView):
    """A tree in which letters do nothing: they are the window's shortcuts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setIndentation(14)
        self.setHeader(PaddedHeader(self))

    def keyboardSearch(self, search: str) -> None:
        """Letters belong to the window."""
