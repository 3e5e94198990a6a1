"""The list of custom classes of the project, with their actions."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.gui.state.custom_classes import CustomClass
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.drawing import draw_swatch, row_height
from yamnet_gui.gui.widgets.plain_text import plain_tip

from .validation_view import heading

_MOST_ROWS = 5


class CustomClassList(QWidget):
    """The custom classes of the project, with buttons for the current one."""

    show_requested = Signal(str)
    find_requested = Signal(str)
    save_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(heading("Custom classes of this project", self))
        self.classes = QListWidget(self)
        self.classes.setFrameShape(QFrame.Shape.NoFrame)
        self.classes.setAccessibleName("Custom classes")
        self.classes.currentItemChanged.connect(self._on_class)
        self.classes.itemActivated.connect(lambda _item: self.show_requested.emit(self.current))
        layout.addWidget(self.classes)
        self._buttons: list[QPushButton] = []
        for entries in (
            (
                ("Show score", "Show the score curve of the class", self.show_requested),
                (
                    "Find everywhere",
                    "Detect the class in all analysed recordings of the project",
                    self.find_requested,
                ),
            ),
            (
                ("Save…", "Save the class to a file that others can load", self.save_requested),
                (
                    "Remove",
                    "Remove its scores; events that you have reviewed stay",
                    self.remove_requested,
                ),
            ),
        ):
            row = QHBoxLayout()
            row.setSpacing(4)
            for text, tip, signal in entries:
                button = QPushButton(text, self)
                button.setToolTip(plain_tip(tip))
                button.clicked.connect(lambda _on=False, signal=signal: signal.emit(self.current))
                row.addWidget(button)
                self._buttons.append(button)
            layout.addLayout(row)
        self.set_classes((), 0)

    @property
    def current(self) -> str:
        """The label of the current class; "" for none."""
        item = self.classes.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def set_classes(self, classes: Sequence[CustomClass], first_index: int) -> None:
        """Lists these; the first has the class index `first_index`."""
        before = self.current
        self.classes.clear()
        for place, one in enumerate(classes):
            note = "" if one.classifier is not None else "  (no scores)"
            item = QListWidgetItem(f"{one.label}{note}")
            item.setData(Qt.ItemDataRole.UserRole, one.label)
            item.setIcon(_swatch(class_color(first_index + place)))
            if one.classifier is not None:
                item.setToolTip(plain_tip(str(one.classifier.about.get("sentence", ""))))
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


def _swatch(color: QColor) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw_swatch(painter, QRectF(2, 2, 8, 8), color)
    painter.end()
    return QIcon(picture)
