"""Which events are written, in which format, where, and what gets lost on the way."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import EventList, LabelledRecording, ReviewState
from yamnet_gui.gui.jobs.runner import JobRunner
from yamnet_gui.gui.panels.parts import TickBox
from yamnet_gui.gui.state.event_table import STATE_WORDS
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.labels.formats import FORMATS, LabelFormat, WriteOptions, losses

_AT_ONCE = 2000  # more events than this are looked through in the background
_LATER_MS = 120


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What `labels.formats.write_labels` needs: format, labels, file (or folder) and options."""

    format_name: str
    recordings: tuple[LabelledRecording, ...]
    path: Path
    options: WriteOptions

    @property
    def event_count(self) -> int:
        return sum(len(r.events) for r in self.recordings)


@dataclass(frozen=True, slots=True)
class ExportScope:
    """Which events are wanted. `ids` and `classes`: None for all."""

    states: frozenset[ReviewState] = frozenset(ReviewState)
    ids: frozenset[str] | None = None
    classes: frozenset[int] | None = None

    def of(self, recording: LabelledRecording) -> LabelledRecording:
        """The recording with only these events."""
        events = EventList.of(
            e
            for e in recording.events
            if e.state in self.states
            and (self.ids is None or e.id in self.ids)
            and (self.classes is None or e.class_index in self.classes)
        )
        return recording if events == recording.events else replace(recording, events=events)


