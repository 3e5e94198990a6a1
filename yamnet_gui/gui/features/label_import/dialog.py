"""A preview of importing tables, and its options."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QPlainTextEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.text import counted, counted_more, grouped, part_of, printable
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.widgets.buttons import DialogButtons, TickBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip, without_access_key
from yamnet_gui.labels.exchange.import_plan import ImportKind, ImportPlan, Resolve
from yamnet_gui.labels.exchange.import_remarks import Nothing, some, why_nothing
from yamnet_gui.labels.exchange.placement import SoundFiles
from yamnet_gui.labels.exchange.project_tables import recording_infos
from yamnet_gui.labels.exchange.reading import TableReading
from yamnet_gui.labels.exchange.saved_columns import SavedColumns
from yamnet_gui.labels.formats import FORMATS
from yamnet_gui.labels.formats.encodings import OFFERED
from yamnet_gui.labels.project import Project

from .columns_page import ColumnsPage
from .events_page import EventsPage
from .jobs import PlanJob, ReadTables, ReadTablesJob
from .model import KIND_WORDS
from .recordings_page import RecordingsPage
from .tiers_page import TiersPage
from .unknown_labels import Ask, UnknownLabels

_MOST_LABELS = 200
"""Unknown labels that are listed one by one; more of them are imported as custom labels."""
_MOST_REMARKS = 4
_WHY_NOTHING = {
    Nothing.RECORDINGS_MISSING: "Nothing can be imported: none of these recordings is in the"
    " project. Tick the box above to add them.",
    Nothing.EDITED_STAY: "Nothing would change: events that you have edited stay as they are."
    " To import them, choose another way for conflicts.",
    Nothing.NOTHING_NEW: "Nothing to import.",
}
_DIM = QPalette.ColorRole.PlaceholderText


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What `ImportJob` needs."""

    plan: ImportPlan
    title: str
    conflicts: Resolve
    single: dict[str, Resolve]
    adding: frozenset[Path]
    doubtful: bool


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
        names = tables[0].name if len(tables) == 1 else counted(len(tables), "table")
        self.setWindowTitle(f"Import {names}")
        self._project = project
        self._tables = tuple(tables)
        self._shown = shown
        self._title = f"import {names}"
        self._background = LatestJob("import", self)
        self._files = SoundFiles()
        self.read = ReadTables(TableReading())
        self.request: ImportRequest | None = None
        self._asked = False  # whether the page of open questions has come to the front
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
        way = self.events.way
        self.request = ImportRequest(
            self.read.plan,
            self._title,
            way,
            dict(self.events.model.single),
            self._adding(),
            not self.leave_doubtful.isChecked(),
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
        self.encoding = QComboBox(self)
        self.encoding.setAccessibleName("Encoding")
        self.encoding.addItem("Detect automatically", None)
        for name, title in OFFERED.items():
            self.encoding.addItem(title, name)
        for box in (self.format, self.column, self.encoding):
            box.activated.connect(self._read_again)
        form = QFormLayout()
        form.setVerticalSpacing(6)
        form.addRow("F&ormat", self.format)
        form.addRow("Enco&ding", self.encoding)
        form.addRow("&Label column", self.column)
        self._form = form
        self.counts = PlainLabel(self)
        self.counts.setTextFormat(Qt.TextFormat.PlainText)
        font = self.counts.font()
        font.setBold(True)
        self.counts.setFont(font)
        self.remarks = PlainLabel(self)
        self.remarks.setWordWrap(True)
        self.remarks.setTextFormat(Qt.TextFormat.PlainText)
        self.remarks.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.why_not = PlainLabel(self)
        self.why_not.setWordWrap(True)
        self.why_not.setTextFormat(Qt.TextFormat.PlainText)
        self.add_found = TickBox("", self)
        self.add_found.setChecked(True)
        self.add_missing = TickBox("", self)
        self.leave_doubtful = TickBox("", self)
        for tick in (self.add_found, self.add_missing, self.leave_doubtful):
            tick.toggled.connect(self._offer)
        self.unknown = UnknownLabels(ask, self)
        self.unknown.changed.connect(self._plan_again)
        self.pages = QTabWidget(self)
        self.events = EventsPage(self)
        self.events.changed.connect(self._offer)
        self.places = RecordingsPage(recording_infos(self._project), self)
        self.places.changed.connect(self._read_again)
        self.tiers = TiersPage(self)
        self.tiers.changed.connect(self._read_again)
        self.all_remarks = QPlainTextEdit(self)
        self.all_remarks.setReadOnly(True)
        self.all_remarks.setAccessibleName("Remarks")
        self.all_remarks.setFrameShape(QFrame.Shape.NoFrame)
        self.pages.addTab(self.events, "&Events")
        self.pages.addTab(self.places, "&Recordings")
        self.columns = ColumnsPage(SavedColumns(), self)
        self.columns.changed.connect(self._read_again)
        self.pages.addTab(self.columns, "Colum&ns")
        self.pages.addTab(self.unknown, "&Unknown labels")
        self.pages.addTab(self.tiers, "&Tiers")
        self.pages.setTabVisible(self.pages.indexOf(self.tiers), False)
        self.pages.addTab(self.all_remarks, "Re&marks")
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
        self.buttons.button(standard.Ok).setText("&Import")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addSpacing(4)
        layout.addWidget(self.counts)
        layout.addWidget(self.remarks)
        for tick in (self.add_found, self.add_missing, self.leave_doubtful):
            layout.addWidget(tick)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.why_not)
        layout.addWidget(self.buttons)

    # Reading

    def _read_again(self) -> None:
        reading = TableReading(
            self.format.currentData(),
            self.column.currentData(),
            self.encoding.currentData(),
            columns=self.columns.chosen,
            pattern=self.places.pattern,
            folders=self.places.folders,
            choices=dict(self.places.choices),
            tiers=self.tiers.tiers,
        )
        self._wait("Reading…")
        job = ReadTablesJob(
            self._project,
            self._tables,
            reading,
            self.unknown.mapping,
            self._shown,
            self._files,
        )
        self._background.run(job, self._show_read, self._show_problem)

    def _plan_again(self) -> None:
        self._wait("Comparing…")
        job = PlanJob(self._project, self.read, self.unknown.mapping, self._shown)
        self._background.run(job, self._show_read, self._show_problem)

    def _wait(self, text: str) -> None:
        self.counts.setText(text)
        self.why_not.setVisible(False)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(False)

    def _show_problem(self, error: UserError) -> None:
        self._show_read(ReadTables(self.read.reading, problem=str(error)))

    def _show_read(self, read: ReadTables) -> None:
        if not read.finished:
            self._wait(f"Reading… {part_of(read.read.done, read.read.total, 'table')}")
            return
        self.read = read
        self._show_columns(read.columns)
        self.columns.show_rows(read.first)
        self.pages.setTabVisible(self.pages.indexOf(self.columns), read.first is not None)
        if self.encoding.currentData() is None and read.encoding:
            title = OFFERED.get(read.encoding.removesuffix("-sig"), read.encoding)
            self.encoding.setItemText(0, f"Detected: {title}")
        plan = read.plan
        self._show_summary(read)
        self.events.set_events(plan.events)
        self.unknown.show_labels(plan.unknown_labels[:_MOST_LABELS])
        self._show_tabs(read)
        strange = {info.path: info for info in plan.new_recordings}
        found = [path for path in strange if path in self._found()]
        self._show_tick(self.add_found, "Add to the project: ", found)
        missing = [path for path in strange if path not in found]
        self._show_tick(self.add_missing, "Add without a sound file: ", missing)
        odd = sum(bool(p.doubts) for p in plan.events)
        self.leave_doubtful.setText(f"Leave out {counted(odd, 'event')} with impossible values")
        self.leave_doubtful.setVisible(odd > 0)
        if read.read.results and self.format.currentData() is None:
            names = dict.fromkeys(FORMATS[r.format_name].title for r in read.read.results)
            self.format.setItemText(0, f"Detected: {', '.join(names)}")
        self._offer()

    def _show_summary(self, read: ReadTables) -> None:
        plan = read.plan
        counts = plan.counts()
        summary = ", ".join(
            f"{grouped(counts[kind])} {KIND_WORDS[kind].lower()}" for kind in ImportKind
        )
        left = f", {grouped(plan.left_out)} skipped" if plan.left_out else ""
        one = len(self._tables) == 1
        unread = "This file cannot be read" if one else "These files cannot be read"
        self.counts.setText(unread if read.problem else summary + left)
        lines = read.problem.splitlines() or [r.whole() for r in read.remarks]
        urgent = [r.whole() for r in read.remarks if r.urgent]
        shown = (urgent or lines)[:_MOST_REMARKS] if not read.problem else lines[:_MOST_REMARKS]
        role = QPalette.ColorRole.WindowText if urgent or read.problem else _DIM
        self.remarks.setForegroundRole(role)
        self.remarks.setText("\n".join(shown))
        self.remarks.setVisible(bool(shown))
        more = len(read.plan.unknown_labels) - _MOST_LABELS
        if more > 0:
            text = (
                f"{counted_more(more, 'unknown label')}, the rarest, are imported as custom labels."
            )
            lines.append(text)
            self.remarks.setText("\n".join([*shown, text]))
        details = [
            line for r in read.remarks for line in (r.text, *(f"    {d}" for d in r.details))
        ]
        self.all_remarks.setPlainText("\n".join(details or lines))

    def _show_tabs(self, read: ReadTables) -> None:
        self.places.show_sources(read.read.sources)
        if read.read.results:
            self.tiers.show_tiers(read.read.results)
        self.pages.setTabVisible(self.pages.indexOf(self.tiers), self.tiers.count > 0)
        open_count = self.places.open_count
        tabs = (
            (self.places, "&Recordings", open_count, bool(read.read.sources)),
            (self.unknown, "&Unknown labels", self.unknown.rowCount(), None),
            (self.tiers, "&Tiers", self.tiers.count, None),
            (self.all_remarks, "Re&marks", len(read.remarks), None),
        )
        for page, text, count, enabled in tabs:
            at = self.pages.indexOf(page)
            what = f"{grouped(count)} open" if page is self.places else grouped(count)
            self.pages.setTabText(at, f"{text} ({what})" if count else text)
            self.pages.setTabEnabled(at, count > 0 if enabled is None else enabled)
        if open_count and not self._asked:
            self.pages.setCurrentWidget(self.places)
            self._asked = True

    def _show_tick(self, box: TickBox, text: str, paths: Sequence[Path]) -> None:
        names = some([printable(path.name) for path in paths])
        box.setText(text + without_access_key(names))
        box.setVisible(bool(paths))

    def _found(self) -> set[Path]:
        """Recordings whose sound file was found."""
        sources = self.read.read.sources
        return {s.placement.path for s in sources if s.placement.info is not None}

    def _adding(self) -> frozenset[Path]:
        """Recordings to add to the project."""
        found = self._found()
        return frozenset(
            info.path
            for info in self.read.plan.new_recordings
            if (self.add_found if info.path in found else self.add_missing).isChecked()
        )

    def _show_columns(self, columns: Sequence[str]) -> None:
        chosen = self.column.currentData()
        self.column.clear()
        if len(columns) > 1:
            self.column.addItem("Detect automatically", None)
        for name in columns:
            self.column.addItem(name, name)
        self.column.setCurrentIndex(max(self.column.findData(chosen), 0))
        self._form.setRowVisible(self.column, len(columns) > 1)

    def _offer(self) -> None:
        plan = self.read.plan
        way = self.events.way
        doubtful = not self.leave_doubtful.isChecked()
        adding = self._adding()
        strange = {info.path for info in plan.new_recordings} - adding
        steps = [
            s
            for s in plan.changes(way, self.events.model.single, doubtful=doubtful)
            if s.path not in strange
        ]
        spans = [p for p, _ in plan.new_spans if p not in strange]
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        answered = not self.places.open_count and not self.read.problem
        button.setEnabled(bool(steps or spans or adding) and answered)
        self._say_why_not("" if button.isEnabled() else self._reason())
        count = len(steps)
        button.setText(f"&Import {counted(count, 'change')}" if count else "&Import")

    def _reason(self) -> str:
        """Why nothing can be imported, and what to do."""
        if self.read.problem:
            return ""  # is shown above
        if self.places.open_count:
            return "First choose the recordings of all tables."
        return _WHY_NOTHING[why_nothing(self.read.plan)]

    def _say_why_not(self, reason: str) -> None:
        self.why_not.setText(reason)
        self.why_not.setVisible(bool(reason))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setToolTip(plain_tip(reason))
