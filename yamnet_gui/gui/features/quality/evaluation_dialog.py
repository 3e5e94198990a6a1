"""How good the events of the present rules are; stays open beside the window."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.statistics import wilson_interval
from yamnet_gui.detection import Tuning
from yamnet_gui.detection.evaluation import Counts, Mismatch, MismatchKind
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.metrics_table import (
    Cell,
    Column,
    MetricsTable,
    Row,
    count_cell,
    metric_cell,
    text_cell,
)
from yamnet_gui.quality.evaluation import Curve, Measurement, Scope

from .evaluation_text import basis_words, curve_words, overall_words, tuning_words
from .plots import PrecisionRecallPlot

_CLASS_COLUMNS = (
    Column("Class", "", numeric=False),
    Column("True", "Events that are there"),
    Column("Found", "Events that the rules find where somebody can judge them"),
    Column("F1 0.5s", "Event F1: onset within 0.5 s; offset too, or within a fifth of the length"),
    Column("F1 0.2s", "Event F1 with a collar of 0.2 s"),
    Column("F1 1s", "F1 of segments of one second"),
    Column(
        "Precision",
        "Share of the found events that are right (0.5 s); pointing at it tells how sure",
    ),
    Column(
        "Recall", "Share of the true events that are found (0.5 s); pointing at it tells how sure"
    ),
    Column("PSDS", "Polyphonic sound detection score, scenario 1"),
)
_CONFUSION_COLUMNS = (
    Column("Reference", "Class of the reference event", numeric=False),
    Column("Found", "What was found in its place", numeric=False),
    Column("Seconds", "How long this was found where only the other is"),
)
_MISMATCH_COLUMNS = (
    Column("Recording", "", numeric=False),
    Column("What", "", numeric=False),
    Column("Reference", "Class of the reference event", numeric=False),
    Column("Found", "What was found", numeric=False),
    Column("Onset", "Where it begins"),
    Column("Length", ""),
    Column("Score", "Highest score of what was found"),
    Column("Off", "How far the edges are off, in seconds"),
)
_KINDS = {
    MismatchKind.MISSED: "missed",
    MismatchKind.FALSE: "false alarm",
    MismatchKind.CONFUSED: "confused",
    MismatchKind.EDGES: "edges off",
}
_MEASURES: tuple[tuple[str, float | None], ...] = (
    ("event F1, 0.5 s", 0.5),
    ("event F1, 0.2 s", 0.2),
    ("segment F1, 1 s", None),
)
_SCOPES: tuple[tuple[str, Scope], ...] = (
    ("the default rule, for all classes", "default"),
    ("the rule of each class with 10 true events", "classes"),
)
_MOST_MISTAKES = 5000


class EvaluationDialog(QDialog):
    """Figures by class and overall, the curve of a class, mismatches to jump to, and tuning."""

    measure_requested = Signal()
    cancel_requested = Signal()
    table_wanted = Signal()
    curve_requested = Signal(str)
    threshold_requested = Signal(str, float)  # label, threshold
    mismatch_opened = Signal(object)  # Mismatch
    tune_requested = Signal()
    tuned_accepted = Signal()
    csv_wanted = Signal(str, str)  # what it is, text

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Evaluation")
        self._measurement: Measurement | None = None
        self._listed: list[Mismatch] = []
        self.table_path: Path | None = None
        self._build()
        self.show_measurement(None)
        self.resize(1160, 700)

    # What a person wants

    @property
    def by_table(self) -> bool:
        """Whether the reference is a table instead of the project's decisions."""
        return self.source.currentIndex() == 1

    @property
    def below(self) -> bool:
        """Whether a class counts with everything below it."""
        return self.counting.isChecked()

    @property
    def collar_s(self) -> float:
        return 0.5 if self.collar.currentIndex() == 0 else 0.2

    @property
    def tuning_measure(self) -> float | None:
        """Collar in seconds of the event F1 to tune on; None: segments."""
        return _MEASURES[self.measure.currentIndex()][1]

    @property
    def scope(self) -> Scope:
        return _SCOPES[self.tune_scope.currentIndex()][1]

    def set_table(self, path: Path | None) -> None:
        """The chosen reference table; None goes back to the project's decisions."""
        self.table_path = path
        self.source.setItemText(1, f"the table {path.name}" if path else "a table…")
        if path is None:
            self.source.setCurrentIndex(0)

    # What is shown

    def show_progress(self, text: str, done: int, total: int) -> None:
        """Work goes on; 0 of 0 is over."""
        running = total > 0
        self.progress.setVisible(running)
        self.cancel.setVisible(running)
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.progress.setFormat(f"{text} %p %")
        self.again.setEnabled(not running)
        measured = self._measurement is not None and bool(self._measurement.on.items)
        self.tune.setEnabled(not running and measured)

    def show_problem(self, text: str) -> None:
        """Why there is nothing to measure."""
        self.basis.setText(text)

    def show_stale(self, stale: bool) -> None:
        """Whether the rules are others by now than those that were measured."""
        text = basis_words(self._measurement)
        if stale and self._measurement is not None:
            text += " The rules have changed since: measure again."
        self.basis.setText(text)

    def show_measurement(self, found: Measurement | None) -> None:
        """Every figure; None: none yet."""
        before = self.classes.current
        self._measurement = found
        self.basis.setText(basis_words(found))
        self.overall.setText(overall_words(found))
        rows = _class_rows(found) if found else []
        self.classes.set_rows(rows)
        self.save.setEnabled(bool(rows))
        confusions = found.evaluation.confusions if found else ()
        self.confusions.set_rows(
            [
                (text_cell(c.reference), text_cell(c.estimated), metric_cell(c.seconds, 1))
                for c in confusions
            ]
        )
        self._list_mismatches(None)
        self.plot.show_curve(None)
        self.about_curve.setText("Choose a class to see its curve." if found else "")
        self.show_tuning(None)
        self.show_progress("", 0, 0)
        if found is not None and found.evaluation.labels:
            self.classes.choose(max(min(before, len(found.evaluation.labels) - 1), 0))

    def show_curve(self, found: Curve | None, label: str = "") -> None:
        """The curve of the chosen class; None: it has none."""
        if found is None:
            self.plot.show_curve(None)
            text = f"{label} is none of the network's classes, so no threshold finds it."
            self.about_curve.setText(text if label else "")
            return
        self.plot.show_curve(found.curve, found.place)
        self.about_curve.setText(curve_words(found))

    def show_tuning(self, found: Tuning | None) -> None:
        """What tuning found; None: nothing yet."""
        alone = self.scope == "classes" and self.below
        text = tuning_words(found, self.measure.currentText(), alone) if found else ""
        self.tuning.setText(text)
        self.tuning.setVisible(found is not None)
        self.accept_tuning.setVisible(found is not None)
        changed = found is not None and found.fitted_f1 != found.before_f1
        self.accept_tuning.setEnabled(changed)
        self.accept_tuning.setDefault(bool(found and found.worth_it))

    # Building

    def _build(self) -> None:
        self.basis = _sentence(self)
        self.overall = _sentence(self)
        self.overall.setTextFormat(Qt.TextFormat.RichText)
        self.tabs = QTabWidget(self)
        self.tabs.addTab(self._classes_tab(), "&Classes")
        self.tabs.addTab(self._mismatches_tab(), "&Mismatches")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.save = buttons.addButton("Save as CSV…", QDialogButtonBox.ButtonRole.ActionRole)
        self.save.setToolTip("The table that is shown; Ctrl+C copies its chosen rows")
        self.save.clicked.connect(self._on_save)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addLayout(self._source_row())
        layout.addWidget(self.basis)
        layout.addWidget(self.overall)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(self._tuning_row())
        self.tuning = _sentence(self)
        layout.addWidget(self.tuning)
        layout.addWidget(buttons)

    def _source_row(self) -> QHBoxLayout:
        self.source = QComboBox(self)
        self.source.addItems(["the project's decisions", "a table…"])
        self.source.setAccessibleName("What is measured by")
        self.source.activated.connect(self._on_source)
        self.collar = QComboBox(self)
        self.collar.addItems(["0.5 s", "0.2 s"])
        self.collar.setAccessibleName("Collar of mismatches and curves")
        self.collar.setToolTip("How far an onset may be off, for mismatches and the curve")
        self.collar.activated.connect(self.measure_requested)
        self.counting = QCheckBox("A class counts with all below it", self)
        self.counting.setChecked(True)
        self.counting.setToolTip(
            "A found Bark counts for Dog and Animal as well; only classes that are true"
            " somewhere or were decided about count"
        )
        self.counting.clicked.connect(self.measure_requested)
        self.again = QPushButton("&Measure", self)
        self.again.setToolTip("With the rules and decisions as they are now")
        self.again.clicked.connect(self.measure_requested)
        self.progress = QProgressBar(self)
        self.progress.setFixedWidth(150)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.clicked.connect(self.cancel_requested)
        row = QHBoxLayout()
        for widget in (QLabel("Measure by"), self.source, QLabel("Collar"), self.collar):
            row.addWidget(widget)
        row.addWidget(self.counting)
        row.addStretch(1)
        for shown in (self.progress, self.cancel, self.again):
            row.addWidget(shown)
        return row

    def _classes_tab(self) -> QWidget:
        self.classes = MetricsTable(_CLASS_COLUMNS, "Figures by class", self)
        self.classes.chosen.connect(self._on_class)
        self.plot = PrecisionRecallPlot(self)
        self.plot.threshold_chosen.connect(self._on_threshold)
        self.about_curve = _sentence(self)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot, 1)
        column.addWidget(self.about_curve)
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.addWidget(self.classes)
        halves.addWidget(right)
        halves.setSizes([810, 330])
        halves.setChildrenCollapsible(False)
        return halves

    def _mismatches_tab(self) -> QWidget:
        self.confusions = MetricsTable(_CONFUSION_COLUMNS, "Confusions", self)
        self.confusions.chosen.connect(self._on_confusion)
        self.confusions.opened.connect(self._open_confusion)
        self.mismatches = MetricsTable(_MISMATCH_COLUMNS, "Mismatches", self)
        self.mismatches.opened.connect(lambda row: self.mismatch_opened.emit(self._listed[row]))
        self.which = QLabel(self)
        self.show_all = QPushButton("Show all", self)
        self.show_all.clicked.connect(self._on_show_all)
        head = QHBoxLayout()
        head.addWidget(self.which)
        head.addStretch(1)
        head.addWidget(self.show_all)
        lower = QWidget(self)
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.mismatches, 1)
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.addWidget(self.confusions)
        halves.addWidget(lower)
        halves.setSizes([400, 700])
        halves.setChildrenCollapsible(False)
        return halves

    def _tuning_row(self) -> QHBoxLayout:
        self.tune_scope = QComboBox(self)
        self.tune_scope.addItems([text for text, _ in _SCOPES])
        self.tune_scope.setAccessibleName("Which rules are tuned")
        self.measure = QComboBox(self)
        self.measure.addItems([text for text, _ in _MEASURES])
        self.measure.setAccessibleName("What is tuned for")
        self.tune = QPushButton("&Tune", self)
        self.tune.setToolTip("Looks for thresholds and gaps that do better; nothing changes yet")
        self.tune.clicked.connect(self.tune_requested)
        self.accept_tuning = QPushButton("&Use the tuned rules", self)
        self.accept_tuning.setToolTip("One step that can be undone")
        self.accept_tuning.clicked.connect(self.tuned_accepted)
        row = QHBoxLayout()
        for widget in (QLabel("Tune"), self.tune_scope, QLabel("for"), self.measure, self.tune):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.accept_tuning)
        return row

    # Answers

    def _on_source(self, index: int) -> None:
        if index == 1:
            self.table_wanted.emit()
        else:
            self.set_table(None)
            self.measure_requested.emit()

    def _on_class(self, row: int) -> None:
        found = self._measurement
        if found is not None and 0 <= row < len(found.evaluation.labels):
            self.curve_requested.emit(found.evaluation.labels[row])

    def _on_threshold(self, threshold: float) -> None:
        found, row = self._measurement, self.classes.current
        if found is not None and 0 <= row < len(found.evaluation.labels):
            self.threshold_requested.emit(found.evaluation.labels[row], threshold)

    def _on_confusion(self, row: int) -> None:
        self._list_mismatches(row if row >= 0 else None)

    def _open_confusion(self, row: int) -> None:
        """The first mismatch of the confusion."""
        self._list_mismatches(row)
        if self._listed:
            self.mismatches.choose(0)
            self.mismatch_opened.emit(self._listed[0])

    def _on_show_all(self) -> None:
        self.confusions.clearSelection()
        self._list_mismatches(None)

    def _list_mismatches(self, confusion: int | None) -> None:
        found = self._measurement
        everything = found.mismatches if found else ()
        kept = list(everything)
        if found is not None and confusion is not None:
            one = found.evaluation.confusions[confusion]
            kept = [m for m in kept if _belongs(m, one.reference, one.estimated)]
        self._listed = kept[:_MOST_MISTAKES]
        names = [subject.name for subject in found.on.items] if found else []
        self.mismatches.set_rows([_mismatch_row(m, names[m.pair]) for m in self._listed])
        text = f"{len(self._listed)} of {len(everything)} mismatches"
        self.which.setText(f"{text}; Enter or a double click goes there" if everything else "")
        self.show_all.setVisible(confusion is not None)

    def _on_save(self) -> None:
        if self.tabs.currentIndex() == 0:
            self.csv_wanted.emit("evaluation", self.classes.csv())
        else:
            self.csv_wanted.emit("mistakes", self.mismatches.csv())


