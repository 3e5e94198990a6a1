"""What all flat tables share: so many rows, so many columns, and their headers."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
# Styles put the arrow of the sorted column at the right.
_ALIGNMENT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class HeadedTableModel(QAbstractTableModel):
    """A table whose columns are named by `headers`; `tips` say more, in the same order.

    A subclass says how many rows there are (`row_total`) and what is in a cell (`data`).
    """

    headers: Sequence[str] = ()
    tips: Sequence[str] = ()

    def row_total(self) -> int:
        """How many rows there are now."""
        raise NotImplementedError

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else self.row_total()

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.headers)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.headers):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.headers[section]
        if role == Qt.ItemDataRole.ToolTipRole and self.tips:
            return self.tips[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENT
        return None
