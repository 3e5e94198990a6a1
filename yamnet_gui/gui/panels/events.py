"""The table of events, with a filter over it."""

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.state.event_order import EventOrder
from yamnet_gui.gui.state.grouping import Grouping
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.widgets.channel_box import ChannelBox
from yamnet_gui.gui.widgets.fields import SearchField, TimeOfDayField
from yamnet_gui.gui.widgets.fonts import follow_font
from yamnet_gui.gui.widgets.number_box import MinimumScoreBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.shown_count import ShownCount
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.gui.widgets.tables import QuietTable, fit_columns

from .choice_box import ChoiceBox
from .event_columns import MEASURE_COLUMNS, EventColumn
from .event_delegate import EventDelegate
from .event_sorting import EventTableFilter
from .event_table_model import STATE_CHOICES, WEAK_MARK, EventTableModel
from .queue_bar import QueueBar
from .scroll_place import ScrollPlace

_OPTIONAL = (EventColumn.PROBABILITY, EventColumn.SPREAD, EventColumn.CHANNEL)
"""Columns that are there where any event has something to show in them."""
_FEW_RANGES = 100
_PROVISIONAL = (
    "The program looks closer at doubtful peaks: until that is over, events that nobody touched may"
    " still change or go.\nThe line at the bottom shows how far it is."
)
_EXTRA = "What is left out is listed while it is selected, but not counted"
_REACHING = (
    "Show only events that reach the threshold of their class\nA sound is found where it reaches it"
    " somewhere, and divided where it is silent: a quiet part may score less (↓)"
)
_CLASS_LETTERS = 10
"""Room for the class where the table can be scrolled sideways."""


