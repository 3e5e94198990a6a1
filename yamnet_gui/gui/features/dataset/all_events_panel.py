"""The table of the events of all recordings, with a filter and actions for many of them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.panels.dataset_source import DatasetSourceBar
from yamnet_gui.gui.state.datasets import Datasets
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.widgets.buttons import IconButton
from yamnet_gui.gui.widgets.empty_note import EmptyNote
from yamnet_gui.gui.widgets.file_names import FileNameDelegate
from yamnet_gui.gui.widgets.other_rules_note import OtherRulesNote
from yamnet_gui.gui.widgets.shown_count import ShownCount
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.gui.widgets.tables import QuietTable, fit_columns
from yamnet_gui.labels.project import EventFilter, ProjectEvent, Recording, Sort

from .all_events_model import ITEM_ROLE, SORT_KEYS, Fetch, ProjectColumn, ProjectTableModel
from .dataset_rows import DatasetRows
from .event_fields import EventFields

_DECISIONS = (
    ("accept", ReviewState.ACCEPTED, "Accept the selected events"),
    ("reject", ReviewState.REJECTED, "Reject the selected events"),
    ("uncertain", ReviewState.UNCERTAIN, "Mark the selected events as uncertain"),
)
_NO_EVENTS = "The project has no events yet: analyse recordings, or import labels."
_NO_MATCH = "No events match the filter."
_LEFT_OUT = "What matches is left out, to list one event for one sound: the button below shows it."
_WIDE = 62
"""Characters across from which a date has room for its year."""


class AllEventsPanel(QWidget):
    """Events of the whole project: filter, sort, select. Requests rows, never computes them."""

    query_changed = Signal()
    shown = Signal()
    left = Signal()  # it is not seen any more
    typed = Signal()  # the same, and more letters may follow at once
    opened = Signal(int)  # the position of an event
    row_chosen = Signal()  # one alone
    decided = Signal(object)  # ReviewState for the selected rows
    menu_requested = Signal(QPoint)
    gallery_requested = Signal()

    def __init__(
        self,
        fetch: Fetch,
        recording_of: Callable[[str], Recording | None],
        timeline: Timeline,
        datasets: Datasets,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self.source = DatasetSourceBar(datasets, self)
        self._of_dataset = False
        self._other_rules = ""
        self.model = ProjectTableModel(fetch, recording_of, timeline, self)
        self._selected_rows: set[int] = set()
        self._restoring = False
        self._one_per_sound = False
        self._scope = EventFilter()
        self._build()
        self.model.modelAboutToBeReset.connect(self._remember)
        self.model.modelReset.connect(self._restore)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)

    @property
    def filter(self) -> EventFilter:
        """The filter as entered."""
        return replace(self.fields.within(self._scope), one_per_sound=self._one_per_sound)

    @property
    def lists_all(self) -> bool:
        """Whether the filter leaves out nothing but events for which others stand."""
        return self.filter == EventFilter(one_per_sound=self._one_per_sound)

    def set_channels(self, channels: frozenset[int | None]) -> None:
        """What events of the project are of: a column and a filter where not all are of the mix."""
        self.fields.channel.offer(channels)
        self._fit_columns()

    def set_one_per_sound(self, on: bool) -> None:
        """Whether events for which others stand are left out."""
        if on != self._one_per_sound:
            self._one_per_sound = on
            self.query_changed.emit()

    def set_scope(self, scope: EventFilter, title: str) -> None:
        """Lists only events of this filter, until the user lists all again; other fields are
        emptied, so that all of them are listed."""
        self._scope = scope
        self.scope.setText(f"{title}   ✕")
        self.scope.setVisible(bool(title))
        self.fields.clear()

    def clear_scope(self) -> None:
        """Lists all events again."""
        self._scope = EventFilter()
        self.scope.hide()
        self.query_changed.emit()

    @property
    def sort(self) -> Sort:
        """The order chosen in the header."""
        header = self.table.horizontalHeader()
        column = ProjectColumn(header.sortIndicatorSection())
        down = header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        return Sort(SORT_KEYS[column], down)

    @property
    def selected(self) -> NDArray[np.int64]:
        """Rows of the project that are selected, in the order of the table; int64 (n,)."""
        rows = [self.model.rows[first:end] for first, end in self.selected_ranges]
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int64)

    @property
    def selected_ranges(self) -> tuple[tuple[int, int], ...]:
        """Positions that are selected: first and past the last of each range, in order."""
        ranges = self.table.selectionModel().selection().toList()
        return tuple(sorted((part.top(), part.bottom() + 1) for part in ranges))

    @property
    def selected_count(self) -> int:
        return sum(end - first for first, end in self.selected_ranges)

    @property
    def chosen_position(self) -> int | None:
        """Where the event is that is selected alone."""
        ranges = self.selected_ranges
        alone = len(ranges) == 1 and ranges[0][1] - ranges[0][0] == 1
        return ranges[0][0] if alone else None

    @property
    def chosen(self) -> ProjectEvent | None:
        """The event that is selected alone."""
        position = self.chosen_position
        return self.model.item(position) if position is not None else None

    def set_rows(
        self, rows: NDArray[np.int64], total: int, *, one_per_sound: bool = False, left_out: int = 0
    ) -> None:
        """Lists these rows of `total` events; `left_out` more meet the filter, unlisted."""
        self._total, self._note = total, ""
        searched = bool(self.filter.searched)
        self.foot.show_left_out(one_per_sound=one_per_sound, count=left_out, searched=searched)
        self.model.set_rows(rows)
        nothing = (
            _LEFT_OUT if left_out and searched else _NO_EVENTS if self.lists_all else _NO_MATCH
        )
        self.empty.show_text("" if len(rows) else nothing)
        self._show_count()

    def forget_rows(self) -> None:
        """Lists nothing until what there is has been read."""
        self.set_rows(np.empty(0, np.int64), 0)
        self.empty.show_text("")

    def show_other_rules(self, text: str) -> None:
        """Says that recordings of the project have events of other rules; "" where none have."""
        self._other_rules = text
        self.other_rules.show_text("" if self._of_dataset else text)

    def set_from_dataset(self, *, on: bool) -> None:
        """Lists what a dataset has from now on, or what the project has; nothing at first."""
        self._of_dataset = on
        self.show_other_rules(self._other_rules)
        self.fields.set_from_dataset(on=on)
        self.foot.button.setVisible(not on)
        self.empty.show_text("")
        self.model.set_rows(np.empty(0, np.int64))
        self._total, self._note = 0, ""
        self._show_count()
        self.clear_scope()

    def show_dataset(self, rows: DatasetRows) -> None:
        """Lists the first events of a dataset, or all where there are few."""
        self.model.set_listed(rows, rows.recording)
        self.table.scrollToTop()
        self._total, self._note = len(rows), "" if rows.whole else "Counting…"
        self._show_count()

    def show_total(self, total: int) -> None:
        """How many events of the dataset meet the filter."""
        self._total, self._note = total, ""
        self.model.follow_total()
        self._show_count()

    def show_note(self, text: str) -> None:
        """Says in place of the number of events why there is none."""
        self._note = text
        self._show_count()

    def sizeHint(self) -> QSize:
        return QSize(300, 420)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_columns()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit_columns()

    def _fit_columns(self) -> None:
        metrics = self.fontMetrics()
        compact = self.width() // metrics.averageCharWidth() < _WIDE
        self.model.set_compact(compact)
        dated = "05-03 00:00" if compact else "2026-05-03 00:00:00"
        by_clock = self._timeline.by_clock
        # beside a date a narrow table has no room for two names; the tip has that of the recording
        self.table.setColumnHidden(ProjectColumn.RECORDING, by_clock and compact)
        self.table.setColumnHidden(ProjectColumn.CHANNEL, self.fields.channel.count() == 1)
        fit_columns(
            self.table,
            {
                ProjectColumn.ONSET: dated if by_clock else "0:00:00.0",
                ProjectColumn.SCORE: "0.00",
                ProjectColumn.STATE: "✓",
                ProjectColumn.CHANNEL: "mix",
            },
        )

    def _build(self) -> None:
        self._total, self._note = 0, ""
        self.scope = QToolButton(self)
        self.scope.setToolTip("Only these events are listed; click to list all again")
        self.scope.setAccessibleName("List all events again")
        self.scope.clicked.connect(self.clear_scope)
        self.scope.hide()
        self.other_rules = OtherRulesNote(self)
        self.fields = EventFields(self._timeline, self)
        self.fields.changed.connect(self.query_changed)
        self.fields.typed.connect(self.typed)
        self._timeline.time_text_changed.connect(self._on_time_text)
        self.table = QuietTable(self)
        self.table.setModel(self.model)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        names = FileNameDelegate(self.table)
        self.table.setItemDelegateForColumn(ProjectColumn.RECORDING, names)
        self.table.setIconSize(QSize(8, 8))
        self.table.setAccessibleName("Events of all recordings")
        self.empty = EmptyNote(self.table)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(
            lambda at: self.menu_requested.emit(self.table.viewport().mapToGlobal(at))
        )
        self.table.entered_row.connect(self._on_entered)
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(ProjectColumn.RECORDING, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(ProjectColumn.CLASS, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(ProjectColumn.RECORDING, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(lambda *_: self.query_changed.emit())
        header.sortIndicatorChanged.connect(lambda *_: self._fit_columns())
        self.foot = ShownCount(self)
        self.count = self.foot.label
        foot = QHBoxLayout()
        foot.setSpacing(2)
        foot.addWidget(self.foot, 1)
        self.buttons: list[IconButton] = []
        for name, state, tip in _DECISIONS:
            button = IconButton(name, state_mark(state), tip, self)
            button.clicked.connect(lambda _checked, s=state: self.decided.emit(s))
            self.buttons.append(button)
            foot.addWidget(button)
        thumbnails = IconButton("gallery", "▦", "Show as thumbnails in the gallery", self)
        thumbnails.clicked.connect(self.gallery_requested)
        foot.addWidget(thumbnails)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self.source)
        layout.addWidget(self.scope)
        layout.addWidget(self.other_rules)
        layout.addWidget(self.fields)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)
        self._show_count()

    @Slot()
    def _on_time_text(self) -> None:
        if self.fields.follow_clock():
            self._fit_columns()
            self.model.refresh()
            self.query_changed.emit()

    def _on_selected(self) -> None:
        self._show_count()
        if not self._restoring and self.chosen is not None:
            self.row_chosen.emit()

    def _on_entered(self, index: Index) -> None:
        if index.data(ITEM_ROLE) is not None:
            self.opened.emit(index.row())

    def _remember(self) -> None:
        few = self.selected_count < 10_000
        self._selected_rows = set(self.selected.tolist()) if few else set()

    def _restore(self) -> None:
        """Restores the selection at the new positions of its events."""
        if not self._selected_rows:
            return
        places = np.flatnonzero(np.isin(self.model.rows, list(self._selected_rows)))
        chosen = QItemSelection()
        last = self.model.columnCount() - 1
        for place in places.tolist():
            chosen.select(self.model.index(place, 0), self.model.index(place, last))
        self._restoring = True
        self.table.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._restoring = False

    def _show_count(self) -> None:
        shown, chosen = self.model.rowCount(), self.selected_count
        words = self._note or counted(self._total, "event")
        if not self._of_dataset and shown != self._total:
            words += f" · {grouped(shown)} shown"
        if chosen > 1:
            words += f" · {grouped(chosen)} selected"
        self.count.setText(words)
        for button in self.buttons:
            button.setEnabled(chosen > 0)
