"""Every work that the program runs on, and the text of its licence."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHeaderView, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from yamnet_gui.core.licences import Part, parts
from yamnet_gui.core.text import counted
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.gui.widgets.table_model import HeadedTableModel, Index
from yamnet_gui.gui.widgets.tables import QuietTable, fit_columns

_NAME, _VERSION, _LICENCE = range(3)


class PartsModel(HeadedTableModel):
    """A row for each work."""

    headers = ("Part", "Version", "Licence")

    def __init__(self, listed: Sequence[Part], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts = tuple(listed)

    def row_total(self) -> int:
        return len(self.parts)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        part = self.parts[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (part.name, part.version, part.licence)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return part.url or None
        return None


class LicencesView(QWidget):
    """The list above, the text of the chosen part below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = PartsModel(parts(), self)
        self.table = QuietTable(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Parts")
        fit_columns(self.table, {_NAME: "charset-normalizer-and", _VERSION: "2026.10.19.post1"})
        self.table.horizontalHeader().setSectionResizeMode(_LICENCE, QHeaderView.ResizeMode.Stretch)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Licence")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        both = QSplitter(Qt.Orientation.Vertical, self)
        both.setChildrenCollapsible(False)
        both.addWidget(self.table)
        both.addWidget(self.text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(PlainLabel(f"{counted(len(self.model.parts), 'part')}:", self))
        layout.addWidget(both)
        self.table.selectionModel().currentRowChanged.connect(self._show)
        self.table.selectRow(0)
        self.setFocusProxy(self.table)

    @Slot(QModelIndex, QModelIndex)
    def _show(self, row: QModelIndex, _before: QModelIndex) -> None:
        if not row.isValid():
            return
        part = self.model.parts[row.row()]
        head = f"{part.name} {part.version}".strip()
        self.text.setPlainText("\n".join(filter(None, (head, part.url, "", part.text()))))
