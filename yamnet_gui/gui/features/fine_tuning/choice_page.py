"""The first page: what to train on, how, and what that takes."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted, duration_in_words, megabytes
from yamnet_gui.fine_tuning import (
    DataChoice,
    Depth,
    FinetunePlan,
    FinetuneSettings,
    SoundChanges,
    bounds,
)
from yamnet_gui.gui.widgets.buttons import TickBox
from yamnet_gui.gui.widgets.fonts import follow_font
from yamnet_gui.gui.widgets.metrics_table import Column, MetricsTable, count_cell, text_cell
from yamnet_gui.gui.widgets.number_box import WholeBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

PROJECT, FOLDER, TABLE = range(3)
_DEPTHS: tuple[tuple[Depth, str], ...] = (
    ("head", "The last layer alone (fastest; a few examples are enough)"),
    ("block", "The last block"),
    ("blocks", "The last three blocks"),
    ("all", "Everything (slowest; needs the most examples)"),
)
_SAME_SOURCE = (
    ("Every file is an original", ""),
    ("Same name up to the first _", r"^([^_]+)_"),
    ("Same name up to the first -", r"^([^-]+)-"),
    ("Same name up to the last _", r"^(.+)_[^_]*$"),
)
_COLUMNS = (
    Column("Class", "What is trained", numeric=False),
    Column("Recordings", "Recordings, or originals, that its examples are from"),
    Column("Examples", "Events, or sound files"),
    Column("", "What is too little to rely on", numeric=False),
)


class ChoicePage(QWidget):
    """Asks for data and settings; `changed` says that both have to be looked at again."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project: Path | None = None
        self._path: Path | None = None
        self._build()

    def set_project(self, path: Path | None) -> None:
        """The open project, whose accepted and rejected events may be used."""
        self._project = path

    @property
    def source(self) -> Path | None:
        """Where the sounds are; None until it was chosen."""
        return self._project if self.kind.currentIndex() == PROJECT else self._path

    @property
    def choice(self) -> DataChoice:
        return DataChoice(same_source=self._same_source)

    @property
    def _same_source(self) -> str:
        """The regular expression behind a choice in words, or the one that was typed."""
        text = self.same_source.currentText().strip()
        return dict(_SAME_SOURCE).get(text, text)

    @property
    def settings(self) -> FinetuneSettings:
        return FinetuneSettings(
            depth=_DEPTHS[self.layers.currentIndex()][0],
            output="sigmoid" if self.several.isChecked() else "softmax",
            keep_yamnet=self.keep.isChecked(),
            changes=SoundChanges() if self.vary.isChecked() else None,
            epochs=self.passes.value(),
            seed=self.seed.value(),
        )

    @property
    def name(self) -> str:
        return self.title.text().strip()

    def set_path(self, kind: int, path: Path) -> None:
        """A folder or table was chosen."""
        self._path = path
        if self.kind.currentIndex() != kind:
            self.kind.setCurrentIndex(kind)
        else:
            self._on_kind()

    def show_plan(self, plan: FinetunePlan) -> None:
        """How much there is of each class, and what training takes."""
        rows = [
            (
                text_cell(one.label if one.label is not None else "(none of the classes)"),
                count_cell(one.recordings),
                count_cell(one.examples),
                text_cell(one.note),
            )
            for one in plan.classes
        ]
        self.table.set_rows(rows)
        size = f"the model has {megabytes(plan.model_bytes)}"
        disk = f"{megabytes(plan.disk_bytes)} on the disk meanwhile"
        takes = duration_in_words(plan.seconds)
        self.estimate.setText(
            f"{counted(plan.recordings, 'recording')}, {duration_in_words(plan.sound_s)} of sound. "
            f"Takes up to {takes} on {plan.device}, less where it stops early, longer while this "
            f"computer is busy; {disk}; {size}."
        )
        self.show_problem("\n".join(one.sentence for one in plan.warnings))

    def show_no_plan(self, text: str) -> None:
        """The data cannot be used; `text` says why ("": nothing was chosen yet)."""
        self.table.set_rows([])
        self.estimate.setText("")
        self.show_problem(text)

    def show_problem(self, text: str) -> None:
        """Something else than the data is in the way."""
        self.problems.setText(text)
        self.problems.setVisible(bool(text))

    def show_reading(self) -> None:
        """The data are being looked at."""
        self.estimate.setText("Looking at the recordings…")

    def _build(self) -> None:
        self.kind = QComboBox(self)
        self.kind.addItems(
            [
                "Accepted and rejected events of this project",
                "A folder with a subfolder for each class",
                "A table of labels",
            ]
        )
        self.kind.setAccessibleName("Data")
        self.path = PlainLabel("", self)
        self.browse = QPushButton("C&hoose…", self)
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._on_browse)
        source = QHBoxLayout()
        source.addWidget(self.kind)
        source.addWidget(self.path, 1)
        source.addWidget(self.browse)
        self.same_source = QComboBox(self)
        self.same_source.setEditable(True)
        self.same_source.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.same_source.setAccessibleName("Which files were cut from one original")
        for text, pattern in _SAME_SOURCE:
            self.same_source.addItem(text, pattern)
        self.same_source.setToolTip(
            "Files that were cut from one original recording never stand on both sides of training "
            "and comparison. Choose how their names show it, or type a regular expression: files "
            r"in which its group is the same belong together, such as ^(\d+)_"
        )
        self.table = MetricsTable(_COLUMNS, "Classes to train", self)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.layers = QComboBox(self)
        self.layers.addItems([text for _, text in _DEPTHS])
        usual = FinetuneSettings()
        self.layers.setCurrentIndex([depth for depth, _ in _DEPTHS].index(usual.depth))
        self.keep = TickBox("&Keep YAMNet's 521 classes beside the new ones", self)
        self.keep.setChecked(usual.keep_yamnet)
        self.several = TickBox("&Several of the classes may sound at once", self)
        self.several.setChecked(usual.output == "sigmoid")
        self.vary = TickBox("&Vary the sounds (level, noise, time, mixtures, masks)", self)
        self.vary.setChecked(usual.changes is not None)
        self.passes = _spin(self, "epochs", usual.epochs)
        self.passes.setToolTip("Training stops early where it no longer helps")
        self.seed = _spin(self, "seed", usual.seed)
        self.seed.setToolTip("The same seed and data give the same model")
        numbers = QHBoxLayout()
        numbers.addWidget(self.passes)
        numbers.addWidget(PlainLabel("Seed", self))
        numbers.addWidget(self.seed)
        numbers.addStretch(1)
        self.title = QLineEdit("my sounds", self)
        self.title.setMaxLength(60)
        form = QFormLayout()
        form.addRow("Data", source)
        form.addRow("Cut from one original", self.same_source)
        below = QFormLayout()
        below.addRow("&Depth", self.layers)
        for box in (self.keep, self.several, self.vary):
            below.addRow("", box)
        below.addRow("Maximum passes", numbers)
        below.addRow("&Name", self.title)
        self._forms = (form, below)
        follow_font(self, self._align)
        self.estimate = PlainLabel("", self)
        self.problems = PlainLabel("", self)
        for label in (self.estimate, self.problems):
            label.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.table, 1)
        layout.addLayout(below)
        layout.addWidget(self.estimate)
        layout.addWidget(self.problems)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.same_source.activated.connect(self.changed)
        typed = self.same_source.lineEdit()
        assert typed is not None  # the box is editable
        typed.editingFinished.connect(self.changed)
        self.layers.currentIndexChanged.connect(self.changed)
        for box in (self.keep, self.several, self.vary):
            box.toggled.connect(self.changed)
        self.passes.valueChanged.connect(self.changed)
        self._show_source()

    def _align(self) -> None:
        """Fields above and below the table begin at one edge."""
        labels: list[QWidget] = []
        for form in self._forms:
            for row in range(form.rowCount()):
                item = form.itemAt(row, QFormLayout.ItemRole.LabelRole)
                label = item.widget() if item is not None else None
                if label is not None:
                    labels.append(label)
        widest = max(label.sizeHint().width() for label in labels)
        for label in labels:
            label.setMinimumWidth(widest)

    def _on_kind(self) -> None:
        self._show_source()
        self.changed.emit()

    def _show_source(self) -> None:
        of_project = self.kind.currentIndex() == PROJECT
        self.browse.setVisible(not of_project)
        self.path.setText("" if of_project or self._path is None else self._path.name)
        self.path.setToolTip(plain_tip("" if of_project or self._path is None else str(self._path)))

    def _on_browse(self) -> None:
        kind = self.kind.currentIndex()
        if kind == FOLDER:
            title = "A folder with a subfolder for each class"
            name = QFileDialog.getExistingDirectory(self, title)
        else:
            name, _ = QFileDialog.getOpenFileName(self, "A table of labels")
        if name:
            self.set_path(kind, Path(name))


def _spin(parent: QWidget, name: str, value: int) -> WholeBox:
    low, high = bounds(FinetuneSettings, name)
    box = WholeBox(parent)
    box.setRange(int(low), int(high))
    box.setValue(value)
    box.setKeyboardTracking(False)
    return box
