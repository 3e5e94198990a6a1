"""Calibrated probabilities of each class; a dialog that stays open next to the window."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted, counted_more, grouped, part_of, percent
from yamnet_gui.detection import (
    FEWEST_REVIEWS,
    ClassCalibration,
    reliability,
    threshold_for_precision,
    threshold_for_recall,
)
from yamnet_gui.gui.screens import resize_within_screen
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.metrics_table import (
    Cell,
    Column,
    MetricsTable,
    Row,
    count_cell,
    text_cell,
)
from yamnet_gui.gui.widgets.number_box import NumberBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.labels.project.calibrations import Calibration

from .jobs import CalibrationReport
from .plots import ReliabilityPlot
from .text_label import text_label

_COLUMNS = (
    Column("Class", "Classes with reviews, and the selected one", numeric=False),
    Column("Right", "Accepted events with a score of these weights"),
    Column("Wrong", "Rejected events with a score of these weights"),
    Column("Needed", "About how many more reviews until a probability is shown"),
    Column("At 0.5", "How often an event with a score of 0.5 is right; in brackets: 90% interval"),
)


@dataclass(frozen=True, slots=True)
class CalibrationStatus:
    """The calibration that the project stores, and whether it fits the open recording."""

    stored: Calibration | None = None
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
        self._status = CalibrationStatus()
        self._indices: list[int] = []
        self._wanted_threshold: float | None = None
        self._build()
        self.show_report(None, self._status)
        resize_within_screen(self, QSize(1080, 600))

    def show_report(self, report: CalibrationReport | None, status: CalibrationStatus) -> None:
        """Shows the calibration of the reviews (None: still being read), and the one in use."""
        chosen = self._class_index()
        self._report, self._status = report, status
        self.basis.setText(_basis(report, status))
        self.in_use.setText(_in_use(report, status))
        classes = report.calibration.classes if report else {}
        known = bool(report and report.calibration.known)
        self.use.setEnabled(known and status.writable)
        self.drop.setEnabled(status.stored is not None and status.writable)
        order = sorted(classes.values(), key=lambda c: (-(c.right + c.wrong), c.class_index))
        self._indices = [c.class_index for c in order]
        self.table.set_rows([self._row(c) for c in order])
        if chosen in self._indices:
            self.table.choose(self._indices.index(chosen))
        elif self._indices:
            self.table.choose(0)
        self._show_class()

    def choose_class(self, class_index: int) -> None:
        """Selects a class, if it is listed."""
        if class_index in self._indices:
            self.table.choose(self._indices.index(class_index))

    def refresh_thresholds(self) -> None:
        """Shows the thresholds of rules that have changed."""
        self._show_class()

    def _build(self) -> None:
        self.basis = text_label(self)
        self.in_use = text_label(self)
        self.table = MetricsTable(_COLUMNS, "Classes and their reviews", self)
        self.table.chosen.connect(lambda _row: self._show_class())
        self.plot = ReliabilityPlot(self)
        self.about = text_label(self)
        self.goal = QComboBox(self)
        self.goal.addItems(["precision", "recall"])
        self.goal.setAccessibleName("Metric of the threshold")
        self.goal.currentIndexChanged.connect(self._show_advice)
        self.wanted = NumberBox(self)
        self.wanted.setRange(0.01, 1.0)
        self.wanted.setSingleStep(0.05)
        self.wanted.setValue(0.9)
        self.wanted.setAccessibleName("Target value")
        self.wanted.valueChanged.connect(self._show_advice)
        self.set_threshold = QPushButton("Set the class's threshold", self)
        self.set_threshold.clicked.connect(self._on_set)
        self.advice = text_label(self)
        goal = QHBoxLayout()
        goal.addWidget(PlainLabel("Threshold for a"))
        goal.addWidget(self.goal)
        goal.addWidget(PlainLabel("of"))
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
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
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
        layout.addWidget(self.in_use)
        layout.addWidget(halves, 1)
        layout.addWidget(buttons)

    def _row(self, calibration: ClassCalibration) -> Row:
        at_half = Cell("–", None, "Too few reviews")
        if calibration.known:
            (probability,) = calibration.probability([0.5])
            (low,), (high,) = calibration.interval([0.5])
            at_half = Cell(f"{probability:.2f} ({low:.2f}–{high:.2f})", float(probability))
        needed = Cell("enough", 0) if calibration.known else count_cell(calibration.more_needed)
        name = text_cell(self._name(calibration.class_index))
        right, wrong = count_cell(calibration.right), count_cell(calibration.wrong)
        return (name, right, wrong, needed, at_half)

    def _name(self, class_index: int) -> str:
        return self._class_map.value[class_index].name

    def _class_index(self) -> int | None:
        row = self.table.current
        return self._indices[row] if 0 <= row < len(self._indices) else None

    def _calibration(self) -> ClassCalibration | None:
        index = self._class_index()
        if self._report is None or index is None:
            return None
        return self._report.calibration.classes.get(index)

    def _show_class(self) -> None:
        calibration = self._calibration()
        if calibration is None or self._report is None:
            self.plot.show_class(None, (), None)
            self.about.setText("")
        else:
            index = calibration.class_index
            mine = [r for r in self._report.reviews.reviews if r.class_index == index]
            shown = calibration if calibration.known else None
            self.plot.show_class(shown, reliability(mine), self._threshold_of(index))
            threshold = self._threshold_of(index)
            self.about.setText(class_sentence(self._name(index), calibration, threshold))
        self._show_advice()

    def _show_advice(self) -> None:
        calibration = self._calibration()
        self._wanted_threshold = None
        if calibration is None or self._report is None:
            self.advice.setText("")
        elif not calibration.known:
            self.advice.setText("A threshold can be suggested once there are enough reviews.")
        else:
            scores = self._report.reviews.scores.get(calibration.class_index, ())
            goal, wanted = self.goal.currentText(), self.wanted.value()
            find = threshold_for_precision if goal == "precision" else threshold_for_recall
            self._wanted_threshold = find(calibration, scores, wanted)
            self.advice.setText(_advice(calibration, scores, self._wanted_threshold, goal, wanted))
        self.set_threshold.setEnabled(self._wanted_threshold is not None)

    def _on_set(self) -> None:
        index = self._class_index()
        if index is not None and self._wanted_threshold is not None:
            # Rounded down, so that the event with this score stays above the threshold.
            threshold = int(self._wanted_threshold * 1000) / 1000
            self.threshold_requested.emit(index, threshold)


def class_sentence(name: str, calibration: ClassCalibration, threshold: float) -> str:
    """How often detections of a class are right; or how many more reviews are needed."""
    count = calibration.right + calibration.wrong
    if not calibration.known:
        reviews = (
            f"{counted(count, 'review')} ({grouped(calibration.right)} right)"
            if count
            else "no reviews"
        )
        return (
            f"Not enough is known about {name}: {reviews}. "
            f"About {_more(calibration.more_needed)} needed before a probability is shown."
        )
    (right,) = calibration.probability([threshold])
    (low,), (high,) = calibration.interval([threshold])
    return (
        f"{name}: {grouped(calibration.right)} right, {grouped(calibration.wrong)} wrong. "
        f"At its threshold of {threshold:.2f} about {percent(right)} are right "
        f"(90% interval {percent(low)} to {percent(high)})."
    )


def _basis(report: CalibrationReport | None, status: CalibrationStatus) -> str:
    if report is None:
        return "Reading the reviews…"
    count = len(report.reviews.reviews)
    model = status.model_name or "the current weights"
    if not count:
        text = (
            f"Not enough is known: no events detected by {model} were accepted or rejected yet. "
            f"A class needs at least {FEWEST_REVIEWS} reviews."
        )
    else:
        recordings = len({recording for recording, _event in report.reviews.events})
        text = (
            f"From {counted(count, 'review')} in {counted(recordings, 'recording')}, "
            f"of events detected by {model}."
        )
    if report.reviews.other_model:
        others = counted(report.reviews.other_model, "review")
        text += f" Left out: {others} of events detected by other weights."
    if report.raw_error is not None and report.held_out_error is not None:
        text += (
            f" Expected calibration error: {report.raw_error:.3f} if scores were probabilities, "
            f"{report.held_out_error:.3f} for calibrated ones on reviews held out."
        )
    return text


def _in_use(report: CalibrationReport | None, status: CalibrationStatus) -> str:
    stored = status.stored
    if stored is None:
        return "No probabilities are in use: events show only scores."
    made = f", made {stored.made_utc:%Y-%m-%d %H:%M} UTC" if stored.made_utc else ""
    text = f"In use: version {stored.version}{made} from {counted(len(stored.events), 'review')}."
    if status.stale:
        name = stored.model_name or stored.model_sha256[:12]
        return (
            f"{text} It was made for {name} and does not apply to the scores of the open "
            "recording, so no probability is shown."
        )
    if report is not None:
        newer = len(set(report.reviews.events) - set(stored.events))
        if newer:
            text += (
                f" {counted(newer, 'review')} since then "
                f"{'is' if newer == 1 else 'are'} not included."
            )
    return text


def _advice(
    calibration: ClassCalibration,
    scores: tuple[float, ...],
    threshold: float | None,
    goal: str,
    wanted: float,
) -> str:
    if not scores:
        return "There are no detections of this class to set a threshold with."
    if threshold is None:
        all_of_them = counted(len(scores), "detection")
        return f"No threshold reaches a {goal} of {wanted:.2f} among the {all_of_them}."
    above = [score for score in scores if score >= threshold]
    right = float(calibration.probability(above).sum())
    everything = float(calibration.probability(scores).sum())
    share = right / everything if everything else 0.0
    return (
        f"With a threshold of {threshold:.2f}, {part_of(len(above), len(scores), 'detection')} so "
        f"far remain. About {grouped(right)} of them are right ({percent(right / len(above))}), "
        f"which is {percent(share)} of all right ones; events that were never detected cannot be "
        "counted."
    )


def _more(count: int) -> str:
    return f"{counted_more(count, 'review')} {'is' if count == 1 else 'are'}"
