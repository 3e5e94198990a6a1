"""Options of cutting events out of their recordings."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
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
from yamnet_gui.core.errors import SettingsError, UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import is_folder
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.screens import resize_to_hint
from yamnet_gui.gui.widgets.buttons import DialogButtons, TickBox
from yamnet_gui.gui.widgets.elided_box import ElidedBox
from yamnet_gui.gui.widgets.number_box import NumberBox, WholeBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.gui.widgets.scroll_column import ScrollColumn
from yamnet_gui.labels.exchange.clips import (
    DEFAULT_TEMPLATE,
    WINDOW_TEMPLATE,
    ClipOptions,
    Overlap,
    Split,
    Windows,
    check_template,
)

from .event_choice import EventChoice, Offered
from .jobs import ClipPlan, PlanClipsJob
from .place import unwritable
from .provenance import ProvenanceBox, ProvenanceRequest

_OVERLAPS = (
    (Overlap.KEEP, "Cut it anyway"),
    (Overlap.SKIP, "Skip it"),
    (Overlap.ALONE, "Only the part that nothing overlaps"),
)
_KINDS = (("events", "Each event"), ("windows", "Windows, with the labels in them"))
_WINDOW_S = 1.0
_SPLITS: tuple[tuple[str, Split | None], ...] = (
    ("None", None),
    ("80% training, 10% validation, 10% test", Split()),
    ("70% training, 15% validation, 15% test", Split(0.7, 0.15, 0.15)),
    ("80% training, 20% test", Split(0.8, 0.0, 0.2)),
)


@dataclass(frozen=True, slots=True)
class ClipsRequest:
    """What `labels.clips` needs."""

    recordings: tuple[LabelledRecording, ...]
    folder: Path
    options: ClipOptions
    provenance: ProvenanceRequest | None = None


class ClipsDialog(QDialog):
    """Asks how to cut clips; `request` is the result, None before OK."""

    def __init__(
        self,
        offered: Offered,
        class_map: ClassMap,
        folder: Path,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Cut clips")
        self._background = LatestJob("clips", self)
        self._plan: ClipPlan | None = None
        self._project = offered.project
        self.request: ClipsRequest | None = None
        self.what = EventChoice(offered, class_map, self)
        self._build(folder)
        resize_to_hint(self)
        self.what.changed.connect(self._update_plan)
        self.what.loading.connect(self._show_loading)
        self.what.failed.connect(self._show_problem)
        self._update_plan()

    @property
    def options(self) -> ClipOptions:
        """The current options. Raises SettingsError for a bad template."""
        template = self.template.text().strip() or DEFAULT_TEMPLATE
        check_template(template)
        length, most = self.length.value(), self.most.value()
        windows = Windows(length or _WINDOW_S, self.hop.value() or None) if self.windowed else None
        return ClipOptions(
            format=self.format.currentData(),
            padding_s=self.padding.value(),
            fixed_length_s=length if length > 0 else None,
            overlap=Overlap(self.overlap.currentData()),
            folder_per_label=self.folders.isChecked(),
            template=template,
            most_per_label=most if most > 0 else None,
            stratified=self.spread.isChecked(),
            split=_SPLITS[self.split.currentIndex()][1],
            seed=self.seed.value(),
            pictures=self.pictures.isChecked(),
            windows=windows,
            audiofolder=self.audiofolder.isChecked(),
        )

    @property
    def windowed(self) -> bool:
        """Whether windows are cut instead of events."""
        return self.kind.currentData() == "windows"

    def done(self, result: int) -> None:
        """Stops background work before the dialog closes."""
        self._background.close()
        self.what.close_work()
        super().done(result)

    def accept(self) -> None:
        if self._plan is not None:
            folder = Path(self.folder.text().strip()).expanduser()
            problem = unwritable(folder)
            if problem:
                self._show_place(problem, QPalette.ColorRole.WindowText)
                return
            recordings = self._plan.recordings
            provenance = self.provenance.request(folder, recordings, self.what.choice)
            self.request = ClipsRequest(recordings, folder, self.options, provenance)
            super().accept()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 120, metrics.height() * 42)

    def _build(self, folder: Path) -> None:
        what, how = QGroupBox("What", self), QGroupBox("How", self)
        QVBoxLayout(what).addWidget(self.what)
        self._build_how(QFormLayout(how))
        inside = QWidget(self)
        groups = QHBoxLayout(inside)
        groups.setContentsMargins(0, 0, 0, 0)
        groups.addWidget(what, 1)
        groups.addWidget(how, 1)
        self.folder = QLineEdit(str(folder / "clips"), self)
        self.folder.setAccessibleName("Folder")
        self.folder.textChanged.connect(self._offer)
        browse = QPushButton("&Browse…", self)
        browse.clicked.connect(self._on_browse)
        label = PlainLabel("&Folder", self)
        label.setBuddy(self.folder)
        place = QHBoxLayout()
        place.addWidget(label)
        place.addWidget(self.folder, 1)
        place.addWidget(browse)
        self.place_note = PlainLabel(self)
        self.place_note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.summary = PlainLabel(self)
        font = self.summary.font()
        font.setBold(True)
        self.summary.setFont(font)
        self.example = PlainLabel(self)
        self.example.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.example.setWordWrap(True)
        self.provenance = ProvenanceBox(self._project, self)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
        self.buttons.button(standard.Ok).setText("Cu&t")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(ScrollColumn(inside, self), 1)  # a low screen has no room for all of it
        layout.addLayout(place)
        layout.addWidget(self.place_note)
        layout.addSpacing(6)
        layout.addWidget(self.summary)
        layout.addWidget(self.example)
        layout.addWidget(self.provenance)
        layout.addWidget(self.buttons)

    def _build_how(self, form: QFormLayout) -> None:
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.kind = self._box("Cut", _KINDS)
        self.kind.setToolTip(
            "A window has the labels of all events of which it holds at least half;\n"
            "windows without events are cut only where everything was reviewed"
        )
        self.hop = _seconds("A window every", "end to end")
        self.format = self._box("Format", [("wav", "WAV"), ("flac", "FLAC")])
        self.padding = _seconds("Padding", "none")
        self.length = _seconds("Duration", "as long as the event")
        self.overlap = self._box("If overlapped", [(o.value, text) for o, text in _OVERLAPS])
        self.template = QLineEdit(DEFAULT_TEMPLATE, self)
        self.template.setAccessibleName("File names")
        self.template.setToolTip(
            "Placeholders: {recording} {onset} {offset} {label} {score} {id} {n};"
            " with a format such as {onset:09.3f}"
        )
        self.folders = TickBox("One folder per label", self)
        self.folders.setChecked(True)
        self.pictures = TickBox("Save a spectrogram image with each clip", self)
        self.audiofolder = TickBox("Write metadata.csv for Hugging Face (audiofolder)", self)
        self.audiofolder.setToolTip('datasets.load_dataset("audiofolder", data_dir=FOLDER)')
        self.most = WholeBox(self)
        self.most.setRange(0, 1_000_000)
        self.most.setSpecialValueText("all")
        self.most.setAccessibleName("Maximum per label")
        self.spread = TickBox("spread evenly over recordings", self)
        self.spread.setChecked(True)
        self.split = self._box("Split", [(text, text) for text, _ in _SPLITS])
        self.seed = WholeBox(self)
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setAccessibleName("Random seed")
        self.seed.setToolTip("The same seed selects and splits in the same way")
        few = QHBoxLayout()
        few.addWidget(self.most)
        few.addWidget(self.spread, 1)
        form.addRow("Cut &what", self.kind)
        form.addRow("Fo&rmat", self.format)
        form.addRow("&Padding", self.padding)
        form.addRow("&Duration", self.length)
        form.addRow("A window e&very", self.hop)
        form.addRow("If &overlapped", self.overlap)
        form.addRow("File &names", self.template)
        form.addRow("", self.folders)
        form.addRow("", self.pictures)
        form.addRow("", self.audiofolder)
        label = PlainLabel("Ma&ximum per label", self)
        label.setBuddy(self.most)
        form.addRow(label, few)
        form.addRow("&Split by recording", self.split)
        form.addRow("R&andom seed", self.seed)
        order = (self.kind, self.format, self.padding, self.length, self.hop, self.overlap)
        for first, second in itertools.pairwise(order):
            self.setTabOrder(first, second)
        self._form = form
        self._show_kind()
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.length.valueChanged.connect(self._update_windows)
        self.hop.valueChanged.connect(self._update_windows)
        self.template.textChanged.connect(self._update_plan)
        for spin in (self.most, self.seed):
            spin.valueChanged.connect(self._update_plan)
        for tick in (self.folders, self.spread):
            tick.toggled.connect(self._update_plan)

    def _box(self, name: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
        box = ElidedBox(self)
        box.setAccessibleName(name)
        box.setMinimumContentsLength(16)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for stored, shown in choices:
            box.addItem(shown, stored)
        box.currentIndexChanged.connect(self._update_plan)
        return box

    def _show_kind(self) -> None:
        """Shows the options that this kind of clip has."""
        for field in (self.padding, self.overlap, self.folders):
            self._form.setRowVisible(field, not self.windowed)
        self._form.setRowVisible(self.hop, self.windowed)
        special = f"{_WINDOW_S:g} s" if self.windowed else "as long as the event"
        self.length.setSpecialValueText(special)
        usual, other = DEFAULT_TEMPLATE, WINDOW_TEMPLATE
        if not self.windowed:
            usual, other = other, usual
        if self.template.text() == usual:
            self.template.setText(other)

    def _update_windows(self) -> None:
        """Durations say how many windows there are, but not how many events."""
        if self.windowed:
            self._update_plan()

    # What will be cut

    def _update_plan(self) -> None:
        """Plans the clips in the background, so that their number and names can be shown."""
        self._plan = None
        self._offer()
        try:
            options = self.options
        except SettingsError as error:
            self._show_problem(error)
            return
        if self.what.ready:
            job = PlanClipsJob(self.what.recordings, self.what.choice, options)
            self._background.run(job, self._show_plan, self._show_problem)

    def _show_plan(self, plan: ClipPlan) -> None:
        self._plan = plan
        self.summary.setText(counted(plan.count, "clip"))
        shown = "\n".join(plan.examples)
        parts = [
            f"{name}: {counted(count, 'clip')} of {counted(recordings, 'recording')}"
            for name, (count, recordings) in plan.parts.items()
        ]
        if parts:
            shown += f"\n{', '.join(parts)}"
        self.example.setText(shown)
        self._offer()

    def _show_loading(self, text: str) -> None:
        if text:
            self.summary.setText(text)
            self.example.setText("")

    def _show_problem(self, error: UserError) -> None:
        self.summary.setText("")
        self.example.setText(str(error))

    def _offer(self) -> None:
        folder = Path(self.folder.text().strip()).expanduser()
        try:
            occupied = is_folder(folder) and any(folder.iterdir())
        except OSError:  # writing shows what is wrong with it
            occupied = False
        note = "This folder is not empty; clips of an earlier export are replaced, other files stay"
        self._show_place(note if occupied else "", QPalette.ColorRole.PlaceholderText)
        able = self._plan is not None and self._plan.count > 0 and bool(self.folder.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(able)

    def _show_place(self, note: str, role: QPalette.ColorRole) -> None:
        self.place_note.setForegroundRole(role)
        self.place_note.setText(note)
        self.place_note.setVisible(bool(note))

    def _on_browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder for clips", self.folder.text())
        if name:
            self.folder.setText(name)


def _seconds(name: str, special: str) -> QDoubleSpinBox:
    box = NumberBox()
    box.setRange(0.0, 3600.0)
    box.setDecimals(2)
    box.setSingleStep(0.25)
    box.setSuffix(" s")
    box.setSpecialValueText(special)
    box.setAccessibleName(name)
    return box
