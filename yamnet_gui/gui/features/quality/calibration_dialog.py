"""What the scores of each class mean, as far as reviews tell; stays open beside the window."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted
from yamnet_gui.detection import (
    FEWEST_REVIEWS,
    ClassCalibration,
    reliability,
    threshold_for_precision,
    threshold_for_recall,
)
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.widgets.metrics_table import (
    Cell,
    Column,
    MetricsTable,
    Row,
    count_cell,
    text_cell,
)
from yamnet_gui.labels.project.calibrations import Calibration

from .jobs import CalibrationReport
from .plots import ReliabilityPlot

_COLUMNS = (
    Column("Class", "Classes that somebody reviewed, and the chosen one", numeric=False),
    Column("Right", "Accepted events with a score of these weights"),
    Column("Wrong", "Rejected events with a score of these weights"),
    Column("Needed", "About how many more reviews until a probability is shown"),
    Column("At 0.5", "How often an event with a score of 0.5 is right; in brackets 90 % interval"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the project keeps now, and whether it holds for the open recording."""

    kept: Calibration | None = None
    model_name: str = ""
    stale: bool = False
    writable: bool = True


class CalibrationDialog(QDialog):
    """Reviews by class, reliability, and thresholds for a wanted precision or recall."""

    use_requested = Signal()
    drop_requested = Signal()
    refresh_requested = Signal()
    threshold_requested = Signal(int, float)  # class index, threshold

    def __init__(
        self,
        class_map: ClassMapState,
        threshold_of: Callable[[int], float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Calibration")
        self._class_map = class_map
        self._threshold_of = threshold_of
        self._report: CalibrationReport | None = None
        self._standing = Standing()
        self._indices: list[int] = []
        self._wanted_threshold: float | None = None
        self._build()
        self.show_report(None, self._standing)
        self.resize(1080, 600)

    def show_report(self, report: CalibrationReport | None, standing: Standing) -> None:
        """What the reviews say (None: still being read), and what is in use."""
        chosen = self._class_index()
        self._report, self._standing = report, standing
        self.basis.setText(_basis(report, standing))
        self.kept.setText(_kept(report, standing))
        found = report.calibration.classes if report else {}
        known = bool(report and report.calibration.known)
        self.use.setEnabled(known and standing.writable)
        self.drop.setEnabled(standing.kept is not None and standing.writable)
        order = sorted(found.values(), key=lambda c: (-(c.right + c.wrong), c.class_index))
        self._indices = [c.class_index for c in order]
        self.table.set_rows([self._row(c) for c in order])
        if chosen in self._indices:
            self.table.choose(self._indices.index(chosen))
        elif self._indices:
            self.table.choose(0)
        self._show_class()

    def choose_class(self, class_index: int) -> None:
        """Shows a class, if it is listed."""
        if class_index in self._indices:
            self.table.choose(self._indices.index(class_index))

    def refresh_thresholds(self) -> None:
        """The rules have changed."""
        self._show_class()

    def _build(self) -> None:
        self.basis = _sentence(self)
        self.kept = _sentence(self)
        self.table = MetricsTable(_COLUMNS, "Classes and their reviews", self)
        self.table.chosen.connect(lambda _row: self._show_class())
        self.plot = ReliabilityPlot(self)
        self.about = _sentence(self)
        self.goal = QComboBox(self)
        self.goal.addItems(["precision", "recall"])
        self.goal.setAccessibleName("Goal of the threshold")
        self.goal.currentIndexChanged.connect(self._show_advice)
        self.wanted = QDoubleSpinBox(self)
        self.wanted.setRange(0.01, 1.0)
        self.wanted.setSingleStep(0.05)
        self.wanted.setValue(0.9)
        self.wanted.setAccessibleName("Wanted value")
        self.wanted.valueChanged.connect(self._show_advice)
        self.set_threshold = QPushButton("Set the class's threshold", self)
        self.set_threshold.clicked.connect(self._on_set)
        self.advice = _sentence(self)
        goal = QHBoxLayout()
        goal.addWidget(QLabel("Threshold for a"))
        goal.addWidget(self.goal)
        goal.addWidget(QLabel("of"))
        goal.addWidget(self.wanted)
        goal.addStretch(1)
        goal.addWidget(self.set_threshold)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot, 1)
        column.addWidget(self.about)
        column.addLayout(goal)
        column.addWidget(self.advice)
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.addWidget(self.table)
        halves.addWidget(right)
        halves.setStretchFactor(0, 4)
        halves.setStretchFactor(1, 5)
        halves.setSizes([570, 480])
        halves.setChildrenCollapsible(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.use = buttons.addButton("&Use these probabilities", role)
        self.use.setToolTip("Shows them in the table of events, the inspector and exports")
        self.drop = buttons.addButton("&Stop using", role)
        self.refresh = buttons.addButton("&Read again", role)
        self.use.clicked.connect(self.use_requested)
        self.drop.clicked.connect(self.drop_requested)
        self.refresh.clicked.connect(self.refresh_requested)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.basis)
        layout.addWidget(self.kept)
        layout.addWidget(halves, 1)
        layout.addWidget(buttons)

    def _row(self, found: ClassCalibration) -> Row:
        at_half = Cell("–", None, "Not enough is known")
        if found.known:
            (said,), (low,), (high,) = found.probability([0.5]), *found.interval([0.5])
            at_half = Cell(f"{said:.2f} ({low:.2f}–{high:.2f})", float(said))
        needed = Cell("enough", 0) if found.known else count_cell(found.more_needed)
        name = text_cell(self._name(found.class_index))
        return (name, count_cell(found.right), count_cell(found.wrong), needed, at_half)

    def _name(self, class_index: int) -> str:
        return self._class_map.value[class_index].name

    def _class_index(self) -> int | None:
        row = self.table.current
        return self._indices[row] if 0 <= row < len(self._indices) else None

    def _found(self) -> ClassCalibration | None:
        index = self._class_index()
        if self._report is None or index is None:
            return None
        return self._report.calibration.classes.get(index)

    def _show_class(self) -> None:
        found = self._found()
        if found is None or self._report is None:
            self.plot.show_class(None, (), None)
            self.about.setText("")
        else:
            index = found.class_index
            mine = [r for r in self._report.found.reviews if r.class_index == index]
            shown = found if found.known else None
            self.plot.show_class(shown, reliability(mine), self._threshold_of(index))
            self.about.setText(class_sentence(self._name(index), found, self._threshold_of(index)))
        self._show_advice()

    def _show_advice(self) -> None:
        found = self._found()
        self._wanted_threshold = None
        if found is None or self._report is None:
            self.advice.setText("")
        elif not found.known:
            self.advice.setText("A threshold can be suggested once enough is known.")
        else:
            scores = self._report.found.scores.get(found.class_index, ())
            goal, wanted = self.goal.currentText(), self.wanted.value()
            find = threshold_for_precision if goal == "precision" else threshold_for_recall
            self._wanted_threshold = find(found, scores, wanted)
            self.advice.setText(_advice(found, scores, self._wanted_threshold, goal, wanted))
        self.set_threshold.setEnabled(self._wanted_threshold is not None)

    def _on_set(self) -> None:
        index = self._class_index()
        if index is not None and self._wanted_threshold is not None:
            # Rounded down, so that the event whose score it is stays above it.
            threshold = int(self._wanted_threshold * 1000) / 1000
            self.threshold_requested.emit(index, threshold)


def class_sentence(name: str, found: ClassCalibration, threshold: float) -> str:
    """What the reviews of a class say in words; that they are too few, where they are."""
    count = found.right + found.wrong
    if not found.known:
        said = "no review" if not count else f"{counted(count, 'review')} ({found.right} right)"
        return (
            f"Not enough is known about {name}: {said}. "
            f"About {_more(found.more_needed)} needed before a probability is shown."
        )
    (said_p,), (low,), (high,) = found.probability([threshold]), *found.interval([threshold])
    return (
        f"{name}: {found.right} right, {found.wrong} wrong. At its threshold of {threshold:.2f} "
        f"about {said_p:.0%} are right (90 % interval {low:.0%} to {high:.0%})."
    )


def _basis(report: CalibrationReport | None, standing: Standing) -> str:
    if report is None:
        return "Reading the reviews…"
    count = len(report.found.reviews)
    model = standing.model_name or "the present weights"
    if not count:
        text = (
            f"Not enough is known: nothing that {model} found was accepted or rejected yet. "
            f"A class needs at least {FEWEST_REVIEWS} reviews."
        )
    else:
        recordings = len({recording for recording, _event in report.found.events})
        text = (
            f"From {counted(count, 'review')} in {counted(recordings, 'recording')}, "
            f"of events found by {model}."
        )
    if report.found.other_model:
        others = counted(report.found.other_model, "review")
        text += f" {others} of events found by other weights left out."
    if report.raw_error is not None and report.held_out_error is not None:
        text += (
            f" Expected calibration error: {report.raw_error:.3f} if scores were probabilities, "
            f"{report.held_out_error:.3f} for calibrated ones on reviews held out."
        )
    return text


def _kept(report: CalibrationReport | None, standing: Standing) -> str:
    kept = standing.kept
    if kept is None:
        return "No probabilities are in use: events show scores alone."
    made = f", made {kept.made_utc:%Y-%m-%d %H:%M} UTC" if kept.made_utc else ""
    text = f"In use: version {kept.version}{made} from {counted(len(kept.events), 'review')}."
    if standing.stale:
        name = kept.model_name or kept.model_sha256[:12]
        return (
            f"{text} It was made for {name} and says nothing about the scores of the open "
            "recording, so no probability is shown."
        )
    if report is not None:
        newer = len(set(report.found.events) - set(kept.events))
        if newer:
            text += (
                f" {counted(newer, 'review')} since then {'is' if newer == 1 else 'are'} not in it."
            )
    return text


def _advice(
    found: ClassCalibration,
    scores: tuple[float, ...],
    threshold: float | None,
    goal: str,
    wanted: float,
) -> str:
    if not scores:
        return "There are no detections of this class to choose among."
    if threshold is None:
        return f"No threshold reaches a {goal} of {wanted:.2f} among the {len(scores)} detections."
    kept = [score for score in scores if score >= threshold]
    right = float(found.probability(kept).sum())
    everything = float(found.probability(scores).sum())
    share = right / everything if everything else 0.0
    return (
        f"From a score of {threshold:.2f} on {len(kept)} of the {len(scores)} detections so far "
        f"stay. About {right:.0f} of them are right ({right / len(kept):.0%}), which is "
        f"{share:.0%} of all right ones found; what was never found cannot be counted."
    )


def _more(count: int) -> str:
    return f"{count} more review is" if count == 1 else f"{count:,} more reviews are"


def _sentence(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
