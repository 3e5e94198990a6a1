"""Which recording each table belongs to: found, or asked for, one by one or for many at once."""

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.text import grouped, printable
from yamnet_gui.gui.widgets.file_names import FileNameDelegate
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.table_model import HeadedTableModel
from yamnet_gui.gui.widgets.tables import QuietTable
from yamnet_gui.labels.exchange.placement import PLACE_HOLDER, Source
from yamnet_gui.labels.exchange.reading import PlacedSource
from yamnet_gui.labels.recording_names import FoundBy

Index = QModelIndex | QPersistentModelIndex


class PlaceColumn(IntEnum):
    """Columns of the table."""

    TABLE = 0
    NAME = 1
    EVENTS = 2
    RECORDING = 3
    BY = 4


class PlacesModel(HeadedTableModel):
    """Where the labels of each table go; open questions first."""

    headers = ("Table", "Recording in the table", "Events", "Recording", "Found by")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sources: Sequence[PlacedSource] = ()

    def set_sources(self, sources: Sequence[PlacedSource]) -> None:
        self.beginResetModel()
        self.sources = sorted(sources, key=lambda s: not s.placement.open)  # else as they came
        self.endResetModel()

    def row_total(self) -> int:
        return len(self.sources)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        placed = self.sources[index.row()]
        column = PlaceColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(placed, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_text(placed, column))
        if role == Qt.ItemDataRole.FontRole and placed.placement.open:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole and column is PlaceColumn.EVENTS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def _text(placed: PlacedSource, column: PlaceColumn) -> str:
    place = placed.placement
    match column:
        case PlaceColumn.TABLE:
            return printable(placed.source.table.name)
        case PlaceColumn.NAME:
            return printable(place.name or place.home or "–")
        case PlaceColumn.EVENTS:
            return grouped(place.events)
        case PlaceColumn.RECORDING:
            if place.by is FoundBy.LEFT_OUT:
                return "–"
            if place.open:
                return "Choose one below"
            return printable(place.info.path if place.info else place.name or place.home)
        case PlaceColumn.BY:
            if place.open and len(place.candidates) < 2:
                return "not certain" if place.candidates else "no recording fits"
            return str(place.by)


class RecordingsPage(QWidget):
    """Shows where labels go; `choices`, `pattern` and `folders` hold what the user decided."""

    changed = Signal()

    def __init__(self, known: Sequence[RecordingInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known = known
        self.choices: dict[Source, Path | None] = {}
        self.pattern = ""
        self.folders: tuple[Path, ...] = ()
        self.model = PlacesModel(self)
        self.table = QuietTable(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Recordings of the tables")
        self.table.setItemDelegate(FileNameDelegate(self.table))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(PlaceColumn.RECORDING, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        width = self.fontMetrics().averageCharWidth()
        letters = {PlaceColumn.TABLE: 32, PlaceColumn.NAME: 26, PlaceColumn.EVENTS: 8}
        for column in (*letters, PlaceColumn.BY):
            self.table.setColumnWidth(column, width * letters.get(column, 22))
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        layout = QVBoxLayout(self)
        layout.addLayout(self._search_row())
        layout.addWidget(self.table, 1)
        layout.addLayout(self._choice_row())
        self._on_selection()

    def show_sources(self, sources: Sequence[PlacedSource]) -> None:
        """Lists these; the first open question is selected."""
        self.model.set_sources(sources)
        if sources and self.model.sources[0].placement.open:
            self.table.selectRow(0)
        self._on_selection()

    @property
    def open_count(self) -> int:
        """Sources whose recording only the user knows."""
        return sum(s.placement.open for s in self.model.sources)

    def selected(self) -> list[PlacedSource]:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.sources[row] for row in rows]

    def _search_row(self) -> QHBoxLayout:
        self.pattern_edit = QLineEdit(self)
        self.pattern_edit.setPlaceholderText(f"{PLACE_HOLDER}_notes*")
        self.pattern_edit.setToolTip(
            "How tables are named: {recording} stands for the recording's name, * for anything"
        )
        self.pattern_edit.setClearButtonEnabled(True)
        self.pattern_edit.editingFinished.connect(self._on_pattern)
        label = PlainLabel("Table &names", self)
        label.setBuddy(self.pattern_edit)
        self.search = QPushButton("Search a fol&der…", self)
        self.search.setToolTip("Looks for recordings below this folder as well")
        self.search.clicked.connect(self._ask_folder)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.pattern_edit, 1)
        row.addSpacing(12)
        row.addWidget(self.search)
        return row

    def _choice_row(self) -> QHBoxLayout:
        self.box = QComboBox(self)
        self.box.setAccessibleName("Recording")
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        completer = QCompleter(self.box.model(), self.box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.box.setCompleter(completer)
        self.use = QPushButton("&Assign", self)
        self.use.clicked.connect(self._assign)
        self.out = QPushButton("Lea&ve out", self)
        self.out.clicked.connect(lambda: self._choose(None))
        self.file = QPushButton("&Other file…", self)
        self.file.clicked.connect(self._ask_file)
        row = QHBoxLayout()
        row.addWidget(PlainLabel("Selected rows", self))
        row.addWidget(self.box, 1)
        for button in (self.use, self.file, self.out):
            row.addWidget(button)
        return row

    def _on_selection(self) -> None:
        """Offers what may be meant by the selected rows first, then all recordings."""
        chosen = self.selected()
        near = dict.fromkeys(c.path for s in chosen for c in s.placement.candidates)
        self.box.clear()
        names = [*near, *(info.path for info in self._known if info.path not in near)]
        for path in names:
            self.box.addItem(printable(path), path)
        self.box.setCurrentIndex(0 if near else -1)
        if not near:
            self.box.setEditText("")
        for widget in (self.box, self.use, self.out, self.file):
            widget.setEnabled(bool(chosen))

    def _assign(self) -> None:
        row = self.box.findText(self.box.currentText())
        if row >= 0:
            path: Path = self.box.itemData(row)
            self._choose(path)

    def _ask_file(self) -> None:
        table = self.selected()[0].source.table
        name, _ = QFileDialog.getOpenFileName(self, "Recording of these labels", str(table.parent))
        if name:
            self._choose(Path(name))

    def _choose(self, path: Path | None) -> None:
        self.choices |= {s.source: path for s in self.selected()}
        self.changed.emit()

    def _on_pattern(self) -> None:
        if self.pattern_edit.text().strip() != self.pattern:
            self.pattern = self.pattern_edit.text().strip()
            self.changed.emit()

    def _ask_folder(self) -> None:
        start = str(self.model.sources[0].source.table.parent) if self.model.sources else ""
        name = QFileDialog.getExistingDirectory(self, "Search this folder for recordings", start)
        if name:
            self.search_folder(Path(name))

    def search_folder(self, folder: Path) -> None:
        """Looks for recordings below this folder, too."""
        self.folders = tuple(dict.fromkeys((*self.folders, folder)))
        self.changed.emit()
