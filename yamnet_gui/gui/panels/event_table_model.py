"""The table model of events: filtered and sorted with arrays, quick at fifty thousand rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter, is_
from typing import Any

import numpy as np
from PySide6.QtCore import QItemSelectionRange, QModelIndex, QObject, Qt, Signal, Slot

from yamnet_gui.audio.measures import Measures
from yamnet_gui.core.channels import channel_name, channel_text
from yamnet_gui.core.events import NOT_REJECTED, REVIEWED, Event, EventList, ReviewState
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import class_color, state_mark
from yamnet_gui.gui.times import length
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.table_model import HeadedTableModel, Index

from .event_columns import COMPACT_HEADERS, HEADERS, TIPS, EventColumn, measure_text
from .event_sorting import EventKeys, EventTableFilter, Lookup

ID_ROLE = Qt.ItemDataRole.UserRole
EVENT_ROLE = Qt.ItemDataRole.UserRole + 1

STATE_WORDS = {
    ReviewState.UNREVIEWED: "Unreviewed",
    ReviewState.ACCEPTED: "Accepted",
    ReviewState.REJECTED: "Rejected",
    ReviewState.UNCERTAIN: "Uncertain",
}
"""What the user reads for each state."""
STATE_CHOICES: tuple[tuple[str, frozenset[ReviewState] | None], ...] = (
    ("All states", None),
    *((f"{state_mark(s)} {STATE_WORDS[s]}", frozenset({s})) for s in ReviewState),
    ("Reviewed", REVIEWED),
    ("Not rejected", NOT_REJECTED),
)
"""The filters by state that the user chooses from: text, and the states shown (None: all)."""
WEAK_MARK = "↓"
"""Before the score of an event that does not reach its threshold."""
WEAK_TIP = "\n↓ Below the threshold: a quiet part of a sound that reached it elsewhere"
_NO_PARENT = QModelIndex()


class EventTableModel(HeadedTableModel):
    """Events of the open recording as filtered, sorted rows.

    Where a change leaves the rows as they are, only the changed ones are announced; otherwise
    the model is reset and the view finds its rows again by id.
    """

    headers = HEADERS
    tips = TIPS
    shown_changed = Signal()  # `shown`, before views hear of the rows

    def __init__(self, timeline: Timeline, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timeline = timeline
        timeline.time_text_changed.connect(self._on_time_text)
        self._list = EventList()
        self._spreads: Mapping[str, float] = {}
        self._measured: Lookup = _nothing_measured
        self._weak: Callable[[Event], bool] = _never
        self._keys = EventKeys((), self._spreads, self._measured)
        self._filter = EventTableFilter()
        self._others = EventKeys((), {}, self._measured)
        self._counted: int | None = None  # of the others under the present filter
        self._column = EventColumn.ONSET
        self._descending = False
        self._shown: list[Event] = []
        self._rows: dict[str, int] | None = None
        self._compact = False

    @property
    def compact(self) -> bool:
        """Whether texts are short, for a narrow table."""
        return self._compact

    def set_compact(self, on: bool) -> None:
        if on != self._compact:
            self._compact = on
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(EventColumn) - 1)
            self._announce([0, len(self._shown) - 1] if self._shown else [])

    @property
    def total(self) -> int:
        """How many events there are, shown or not."""
        return len(self._list)

    @property
    def filter(self) -> EventTableFilter:
        return self._filter

    @property
    def shown(self) -> Sequence[Event]:
        """Events in the order of the rows; not to be altered."""
        return self._shown

    def set_events(self, events: EventList) -> None:
        self._list = events
        self._keys = EventKeys(events.events, self._spreads, self._measured, self._weak)
        self._refresh()

    def set_spreads(self, spreads: Mapping[str, float]) -> None:
        """How far the scores of events lie apart, by their id."""
        self._spreads = dict(spreads)
        self._keys = EventKeys(self._list.events, self._spreads, self._measured, self._weak)
        self._refresh()
        self._announce([0, len(self._shown) - 1] if self._shown else [])

    def set_weak(self, weak: Callable[[Event], bool]) -> None:
        """Which events score less than their threshold; given again whenever rules change."""
        self._weak = weak
        self._keys = EventKeys(self._list.events, self._spreads, self._measured, weak)
        self._others = EventKeys((), {}, self._measured, weak)
        self._counted = None
        if self._filter.reaching:
            self._refresh()
        if self._shown:
            score = EventColumn.SCORE
            self.dataChanged.emit(self.index(0, score), self.index(len(self._shown) - 1, score))

    def set_measured(self, measured: Lookup) -> None:
        """Where measures of events come from."""
        self._measured = measured
        self._keys = EventKeys(self._list.events, self._spreads, measured, self._weak)

    def measures_changed(self, *, sort: bool) -> None:
        """More was measured: shows it, and with `sort` also moves the rows where they follow it."""
        if sort and self._column.measure is not None:
            self._refresh()
        self._announce([0, len(self._shown) - 1] if self._shown else [])

    @property
    def sorted_by_measure(self) -> bool:
        return self._column.measure is not None

    def has(self, column: EventColumn) -> bool:
        """Whether any event has something to show in a column that may be empty."""
        if column is EventColumn.PROBABILITY:
            return bool(set(map(attrgetter("probability"), self._list.events)) - {None})
        if column is EventColumn.CHANNEL:
            return self.channels != frozenset([None])
        if column is EventColumn.SPREAD:
            return any(event_id in self._list for event_id in self._spreads)
        return True

    @property
    def channels(self) -> frozenset[int | None]:
        """What the events are of: channels from 0, None for the mix."""
        return self._keys.channels or frozenset([None])

    def count_passing(self, events: EventList) -> int:
        """How many of other events the filter would list; counted once for each list."""
        if self._filter.empty:
            return len(events)
        if self._others.events is not events.events:
            self._others = EventKeys(events.events, {}, self._measured, self._weak)
            self._counted = None
        if self._counted is None:
            self._counted = len(self._others.passing(self._filter, self._timeline.clock_start))
        return self._counted

    def set_filter(self, event_filter: EventTableFilter) -> None:
        if event_filter != self._filter:
            self._filter, self._counted = event_filter, None
            self._refresh()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; equal ones stay in order of onset, missing scores come last."""
        if column < 0:
            column, order = EventColumn.ONSET, Qt.SortOrder.AscendingOrder
        wanted = (EventColumn(column), order == Qt.SortOrder.DescendingOrder)
        if wanted != (self._column, self._descending):
            self._column, self._descending = wanted
            self._refresh()

    def row_of(self, event_id: str) -> int | None:
        """The row of an event; None where it is not listed."""
        return next(iter(self.rows_of((event_id,))), None)

    def rows_of(self, event_ids: Iterable[str]) -> list[int]:
        """The rows of those events that are listed, in the order of the ids."""
        if self._rows is None:
            self._rows = {event.id: row for row, event in enumerate(self._shown)}
        return [row for row in map(self._rows.get, event_ids) if row is not None]

    def whole_rows(self, first: int, last: int) -> QItemSelectionRange:
        """All cells of listed rows. There may be thousands of such ranges: `index` takes longer."""
        columns = len(self.headers)
        return QItemSelectionRange(self.createIndex(first, 0), self.createIndex(last, columns - 1))

    def row_total(self) -> int:
        return len(self._shown)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if role == Qt.ItemDataRole.AccessibleTextRole:
            role = Qt.ItemDataRole.DisplayRole
        elif role == Qt.ItemDataRole.DisplayRole and self._compact:
            known = super().headerData(section, orientation, role) is not None
            return COMPACT_HEADERS[section] if known else None
        value = super().headerData(section, orientation, role)
        if value is not None and role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[section]
        return value

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _ANSWERED:  # most of what a view asks for: every cell is painted at a drag
            return None
        if not index.isValid() or (row := index.row()) >= len(self._shown):
            return None
        event = self._shown[row]
        if role == EVENT_ROLE:
            return event
        column = _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            if column is EventColumn.SPREAD:
                spread = self._spreads.get(event.id)
                return "–" if spread is None else f"{spread:.2f}"
            if (measure := column.measure) is not None:
                return measure_text(measure, self._measured(event, True))
            if column is EventColumn.ONSET:
                return self._timeline.time_text(event.onset_s, 1 if self._compact else 2)
            if column is EventColumn.SCORE and self._weak(event):
                return f"{WEAK_MARK}{_text(event, column, self._compact)}"
            return _text(event, column, self._compact)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[column]
        if role == Qt.ItemDataRole.DecorationRole and column is EventColumn.CLASS:
            return class_color(event.class_index, event.label)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tip(event, self._timeline) + (WEAK_TIP if self._weak(event) else ""))
        return event.id if role == ID_ROLE else None

    @Slot()
    def _on_time_text(self) -> None:
        self._counted = None
        self._refresh()
        self._announce([0, len(self._shown) - 1] if self._shown else [])

    def _refresh(self) -> None:
        rows = self._keys.passing(self._filter, self._timeline.clock_start)
        key = self._keys.order(self._column, self._descending)
        if key is not None:
            rows = rows[np.argsort(key[rows], kind="stable")]
        events = self._list.events
        shown = [events[i] for i in rows.tolist()]
        before = self._shown
        if list(map(attrgetter("id"), shown)) == list(map(attrgetter("id"), before)):
            self._shown = shown
            self.shown_changed.emit()
            self._announce([i for i, same in enumerate(map(is_, shown, before)) if not same])
            return
        self.beginResetModel()
        self._shown = shown
        self._rows = None
        self.shown_changed.emit()
        self.endResetModel()

    def _announce(self, rows: list[int]) -> None:
        if rows:
            last = self.columnCount() - 1
            self.dataChanged.emit(self.index(rows[0], 0), self.index(rows[-1], last))


