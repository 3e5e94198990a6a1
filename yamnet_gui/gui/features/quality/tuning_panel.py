"""Choices and result of tuning the rules."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from yamnet_gui.detection import Tuning
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.quality.evaluation import TuningScope

from .evaluation_text import tuning_words
from .text_label import text_label

_MEASURES: tuple[tuple[str, float | None], ...] = (
    ("event F1, 0.5 s", 0.5),
    ("event F1, 0.2 s", 0.2),
    ("segment F1, 1 s", None),
)
_SCOPES: tuple[tuple[str, TuningScope], ...] = (
    ("the default rule, for all classes", "default"),
    ("the rule of each class with 10 reference events", "classes"),
)


class TuningPanel(QWidget):
    """Which rules are tuned for which metric, what came of it, and the button that accepts it."""

    tune_requested = Signal()
    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scopes = QComboBox(self)
        self.scopes.addItems([text for text, _ in _SCOPES])
        self.scopes.setAccessibleName("Rules to tune")
        self.measures = QComboBox(self)
        self.measures.addItems([text for text, _ in _MEASURES])
        self.measures.setAccessibleName("Metric to tune for")
        self.tune = QPushButton("&Tune", self)
        self.tune.setToolTip("Searches for better thresholds and gaps; nothing changes yet")
        self.tune.clicked.connect(self.tune_requested)
        self.accept = QPushButton("&Use the tuned rules", self)
        self.accept.setToolTip("A single step that can be undone")
        self.accept.clicked.connect(self.accepted)
        self.result = text_label(self)
        row = QHBoxLayout()
        for widget in (
            PlainLabel("Tune"),
            self.scopes,
            PlainLabel("for"),
            self.measures,
            self.tune,
        ):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.result)

    @property
    def collar_s(self) -> float | None:
        """Collar in seconds of the event F1 to tune for; None: segments."""
        return _MEASURES[self.measures.currentIndex()][1]

    @property
    def scope(self) -> TuningScope:
        return _SCOPES[self.scopes.currentIndex()][1]

    def show_tuning(self, tuning: Tuning | None, alone: bool = False) -> None:
        """Shows the result; None: none yet. `alone`: each class was counted by itself, unlike in
        the metrics above."""
        text = tuning_words(tuning, self.measures.currentText(), alone) if tuning else ""
        self.result.setText(text)
        self.result.setVisible(tuning is not None)
        self.accept.setVisible(tuning is not None)
        self.accept.setEnabled(tuning is not None and tuning.fitted_f1 != tuning.before_f1)
        self.accept.setDefault(bool(tuning and tuning.worth_it))
