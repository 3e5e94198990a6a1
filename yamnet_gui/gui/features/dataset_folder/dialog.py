"""The events of a dataset: filtered, sorted, and taken into the project to be reviewed."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted, grouped
from yamnet_gui.dataset import DatasetEvent
from yamnet_gui.gui.screens import resize_to_hint
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.fields import SearchField
from yamnet_gui.gui.widgets.file_names import FileNameDelegate
from yamnet_gui.gui.widgets.number_box import MinimumScoreBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.gui.widgets.tables import QuietTable, fit_columns
from yamnet_gui.labels.project import EventFilter, Sort, SortKey

from .jobs import Page
from .model import SORT_KEYS, DatasetColumn, DatasetTableModel


class DatasetDialog(QDialog):
    """Shows what it is given; the questions are answered elsewhere."""

    query_changed = Signal()
    typed = Signal()  # the same, and more letters may follow at once
    take_requested = Signal(list)  # DatasetEvents

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Dataset")
        self.model = DatasetTableModel()
        self.model.setParent(self)
        self._build()
        resize_to_hint(self)

    @property
    def filter(self) -> EventFilter:
        """The filter as entered."""
        least = self.least.value()
        return EventFilter(text=self.search.text(), min_score=least if least > 0 else None)

    @property
    def sort(self) -> Sort:
        """The order chosen in the header."""
        header = self.table.horizontalHeader()
        key = SORT_KEYS.get(DatasetColumn(header.sortIndicatorSection()), SortKey.TIME)
        return Sort(key, header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder)

    @property
    def chosen(self) -> list[DatasetEvent]:
        """The selected events, in the order of the table."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.rows[row] for row in rows]

    def show_summary(self, text: str, problem: str) -> None:
        """What the dataset holds, and what is wrong with it."""
        self.summary.setText(text)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def show_page(self, page: Page) -> None:
        """Lists events."""
        self.model.set_rows(page.rows)
        text = counted(page.total, "event")
        if len(page.rows) < page.total:
            text += f", the first {grouped(len(page.rows))} are listed"
        self.count.setText(text)
        self._on_selected()

    def show_problem(self, text: str) -> None:
        """Something failed; the dialog stays."""
        self.show_summary(self.summary.text(), text)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 100, metrics.height() * 32)

    def _build(self) -> None:
        self.summary = PlainLabel("Opening the dataset…", self)
        self.summary.setWordWrap(True)
        self.problem = PlainLabel("", self)
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.search = SearchField("Filter by class or recording", self)
        self.search.textChanged.connect(self.typed)
        self.least = MinimumScoreBox(self)
        self.least.valueChanged.connect(self.query_changed)
        fields = QHBoxLayout()
        fields.addWidget(self.search, 1)
        fields.addWidget(self.least)
        self.table = QuietTable(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Events of the dataset")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setItemDelegateForColumn(DatasetColumn.RECORDING, FileNameDelegate(self.table))
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.model.modelReset.connect(self._on_selected)
        self.table.entered_row.connect(lambda _index: self._take())
        self.search.left_down.connect(self.table.setFocus)
        header = self.table.horizontalHeader()
        for column in (DatasetColumn.RECORDING, DatasetColumn.CLASS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(DatasetColumn.SCORE, Qt.SortOrder.DescendingOrder)
        header.sortIndicatorChanged.connect(lambda *_: self.query_changed.emit())
        fit_columns(self.table, {DatasetColumn.ONSET: "00:00:00.0", DatasetColumn.SCORE: "0.00"})
        self.count = PlainLabel("", self)
        hint = PlainLabel(
            "Events are reviewed in the project: all events of their recordings are copied there.",
            self,
        )
        hint.setWordWrap(True)
        self.take = QPushButton("&Review in the project", self)
        self.take.setDefault(True)
        self.take.clicked.connect(self._take)
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for label in (self.summary, self.problem):
            layout.addWidget(label)
        layout.addLayout(fields)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.count)
        layout.addWidget(hint)
        layout.addWidget(buttons)
        self._on_selected()

    def _on_selected(self) -> None:
        self.take.setEnabled(bool(self.chosen))

    def _take(self) -> None:
        chosen: Sequence[DatasetEvent] = self.chosen
        if chosen:
            self.take_requested.emit(list(chosen))
