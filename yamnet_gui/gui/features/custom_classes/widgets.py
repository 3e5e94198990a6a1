"""Parts of the panel that teaches: how far to trust a class, and the classes that there are."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.embedding import TrainingReport
from yamnet_gui.gui.state.custom_classes import CustomClass
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.parts import draw_swatch, row_height

from .plots import ConfusionMatrix, LearningCurve

_MOST_ROWS = 5


class TrustView(QWidget):
    """A sentence, what left-out examples were taken for, and what more examples brought."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(heading("How far to trust it", self))
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.sentence)
        self._confusion_title = _dim("What examples were taken for", self)
        self.confusion = ConfusionMatrix(self)
        self._curve_title = _dim("F1 with more examples", self)
        self.curve = LearningCurve(self)
        for widget in (self._confusion_title, self.confusion, self._curve_title, self.curve):
            layout.addWidget(widget)
        self.hide()

    def set_report(self, names: Sequence[str], report: TrainingReport | None) -> None:
        """What was found about the classes; nothing where None."""
        self.setVisible(report is not None)
        if report is None:
            return
        self.sentence.setText(report.sentence)
        learned = report.tested and len(report.curve) > 1
        self._confusion_title.setVisible(report.tested)
        self.confusion.setVisible(report.tested)
        self._curve_title.setVisible(learned)
        self.curve.setVisible(learned)
        self.curve.set_points([(p.examples, p.f1) for p in report.curve])
        rest = "neither" if len(names) > 1 else "not it"
        self.confusion.set_counts([*names, rest], report.confusion)


class CustomClassList(QWidget):
    """The taught classes of the project, and what can be done with one."""

    show_requested = Signal(str)
    find_requested = Signal(str)
    save_requested = Signal(str)
    forget_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(heading("Taught classes of this project", self))
        self.classes = QListWidget(self)
        self.classes.setFrameShape(QFrame.Shape.NoFrame)
        self.classes.setAccessibleName("Taught classes")
        self.classes.currentItemChanged.connect(self._on_class)
        self.classes.itemActivated.connect(lambda _item: self.show_requested.emit(self.current))
        layout.addWidget(self.classes)
        self._buttons: list[QPushButton] = []
        for entries in (
            (
                ("Show its score", "Show the class's curve", self.show_requested),
                (
                    "Find everywhere",
                    "Detect the class in every analysed recording of the project",
                    self.find_requested,
                ),
            ),
            (
                ("Save…", "Save the class as a file that others can use", self.save_requested),
                ("Forget", "Take its scores away", self.forget_requested),
            ),
        ):
            row = QHBoxLayout()
            row.setSpacing(4)
            for text, tip, signal in entries:
                button = QPushButton(text, self)
                button.setToolTip(tip)
                button.clicked.connect(lambda _on=False, signal=signal: signal.emit(self.current))
                row.addWidget(button)
                self._buttons.append(button)
            layout.addLayout(row)
        self.set_classes((), 0)

    @property
    def current(self) -> str:
        """The label of the chosen class; "" for none."""
        item = self.classes.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def set_classes(self, classes: Sequence[CustomClass], first_index: int) -> None:
        """Lists these; the first has the class index `first_index`."""
        before = self.current
        self.classes.clear()
        for place, one in enumerate(classes):
            gone = "" if one.classifier is not None else "  (no scores)"
            item = QListWidgetItem(f"{one.label}{gone}")
            item.setData(Qt.ItemDataRole.UserRole, one.label)
            item.setIcon(_swatch(class_color(first_index + place)))
            if one.classifier is not None:
                item.setToolTip(str(one.classifier.about.get("sentence", "")))
            self.classes.addItem(item)
            if one.label == before:
                self.classes.setCurrentItem(item)
        if self.classes.count() and self.classes.currentRow() < 0:
            self.classes.setCurrentRow(self.classes.count() - 1)
        self.setVisible(bool(classes))
        rows = min(max(len(classes), 1), _MOST_ROWS)
        self.classes.setFixedHeight(rows * row_height(self.fontMetrics()) + 4)
        self._on_class()

    def _on_class(self) -> None:
        for button in self._buttons:
            button.setEnabled(bool(self.current))


def heading(text: str, parent: QWidget) -> QLabel:
    """A bold line above a part of a panel."""
    label = QLabel(text, parent)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _dim(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def _swatch(color: QColor) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw_swatch(painter, QRectF(2, 2, 8, 8), color)
    painter.end()
    return QIcon(picture)
