"""Review progress of each class, and the precision of its detections so far."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import part_of
from yamnet_gui.gui.jobs.project import corrected_tip
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.gui.widgets.tables import QuietTable, fit_columns
from yamnet_gui.labels.project import ClassCounts

from .progress_model import COUNTS_ROLE, SORT_ROLE, ProgressColumn, ProgressModel

_WIDE = 380
"""Pixels from which on intervals have room next to the names of classes."""


class ProgressPanel(QWidget):
    """A sortable table of classes; a double click or Enter reviews one."""

    class_entered = Signal(str)
    scope_changed = Signal(bool)  # True: all recordings

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ProgressModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self.model)
        self._proxy.setSortRole(SORT_ROLE)
        self._proxy.setDynamicSortFilter(False)  # a row must not jump away with each decision
        self.scope = QComboBox(self)
        self.scope.setAccessibleName("Recordings counted")
        self.scope.addItems(["This recording", "All recordings"])
        self.scope.activated.connect(lambda row: self.scope_changed.emit(row == 1))
        self.table = QuietTable(self)
        self.table.setModel(self._proxy)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAccessibleName("Progress of each class")
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(ProgressColumn.LEFT, Qt.SortOrder.DescendingOrder)
        self.table.entered_row.connect(self._on_entered)
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setStretchLastSection(False)
        header.sortIndicatorChanged.connect(lambda *_: self._fit_columns())
        header.setSectionResizeMode(ProgressColumn.CLASS, QHeaderView.ResizeMode.Stretch)
        self.sum = PlainLabel(self)
        self.sum.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self.scope)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.sum)
        self._corrected = 0
        self.set_counts(())

    @property
    def everywhere(self) -> bool:
        """Whether all recordings are counted."""
        return self.scope.currentIndex() == 1

    def set_counts(self, counts: Sequence[ClassCounts]) -> None:
        """Shows these classes, in the order that was chosen last."""
        before = len(self.model.rows)
        self.model.set_counts(counts)
        if len(counts) != before:
            self._proxy.sort(self._proxy.sortColumn(), self._proxy.sortOrder())
        self._show_sum()

    def set_corrected(self, count: int) -> None:
        """How many of the rejected events are former labels of corrected ones."""
        self._corrected = count
        self._show_sum()

    def _show_sum(self) -> None:
        """A correction is one decision, though it is an event less and one more for its classes."""
        rows, less = self.model.rows, self._corrected
        total = max(sum(c.total for c in rows) - less, 0)
        done = max(sum(c.reviewed for c in rows) - less, 0)
        self.sum.setText(f"{part_of(done, total, 'event')} reviewed" if total else "No events yet")
        self.sum.setToolTip(plain_tip(corrected_tip(less)))

    def sizeHint(self) -> QSize:
        return QSize(300, 420)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_columns()
        super().resizeEvent(event)

    def _fit_columns(self) -> None:
        self.model.set_short(self.width() < _WIDE)
        fit_columns(
            self.table,
            {
                ProgressColumn.LEFT: "00,000",
                ProgressColumn.REVIEWED: "100%",
                # names need the room more than the interval, which the tip shows in full
                ProgressColumn.PRECISION: "100% (00–100)" if self.width() >= _WIDE else "100%",
            },
        )

    def _on_entered(self, index: Index) -> None:
        counts = index.data(COUNTS_ROLE)
        if counts is not None:
            self.class_entered.emit(counts.label)
