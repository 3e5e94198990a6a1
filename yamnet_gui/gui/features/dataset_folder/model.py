"""The table of the events of a dataset."""

from collections.abc import Sequence
from enum import IntEnum
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import Qt

from yamnet_gui.dataset import DatasetEvent
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.table_model import HeadedTableModel, Index
from yamnet_gui.labels.project import SortKey


class DatasetColumn(IntEnum):
    """Columns of the table."""

    RECORDING = 0
    ONSET = 1
    CLASS = 2
    SCORE = 3


SORT_KEYS = {
    DatasetColumn.RECORDING: SortKey.TIME,
    DatasetColumn.ONSET: SortKey.ONSET,
    DatasetColumn.CLASS: SortKey.LABEL,
    DatasetColumn.SCORE: SortKey.SCORE,
}
_NUMBERS = (DatasetColumn.ONSET, DatasetColumn.SCORE)


class DatasetTableModel(HeadedTableModel):
    """The first events in the order that was asked for."""

    headers = ("Recording", "Onset", "Class", "Score")
    tips = ("Sorts by recording, then onset", "", "", "Highest score of the class")

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[DatasetEvent] = ()

    def set_rows(self, rows: Sequence[DatasetEvent]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def row_total(self) -> int:
        return len(self.rows)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], DatasetColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{row.file}\n{row.label}, {clock(row.onset_s)}")
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def _text(row: DatasetEvent, column: DatasetColumn) -> str:
    match column:
        case DatasetColumn.RECORDING:
            return "/".join(PurePath(row.file).parts[-2:])  # many recorders use the same names
        case DatasetColumn.ONSET:
            return clock(row.onset_s, 1)
        case DatasetColumn.CLASS:
            return row.label
        case DatasetColumn.SCORE:
            return "" if row.score_max is None else f"{row.score_max:.2f}"
