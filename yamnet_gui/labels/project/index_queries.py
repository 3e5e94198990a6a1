"""Answers from the columns in memory: filters, sorts, counts and review queues."""

import copy
import sqlite3
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.clock_time import DAY_S, seconds_of_day
from yamnet_gui.core.events import EventSource, ReviewState
from yamnet_gui.core.stopping import until_stopped

from .event_columns import EventColumns
from .event_rows import SOURCES, STATES
from .filters import EventFilter, QueueKind, Sort, SortKey
from .index import EventIndex
from .models import ClassCounts, Recording
from .review_order import ascending, review_order
from .shown_events import LeftOut
from .tables import Tables

Rows = NDArray[np.int64]
Positions = NDArray[np.int32]
_UNREVIEWED = STATES.index(ReviewState.UNREVIEWED)
_DETECTED = SOURCES.index(EventSource.DETECTED)
_MIX = -1
"""In the column of channels: all of them together."""
_PIECE = 4096

_ALL = EventFilter()


class IndexQueries:
    """Queries `index`; knows which recordings exist and their order."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        tables: Tables,
        index: EventIndex,
        recordings: Mapping[str, Recording],
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._index = index
        self._left_out = LeftOut()
        self._noted: list[int] | None = None  # of a snapshot: what it found in notes
        self.set_recordings(recordings)

    def set_recordings(self, recordings: Mapping[str, Recording]) -> None:
        """Updates the recordings that were added, removed or moved."""
        present = [r for r in recordings.values() if not r.removed]
        present.sort(key=lambda r: (r.path.casefold(), r.path, r.id))
        recs = [self._tables.rec_of(r.id) for r in present]
        size = max((self._tables.rec_of(i) for i in recordings), default=0) + 2
        self._rank = np.full(size, -1, np.int64)  # -1: removed; the last entry is for unknown ones
        self._rank[recs] = np.arange(len(recs))
        # a stored start has a fixed distance from UTC: its clock shows no summer time
        self._started_s = np.full(size, np.nan)
        self._start_days = np.full(size, np.nan)
        for rec, recording in zip(recs, present, strict=True):
            if recording.recorded_at is not None:
                self._started_s[rec] = seconds_of_day(recording.recorded_at, np.zeros(1))[0]
                self._start_days[rec] = recording.recorded_at.toordinal()
        self._paths = {self._tables.rec_of(r.id): r.path.casefold() for r in present}
        self._rank_version = getattr(self, "_rank_version", 0) + 1
        self._visible: tuple[tuple[int, ...], NDArray[np.bool_]] | None = None

    def snapshot(self, wanted: EventFilter) -> "IndexQueries":
        """The same as it is now, to answer one query without keeping others from writing.

        What the query wants of the file is read here. See `EventIndex.snapshot`.
        """
        self.visible()
        now = copy.copy(self)
        now._index = self._index.snapshot()
        now._tables = self._tables.snapshot()
        now._noted = self._notes_with(wanted.searched)
        return now

    # masks

    def visible(self) -> NDArray[np.bool_]:
        """By position: existing events of existing recordings."""
        stamp = (*self._index.version("alive", "rec"), self._rank_version)
        if self._visible is None or self._visible[0] != stamp:
            rank = self._rank[self._recs()]
            self._visible = (stamp, self._index.column("alive") & (rank >= 0))
        return self._visible[1]

    def _recs(self) -> NDArray[np.int64]:
        recs = self._index.column("rec")
        return np.where((recs < 0) | (recs >= len(self._rank)), len(self._rank) - 1, recs)

    def mask(self, wanted: EventFilter) -> NDArray[np.bool_]:
        """By position: events that meet the filter."""
        column = self._index.column
        mask = self.visible().copy()
        if wanted.labels is not None:
            mask &= self._kinds_with(wanted.labels.__contains__)
        if wanted.states is not None:
            mask &= _any_code(column("state"), [STATES.index(s) for s in wanted.states])
        if wanted.sources is not None:
            mask &= _any_code(column("source"), [SOURCES.index(s) for s in wanted.sources])
        if wanted.recording_ids is not None:
            known = [self._tables.rec_of(i) for i in wanted.recording_ids if self._tables.knows(i)]
            mask &= self._of_recs(known)
        for name, low, high in (
            ("score", wanted.min_score, wanted.max_score),
            ("probability", wanted.min_probability, None),
        ):
            if low is not None or high is not None:
                mask &= column(name) >= 0
            if low is not None:
                mask &= column(name) >= np.float32(low)
            if high is not None:
                mask &= column(name) <= np.float32(high)
        if wanted.min_duration_s is not None:
            mask &= column("offset") - column("onset") >= wanted.min_duration_s
        if wanted.max_duration_s is not None:
            mask &= column("offset") - column("onset") <= wanted.max_duration_s
        if wanted.channels is not None:
            codes = [_MIX if channel is None else channel for channel in wanted.channels]
            mask &= _any_code(column("channel"), codes)
        if wanted.with_note:
            mask &= column("noted")
        if wanted.time_of_day is not None:
            of_day_s = (self._started_s[self._recs()] + column("onset")) % DAY_S
            mask &= wanted.time_of_day.holds(of_day_s)
        if wanted.day is not None:
            since_s = self._started_s[self._recs()] + column("onset")
            day = self._start_days[self._recs()] + np.floor(since_s / DAY_S)
            mask &= day == wanted.day.toordinal()
        if wanted.without_undecided:
            rows = np.fromiter(wanted.without_undecided, np.int64)
            undecided = column("state") == _UNREVIEWED
            mask &= ~(undecided & np.isin(column("row"), rows))
        if text := wanted.searched:
            mask &= self._with_text(text)
        if wanted.one_per_sound and wanted.labels is None:
            mask &= ~self._left_out.of(self._index, self._tables)
        return mask

    def _kinds_with(self, test: Callable[[str], bool]) -> NDArray[np.bool_]:
        kinds = self._tables.kinds
        chosen = np.array([test(kind[0]) for kind in kinds], bool)
        return _looked_up(chosen, self._index.column("kind"))

    def _of_recs(self, recs: Iterable[int]) -> NDArray[np.bool_]:
        chosen = np.zeros(len(self._rank), bool)
        chosen[list(recs)] = True
        return chosen[self._recs()]

    def _with_text(self, text: str) -> NDArray[np.bool_]:
        mask = self._kinds_with(lambda label: text in label.casefold())
        mask |= self._of_recs(rec for rec, path in self._paths.items() if text in path)
        mask[self._notes_with(text) if self._noted is None else self._noted] = True
        return mask

    def _notes_with(self, text: str) -> list[int]:
        """Positions of the events with this in their note."""
        if not text:
            return []
        noted = np.flatnonzero(self._index.column("noted") & self._index.column("alive"))
        rows = self._index.column("row")
        found = []
        for at in noted.tolist():
            stored = self._connection.execute(
                "SELECT note FROM events WHERE row = ?", (int(rows[at]),)
            ).fetchone()
            if stored and text in str(stored[0]).casefold():
                found.append(at)
        return found

    # orders

    def _time_order(self) -> Positions:
        def make() -> Rows:
            onset = self._index.column("onset")
            rank = self._rank[self._recs()]
            alive = self.visible()
            reach = float(np.max(onset, initial=0.0, where=alive)) + 1.0
            with np.errstate(invalid="ignore"):
                key = np.where(alive, rank * reach + onset, np.inf)
            return np.argsort(key, kind="stable")

        stamp = (*self._index.version("alive", "onset", "rec"), self._rank_version)
        return self._index.order("time", stamp, make)

    def _order(self, sort: Sort) -> Positions:
        time = self._time_order()
        key = sort.key
        if key is SortKey.TIME:
            return time[::-1] if sort.descending else time
        column = self._index.column
        names = {
            SortKey.LABEL: ("kind",), SortKey.SCORE: ("score",),
            SortKey.PROBABILITY: ("probability",), SortKey.DURATION: ("onset", "offset"),
            SortKey.ONSET: ("onset",), SortKey.STATE: ("state",), SortKey.SOURCE: ("source",),
            SortKey.CHANNEL: ("channel",),
        }[key]  # fmt: skip

        def make() -> Positions:
            if key is SortKey.LABEL:
                values = _looked_up(self._label_ranks(), column("kind"))
            elif key is SortKey.DURATION:
                values = (column("offset") - column("onset")).astype(np.float32)
            else:
                values = column(names[0])
            values = values[time]
            if sort.descending and values.dtype.kind == "i":
                values = values.max(initial=0) - values  # stays small: those sort fastest
            elif sort.descending:
                values = -values
            return time[ascending(values)]

        stamp = (
            *self._index.version("alive", "rec", "onset", *names),
            self._rank_version,
            len(self._tables.kinds),
        )
        return self._index.order(f"{key}{sort.descending}", stamp, make)

    def _label_ranks(self) -> NDArray[np.int16]:
        labels = [kind[0] for kind in self._tables.kinds]
        rank = {
            label: n for n, label in enumerate(sorted(set(labels), key=lambda x: (x.casefold(), x)))
        }
        kind = np.int16 if len(labels) < 2**15 else np.int32
        return np.array([rank[label] for label in labels], kind)

    # answers

    def rows(self, wanted: EventFilter, sort: Sort) -> Rows:
        order = self._order(sort)
        return self._index.column("row")[order[self.mask(wanted)[order]]]

    def count(self, wanted: EventFilter) -> int:
        return int(np.count_nonzero(self.mask(wanted)))

    def counts(self, wanted: EventFilter) -> list[ClassCounts]:
        """Per class in order of name, without classes that have no event."""
        at = np.flatnonzero(self.mask(wanted))
        codes = self._index.column("kind")[at].astype(np.int64) * len(STATES)
        codes += self._index.column("state")[at]
        table = np.bincount(codes, minlength=len(self._tables.kinds) * len(STATES))
        by_label: dict[str, NDArray[np.int64]] = {}
        for (label, _, _), row in zip(
            self._tables.kinds, table.reshape(-1, len(STATES)), strict=True
        ):
            if row.any():
                by_label[label] = by_label.get(label, 0) + row
        result = []
        for label in sorted(by_label, key=lambda name: (name.casefold(), name)):
            numbers = {state.value: int(by_label[label][c]) for c, state in enumerate(STATES)}
            result.append(ClassCounts(label, **numbers))
        return result

    def columns(self, wanted: EventFilter) -> EventColumns:
        """The events as columns."""
        at = np.flatnonzero(self.mask(wanted))
        column = self._index.column
        recs, recording = np.unique(column("rec")[at], return_inverse=True)
        kinds = self._tables.kinds

        def known(name: str) -> NDArray[np.float64]:
            values = column(name)[at].astype(np.float64)
            return np.where(values >= 0, values, np.nan)

        return EventColumns(
            tuple(map(self._tables.recording_id_of, recs.tolist())),
            tuple(label for label, _, _ in kinds),
            tuple(class_index for _, class_index, _ in kinds),
            column("row")[at],
            recording.astype(np.int64),
            column("kind")[at].astype(np.int64),
            column("onset")[at],
            known("score"),
            known("probability"),
            column("state")[at],
            column("source")[at],
        )

    def channels(self) -> frozenset[int | None]:
        """The channels that events are of, None among them where some are of all together."""
        there = np.unique(self._index.column("channel")[self.visible()]).tolist()
        return frozenset(None if channel == _MIX else channel for channel in there)

    def counts_per_recording(self, wanted: EventFilter = _ALL) -> dict[str, ClassCounts]:
        """States over all classes for each recording with such events, by recording id."""
        at = np.flatnonzero(self.mask(wanted))
        codes = self._index.column("rec")[at].astype(np.int64) * len(STATES)
        codes += self._index.column("state")[at]
        table = np.bincount(codes, minlength=len(self._rank) * len(STATES)).reshape(-1, len(STATES))
        recs = np.flatnonzero(table.any(axis=1))
        ids = map(self._tables.recording_id_of, recs.tolist())
        names = [state.value for state in STATES]
        rows = table[recs].tolist()  # at once: ten thousand recordings have many numbers
        return {
            i: ClassCounts("", **dict(zip(names, row, strict=True)))
            for i, row in until_stopped(zip(ids, rows, strict=True))
        }

    def touched_recordings(self) -> frozenset[str]:
        """Ids of the recordings of which the user has touched an event (`Event.touched`)."""
        column = self._index.column
        touched = (column("state") != _UNREVIEWED) | (column("source") != _DETECTED)
        touched |= column("noted")
        recs = np.unique(column("rec")[self.visible() & touched])
        return frozenset(map(self._tables.recording_id_of, recs.tolist()))

    def beyond(self, row: int, up: bool, unreviewed_only: bool, wanted: EventFilter) -> Rows:
        """The event and those of its class with a score at least (`up`) or at most its own, of the
        events that are wanted."""
        if not self._index.held(np.array([row]))[0]:
            return np.empty(0, np.int64)
        at = int(self._index.positions(np.array([row]))[0])
        score = self._index.column("score")
        label = self._tables.kinds[int(self._index.column("kind")[at])][0]
        mask = self.mask(wanted) & self._kinds_with(lambda other: other == label)
        mask &= score >= 0
        mask &= score >= score[at] if up else score <= score[at]
        if unreviewed_only:
            mask &= self._index.column("state") == _UNREVIEWED
        mask[at] = True
        order = self._order(Sort(SortKey.SCORE, descending=up))
        return self._index.column("row")[order[mask[order]]]

    def queue(self, kind: QueueKind, wanted: EventFilter, seed: int, threshold: float) -> Rows:
        if kind in (QueueKind.TIME, QueueKind.STABILITY, QueueKind.SAMPLE, QueueKind.DISAGREEMENTS):
            return self.rows(wanted, Sort())
        if kind is QueueKind.SCORE:
            return self.rows(wanted, Sort(SortKey.SCORE, descending=True))
        order = self._time_order()
        at = order[self.mask(wanted)[order]]
        score = np.where(
            self._index.column("probability")[at] >= 0,
            self._index.column("probability")[at],
            self._index.column("score")[at],
        )
        chosen = review_order(kind, score, seed, threshold)
        return self._index.column("row")[at[chosen]]

    def next_unreviewed(self, rows: Rows, after: int | None, backwards: bool) -> int | None:
        """The next row of the list whose event is unreviewed; starts over at the end."""
        if not len(rows) or not self._index.count:
            return None
        if backwards:
            rows = rows[::-1]
        positions = np.flatnonzero(rows == after) if after is not None else np.empty(0, np.int64)
        start = int(positions[0]) + 1 if len(positions) else 0
        # in pieces: the next one is mostly near, and a queue may be a million long
        pieces = [
            rows[first : min(first + _PIECE, end)]
            for begin, end in ((start, len(rows)), (0, start))
            for first in range(begin, end, _PIECE)
        ]
        for piece in pieces:
            hits = self._undecided(piece) & (piece != (after or 0))
            if hits.any():
                return int(piece[np.argmax(hits)])
        return None

    def count_unreviewed(self, rows: Rows) -> int:
        """How many of the rows are existing unreviewed events."""
        return int(np.count_nonzero(self._undecided(rows))) if self._index.count else 0

    def _undecided(self, rows: Rows) -> NDArray[np.bool_]:
        at = np.minimum(self._index.positions(rows), self._index.count - 1)
        hits = self._index.column("row")[at] == rows
        return hits & self.visible()[at] & (self._index.column("state")[at] == _UNREVIEWED)


def matters(recording: Recording) -> tuple[object, ...]:
    """What of a recording queries depend on: `set_recordings` is needed where it changes."""
    return recording.path, recording.removed, recording.recorded_at


def _any_code(column: NDArray, codes: list[int]) -> NDArray[np.bool_]:
    mask = np.zeros(len(column), bool)
    for code in codes:
        mask |= column == code
    return mask


def _looked_up(table: NDArray, codes: NDArray[np.int32]) -> NDArray:
    """Entries of a table; codes outside (of events that are not alive) get the first."""
    if not len(table):
        return np.zeros(len(codes), table.dtype)
    return table[np.where((codes < 0) | (codes >= len(table)), 0, codes)]
