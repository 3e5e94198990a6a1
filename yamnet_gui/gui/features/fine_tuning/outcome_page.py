"""The last page: which way to use, the comparison, warnings, and the labels to listen to."""

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHeaderView, QTabWidget, QVBoxLayout, QWidget

from yamnet_gui.core.statistics import Interval
from yamnet_gui.fine_tuning import DoubtfulLabel, Outcome
from yamnet_gui.fine_tuning.comparison import NAMES
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.metrics_table import Cell, Column, MetricsTable, count_cell, text_cell
from yamnet_gui.gui.widgets.plain_text import PlainLabel

_COMPARED = (
    Column("Way", "How the classes are detected", numeric=False),
    Column("Sounds", "Examples on which it was measured"),
    Column("F1", "Mean over the classes, on recordings that training never heard"),
    Column("95% interval", "By drawing the recordings anew (bootstrap)", numeric=False),
    Column("Accuracy", "Share of examples taken for what they are"),
    Column("95% interval", "Of the share (Wilson)", numeric=False),
)
_DOUBTFUL = (
    Column("Recording", numeric=False),
    Column("At", "Where the sound begins"),
    Column("Labelled", numeric=False),
    Column("Probability", "Of what it is perhaps, by models that never heard it"),
    Column("Perhaps", "What those models take it for", numeric=False),
)


class OutcomePage(QWidget):
    """Shows an `Outcome`."""

    listen_requested = Signal(object)  # DoubtfulLabel

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._doubtful: tuple[DoubtfulLabel, ...] = ()
        self.advice = PlainLabel("", self)
        font = self.advice.font()
        font.setBold(True)
        self.advice.setFont(font)
        self.advice.setWordWrap(True)
        self.drift = PlainLabel("", self)
        self.drift.setWordWrap(True)
        self.ways = MetricsTable(_COMPARED, "Comparison", self)
        fitted = QHeaderView.ResizeMode.ResizeToContents
        self.ways.horizontalHeader().setSectionResizeMode(0, fitted)
        self.warnings = PlainLabel("", self)
        self.warnings.setWordWrap(True)
        self.doubtful = MetricsTable(_DOUBTFUL, "Doubtful labels", self)
        for table in (self.ways, self.doubtful):
            table.horizontalHeader().setStretchLastSection(True)
        self.doubtful.doubleClicked.connect(lambda _index: self._listen())
        doubts = QWidget(self)
        inner = QVBoxLayout(doubts)
        hint = PlainLabel(
            "Labels that may be wrong: a double click opens the sound in the window.", doubts
        )
        hint.setWordWrap(True)
        inner.addWidget(hint)
        inner.addWidget(self.doubtful, 1)
        compared = QWidget(self)
        inner = QVBoxLayout(compared)
        inner.addWidget(self.ways, 1)
        inner.addWidget(self.warnings)
        self.tabs = QTabWidget(self)
        self.tabs.addTab(compared, "Com&parison")
        self.tabs.addTab(doubts, "&Doubtful labels")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.advice)
        layout.addWidget(self.drift)
        layout.addWidget(self.tabs, 1)

    def show_outcome(self, outcome: Outcome) -> None:
        self.advice.setText(outcome.advice.sentence)
        self.drift.setText(outcome.drift.sentence if outcome.drift is not None else "")
        self.drift.setVisible(outcome.drift is not None)
        self.ways.set_rows(
            [
                (
                    text_cell(f"{NAMES[one.way][:1].upper()}{NAMES[one.way][1:]}"),
                    count_cell(sum(of.examples for of in one.classes)),
                    _number(one.f1),
                    _drawn_interval(one.f1_interval),
                    _number(one.accuracy),
                    _interval(one.accuracy_interval),
                )
                for one in outcome.ways
            ]
        )
        self.warnings.setText("\n".join(f"• {one.sentence}" for one in outcome.warnings))
        self.warnings.setVisible(bool(outcome.warnings))
        self._doubtful = outcome.doubtful
        self.doubtful.set_rows([_doubt(one) for one in outcome.doubtful])
        self.tabs.setTabText(1, f"&Doubtful labels ({len(outcome.doubtful)})")

    def _listen(self) -> None:
        place = self.doubtful.current
        if 0 <= place < len(self._doubtful):
            self.listen_requested.emit(self._doubtful[place])


def _doubt(one: DoubtfulLabel) -> tuple[Cell, ...]:
    none = "none of the classes"
    return (
        text_cell(one.path.name, str(one.path)),
        Cell(clock(one.start_s), one.start_s),
        text_cell(one.label if one.label is not None else none),
        Cell(f"{one.other:.2f}", one.other),
        text_cell(one.suggested if one.suggested is not None else none),
    )


def _number(value: float) -> Cell:
    return Cell("–", None) if math.isnan(value) else Cell(f"{value:.2f}", value)


def _drawn_interval(interval: Interval) -> Cell:
    """One from drawing recordings anew: no spread where every draw gives the same."""
    low, high = interval
    if low == high:
        tip = "Every recording gave the same, so that drawing them anew shows no spread"
        return text_cell("not known", tip)
    return _interval(interval)


def _interval(interval: Interval) -> Cell:
    low, high = interval
    if math.isnan(low) or math.isnan(high):
        return Cell("–", None)
    return text_cell(f"{low:.2f} to {high:.2f}")
