"""Contents and file of a report."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import ProjectError, UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import is_file, is_folder
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.labels.exchange.export import left_out, left_out_in_words
from yamnet_gui.labels.exchange.report import ReportFacts
from yamnet_gui.labels.exchange.report_facts import project_facts

from .event_choice import EventChoice, Offered
from .jobs import ChooseJob
from .place import unfit, unwritable
from .provenance import ProvenanceBox, ProvenanceRequest

_SUFFIX = ".html"


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What `labels.report` needs."""

    recordings: tuple[LabelledRecording, ...]
    path: Path
    facts: ReportFacts
    provenance: ProvenanceRequest | None = None


class ReportDialog(QDialog):
    """Asks for contents and file of a report; `request` is the result, None before OK."""

    def __init__(
        self,
        offered: Offered,
        class_map: ClassMap,
        folder: Path,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report")
        self._project = offered.project
        self._folder = folder
        self._background = LatestJob("report", self)
        self._chosen: tuple[LabelledRecording, ...] | None = None
        self.request: ReportRequest | None = None
        self.what = EventChoice(offered, class_map, self)
        for box in self.what.states.values():
            box.setChecked(True)  # a report counts rejected ones in columns of their own
        if offered.several:
            self.what.scope.setCurrentIndex(self.what.scope.findData("project"))
        self._build()
        self.what.changed.connect(self._update_summary)
        self.what.loading.connect(self._show_loading)
        self.what.failed.connect(self._show_problem)
        self._update_summary()

    def done(self, result: int) -> None:
        """Stops background work before the dialog closes."""
        self._background.close()
        self.what.close_work()
        super().done(result)

    def accept(self) -> None:
        problem = unwritable(self._path().parent)
        if problem:
            self.place_note.setText(problem)
            self.place_note.setVisible(True)
            return
        try:
            facts = self._facts()
        except ProjectError as error:
            self._show_problem(error)
            return
        if self._chosen is not None:
            more = left_out_in_words(left_out(self.what.recordings, self.what.choice))
            path = self._path()
            provenance = self.provenance.request(path, self._chosen, self.what.choice)
            self.request = ReportRequest(self._chosen, path, facts.with_events(more), provenance)
        super().accept()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 84, metrics.height() * 24)

    def _build(self) -> None:
        what = QGroupBox("What", self)
        QVBoxLayout(what).addWidget(self.what)
        whole = self._project is not None and self.what.whole_project
        name = self._project.path.stem if whole and self._project is not None else ""
        if not name and self.what.recordings:
            name = self.what.recordings[0].recording.path.stem
        self.title = QLineEdit(name or "Report", self)
        self.title.setAccessibleName("Title")
        self.path = QLineEdit(str(self._folder / f"{name or 'report'}{_SUFFIX}"), self)
        self.path.setAccessibleName("File")
        self.path.textChanged.connect(self._offer)
        browse = QPushButton("&Browse…", self)
        browse.clicked.connect(self._on_browse)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(browse)
        form = QFormLayout()
        form.addRow("&Title", self.title)
        label = PlainLabel("&File", self)
        label.setBuddy(self.path)
        form.addRow(label, row)
        self.summary = PlainLabel(self)
        self.summary.setWordWrap(True)
        self.place_note = PlainLabel(self)
        self.place_note.setWordWrap(True)
        self.provenance = ProvenanceBox(self._project, self)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Save | standard.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(what)
        layout.addLayout(form)
        layout.addWidget(self.summary)
        layout.addWidget(self.place_note)
        layout.addWidget(self.provenance)
        layout.addStretch(1)
        layout.addWidget(self.buttons)

    def _path(self) -> Path:
        path = Path(self.path.text().strip()).expanduser()
        path = path if path.is_absolute() else self._folder / path
        return path if path.suffix else path.with_name(path.name + _SUFFIX)

    def _facts(self) -> ReportFacts:
        title = self.title.text().strip()
        if self._project is not None:
            return project_facts(self._project, title)
        return ReportFacts(title or self._path().stem, datetime.now().astimezone())

    def _update_summary(self) -> None:
        """Counts the chosen events."""
        self._chosen = None
        self._offer()
        if self.what.ready:
            job = ChooseJob(self.what.recordings, self.what.choice)
            self._background.run(job, self._show_chosen, self._show_problem)

    def _show_chosen(self, chosen: tuple[LabelledRecording, ...]) -> None:
        self._chosen = chosen
        count = sum(len(r.events) for r in chosen)
        self.summary.setText(counted(count, "event"))
        self._offer()

    def _offer(self) -> None:
        path = self._path()
        replaced = is_file(path)
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        able = self._chosen is not None and bool(self.path.text().strip()) and not is_folder(path)
        problem = "" if is_folder(path) else unfit(path, self._chosen or ())
        self.place_note.setText(problem)
        self.place_note.setVisible(bool(problem))
        able = able and not problem
        save.setText("&Replace" if replaced and not problem else "&Save")
        save.setEnabled(able)

    def _show_loading(self, text: str) -> None:
        if text:
            self.summary.setText(text)

    def _show_problem(self, error: UserError) -> None:
        self.summary.setText(str(error))

    def _on_browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Save report as",
            str(self._path()),
            f"Web pages (*{_SUFFIX})",
            options=QFileDialog.Option.DontConfirmOverwrite,  # the button shows it
        )
        if name:
            self.path.setText(name)
