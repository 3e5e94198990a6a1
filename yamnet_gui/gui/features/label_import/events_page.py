"""The events of an import: what each would change, and how conflicts are resolved."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.gui.widgets.tables import QuietTable
from yamnet_gui.labels.exchange.import_plan import ImportKind, PlannedEvent, Resolve

from .model import KIND_WORDS, RESOLVE_WORDS, ImportColumn, ImportTableModel

_KINDS: tuple[tuple[str, tuple[ImportKind, ...]], ...] = (
    ("All changes", tuple(k for k in ImportKind if k is not ImportKind.SAME)),
    *((KIND_WORDS[kind], (kind,)) for kind in ImportKind),
    ("All", tuple(ImportKind)),
)


class EventsPage(QWidget):
    """Lists planned events; conflicts are resolved all alike or row by row."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ImportTableModel(self)
        self.kinds = QComboBox(self)
        self.kinds.setAccessibleName("Kinds")
        for text, _ in _KINDS:
            self.kinds.addItem(text)
        self.kinds.currentIndexChanged.connect(lambda row: self.model.set_kinds(_KINDS[row][1]))
        self.model.set_kinds(_KINDS[0][1])
        self.table = QuietTable(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Events of the file")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        width = self.fontMetrics().averageCharWidth()
        for column, letters in zip(ImportColumn, (13, 26, 14, 10, 30), strict=False):
            self.table.setColumnWidth(column, width * letters)
        self.table.selectionModel().selectionChanged.connect(self._offer_singly)
        layout = QVBoxLayout(self)
        layout.addLayout(self._conflict_row())
        layout.addWidget(self.table, 1)

    @property
    def way(self) -> Resolve:
        """How conflicts are resolved that are not resolved individually."""
        return Resolve(self.conflicts.currentData())

    def set_events(self, events: Sequence[PlannedEvent]) -> None:
        """Lists other events."""
        self.model.set_events(events)
        self.conflicts.setEnabled(any(e.kind is ImportKind.CONFLICTING for e in events))
        self._offer_singly()

    def _conflict_row(self) -> QHBoxLayout:
        self.conflicts = QComboBox(self)
        self.conflicts.setAccessibleName("Conflicts")
        for way, text in RESOLVE_WORDS.items():
            self.conflicts.addItem(text, way.value)
        self.conflicts.currentIndexChanged.connect(self._on_way)
        self.singly = [
            (QPushButton(text, self), way)
            for text, way in (
                ("&Keep mine", Resolve.KEEP),
                ("Use t&he file's", Resolve.TAKE),
                ("&Both", Resolve.BOTH),
            )
        ]
        label = PlainLabel("&Conflicts", self)
        label.setBuddy(self.conflicts)
        label.setToolTip("Events that have been reviewed, but differ in the file")
        row = QHBoxLayout()
        row.addWidget(self.kinds)
        row.addStretch(1)
        row.addWidget(label)
        row.addWidget(self.conflicts)
        row.addSpacing(12)
        row.addWidget(PlainLabel("For selected rows:", self))
        for button, way in self.singly:
            button.clicked.connect(lambda _checked=False, w=way: self._resolve(w))
            row.addWidget(button)
        return row

    def _on_way(self) -> None:
        self.model.set_way(self.way)
        self.changed.emit()

    def _resolve(self, way: Resolve) -> None:
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        self.model.resolve(rows, way)
        self.changed.emit()

    def _offer_singly(self) -> None:
        """Whether any of the selected rows is a conflict."""
        shown = self.model.shown
        chosen = self.table.selectionModel().selectedRows()
        able = any(shown[i.row()].kind is ImportKind.CONFLICTING for i in chosen)
        for button, _ in self.singly:
            button.setEnabled(able)
