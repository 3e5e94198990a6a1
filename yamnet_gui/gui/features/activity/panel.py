"""The panel of activity: what is counted how, the heat map and the lines."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.gui.panels.dataset_source import DatasetSourceBar
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.datasets import Datasets
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.searched_box import SearchedBox

from .heat_map import HeatMap
from .lines import Lines
from .picture import Counts, Picture, View

_VIEWS = (
    (View.HOUR, "By hour of day"),
    (View.DAY, "By day"),
    (View.RECORDING, "By recording"),
    (View.ONE_CLASS, "One class, by day and hour"),
)
_COUNTS = (
    (
        Counts.RAW,
        "Raw",
        "All events that are not rejected, also those that lists leave out because one of a more"
        " particular class stands for them",
    ),
    (
        Counts.CALIBRATED,
        "Calibrated",
        "Decided events by their decision, others by their calibrated probability",
    ),
    (
        Counts.ESTIMATED,
        "Estimated",
        "True events, estimated from the reviewed sample of a class (yamnet-gui estimate)",
    ),
)
_EVERY = (
    "Every event of a class counts, also where lists show a more particular class in its place."
)


class ActivityPanel(QWidget):
    """Shows a picture; asks for others by `changed`."""

    changed = Signal()  # view, counts or label
    opened = Signal(int, int)  # row and column of a cell

    def __init__(
        self, class_map: ClassMapState, datasets: Datasets, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.source = DatasetSourceBar(datasets, self)
        self.view = QComboBox(self)
        self.view.setAccessibleName("Columns")
        self.view.setToolTip("What the columns are")
        for view, text in _VIEWS:
            self.view.addItem(text, view)
        self.counts = QComboBox(self)
        self.counts.setAccessibleName("Counts")
        for counts, text, tip in _COUNTS:
            self.counts.addItem(text, counts)
            row = self.counts.count() - 1
            self.counts.setItemData(row, plain_tip(tip), Qt.ItemDataRole.ToolTipRole)
        self.counts.setToolTip("Which numbers are shown")
        self.label = SearchedBox(self)
        self.label.setAccessibleName("Class")
        self.label.setToolTip("The class whose days are shown; type to search")
        for box in (self.view, self.counts, self.label):
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.activated.connect(self._on_choice)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.view, 2)
        top.addWidget(self.label, 2)
        top.addWidget(self.counts, 1)
        self.map = HeatMap(self)
        self.map.chosen.connect(self.opened)
        self.lines = Lines(class_map, self)
        self.map.moved.connect(self.lines.show_row)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self.map)
        split.addWidget(self.lines)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        self.empty = PlainLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMargin(16)
        self.empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(split)
        self.note = PlainLabel(self)
        self.note.setWordWrap(True)
        self.note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self.source)
        layout.addLayout(top)
        layout.addLayout(self._pages, 1)
        layout.addWidget(self.note)
        self._on_choice(emit=False)

    def sizeHint(self) -> QSize:
        return QSize(360, 420)

    @property
    def asked(self) -> tuple[View, Counts, str]:
        """View, counts and class as they are chosen."""
        return (
            View(self.view.currentData()),
            Counts(self.counts.currentData()),
            self.label.chosen,
        )

    def show_labels(self, labels: Sequence[str]) -> None:
        """The classes that can be chosen, most frequent first; the chosen one stays."""
        now = self.label.chosen
        if self.label.in_use:
            return
        if [self.label.itemText(k) for k in range(self.label.count())] != list(labels):
            self.label.clear()
            self.label.addItems(list(labels))
            self.label.choose(now or next(iter(labels), ""))

    def choose(self, view: View, label: str = "") -> None:
        """Another view, as if the user had chosen it."""
        self.view.setCurrentIndex(self.view.findData(view))
        if label:
            self.label.choose(label)
        self._on_choice()

    def show_picture(self, picture: Picture, note: str) -> None:
        """Shows counts; `note` is what they lack."""
        self.map.show_picture(picture)
        self.lines.show_picture(picture, self.map.current[0])
        self.note.setText(f"{note} {_EVERY}".strip())
        self._pages.setCurrentIndex(1 if picture.values.size else 0)
        if not picture.values.size:
            self.empty.setText("No events to count.")

    def show_message(self, text: str) -> None:
        """Shows words in place of a picture."""
        self.empty.setText(text)
        self.note.clear()
        self._pages.setCurrentIndex(0)

    def _on_choice(self, _row: int = 0, *, emit: bool = True) -> None:
        self.label.setVisible(self.view.currentData() == View.ONE_CLASS)
        if emit:
            self.changed.emit()
