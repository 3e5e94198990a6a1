"""What the columns of any table mean: the guess over its first rows, to be corrected."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.text import printable
from yamnet_gui.gui.widgets.number_box import NumberBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.labels.exchange.saved_columns import SavedColumns
from yamnet_gui.labels.formats.any_table import FirstRows
from yamnet_gui.labels.formats.columns import LISTS, ColumnMapping, Role, TimeUnit
from yamnet_gui.labels.formats.layout import fold_name

_ROWS = 10
_ROLES = {
    None: "(left out)", Role.ONSET: "Onset", Role.OFFSET: "Offset", Role.DURATION: "Duration",
    Role.LABEL: "Label", Role.CLASS: "Class: 1 or 0", Role.RECORDING: "Recording",
    Role.LOW: "Low frequency", Role.HIGH: "High frequency", Role.SCORE: "Score",
    Role.STATE: "Review state", Role.CHANNEL: "Channel", Role.REVIEWER: "Reviewer",
    Role.NOTE: "Note", Role.RATE: "Sample rate",
}  # fmt: skip
_UNITS = {
    TimeUnit.SECONDS: "seconds", TimeUnit.MILLISECONDS: "milliseconds",
    TimeUnit.MINUTES: "minutes", TimeUnit.SAMPLES: "samples", TimeUnit.FRAMES: "frames",
}  # fmt: skip
_SEPARATORS = {
    None: "as found", ",": "comma", ";": "semicolon", "\t": "TAB", "|": "bar", " ": "blanks",
}  # fmt: skip
_HEADERS = {None: "as found", True: "names", False: "data"}
_APART = {"": "one", ",": "comma", ";": "semicolon", "|": "bar", LISTS: "list"}


class ColumnsPage(QWidget):
    """Shows the guess and the first rows; `chosen` is what the user made of it, None: nothing."""

    changed = Signal()

    def __init__(self, saved: SavedColumns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._saved = saved
        self.chosen: ColumnMapping | None = None
        self._shown = ColumnMapping()
        self._names: tuple[str, ...] = ()
        self.names = _box("Saved columns", {None: "Guessed"}, self)
        self.names.activated.connect(self._on_name)
        self.save = QPushButton("&Save as…", self)
        self.save.clicked.connect(self._ask_name)
        self.separator = _box("Separator", _SEPARATORS, self)
        self.header = _box("First line", _HEADERS, self)
        self.unit = _box("Times in", _UNITS, self)
        self.apart = _box("Labels in a cell", _APART, self)
        self.per_second = NumberBox(self)
        self.per_second.setAccessibleName("Samples per second, or seconds per frame")
        self.per_second.setKeyboardTracking(False)
        for box in (self.separator, self.header, self.unit, self.apart):
            box.activated.connect(self._on_layout)
        self.per_second.valueChanged.connect(self._on_layout)
        self.table = QTableWidget(self)
        self.table.setAccessibleName("First rows of the table")
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.verticalHeader().hide()
        self.table.setTabKeyNavigation(False)
        self.problem = PlainLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.hide()
        layout = QVBoxLayout(self)
        for row in self._rows():
            layout.addLayout(row)
        layout.addWidget(self.problem)
        layout.addWidget(self.table, 1)
        self._list_names()

    def show_rows(self, first: FirstRows | None) -> None:
        """Shows the mapping over these rows; changes nothing that the user chose."""
        if first is None:
            return
        self._shown = first.mapping
        width = first.width
        self._names = tuple(
            (first.header[k] if first.header is not None else "") or str(k + 1)
            for k in range(width)
        )
        for box, value in (
            (self.separator, self._shown.separator),
            (self.header, self._shown.header),
            (self.unit, self._shown.unit),
            (self.apart, self._shown.labels_apart),
        ):
            box.setCurrentIndex(max(0, _place(box, value)))
        self._show_rate()
        rows = first.rows[:_ROWS]
        self.table.clear()
        self.table.setRowCount(len(rows) + 1)
        self.table.setColumnCount(width)
        self.table.setHorizontalHeaderLabels([printable(name) for name in self._names])
        for column in range(width):
            self.table.setCellWidget(0, column, self._role_box(column))
            for row, cells in enumerate(rows, start=1):
                text = printable(cells[column]) if column < len(cells) else ""
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.table.resizeColumnsToContents()
        letters = self.fontMetrics().averageCharWidth()
        for column in range(width):
            size = self.table.columnWidth(column)
            self.table.setColumnWidth(column, min(max(size, 18 * letters), 40 * letters))
        self.save.setEnabled(bool(self._shown.columns))

    def role_box(self, column: int) -> QComboBox:
        """The choice of what a column holds."""
        box = self.table.cellWidget(0, column)
        assert isinstance(box, QComboBox)
        return box

    def save_as(self, name: str) -> None:
        """Saves what is shown under a name."""
        try:
            self._saved.save(name, self._shown)
        except SettingsError as error:
            self._show_problem(str(error))
            return
        self._show_problem("")
        self._list_names()
        self.names.setCurrentIndex(max(0, _place(self.names, name.strip())))

    def _rows(self) -> tuple[QHBoxLayout, QHBoxLayout]:
        """Two, as one would be wider than a small screen."""
        named, layout = QHBoxLayout(), QHBoxLayout()
        for row, text, boxes in (
            (named, "Columns", (self.names, self.save)),
            (layout, "Separator", (self.separator,)),
            (layout, "First line", (self.header,)),
            (layout, "Times in", (self.unit, self.per_second)),
            (layout, "Labels in a cell", (self.apart,)),
        ):
            row.addWidget(PlainLabel(text, self))
            for box in boxes:
                row.addWidget(box)
        for row in (named, layout):
            row.addStretch(1)
        return named, layout

    def _role_box(self, column: int) -> QComboBox:
        box = _box(f"What column {printable(self._names[column])} holds", _ROLES, self.table)
        box.setCurrentIndex(max(0, _place(box, self._role(column))))
        box.activated.connect(lambda _row, k=column: self._on_role(k))
        return box

    def _role(self, column: int) -> Role | None:
        wanted = {fold_name(self._names[column]), str(column + 1)}
        roles = [role for role, name in self._shown.columns if fold_name(name) in wanted]
        return roles[0] if roles else None

    def _on_role(self, column: int) -> None:
        word = self.role_box(column).currentData()
        role = Role(word) if word else None
        mapping = self._shown
        for reference in {self._names[column], str(column + 1)}:
            mapping = mapping.with_role(reference, None)
        self._choose(mapping.with_role(self._names[column], role))

    def _on_layout(self) -> None:
        unit = TimeUnit(self.unit.currentData())
        value = self.per_second.value() or None
        mapping = replace(
            self._shown,
            separator=self.separator.currentData(),
            header=self.header.currentData(),
            unit=unit,
            labels_apart=self.apart.currentData(),
            rate_hz=value if unit is self._shown.unit is TimeUnit.SAMPLES else None,
            hop_s=value if unit is self._shown.unit is TimeUnit.FRAMES else None,
        )
        other = (mapping.separator, mapping.header) != (self._shown.separator, self._shown.header)
        # columns of another layout have to be guessed again
        self._choose(replace(mapping, columns=()) if other else mapping)

    def _on_name(self) -> None:
        name = self.names.currentData()
        try:
            self.chosen = self._saved.mapping(name) if name is not None else None
        except SettingsError as error:
            self._show_problem(str(error))
            return
        self._show_problem("")
        self.changed.emit()

    def _choose(self, mapping: ColumnMapping) -> None:
        self.chosen = self._shown = mapping
        self.changed.emit()

    def _show_rate(self) -> None:
        unit = self._shown.unit
        self.per_second.setVisible(unit in (TimeUnit.SAMPLES, TimeUnit.FRAMES))
        self.per_second.blockSignals(True)
        frames = unit is TimeUnit.FRAMES
        self.per_second.setDecimals(6 if frames else 0)
        self.per_second.setRange(0, 1e9)
        self.per_second.setSuffix(" s per frame" if frames else " Hz")
        self.per_second.setSpecialValueText("choose" if frames else "the recording's rate")
        self.per_second.setValue((self._shown.hop_s if frames else self._shown.rate_hz) or 0)
        self.per_second.blockSignals(False)

    def _list_names(self) -> None:
        try:
            names: Sequence[str] = list(self._saved.texts())
        except SettingsError as error:
            names = []
            self._show_problem(str(error))
        self.names.clear()
        self.names.addItem("Guessed", None)
        for name in names:
            self.names.addItem(printable(name), name)

    def _ask_name(self) -> None:
        name, agreed = QInputDialog.getText(self, "Save columns", "Name")
        if agreed and name.strip():
            self.save_as(name)

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


def _box(name: str, choices: dict, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    for value, text in choices.items():
        box.addItem(text, value)
    return box


def _place(box: QComboBox, value: object) -> int:
    """Where the value stands; `findData` does not tell None from other values."""
    return next((k for k in range(box.count()) if box.itemData(k) == value), -1)