def _never(_event: Event) -> bool:
    return False


def _nothing_measured(event: Event, wanted: bool) -> Measures | None:
    return None


def _alignment(column: EventColumn) -> Qt.AlignmentFlag:
    numeric = column not in (EventColumn.CLASS, EventColumn.STATE)
    side = Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


_COLUMNS = tuple(EventColumn)
_ALIGNMENTS = tuple(map(_alignment, _COLUMNS))
_ANSWERED = frozenset(
    map(
        int,
        (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.TextAlignmentRole,
            Qt.ItemDataRole.DecorationRole,
            Qt.ItemDataRole.ToolTipRole,
            ID_ROLE,
            EVENT_ROLE,
        ),
    )
)


def _text(event: Event, column: EventColumn, compact: bool) -> str:
    if column is EventColumn.DURATION:
        seconds = event.duration_s
        if compact and seconds < 60:
            return f"{seconds:.2f}"
        return f"{seconds:.2f} s" if 0.1 <= seconds < 60 else length(seconds)
    if column is EventColumn.CLASS:
        return event.label
    if column is EventColumn.CHANNEL:
        return channel_text(event.channel)
    if column is EventColumn.SCORE:
        return "–" if event.score_max is None else f"{event.score_max:.2f}"
    if column is EventColumn.PROBABILITY:
        return "–" if event.probability is None else f"{event.probability:.2f}"
    return f"{state_mark(event.state)} {STATE_WORDS[event.state]}"


def _tip(event: Event, timeline: Timeline) -> str:
    lines = [
        event.label,
        f"{timeline.span_text(event.onset_s, event.offset_s)} ({length(event.duration_s)})"
        f" {timeline.date_text(event.onset_s)}".rstrip(),
        f"{STATE_WORDS[event.state]}, {event.source.value}",
    ]
    if event.score_max is not None:
        lines.append(f"Score {event.score_max:.3f}")
    if event.channel is not None:
        lines.append(channel_name(event.channel))
    if event.probability is not None:
        lines.append(f"Probability {event.probability:.2f}")
    if event.note:
        lines.append(event.note)
    return "\n".join(lines)