class ExportDialog(QDialog):
    """Asks for everything about an export; `request` is what was decided, None before OK.

    `selected`, `listed`: ids of the events that are selected, and that pass the filter of the
    table. `ticked`: classes that are ticked. `folder`: where the file is proposed.
    """

    def __init__(
        self,
        recordings: Sequence[LabelledRecording],
        class_map: ClassMap,
        folder: Path,
        *,
        selected: Collection[str] = (),
        listed: Collection[str] | None = None,
        ticked: Collection[int] = (),
        format_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export events")
        self._recordings = tuple(recordings)
        self._class_map = class_map
        self._folder = folder
        self._selected = frozenset(selected)
        self._listed = None if listed is None else frozenset(listed)
        self._ticked = frozenset(ticked)
        self._runner: JobRunner | None = None
        self._chosen: tuple[LabelledRecording, ...] = ()
        self.request: ExportRequest | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LATER_MS)
        self._later.timeout.connect(self._look_for_losses)
        self._build()
        found = self.format.findData(format_name)
        self.format.setCurrentIndex(max(found, 0))
        self._on_format()

    @property
    def scope(self) -> ExportScope:
        """Which events are chosen now."""
        states = frozenset(s for s, box in self.states.items() if box.isChecked())
        which, classes = self.which.currentData(), self.classes.currentData()
        ids = {"selected": self._selected, "listed": self._listed}.get(which)
        return ExportScope(states, ids, self._ticked if classes == "ticked" else None)

    def done(self, result: int) -> None:
        """Ends background work before the dialog goes."""
        self._later.stop()
        if self._runner is not None:
            self._runner.close()
            self._runner = None
        super().done(result)

    def accept(self) -> None:
        self.request = ExportRequest(
            self.format.currentData(), self._chosen, self._path(), self._options()
        )
        super().accept()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 84, metrics.height() * 30)

    def _build(self) -> None:
        self.format = QComboBox(self)
        self.format.setAccessibleName("Format")
        for fmt in FORMATS.values():
            if fmt.can_write:
                self.format.addItem(f"{fmt.title}  ({fmt.suffix})", fmt.name)
        self.format.currentIndexChanged.connect(self._on_format)
        self.which = self._choice("Which events", self._which_choices())
        self.classes = self._choice("Which classes", self._class_choices())
        self.states = {state: TickBox(self) for state in ReviewState}
        states = QHBoxLayout()
        states.setSpacing(12)
        for state, box in self.states.items():
            box.setText(f"{state_mark(state)} {STATE_WORDS[state]}")
            box.setChecked(state is not ReviewState.REJECTED)
            box.toggled.connect(self._on_scope)
            states.addWidget(box)
        states.addStretch(1)

        self.path = QLineEdit(self)
        self.path.setAccessibleName("File")
        self.path.textChanged.connect(self._on_path)
        browse = QPushButton("&Browse…", self)
        browse.clicked.connect(self._on_browse)
        place = QHBoxLayout()
        place.addWidget(self.path, 1)
        place.addWidget(browse)
        self.place_note = _dim(self)
        self.sidecar = TickBox("Also write a side-car file that keeps what the format cannot", self)
        self.sidecar.setToolTip("OUT.yamnet.json; importing the file here again restores it all")
        self.sidecar.toggled.connect(self._on_scope)
        self.clock = TickBox("Also write clock times", self)
        self.clock.setToolTip("In formats that have room for them")
        known = any(r.recording.recorded_at is not None for r in self._recordings)
        self.clock.setEnabled(known)
        if not known:
            self.clock.setText("Also write clock times (the start of the recording is not known)")

        form = QFormLayout()
        form.setVerticalSpacing(6)
        form.addRow("F&ormat", self.format)
        form.addRow("&Events", self.which)
        form.addRow("&Classes", self.classes)
        form.addRow("States", states)
        file = QLabel("&File", self)
        file.setBuddy(self.path)
        form.addRow(file, place)
        form.addRow("", self.place_note)
        form.addRow("", self.sidecar)
        form.addRow("", self.clock)

        self.summary = QLabel(self)
        font = self.summary.font()
        font.setBold(True)
        self.summary.setFont(font)
        self.lost = QLabel(self)
        self.lost.setWordWrap(True)
        self.lost.setTextFormat(Qt.TextFormat.PlainText)
        self.lost.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.lost.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.lost)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Save | standard.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addSpacing(6)
        layout.addWidget(self.summary)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.buttons)

    def _choice(self, name: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        for stored, shown in choices:
            box.addItem(shown, stored)
        box.currentIndexChanged.connect(self._on_scope)
        return box

    def _which_choices(self) -> list[tuple[str, str]]:
        total = sum(len(r.events) for r in self._recordings)
        choices = [("all", f"All ({total})")]
        if self._listed is not None and len(self._listed) != total:
            choices.append(("listed", f"Those that pass the filter ({len(self._listed)})"))
        if self._selected:
            choices.append(("selected", f"The selected ({len(self._selected)})"))
        return choices

    def _class_choices(self) -> list[tuple[str, str]]:
        choices = [("all", "All")]
        if self._ticked:
            choices.append(("ticked", f"The ticked ({len(self._ticked)})"))
        return choices

    def _format(self) -> LabelFormat:
        return FORMATS[self.format.currentData()]

    @property
    def _into_folder(self) -> bool:
        return len(self._recordings) > 1 and not self._format().combined

    def _path(self) -> Path:
        path = Path(self.path.text().strip()).expanduser()
        return path if path.is_absolute() else self._folder / path

    def _options(self) -> WriteOptions:
        return WriteOptions(
            sidecar=self.sidecar.isChecked(),
            clock=self.clock.isEnabled() and self.clock.isChecked(),
            classes=self._class_map,
        )

    def _on_format(self) -> None:
        """Proposes a name with the format's ending; a name of one's own keeps its stem."""
        suffix = self._format().suffix
        if self._into_folder:
            self.path.setText(str(self._folder))
        else:
            text = self.path.text().strip()
            own = Path(text) if text and not Path(text).is_dir() else self._folder / self._stem()
            self.path.setText(str(own.with_name(_stem(own) + suffix)))
        self._on_scope()

    def _stem(self) -> str:
        if len(self._recordings) == 1:
            return self._recordings[0].recording.path.stem + ".x"
        return "events.x"

    def _on_scope(self) -> None:
        scope = self.scope
        self._chosen = tuple(scope.of(r) for r in self._recordings)
        total = sum(len(r.events) for r in self._recordings)
        count = sum(len(r.events) for r in self._chosen)
        self.summary.setText(f"{count} of {total} events")
        self.lost.setText("")
        self._on_path()
        self._later.start()

    def _on_path(self) -> None:
        path = self._path()
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        note, able = "", bool(self.path.text().strip())
        if self._into_folder:
            note = "One file for each recording in this folder"
            if path.is_file():
                note, able = "This is a file; several recordings need a folder", False
        elif path.is_dir():
            note, able = "This is a folder; add the name of a file", False
        elif path.exists():
            note = f"{path.name} exists and will be replaced"
        elif not path.parent.is_dir():
            note = f"The folder {path.parent} will be made"
        save.setText("&Replace" if note.endswith("replaced") else "&Save")
        save.setEnabled(able)
        self.place_note.setText(note)
        self.place_note.setVisible(bool(note))

    def _on_browse(self) -> None:
        if self._into_folder:
            name = QFileDialog.getExistingDirectory(self, "Export into", str(self._path()))
        else:
            suffix = self._format().suffix
            name, _ = QFileDialog.getSaveFileName(
                self,
                "Export to",
                str(self._path()),
                f"{self._format().title} (*{suffix});;All files (*)",
                options=QFileDialog.Option.DontConfirmOverwrite,  # this dialog tells it itself
            )
            if name and not Path(name).suffix:
                name += suffix
        if name:
            self.path.setText(name)

    def _look_for_losses(self) -> None:
        job = _LossJob(self.format.currentData(), self._chosen, self._class_map)
        if sum(len(r.events) for r in self._chosen) <= _AT_ONCE:
            for lost in job.run():
                self._show_losses(lost)
            return
        self.lost.setText("Looking at what the format cannot carry…")
        if self._runner is None:
            self._runner = JobRunner("losses", self)
        self._runner.cancel_all()
        self._runner.submit(job, on_result=self._show_losses, on_failed=self._show_problem)

    def _show_problem(self, error: UserError) -> None:
        self.lost.setText(str(error))

    def _show_losses(self, lost: Sequence[str]) -> None:
        title = self._format().title
        if not lost:
            self.lost.setText("Nothing gets lost.")
            return
        lines = [f"• {text.removeprefix(f'{title}: ')}" for text in lost]
        head = (
            "The side-car keeps:" if self.sidecar.isChecked() else "What this format cannot carry:"
        )
        self.lost.setText("\n".join([head, *lines]))


class _LossJob:
    """Looks through all events for what a format cannot carry."""

    def __init__(
        self, format_name: str, recordings: tuple[LabelledRecording, ...], class_map: ClassMap
    ) -> None:
        self._arguments = (format_name, recordings, class_map)

    def run(self) -> Iterator[list[str]]:
        yield losses(*self._arguments)


def _stem(path: Path) -> str:
    """The name without its ending; of `.Table.1.selections.txt` and the like without all of it."""
    for fmt in FORMATS.values():
        if path.name.endswith(fmt.suffix) and len(path.name) > len(fmt.suffix):
            return path.name.removesuffix(fmt.suffix)
    return path.stem


def _dim(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setWordWrap(True)
    return label
