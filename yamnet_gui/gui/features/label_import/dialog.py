"""A preview of importing tables, and its options."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import LabelledRecording, RecordingInfo
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.widgets.buttons import TickBox
from yamnet_gui.gui.widgets.tables import QuietTable
from yamnet_gui.labels.exchange.import_plan import ImportKind, ImportPlan, Resolve
from yamnet_gui.labels.exchange.project_tables import recording_infos
from yamnet_gui.labels.formats import FORMATS
from yamnet_gui.labels.project import Project

from .jobs import PlanJob, ReadTables, ReadTablesJob, TableReading
from .model import KIND_WORDS, RESOLVE_WORDS, ImportColumn, ImportTableModel
from .unknown_labels import Ask, UnknownLabels

_MOST_LABELS = 200
"""Unknown labels that are listed one by one; more of them are imported as custom labels."""
_KINDS: tuple[tuple[str, tuple[ImportKind, ...]], ...] = (
    ("All changes", tuple(k for k in ImportKind if k is not ImportKind.SAME)),
    *((KIND_WORDS[kind], (kind,)) for kind in ImportKind),
    ("All", tuple(ImportKind)),
)


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What `ImportJob` needs."""

    plan: ImportPlan
    title: str
    conflicts: Resolve
    single: dict[str, Resolve]
    add_missing: bool


