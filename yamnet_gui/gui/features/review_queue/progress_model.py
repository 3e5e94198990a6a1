"""The table model of how far the review of each class is."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt

from yamnet_gui.core.text import FEWEST_FOR_A_SHARE, grouped
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.table_model import HeadedTableModel
from yamnet_gui.labels.project import ClassCounts

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
COUNTS_ROLE = Qt.ItemDataRole.UserRole + 1
_NO_PARENT = QModelIndex()
_HEADERS = ("Class", "Left", "Done", "Precision")
_TIPS = (
    "Double-click to review this class",
    "Unreviewed events",
    "Share of reviewed events",
    "Accepted events among those accepted or rejected so far, with 95% confidence interval.\n"
    "It applies to all events of the class only if they are reviewed in random order.",
)


class ProgressColumn(IntEnum):
    """Columns of the table."""

    CLASS = 0
    LEFT = 1
    REVIEWED = 2
    PRECISION = 3


class ProgressModel(HeadedTableModel):
    """A row for each class with events; sorted by a proxy over `SORT_ROLE`."""

    headers = _HEADERS
    tips = _TIPS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ClassCounts] = []
        self._short = False

    @property
    def rows(self) -> Sequence[ClassCounts]:
        """Unsorted; not to be altered."""
        return self._rows

    def set_counts(self, counts: Sequence[ClassCounts]) -> None:
        """Takes new counts; rows stay where they are while the classes are the same."""
        new_rows = list(counts)
        if [c.label for c in new_rows] != [c.label for c in self._rows]:
            self.beginResetModel()
            self._rows = new_rows
            self.endResetModel()
        elif new_rows != self._rows:
            self._rows = new_rows
            last = self.index(len(new_rows) - 1, len(ProgressColumn) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_short(self, short: bool) -> None:
        """Whether precision is shown without its interval, which the tip has."""
        if short != self._short:
            self._short = short
            last = self.index(len(self._rows) - 1, len(ProgressColumn) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def row_total(self) -> int:
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        counts, column = self._rows[index.row()], ProgressColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            text = _text(counts, column)
            return text.partition(" (")[0] if self._short and column else text
        if role == SORT_ROLE:
            return _key(counts, column)
        if role == COUNTS_ROLE:
            return counts
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tip(counts))
        return None


def _text(counts: ClassCounts, column: ProgressColumn) -> str:
    if column is ProgressColumn.CLASS:
        return counts.label
    if column is ProgressColumn.LEFT:
        return grouped(counts.unreviewed)
    if column is ProgressColumn.REVIEWED:
        return f"{int(counts.reviewed_share * 100)}%"
    interval = counts.precision_interval
    if counts.precision is None or interval is None:
        return "–"
    decided = counts.accepted + counts.rejected
    if decided < FEWEST_FOR_A_SHARE:
        return f"{counts.accepted} of {decided}"
    low, high = (round(100 * end) for end in interval)
    return f"{round(100 * counts.precision)}% ({low}–{high})"


def _key(counts: ClassCounts, column: ProgressColumn) -> Any:
    match column:
        case ProgressColumn.CLASS:
            return counts.label.casefold()
        case ProgressColumn.LEFT:
            return counts.unreviewed
        case ProgressColumn.REVIEWED:
            return counts.reviewed_share
    return -1.0 if counts.precision is None else counts.precision


def _tip(counts: ClassCounts) -> str:
    return (
        f"{counts.label}\n{grouped(counts.accepted)} accepted, "
        f"{grouped(counts.rejected)} rejected, "
        f"{grouped(counts.uncertain)} uncertain, {grouped(counts.unreviewed)} unreviewed"
    )
