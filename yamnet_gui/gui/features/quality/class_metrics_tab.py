"""Metrics of each class, and the precision-recall curve of the selected one."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from yamnet_gui.core.statistics import wilson_interval
from yamnet_gui.core.text import FEWEST_FOR_A_SHARE, grouped, percent
from yamnet_gui.detection.evaluation import Counts, Evaluation
from yamnet_gui.gui.widgets.metrics_table import (
    Cell,
    Column,
    MetricsTable,
    Row,
    count_cell,
    metric_cell,
    text_cell,
)
from yamnet_gui.quality.evaluation import Curve

from .evaluation_text import curve_words
from .plots import PrecisionRecallPlot
from .text_label import text_label

_COLUMNS = (
    Column("Class", "", numeric=False),
    Column("Reference", "Number of reference events"),
    Column("Detected", "Events that the rules detect where the reference can judge them"),
    Column(
        "F1 0.5 s",
        "Event F1: onset within 0.5 s; offset within 0.5 s or a fifth of the duration",
    ),
    Column("F1 0.2 s", "Event F1 with a collar of 0.2 s"),
    Column("F1 1 s", "F1 of segments of one second"),
    Column(
        "Precision",
        "Share of the detected events that are right (0.5 s); the tooltip shows the interval",
    ),
    Column(
        "Recall",
        "Share of the reference events that are detected (0.5 s); the tooltip shows the interval",
    ),
    Column("PSDS", "Polyphonic sound detection score, scenario 1"),
)
_CONFIDENCE = 0.9


class ClassMetricsTab(QSplitter):
    """A table with a row per class; its current row is the class of the curve."""

    curve_requested = Signal(str)  # label
    threshold_requested = Signal(str, float)  # label, threshold

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._labels: tuple[str, ...] = ()
        self.table = MetricsTable(_COLUMNS, "Metrics by class", self)
        self.table.chosen.connect(self._on_class)
        self.plot = PrecisionRecallPlot(self)
        self.plot.threshold_chosen.connect(self._on_threshold)
        self.about_curve = text_label(self)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot, 1)
        column.addWidget(self.about_curve)
        self.addWidget(self.table)
        self.addWidget(right)
        self.setSizes([810, 330])
        self.setChildrenCollapsible(False)

    def show_evaluation(self, evaluation: Evaluation | None) -> None:
        """Shows the metrics of every class and selects one; None clears the tab."""
        before = self.table.current
        self._labels = tuple(evaluation.labels) if evaluation else ()
        self.table.set_rows(_class_rows(evaluation) if evaluation else [])
        self.plot.show_curve(None)
        self.about_curve.setText("Choose a class to see its curve." if evaluation else "")
        if self._labels:
            self.table.choose(max(min(before, len(self._labels) - 1), 0))

    def show_curve(self, curve: Curve | None, label: str = "") -> None:
        """Shows the curve of the selected class; None: it has none."""
        if curve is None:
            self.plot.show_curve(None)
            text = f"{label} is not a class of the model, so there is no threshold to vary."
            self.about_curve.setText(text if label else "")
            return
        self.plot.show_curve(curve.curve, curve.place)
        self.about_curve.setText(curve_words(curve))

    def _on_class(self, row: int) -> None:
        if 0 <= row < len(self._labels):
            self.curve_requested.emit(self._labels[row])

    def _on_threshold(self, threshold: float) -> None:
        row = self.table.current
        if 0 <= row < len(self._labels):
            self.threshold_requested.emit(self._labels[row], threshold)


def _class_rows(evaluation: Evaluation) -> list[Row]:
    rows: list[Row] = []
    for label in evaluation.labels:
        loose = evaluation.events[0.5].get(label, Counts())
        tight = evaluation.events[0.2].get(label, Counts())
        seconds = evaluation.segments.get(label, Counts())
        psds = evaluation.psds.by_label.get(label) if evaluation.psds else None
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


def _share(hits: int, count: int) -> Cell:
    """A share; its tooltip shows the counts and the confidence interval."""
    if not count:
        return metric_cell(None)
    low, high = wilson_interval(hits, count, _CONFIDENCE)
    tip = f"{grouped(hits)} of {grouped(count)};"
    tip += f" {percent(_CONFIDENCE)} interval {low:.2f} to {high:.2f}"
    text = f"{hits} of {count}" if count < FEWEST_FOR_A_SHARE else f"{hits / count:.3f}"
    return Cell(text, hits / count, tip)
