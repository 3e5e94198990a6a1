"""Which events are exported, in which format, where, and what the format cannot store."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError, UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import exists, is_file, is_folder
from yamnet_gui.core.text import counted, part_of
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.widgets.buttons import DialogButtons, TickBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.labels.exchange.export import Export, ExportPreview, left_out_in_words
from yamnet_gui.labels.formats import FORMATS, LabelFormat, WriteOptions

from .event_choice import EventChoice, Offered
from .format_options import FormatOptions
from .jobs import PreviewJob
from .place import unfit, unwritable
from .provenance import ProvenanceBox, ProvenanceRequest

_AT_ONCE = 2000  # more events than this are checked in the background
_LATER_MS = 120


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What `labels.formats.write_labels` needs: format, labels, file (or folder) and options."""

    format_name: str
    recordings: tuple[LabelledRecording, ...]
    path: Path
    options: WriteOptions
    provenance: ProvenanceRequest | None = None

    @property
    def event_count(self) -> int:
        return sum(len(r.events) for r in self.recordings)


class ExportDialog(QDialog):
    """Asks what to export, in which format and where; `request` is the result, None before OK.

    `folder`: where the file is proposed.
    """

    def __init__(
        self,
        offered: Offered,
        class_map: ClassMap,
        folder: Path,
        *,
        format_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export events")
        self._class_map = class_map
        self._project = offered.project
        self._folder = folder
        self._proposed = ""
        self._background = LatestJob("losses", self)
        self._preview: ExportPreview | None = None
        self.request: ExportRequest | None = None
        self._later = Debounced(self, _LATER_MS, self._update_preview)
        self.what = EventChoice(offered, class_map, self)
        self.what.loading.connect(self._show_loading)
        self.what.failed.connect(self._show_problem)
        self.how = FormatOptions(self)
        self._build()
        self.what.changed.connect(self._on_scope)
        self.how.changed.connect(self._on_layout)
        self.format.setCurrentIndex(max(self.format.findData(format_name), 0))
        self._on_format()

    def done(self, result: int) -> None:
        """Stops background work before the dialog closes."""
        self._later.stop()
        self._background.close()
        self.what.close_work()
        super().done(result)

    def accept(self) -> None:
        if self._preview is None:
            return
        name, recordings, path = self.format.currentData(), self._preview.recordings, self._path()
        problem = unwritable(path if self._into_folder else path.parent)
        if problem:
            self._show_place(problem, QPalette.ColorRole.WindowText)
            return
        provenance = self.provenance.request(path, recordings, self.what.choice, name)
        self.request = ExportRequest(name, recordings, path, self._options(), provenance)
        super().accept()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 118, metrics.height() * 42)

    def _build(self) -> None:
        self.format = QComboBox(self)
        self.format.setAccessibleName("Format")
        for fmt in FORMATS.values():
            if fmt.can_write:
                self.format.addItem(f"{fmt.title}  ({fmt.suffix})", fmt.name)
        self.format.currentIndexChanged.connect(self._on_format)
        what, how = QGroupBox("What", self), QGroupBox("How", self)
        QVBoxLayout(what).addWidget(self.what)
        right = QFormLayout(how)
        right.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        right.addRow("F&ormat", self.format)
        right.addRow(self.how)
        groups = QHBoxLayout()
        groups.addWidget(what, 1)
        groups.addWidget(how, 1)

        self.path = QLineEdit(self)
        self.path.setAccessibleName("File")
        self.path.textChanged.connect(self._on_path)
        browse = QPushButton("&Browse…", self)
        browse.clicked.connect(self._on_browse)
        self.file_label = PlainLabel("&File", self)
        self.file_label.setBuddy(self.path)
        place = QHBoxLayout()
        place.addWidget(self.file_label)
        place.addWidget(self.path, 1)
        place.addWidget(browse)
        self.place_note = PlainLabel(self)
        self.place_note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.place_note.setWordWrap(True)
        self.summary = PlainLabel(self)
        font = self.summary.font()
        font.setBold(True)
        self.summary.setFont(font)
        self.sidecar = TickBox("Also write a sidecar file with what the format cannot store", self)
        self.sidecar.setToolTip("OUT.yamnet.json: importing the file again restores everything")
        self.sidecar.toggled.connect(self._show_losses)
        self.provenance = ProvenanceBox(self._project, self)
        self.lost = PlainLabel(self)
        self.lost.setWordWrap(True)
        self.lost.setTextFormat(Qt.TextFormat.PlainText)
        self.lost.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.lost)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Save | standard.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(groups)
        layout.addLayout(place)
        layout.addWidget(self.place_note)
        layout.addSpacing(6)
        layout.addWidget(self.summary)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.sidecar)
        layout.addWidget(self.provenance)
        layout.addWidget(self.buttons)
        self.setTabOrder(self.what.hierarchy, self.format)  # before what depends on it

    # Target

    def _format(self) -> LabelFormat:
        return FORMATS[self.format.currentData()]

    @property
    def _into_folder(self) -> bool:
        several = self.what.whole_project
        return several and (not self._format().combined or self.how.per_recording)

    def _path(self) -> Path:
        path = Path(self.path.text().strip()).expanduser()
        return path if path.is_absolute() else self._folder / path

    def _options(self) -> WriteOptions:
        shown = self._preview.recordings if self._preview else self.what.recordings
        return self.how.options(
            [r.recording.path for r in shown],
            classes=self._class_map,
            sidecar=self.sidecar.isEnabled() and self.sidecar.isChecked(),
            per_recording=self._into_folder,
        )

    def _on_format(self) -> None:
        self.how.show_format(self._format(), self.what.whole_project, self._clocked())
        scored = self._format().needs_scores
        self.what.offer_events(not scored)
        self.sidecar.setEnabled(not scored)
        self._on_layout()

    def _clocked(self) -> bool:
        return any(r.recording.recorded_at is not None for r in self.what.recordings)

    def _on_layout(self) -> None:
        """Proposes a name with the format's ending; the stem of a name that the user typed stays.

        A proposed name follows the scope: a recording, or the whole project.
        """
        suffix = self._format().proposed_suffix or self._format().suffix
        text = self.path.text().strip()
        own = Path(text) if text else self._folder
        folder = own if is_folder(own) else own.parent
        if self._into_folder:
            self.path.setText(str(folder))
        else:
            chosen = text and not is_folder(own) and stem_of(own) != self._proposed
            self._proposed = _proposed_stem(self.what)
            stem = stem_of(own) if chosen else self._proposed
            self.path.setText(str(folder / (stem + suffix)))
        self._on_scope()

    def _on_path(self) -> None:
        path = self._path()
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        note, able = "", bool(self.path.text().strip()) and self._preview is not None
        role = QPalette.ColorRole.PlaceholderText
        self.file_label.setText("&Folder" if self._into_folder else "&File")
        if self._into_folder:
            note = "One file per recording in this folder"
            if is_file(path):
                note, able = "This is a file; choose a folder for several recordings", False
        elif is_folder(path):
            note, able = "This is a folder; add a file name", False
        elif problem := unfit(path, self.what.recordings if self.what.ready else ()):
            note, able, role = problem, False, QPalette.ColorRole.WindowText
        elif exists(path):
            note = f"{path.name} exists and will be replaced"
        elif not is_folder(path.parent):
            note = f"The folder {path.parent} will be created"
        save.setText("&Replace" if note.endswith("replaced") else "&Save")
        save.setEnabled(able)
        self._show_place(note, role)

    def _show_place(self, note: str, role: QPalette.ColorRole) -> None:
        self.place_note.setForegroundRole(role)
        self.place_note.setText(note)
        self.place_note.setVisible(bool(note))

    def _on_browse(self) -> None:
        if self._into_folder:
            name = QFileDialog.getExistingDirectory(self, "Export to folder", str(self._path()))
        else:
            suffix = self._format().suffix
            name, _ = QFileDialog.getSaveFileName(
                self,
                "Export to",
                str(self._path()),
                f"{self._format().title} (*{suffix});;All files (*)",
                options=QFileDialog.Option.DontConfirmOverwrite,  # this dialog shows it itself
            )
            if name and not Path(name).suffix:
                name += suffix
        if name:
            self.path.setText(name)

    # Preview and losses

    def _on_scope(self) -> None:
        if self.how.several != self.what.whole_project:  # the scope has changed
            self.how.show_format(self._format(), self.what.whole_project, self._clocked())
            self._on_layout()
            return
        self._preview = None
        self._on_path()
        self._later.start()

    def _show_loading(self, text: str) -> None:
        if text:
            self.summary.setText(text)
            self.lost.setText("")
        else:
            self.how.show_format(self._format(), self.what.whole_project, self._clocked())

    def _show_problem(self, error: UserError) -> None:
        self.lost.setText(str(error))

    def _update_preview(self) -> None:
        if not self.what.ready:
            return
        recordings = self.what.recordings
        try:
            options = self._options()
        except SettingsError as error:
            self._preview = None
            self._show_problem(error)
            return
        export = Export(self.format.currentData(), self._path(), self.what.choice, options)
        job = PreviewJob(export, recordings)
        if sum(len(r.events) for r in recordings) <= _AT_ONCE:
            for preview in job.run():
                self._show_preview(preview)
            return
        self.lost.setText("Checking what the format cannot store…")
        self._background.run(job, self._show_preview, self._show_problem)

    def _show_preview(self, preview: ExportPreview) -> None:
        self._preview = preview
        total = sum(len(r.events) for r in self.what.recordings)
        files = (
            f" in {counted(len(preview.recordings), 'recording')}"
            if self.what.whole_project
            else ""
        )
        more = left_out_in_words(preview.left_out)
        self.summary.setText(
            f"{part_of(preview.event_count, total, 'event')}{files}" + (f"; {more}" if more else "")
        )
        self._show_losses()
        self._on_path()

    def _show_losses(self) -> None:
        if self._preview is None:
            return
        if self._format().needs_scores:
            count = len(self._preview.recordings)
            self.summary.setText(f"Scores of {counted(count, 'recording')}")
            self.lost.setText("The scores of all classes in every frame, without events.")
            return
        self.lost.setText(
            _in_words(self._preview.losses, self._format().title, self.sidecar.isChecked())
        )


def _in_words(lost: Sequence[str], title: str, stored: bool) -> str:
    if not lost:
        return "Nothing is lost."
    lines = [f"• {text.removeprefix(f'{title}: ')}" for text in lost]
    return "\n".join(
        ["In this format, but stored in the sidecar file:" if stored else "In this format:", *lines]
    )


def _proposed_stem(what: EventChoice) -> str:
    if what.whole_project or not what.recordings:
        return "events"
    return what.recordings[0].recording.path.stem


def stem_of(path: Path) -> str:
    """The name without its suffix, also without a long one like `.Table.1.selections.txt`."""
    longer = [fmt.proposed_suffix for fmt in FORMATS.values() if fmt.proposed_suffix]
    for suffix in (*longer, *(fmt.suffix for fmt in FORMATS.values())):
        if path.name.endswith(suffix) and len(path.name) > len(suffix):
            return path.name.removesuffix(suffix)
    return path.stem