class EventsPanel(QWidget):
    """Events of the recording: filter, sort, choose. Rows and `EventSelection` go together."""

    opened = Signal(str)
    row_chosen = Signal(str)  # one event alone, by the mouse or the arrow keys
    grouping_chosen = Signal(str)
    branch_chosen = Signal(str)
    menu_requested = Signal(QPoint, str)

    def __init__(
        self,
        document: Document,
        selection: EventSelection,
        grouping: Grouping,
        order: EventOrder,
        timeline: Timeline,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._grouping = grouping
        self._order = order
        self._selection = selection
        self._syncing = False
        self._measures = False
        self._timeline = timeline
        self.model = EventTableModel(timeline, self)
        self.model.shown_changed.connect(self._on_shown)
        self._build()
        self._place = ScrollPlace(self.table, self.model)
        self.model.modelAboutToBeReset.connect(self._place.remember)
        self.model.modelReset.connect(self._on_reset)
        self.model.dataChanged.connect(self._show_count)
        self.table.selectionModel().selectionChanged.connect(self._on_rows_selected)
        self.table.entered_row.connect(self._on_entered)
        self.table.customContextMenuRequested.connect(self._on_menu)
        grouping.changed.connect(self._on_events)
        document.analysis_changed.connect(self._show_count)
        document.closer_look_changed.connect(self._show_count)
        document.loading_changed.connect(self._show_count)
        timeline.time_text_changed.connect(self._on_time_text)
        selection.changed.connect(self._on_selection)
        self._show_events()

    @property
    def shown_ids(self) -> list[str]:
        """Ids of the listed events in the order of the rows: what next and previous follow."""
        return self._order.ids

    def set_spreads(self, spreads: Mapping[str, float]) -> None:
        """How far the scores of events lie apart, by their id."""
        self.model.set_spreads(spreads)
        self._fit_columns()

    def show_measures(self, on: bool) -> None:
        """Whether the table has columns of measures; it can then be scrolled sideways."""
        self._measures = on
        mode = QHeaderView.ResizeMode.Interactive if on else QHeaderView.ResizeMode.Stretch
        self.table.horizontalHeader().setSectionResizeMode(EventColumn.CLASS, mode)
        if not on and self.model.sorted_by_measure:
            self.sort_by(EventColumn.ONSET)
        self._fit_columns()

    def sort_by(self, column: EventColumn, *, descending: bool = False) -> None:
        """Sorts the table; the keys for next and previous follow it."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.table.sortByColumn(column, order)

    def clear_filter(self) -> None:
        """Lists every event again."""
        self.search.clear()
        self.states.setCurrentIndex(0)
        self.minimum_score.setValue(0.0)
        self.reaching.setChecked(False)
        self.time_of_day.clear()
        self.channel.choose_all()
        self.branch_chosen.emit("")

    def sizeHint(self) -> QSize:
        return QSize(300, 420)

    def _build(self) -> None:
        self.queue = QueueBar(self)  # first: Tab goes through widgets as they are made
        self.search = SearchField("Filter by class or note", self)
        self.search.textChanged.connect(self._on_filter)
        self.search.left_down.connect(self._enter_table)
        self.search.returnPressed.connect(self._enter_table)
        self.states = QComboBox(self)
        self.states.setAccessibleName("Filter by state")
        self.states.setToolTip("Show only events in this state")
        for text, _ in STATE_CHOICES:
            self.states.addItem(text)
        self.states.setMinimumContentsLength(6)
        self.states.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.states.currentIndexChanged.connect(self._on_filter)
        self.minimum_score = MinimumScoreBox(self)
        self.minimum_score.setToolTip("Show only events whose highest score is at least this")
        self.minimum_score.valueChanged.connect(self._on_filter)
        self.reaching = QToolButton(self)
        self.reaching.setText("≥ Thr.")
        self.reaching.setCheckable(True)
        self.reaching.setAccessibleName("Only events that reach their threshold")
        self.reaching.setToolTip(plain_tip(_REACHING))
        self.reaching.toggled.connect(self._on_filter)
        self.time_of_day = TimeOfDayField(self)
        self.time_of_day.changed.connect(self._on_filter)
        self.time_of_day.setVisible(self._timeline.clock_start is not None)
        self.channel = ChannelBox(self)
        self.channel.chosen.connect(self._on_filter)
        self.group_by = ChoiceBox("Grouping", "Which sounds are grouped into one event", self)
        self.group_by.chosen.connect(self.grouping_chosen)
        self.branch = ChoiceBox(
            "Category", "Show only events in this category of the ontology", self
        )
        self.branch.chosen.connect(self.branch_chosen)
        which = QHBoxLayout()
        which.setSpacing(4)
        which.addWidget(self.search, 1)
        which.addWidget(self.minimum_score)
        which.addWidget(self.reaching)
        kinds = QHBoxLayout()
        kinds.setSpacing(4)
        for box, share in ((self.states, 10), (self.group_by, 11), (self.branch, 9)):
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            kinds.addWidget(box, share)

        self.table = QuietTable(self)
        self.table.setModel(self.model)
        self.table.setItemDelegate(EventDelegate(self.table))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.setAccessibleName("Events")
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(EventColumn.ONSET, Qt.SortOrder.AscendingOrder)
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(EventColumn.CLASS, QHeaderView.ResizeMode.Stretch)
        header.sortIndicatorChanged.connect(lambda *_: self._fit_columns())
        self.empty = PlainLabel(self)
        self.empty.setTextFormat(Qt.TextFormat.RichText)  # a link
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMargin(16)
        self.empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty.linkActivated.connect(self.clear_filter)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.empty)
        self.foot = ShownCount(self)
        self.count = self.foot.label

        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self.queue)
        layout.addLayout(which)
        layout.addLayout(kinds)
        layout.addWidget(self.channel)
        layout.addWidget(self.time_of_day)
        layout.addLayout(self._pages, 1)
        layout.addWidget(self.foot)
        rows = (
            *(
                self.search,
                self.minimum_score,
                self.reaching,
                self.states,
                self.group_by,
                self.branch,
            ),
            *(self.channel, self.time_of_day, self.table),
        )
        for before, after in pairwise(rows):
            self.setTabOrder(before, after)
        follow_font(self, self._fit_columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_columns()
        super().resizeEvent(event)

    def _fit_columns(self) -> None:
        metrics = self.fontMetrics()
        last = self._document.recording.info.duration_s if self._document.recording else 0
        room = self.width() // metrics.averageCharWidth()
        compact = room < 62
        self.model.set_compact(compact)
        state = "✓" if compact else f"{state_mark(ReviewState.UNREVIEWED)} Unreviewed"
        clocked = last >= 3600 or self._timeline.clock_start is not None
        onset = "00:00:00" if clocked else "00:00"
        widths = {
            EventColumn.ONSET: onset + (".0" if compact else ".00"),
            EventColumn.DURATION: "00.00" if compact else "Duration",
            EventColumn.SCORE: f"{WEAK_MARK}0.00",
            EventColumn.STATE: state,
            EventColumn.PROBABILITY: "Prob." if compact else "Probability",
            EventColumn.SPREAD: "Sprd." if compact else "Spread",
            EventColumn.CHANNEL: "mix",
        }
        more = [column for column in _OPTIONAL if self.model.has(column)]
        for optional in _OPTIONAL:
            self.table.setColumnHidden(optional, optional not in more)
        # a narrow table needs the room for the class; the tooltip has the duration of an event
        self.table.setColumnHidden(EventColumn.DURATION, compact and bool(more))
        for measure in MEASURE_COLUMNS:
            self.table.setColumnHidden(measure, not self._measures)
        if self._measures:
            widths |= {EventColumn.CLASS: "M" * _CLASS_LETTERS}
            widths |= dict.fromkeys(MEASURE_COLUMNS, "−00,000")
        fit_columns(self.table, widths)

    def _on_events(self) -> None:
        self._document.turns.do(self._show_events, len(self._document.events))

    def _show_events(self) -> None:
        self.model.set_events(self._grouping.shown)
        self.channel.offer(self.model.channels)
        self._fit_columns()
        self._on_filter()

    @Slot()
    def _on_time_text(self) -> None:
        self.time_of_day.setVisible(self._timeline.clock_start is not None)
        self._fit_columns()
        self._on_filter()

    def _on_shown(self) -> None:
        self._order.set_listed(self.model.shown)

    def _on_filter(self) -> None:
        states = STATE_CHOICES[self.states.currentIndex()][1]
        minimum, branch = self.minimum_score.value(), self._grouping.mids
        of_day = self.time_of_day.value if self._timeline.clock_start else None
        self.model.set_filter(
            EventTableFilter(
                self.search.text(),
                states,
                minimum,
                branch,
                of_day,
                self.channel.value,
                self.reaching.isChecked(),
            )
        )
        self._show_count()  # the same rows may be listed, and others be left out

    def _show_count(self) -> None:
        total, shown = self.model.total, len(self.model.shown)
        view = self._document.shown
        extra = len(view.events) - len(view.counted) if total == len(view.events) else 0
        text = counted(total - extra, "event") + (f" + {extra}" if extra else "")
        if not self.model.filter.empty:
            text += f" · {grouped(shown)} shown"
        chosen = len(self._selection.ids)
        if chosen > 1:
            text += f" · {grouped(chosen)} selected"
        provisional = self._document.closer_look is not None
        if self._document.loading_events and not total:
            text = "loading events…"
        elif provisional:
            text += ", provisional"
        self.count.setText(text if self._document.recording else "")
        tips = (_EXTRA if extra else "", _PROVISIONAL if provisional else "")
        self.count.setToolTip(plain_tip("\n".join(filter(None, tips))))
        count = self.model.count_passing(view.left_out)
        if self.model.filter.empty:
            count += extra
        searched = bool(self.search.text().strip())
        self.foot.show_left_out(one_per_sound=view.one_per_sound, count=count, searched=searched)
        if shown:
            self._pages.setCurrentWidget(self.table)
        else:
            self.empty.setText(
                _why_empty(self._document, self.model.total, count if searched else 0)
            )
            self._pages.setCurrentWidget(self.empty)

    def _enter_table(self) -> None:
        if self.model.rowCount():
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.table.selectionModel().hasSelection():
                self.table.selectRow(0)

    def _on_entered(self, index: Index) -> None:
        self.opened.emit(self._grouping.members(self.model.shown[index.row()].id)[0])

    def _on_menu(self, position: QPoint) -> None:
        index = self.table.indexAt(position)
        if not index.isValid():
            index = self.table.currentIndex()
        event_id = self.model.shown[index.row()].id if index.isValid() else ""
        event_id = self._grouping.members(event_id)[0] if event_id else ""
        self.menu_requested.emit(self.table.viewport().mapToGlobal(position), event_id)

    def _on_rows_selected(self) -> None:
        if self._syncing:
            return
        rows = [
            row
            for part in self.table.selectionModel().selection().toList()
            for row in range(part.top(), part.bottom() + 1)
        ]
        current = self.table.currentIndex().row()
        ids = [self.model.shown[row].id for row in sorted(rows, key=lambda r: (r != current, r))]
        self._syncing = True
        try:
            self._selection.select(self._grouping.members_of(ids))
        finally:
            self._syncing = False
        self._show_count()
        if len(ids) == 1:
            self.row_chosen.emit(ids[0])

    def _on_reset(self) -> None:
        self._show_count()
        self._place.restore()
        self._document.turns.do(self._select_again, len(self._selection.ids))

    def _on_selection(self) -> None:
        if not self._syncing:
            self._document.turns.do(self._show_selection, len(self._selection.ids))

    def _show_selection(self) -> None:
        self._select_rows(scroll=True)
        self._show_count()

    def _select_again(self) -> None:
        self._select_rows(scroll=False)

    def _select_rows(self, *, scroll: bool) -> None:
        """Selects the rows of the chosen events, as far as they are listed."""
        shown = dict.fromkeys(map(self._grouping.shown_id, self._selection.ids))
        rows = self.model.rows_of(shown)
        chosen = QItemSelection()
        for first, end in _runs(sorted(rows)):
            chosen.append(self.model.whole_rows(first, end))
        flags = QItemSelectionModel.SelectionFlag
        model = self.table.selectionModel()
        self._syncing = True
        try:
            if rows:
                current = self.model.index(rows[0], 0)
                model.setCurrentIndex(current, flags.NoUpdate)
                if scroll:
                    self.table.scrollTo(current)
            # Qt compares each range with each of the former selection, if there is one, and
            # twice where it is to make rows of them: minutes for very many
            if chosen.size() > _FEW_RANGES:
                model.clearSelection()
            model.select(chosen, flags.ClearAndSelect)
        finally:
            self._syncing = False


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Ascending rows as runs (first, last)."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def _why_empty(document: Document, total: int, left_out: int) -> str:
    """Why none of `total` events is listed; `left_out` more match, for which others stand."""
    if document.recording is None:
        return "No recording is open."
    if total and left_out:
        are, them = ("es, but is", "it") if left_out == 1 else (", but are", "them")
        return (
            f"{counted(left_out, 'event')} match{are} left out, to list one event for one sound:"
            f" the button below shows {them}."
        )
    if total:
        return 'No events match the filter.<br><br><a href="all">Show all events</a>'
    if document.loading_events:
        return "Loading events…"
    return {
        AnalysisState.NONE: "No events yet. Analyse the recording or draw an event.",
        AnalysisState.RUNNING: "Analysing… Events appear here as they are detected.",
    }.get(
        document.state,
        "No score reaches its threshold. Lower a threshold to detect weaker events.",
    )
