"""The cross-validation of the class that was trained last."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from yamnet_gui.embedding import TrainingReport
from yamnet_gui.gui.widgets.plain_text import PlainLabel

from .plots import ConfusionMatrix, LearningCurve


class CrossValidationView(QWidget):
    """A sentence, the confusion matrix of held-out examples, and the learning curve."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(heading("Cross-validation", self))
        self.sentence = PlainLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.sentence)
        self._confusion_title = _dim("Confusion matrix", self)
        self.confusion = ConfusionMatrix(self)
        self._curve_title = _dim("F1 by number of examples", self)
        self.curve = LearningCurve(self)
        for widget in (self._confusion_title, self.confusion, self._curve_title, self.curve):
            layout.addWidget(widget)
        self.hide()

    def set_report(self, names: Sequence[str], report: TrainingReport | None) -> None:
        """The report about these classes; None hides the view."""
        self.setVisible(report is not None)
        if report is None:
            return
        self.sentence.setText(report.sentence)
        has_curve = report.tested and len(report.curve) > 1
        self._confusion_title.setVisible(report.tested)
        self.confusion.setVisible(report.tested)
        self._curve_title.setVisible(has_curve)
        self.curve.setVisible(has_curve)
        self.curve.set_points([(p.examples, p.f1) for p in report.curve])
        rest = "none of them" if len(names) > 1 else "not it"
        self.confusion.set_counts([*names, rest], report.confusion)


def heading(text: str, parent: QWidget) -> QLabel:
    """A bold line above a part of a panel."""
    label = PlainLabel(text, parent)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _dim(text: str, parent: QWidget) -> QLabel:
    label = PlainLabel(text, parent)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
