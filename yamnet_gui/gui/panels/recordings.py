"""The list of recordings: those opened in this session and those of the opened folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QVBoxLayout, QWidget

from .parts import Index, QuietTable, SearchField

_PATH_ROLE = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()
_NAME, _STATE = 0, 1


@dataclass(slots=True)
class _Entry:
    path: Path
    state: str = ""


class RecordingsModel(QAbstractTableModel):
    """Recordings with a word on how far each is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[_Entry] = []
        self._rows: dict[Path, int] = {}
        self._current: Path | None = None

    @property
    def paths(self) -> list[Path]:
        return [entry.path for entry in self._entries]

    @property
    def states(self) -> set[str]:
        """Every word that is shown beside a recording."""
        return {entry.state for entry in self._entries}

    def set_files(self, paths: Iterable[Path]) -> None:
        """Lists these, each once; what is known of their state stays."""
        states = {entry.path: entry.state for entry in self._entries}
        self.beginResetModel()
        self._entries = [_Entry(p, states.get(p, "")) for p in dict.fromkeys(paths)]
        self._rows = {entry.path: row for row, entry in enumerate(self._entries)}
        self.endResetModel()

    def add(self, path: Path) -> None:
        """Lists one more, at the end."""
        if path not in self._rows:
            row = len(self._entries)
            self.beginInsertRows(QModelIndex(), row, row)
            self._entries.append(_Entry(path))
            self._rows[path] = row
            self.endInsertRows()

    def set_state(self, path: Path, text: str) -> None:
        row = self._rows.get(path)
        if row is not None and self._entries[row].state != text:
            self._entries[row].state = text
            self.dataChanged.emit(self.index(row, _NAME), self.index(row, _STATE))

    def set_current(self, path: Path | None) -> None:
        """Marks the recording that is open."""
        before, self._current = self._current, path
        for changed in (before, path):
            row = self._rows.get(changed) if changed else None
            if row is not None:
                self.dataChanged.emit(self.index(row, _NAME), self.index(row, _STATE))

    def row_of(self, path: Path) -> int | None:
        return self._rows.get(path)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else 2

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return ("Recording", "State")[section] if section in (_NAME, _STATE) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.path.name if index.column() == _NAME else entry.state
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{entry.path}\n{entry.state}".strip()
        if role == Qt.ItemDataRole.FontRole and entry.path == self._current:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.AccessibleTextRole and entry.path == self._current:
            return f"{entry.path.name}, open" if index.column() == _NAME else entry.state
        if role == _PATH_ROLE:
            return entry.path
        return None


class RecordingsPanel(QWidget):
    """Recordings to choose from; a double click or Enter asks to open one."""

    open_requested = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RecordingsModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self.model)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = SearchField("Filter recordings", self)
        self.search.textChanged.connect(self._on_filter)
        self.search.left_down.connect(self._enter_table)
        self.search.returnPressed.connect(self._enter_table)
        self.table = QuietTable(self)
        self.table.setModel(self._proxy)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setAccessibleName("Recordings")
        header = self.table.horizontalHeader()
        header.hide()
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_STATE, QHeaderView.ResizeMode.Fixed)
        self.table.entered_row.connect(self._on_entered)
        self.count = QLabel(self)
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.count)
        self._show_count()

    def set_files(self, paths: Iterable[Path]) -> None:
        """Lists these recordings."""
        self.model.set_files(paths)
        self._show_count()

    def add_file(self, path: Path) -> None:
        """Lists one more recording, if it is not there yet."""
        self.model.add(path)
        self._show_count()

    def set_state(self, path: Path, text: str) -> None:
        """A word or two on how far a recording is."""
        self.model.set_state(path, text)
        self._fit_states()

    def set_current(self, path: Path | None) -> None:
        """Marks the recording that is open and brings it into view."""
        self.model.set_current(path)
        row = self.model.row_of(path) if path else None
        if row is not None:
            index = self._proxy.mapFromSource(self.model.index(row, _NAME))
            if index.isValid():
                self.table.setCurrentIndex(index)

    def step(self, by: int) -> None:
        """Asks for the recording that stands `by` rows from the current one in the list."""
        row = self.table.currentIndex().row() + by
        if 0 <= row < self._proxy.rowCount():
            self.open_requested.emit(self._proxy.index(row, _NAME).data(_PATH_ROLE))

    def sizeHint(self) -> QSize:
        return QSize(280, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_states()
        super().resizeEvent(event)

    def _fit_states(self) -> None:
        """Gives the states what they need, but never most of the room."""
        font = QFont(self.table.font())
        font.setBold(True)
        metrics = QFontMetrics(font)
        widest = max((metrics.horizontalAdvance(t) for t in self.model.states), default=0)
        width = min(widest + 12, self.width() * 2 // 5) if widest else 0
        self.table.setColumnWidth(_STATE, width)

    def _on_filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text.strip())
        self._show_count()

    def _on_entered(self, index: Index) -> None:
        self.open_requested.emit(index.data(_PATH_ROLE))

    def _enter_table(self) -> None:
        if self._proxy.rowCount():
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.table.currentIndex().isValid():
                self.table.selectRow(0)

    def _show_count(self) -> None:
        total, shown = self.model.rowCount(), self._proxy.rowCount()
        words = f"{total} recording{'s' if total != 1 else ''}"
        if shown != total:
            words += f" · {shown} shown"
        self.count.setText(words if total else "Open a file or a folder")
