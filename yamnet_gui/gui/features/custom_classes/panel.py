"""The panel that trains a class: examples, options, cross-validation."""

from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import grouped
from yamnet_gui.embedding import TrainingOptions, TrainingReport
from yamnet_gui.gui.widgets.buttons import IconButton, TickBox
from yamnet_gui.gui.widgets.drawing import row_height
from yamnet_gui.gui.widgets.fonts import follow_font
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.scroll_column import ScrollColumn
from yamnet_gui.gui.widgets.tables import PaddedHeader
from yamnet_gui.gui.widgets.tick_delegate import RowTickDelegate
from yamnet_gui.labels.project import ClassCounts

from .class_list import CustomClassList
from .validation_view import CrossValidationView, heading

_METHODS = (
    ("logistic", "Logistic regression", "Robust with few examples; trained in an instant"),
    (
        "network",
        "Small network (128 units)",
        "Learns curved boundaries; needs about a hundred examples",
    ),
)
_NONE_YET = (
    "Accept or reject some events first, for example those that Find similar sounds (Ctrl+F) lists."
)


class TrainingPanel(QWidget):
    """Collects what to train; the feature does it. Rows of examples are labels of events.

    `suggest` names the class that is trained from events of a label.
    """

    train_requested = Signal()
    cancel_requested = Signal()
    folder_requested = Signal()
    load_requested = Signal()

    def __init__(self, suggest: Callable[[str], str] = str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders: list[Path] = []
        self._counts: dict[str, ClassCounts] = {}
        self._named = False
        self._suggest = suggest
        self._build()
        self.set_counts(())

    # The request

    @property
    def ticked(self) -> list[str]:
        """Labels whose events are examples."""
        rows = (self.table.item(row, 0) for row in range(self.table.rowCount()))
        return [i.text() for i in rows if i and i.checkState() is Qt.CheckState.Checked]

    @property
    def class_names(self) -> Mapping[str, str]:
        """Label of events → the class that is trained on them."""
        name, ticked = self.name.text().strip(), self.ticked
        if name and (len(ticked) == 1 or self.joined.isChecked()):
            return dict.fromkeys(ticked, name)
        return {label: self._suggest(label) for label in ticked}

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(self._folders)

    @property
    def options(self) -> TrainingOptions:
        several = len(set(self.class_names.values())) + len(self._folders) > 1
        return TrainingOptions(
            method=self.method.currentData(),
            output="softmax" if several and self.exclusive.isChecked() else "sigmoid",
            balanced=self.balanced.isChecked(),
        )

    def set_counts(self, counts: Sequence[ClassCounts]) -> None:
        """The labels of the project that have reviewed events."""
        ticked = set(self.ticked)
        before = {c.label: (c.accepted, c.rejected) for c in self._counts.values()}
        self._counts = {c.label: c for c in counts if c.accepted or c.rejected}
        after = {c.label: (c.accepted, c.rejected) for c in self._counts.values()}
        if after == before and list(after) == list(before):
            return
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._counts))
        for row, count in enumerate(self._counts.values()):
            name = QTableWidgetItem(count.label)
            name.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            state = Qt.CheckState.Checked if count.label in ticked else Qt.CheckState.Unchecked
            name.setCheckState(state)
            self.table.setItem(row, 0, name)
            for column, number in ((1, count.accepted), (2, count.rejected)):
                item = QTableWidgetItem(grouped(number) if number else "")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.table.setItem(row, column, item)
        self.table.blockSignals(False)
        self.table.setVisible(bool(self._counts))
        self.none.setVisible(not self._counts)
        rows = min(max(len(self._counts), 2), 6)
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(rows * row_height(self.fontMetrics()) + head + 4)
        self._on_choice()

    def tick(self, labels: Collection[str], name: str) -> None:
        """Ticks labels that make up one class, and names it."""
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 0)
            if item is not None:
                on = item.text() in labels
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.joined.setChecked(True)
        self.name.setText(name)
        self._named = True
        self._on_choice()

    def add_folder(self, folder: Path) -> None:
        if folder not in self._folders:
            self._folders.append(folder)
        self._show_folders()

    # The result

    def set_progress(self, share: float | None, text: str = "") -> None:
        """How far training is; None when nothing is being trained."""
        running = share is not None
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.train.setVisible(not running)
        self.doing.setText(text)
        self.doing.setVisible(bool(text))
        if share is not None:
            self.bar.setValue(round(1000 * share))

    def set_report(self, names: Sequence[str], report: TrainingReport | None) -> None:
        """The cross-validation of the classes that were trained."""
        self.validation.set_report(names, report)
        if report is not None:
            QTimer.singleShot(0, self, self._reveal_report)

    def _reveal_report(self) -> None:
        """Brings the report into view once it has its size."""
        bar = self._area.verticalScrollBar()
        bar.setValue(min(self.train.y(), bar.maximum()))

    def sizeHint(self) -> QSize:
        return QSize(300, 420)

    # Layout

    def _build(self) -> None:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(5)
        column.addWidget(heading("Examples", self))
        self.none = PlainLabel(_NONE_YET, self)
        self.none.setWordWrap(True)
        self.none.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column.addWidget(self.none)
        self.table = QTableWidget(0, 3, self)
        self.table.setHorizontalHeaderLabels(["Events of", "✓", "✗"])
        self.table.setAccessibleName("Labels to train on")
        self.table.setItemDelegateForColumn(0, RowTickDelegate(self.table))
        self.table.setToolTip(
            "Tick what to train on: accepted events are examples, rejected ones negative examples"
        )
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.verticalHeader().hide()
        header = PaddedHeader(self.table)
        self.table.setHorizontalHeader(header)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        follow_font(self, self._fit_table)
        self.table.itemChanged.connect(self._on_choice)
        column.addWidget(self.table)
        self.folder_list = PlainLabel(self)
        self.folder_list.setTextFormat(Qt.TextFormat.RichText)  # a link
        self.folder_list.setWordWrap(True)
        self.folder_list.linkActivated.connect(self._clear_folders)
        self.add = QPushButton("Add a folder of sounds…", self)
        self.add.setToolTip("A folder with sounds of one class, or with one subfolder per class")
        self.add.clicked.connect(self.folder_requested)
        column.addWidget(self.folder_list)
        column.addWidget(self.add)

        column.addWidget(heading("Class", self))
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(4)
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name of the class")
        self.name.textEdited.connect(self._on_named)
        self.name.textChanged.connect(self._on_choice)
        form.addRow("Name", self.name)
        self.method = QComboBox(self)
        self.method.setAccessibleName("Model")
        for key, words, tip in _METHODS:
            self.method.addItem(words, key)
            self.method.setItemData(
                self.method.count() - 1, plain_tip(tip), Qt.ItemDataRole.ToolTipRole
            )
        form.addRow("Model", self.method)
        column.addLayout(form)
        self.joined = TickBox("All of these form one class", self)
        self.joined.setToolTip(
            "The ticked labels together form one class; otherwise each is a class of its own"
        )
        self.joined.toggled.connect(self._on_choice)
        column.addWidget(self.joined)
        self.balanced = TickBox("Balance the classes", self)
        self.balanced.setToolTip("Give every class the same weight, however many examples it has")
        self.balanced.setChecked(True)
        self.exclusive = TickBox("Only one class at a time", self)
        self.exclusive.setToolTip(
            "The classes exclude each other: their scores add up to 1 (softmax)"
        )
        self.others = TickBox("Use other accepted events as negatives", self)
        self.others.setToolTip("Accepted events of other labels are negative examples")
        self.others.setChecked(True)
        self.background = TickBox("Use silence and background as negatives", self)
        self.background.setToolTip(
            "Random spans without an event of the class are negative examples with a lower weight"
        )
        self.background.setChecked(True)
        self.augmented = TickBox("Augment the examples", self)
        self.augmented.setToolTip(
            "Also train on copies of each example made louder, softer, noisier, shifted and mixed;"
            " slower, because the network has to run"
        )
        for box in (self.balanced, self.exclusive, self.others, self.background, self.augmented):
            column.addWidget(box)
        self.train = QPushButton("Train", self)
        self.train.clicked.connect(self.train_requested)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        follow_font(self, lambda: self.bar.setFixedHeight(max(6, self.fontMetrics().height() // 2)))
        self.cancel = IconButton("stop", "✗", "Stop training", self)
        self.cancel.clicked.connect(self.cancel_requested)
        running = QHBoxLayout()
        running.addWidget(self.bar, 1)
        running.addWidget(self.cancel)
        self.doing = PlainLabel(self)
        self.doing.setWordWrap(True)
        self.doing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column.addWidget(self.train)
        column.addLayout(running)
        column.addWidget(self.doing)

        self.validation = CrossValidationView(self)
        self.classes = CustomClassList(self)
        column.addWidget(self.validation)
        column.addWidget(self.classes)
        self.load = QPushButton("Load a class from a file…", self)
        self.load.clicked.connect(self.load_requested)
        column.addWidget(self.load)
        column.addStretch(1)

        area = self._area = ScrollColumn(inside, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self.set_progress(None)
        self._show_folders()

    def _fit_table(self) -> None:
        metrics = self.fontMetrics()
        self.table.verticalHeader().setDefaultSectionSize(row_height(metrics))
        for number in (1, 2):
            self.table.setColumnWidth(number, metrics.horizontalAdvance("0000") + 10)

    def _on_named(self, text: str) -> None:
        self._named = bool(text.strip())

    def _on_choice(self) -> None:
        """Enables the fields that apply to the current choice."""
        ticked = self.ticked
        several = len(ticked) > 1
        self.joined.setVisible(several)
        one = len(ticked) == 1 or (several and self.joined.isChecked())
        if ticked and one and not self._named:
            self.name.blockSignals(True)
            self.name.setText(self._suggest(ticked[0]))
            self.name.blockSignals(False)
        self.name.setEnabled(one)
        chosen = bool(ticked) or bool(self._folders)
        empty = "Name of the class" if one or chosen else "Tick examples above first"
        self.name.setPlaceholderText(empty)
        each = several and not self.joined.isChecked()
        self.exclusive.setVisible(each or bool(self._folders))
        named = bool(self.name.text().strip()) or not one
        self.train.setEnabled(chosen and named)
        self.train.setToolTip("" if chosen else "Tick examples above first")

    def _show_folders(self) -> None:
        names = ", ".join(escape(folder.name) for folder in self._folders)
        self.folder_list.setText(f'{names} (<a href="none">remove</a>)' if names else "")
        self.folder_list.setVisible(bool(names))
        self._on_choice()

    def _clear_folders(self) -> None:
        self._folders.clear()
        self._show_folders()