class ImportDialog(QDialog):
    """Previews an import; `request` is the result, None before OK.

    `shown`: the open recording as shown in the window. `ask`: asks for the class of a label.
    """

    def __init__(
        self,
        project: Project,
        tables: Sequence[Path],
        shown: LabelledRecording | None,
        ask: Ask,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        names = tables[0].name if len(tables) == 1 else f"{len(tables)} tables"
        self.setWindowTitle(f"Import {names}")
        self._project = project
        self._tables = tuple(tables)
        self._shown = shown
        self._title = f"import {names}"
        self._background = LatestJob("import", self)
        self._known = recording_infos(project)
        self.read = ReadTables(TableReading())
        self.request: ImportRequest | None = None
        self.model = ImportTableModel(self)
        self._build(ask)
        self._read_again()

    @property
    def reading(self) -> bool:
        """Whether tables are being read or compared."""
        return self._background.busy

    def done(self, result: int) -> None:
        """Stops background work before the dialog closes."""
        self._background.close()
        super().done(result)

    def accept(self) -> None:
        way = Resolve(self.conflicts.currentData())
        adding = self.add_missing.isChecked()
        self.request = ImportRequest(
            self.read.plan, self._title, way, dict(self.model.single), adding
        )
        super().accept()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 144, metrics.height() * 36)

    # Building

    def _build(self, ask: Ask) -> None:
        self.format = QComboBox(self)
        self.format.setAccessibleName("Format")
        self.format.addItem("Detect automatically", None)
        for fmt in FORMATS.values():
            if fmt.can_read:
                self.format.addItem(fmt.title, fmt.name)
        self.column = QComboBox(self)
        self.column.setAccessibleName("Label column")
        self.about = QComboBox(self)
        self.about.setAccessibleName("Recording")
        self.about.addItem("As named in the file", None)
        for info in self._known:
            self.about.addItem(info.path.name, info)
        for box in (self.format, self.column, self.about):
            box.activated.connect(self._read_again)
        form = QFormLayout()
        form.setVerticalSpacing(6)
        form.addRow("F&ormat", self.format)
        form.addRow("&Label column", self.column)
        form.addRow("&Recording", self.about)
        self._form = form
        self.counts = QLabel(self)
        font = self.counts.font()
        font.setBold(True)
        self.counts.setFont(font)
        self.remarks = QLabel(self)
        self.remarks.setWordWrap(True)
        self.remarks.setTextFormat(Qt.TextFormat.PlainText)
        self.remarks.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.add_missing = TickBox("", self)
        self.add_missing.toggled.connect(self._offer)
        self.unknown = UnknownLabels(ask, self)
        self.unknown.changed.connect(self._plan_again)
        self.pages = QTabWidget(self)
        self.pages.addTab(self._events_page(), "&Events")
        self.pages.addTab(self.unknown, "&Unknown labels")
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel, self)
        self.buttons.button(standard.Ok).setText("&Import")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addSpacing(4)
        layout.addWidget(self.counts)
        layout.addWidget(self.remarks)
        layout.addWidget(self.add_missing)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.buttons)

    def _events_page(self) -> QWidget:
        page = QWidget(self)
        self.kinds = QComboBox(page)
        self.kinds.setAccessibleName("Kinds")
        for text, _ in _KINDS:
            self.kinds.addItem(text)
        self.kinds.currentIndexChanged.connect(lambda row: self.model.set_kinds(_KINDS[row][1]))
        self.model.set_kinds(_KINDS[0][1])
        self.table = QuietTable(page)
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
        self.conflicts = QComboBox(page)
        self.conflicts.setAccessibleName("Conflicts")
        for way, text in RESOLVE_WORDS.items():
            self.conflicts.addItem(text, way.value)
        self.conflicts.currentIndexChanged.connect(self._on_way)
        self.singly = [
            (QPushButton(text, page), way)
            for text, way in (
                ("&Keep mine", Resolve.KEEP),
                ("Use t&he file's", Resolve.TAKE),
                ("&Both", Resolve.BOTH),
            )
        ]
        label = QLabel("&Conflicts", page)
        label.setBuddy(self.conflicts)
        label.setToolTip("Events that have been reviewed, but differ in the file")
        row = QHBoxLayout()
        row.addWidget(self.kinds)
        row.addStretch(1)
        row.addWidget(label)
        row.addWidget(self.conflicts)
        row.addSpacing(12)
        row.addWidget(QLabel("For selected rows:", page))
        for button, way in self.singly:
            button.clicked.connect(lambda _checked=False, w=way: self._resolve(w))
            row.addWidget(button)
        layout = QVBoxLayout(page)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)
        return page

    # Reading

    def _read_again(self) -> None:
        about: RecordingInfo | None = self.about.currentData()
        reading = TableReading(self.format.currentData(), self.column.currentData(), about)
        self._wait("Reading…")
        job = ReadTablesJob(self._project, self._tables, reading, self.unknown.mapping, self._shown)
        self._background.run(job, self._show_read, self._show_problem)

    def _plan_again(self) -> None:
        self._wait("Comparing…")
        job = PlanJob(self._project, self.read, self.unknown.mapping, self._shown)
        self._background.run(job, self._show_read, self._show_problem)

    def _wait(self, text: str) -> None:
        self.counts.setText(text)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(False)

    def _show_problem(self, error: UserError) -> None:
        self._show_read(ReadTables(self.read.reading, problem=str(error)))

    def _show_read(self, read: ReadTables) -> None:
        self.read = read
        self._show_columns(read.columns)
        plan = read.plan
        counts = plan.counts()
        summary = ", ".join(f"{counts[kind]} {KIND_WORDS[kind].lower()}" for kind in ImportKind)
        left = f", {plan.left_out} skipped" if plan.left_out else ""
        one = len(self._tables) == 1
        unread = "This file cannot be read" if one else "These files cannot be read"
        self.counts.setText(unread if read.problem else summary + left)
        role = QPalette.ColorRole.WindowText if read.problem else QPalette.ColorRole.PlaceholderText
        self.remarks.setForegroundRole(role)
        self.remarks.setText(read.problem or "\n".join(self._remarks(read)))
        self.remarks.setVisible(bool(self.remarks.text()))
        self.model.set_events(plan.events)
        self.unknown.show_labels(plan.unknown_labels[:_MOST_LABELS])
        self.pages.setTabText(1, f"&Unknown labels ({self.unknown.rowCount()})")
        self.pages.setTabEnabled(1, self.unknown.rowCount() > 0)
        missing = [info.path.name for info in plan.new_recordings]
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        self.add_missing.setText(
            f"Add recordings that are not in the project: {', '.join(missing[:3])}{more}"
        )
        self.add_missing.setVisible(bool(missing))
        if read.results and self.format.currentData() is None:
            names = dict.fromkeys(FORMATS[r.format_name].title for r in read.results)
            self.format.setItemText(0, f"Detected: {', '.join(names)}")
        self._offer()

    def _show_columns(self, columns: Sequence[str]) -> None:
        chosen = self.column.currentData()
        self.column.clear()
        if len(columns) > 1:
            self.column.addItem("Detect automatically", None)
        for name in columns:
            self.column.addItem(name, name)
        self.column.setCurrentIndex(max(self.column.findData(chosen), 0))
        self._form.setRowVisible(self.column, len(columns) > 1)

    def _remarks(self, read: ReadTables) -> list[str]:
        remarks = [text for result in read.results for text in result.warnings][:5]
        restored = sum(result.restored for result in read.results)
        if restored:
            remarks.append("The side-car file restores what the format could not store.")
        more = len(read.plan.unknown_labels) - _MOST_LABELS
        if more > 0:
            remarks.append(
                f"{more} more unknown labels, the rarest, are imported as custom labels."
            )
        if read.plan.new_spans:
            remarks.append(f"{len(read.plan.new_spans)} reviewed segments are also imported.")
        return remarks

    # Deciding

    def _on_way(self) -> None:
        self.model.set_way(Resolve(self.conflicts.currentData()))
        self._offer()

    def _resolve(self, way: Resolve) -> None:
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        self.model.resolve(rows, way)
        self._offer()

    def _offer(self) -> None:
        plan = self.read.plan
        conflicts = plan.counts()[ImportKind.CONFLICTING]
        self.conflicts.setEnabled(conflicts > 0)
        self._offer_singly()
        steps = plan.changes(Resolve(self.conflicts.currentData()), self.model.single)
        strange = {info.path for info in plan.new_recordings}
        adding = self.add_missing.isChecked()
        steps = tuple(s for s in steps if adding or s.path not in strange)
        spans = [p for p, _ in plan.new_spans if adding or p not in strange]
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setEnabled(bool(steps or spans or (adding and strange)) and not self.read.problem)
        count = len(steps)
        button.setText(f"&Import {counted(count, 'change')}" if count else "&Import")

    def _offer_singly(self) -> None:
        """Whether any of the selected rows is a conflict."""
        shown = self.model.shown
        chosen = self.table.selectionModel().selectedRows()
        able = any(shown[i.row()].kind is ImportKind.CONFLICTING for i in chosen)
        for button, _ in self.singly:
            button.setEnabled(able)