def _class_rows(found: Measurement) -> list[Row]:
    result = found.evaluation
    rows: list[Row] = []
    for label in result.labels:
        loose = result.events[0.5].get(label, Counts())
        tight = result.events[0.2].get(label, Counts())
        seconds = result.segments.get(label, Counts())
        psds = result.psds.by_label.get(label) if result.psds else None
        rows.append(
            (
                text_cell(label),
                count_cell(loose.reference),
                count_cell(loose.estimated),
                metric_cell(loose.f1),
                metric_cell(tight.f1),
                metric_cell(seconds.f1),
                _share(loose.hits, loose.estimated),
                _share(loose.hits, loose.reference),
                metric_cell(psds),
            )
        )
    return rows


_CONFIDENCE = 0.9


def _share(hits: int, count: int) -> Cell:
    """A share, which says by how many it was found and how sure it is."""
    if not count:
        return metric_cell(None)
    low, high = wilson_interval(hits, count, _CONFIDENCE)
    tip = f"{hits} of {count}; {100 * _CONFIDENCE:.0f} % interval {low:.2f} to {high:.2f}"
    return Cell(f"{hits / count:.3f}", hits / count, tip)


def _mismatch_row(mismatch: Mismatch, recording: str) -> Row:
    score = mismatch.score if mismatch.kind is not MismatchKind.MISSED else None
    off = mismatch.off_s if mismatch.kind is MismatchKind.EDGES else None
    return (
        text_cell(recording),
        text_cell(_KINDS[mismatch.kind]),
        text_cell(mismatch.reference or "–"),
        text_cell(mismatch.estimated or "–"),
        Cell(clock(mismatch.onset_s, 1), mismatch.onset_s),
        metric_cell(mismatch.offset_s - mismatch.onset_s, 2),
        metric_cell(score, 2),
        metric_cell(off, 2),
    )


def _belongs(mismatch: Mismatch, truth: str, found: str) -> bool:
    """Whether a mismatch may be part of a confusion: it, or a side of it without a partner."""
    if mismatch.kind is MismatchKind.CONFUSED:
        return (mismatch.reference, mismatch.estimated) == (truth, found)
    if mismatch.kind is MismatchKind.FALSE:
        return mismatch.estimated == found
    return mismatch.reference == truth


def _sentence(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
