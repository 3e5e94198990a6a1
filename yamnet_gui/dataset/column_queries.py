"""Filters and orders over the columns of a dataset, as `labels.project.index_queries` has them.

Rows are numbers of events in order of time. A filter looks at all of them once, block by block; its
answer is remembered, so that any further page of the same list comes at once.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.pipeline import mapped
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.threads import usable_cores
from yamnet_gui.labels.project import EventFilter, QueueKind, Sort, SortKey
from yamnet_gui.labels.project.review_order import ascending, review_order

from .column_file import NO_CHANNEL, NO_CLOCK, Columns

T = TypeVar("T")
Rows = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]
Test = Callable[[slice], Mask]
_BLOCK = 1 << 18
_FEW = 32
"""Where one in so many events or fewer meet a filter, these are sorted."""
_MASKS = 4
_LISTS = 3
_ORDERS = {
    SortKey.LABEL: "label",
    SortKey.SCORE: "score",
    SortKey.DURATION: "duration",
    SortKey.ONSET: "onset",
    SortKey.SOURCE: "source",
    SortKey.CHANNEL: "channel",
}
"""States and probabilities are alike for all, and leave the order of time."""


def meets_nothing(wanted: EventFilter) -> bool:
    """Whether a filter asks for what no event of a dataset is: decided, likely, or with a note."""
    return (
        (wanted.states is not None and ReviewState.UNREVIEWED not in wanted.states)
        or wanted.min_probability is not None
        or wanted.with_note
    )


class ColumnQueries:
    """Answers for one thread at a time."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._masks: OrderedDict[EventFilter, Mask | None] = OrderedDict()
        self._lists: OrderedDict[Hashable, Rows | None] = OrderedDict()

    def count(self, wanted: EventFilter) -> int:
        """How many events meet the filter."""
        mask = self._mask(wanted)
        return len(self.columns) if mask is None else int(np.count_nonzero(mask))

    @property
    def labels(self) -> tuple[str, ...]:
        return self.columns.labels

    @cached_property
    def channels(self) -> set[int | None]:
        """The channels that events are of; None for all together."""
        parts = [np.unique(self.columns.column["channel"][part]) for part in self._blocks()]
        there = {code for part in parts for code in part.tolist()}
        return {None if code == NO_CHANNEL else code for code in there}

    def label_counts(self, wanted: EventFilter) -> dict[str, int]:
        """How many of them have each label."""
        counts = np.zeros(len(self.columns.labels), np.int64)
        mask = self._mask(wanted)
        for part in self._blocks():
            label = self.columns.column["label"][part]
            some = label if mask is None else label[mask[part]]
            counts += np.bincount(some, minlength=len(counts))
        return {self.labels[k]: int(counts[k]) for k in np.flatnonzero(counts).tolist()}

    def recordings(self, wanted: EventFilter) -> list[str]:
        """Ids of the recordings with such an event."""
        counts = np.diff(np.searchsorted(self.rows(wanted), self.columns.starts))
        return [self.columns.recordings[k][0] for k in np.flatnonzero(counts).tolist()]

    def recording_of(self, rows: Rows) -> NDArray[np.int64]:
        """The number of the recording of each row."""
        return np.searchsorted(self.columns.starts, rows, "right") - 1

    def rows(self, wanted: EventFilter) -> Rows:
        """The events that meet the filter, in order of time."""
        mask = self._mask(wanted)
        return np.arange(len(self.columns)) if mask is None else np.flatnonzero(mask)

    def page(self, wanted: EventFilter, sort: Sort, first: int, count: int) -> Rows:
        """`count` rows from the `first` one in an order on."""
        name = _ORDERS.get(sort.key, "")
        rows = self._listed(wanted, name)
        total = len(self.columns) if rows is None else len(rows)
        first, end = min(first, total), min(first + count, total)

        def some(begin: int, stop: int) -> Rows:
            return np.arange(begin, stop) if rows is None else rows[begin:stop]

        if not sort.descending or first == end:
            return some(first, end)
        if sort.key is SortKey.TIME:
            return some(total - end, total - first)[::-1]
        if not self._varies(name):
            return some(first, end)
        return self._descending(name, some, total, first, end)

    def queue(self, kind: QueueKind, wanted: EventFilter, seed: int, threshold: float) -> Rows:
        """All events that meet the filter, in an order of review."""

        def make() -> Rows:
            rows = self.rows(wanted)
            check_stopped()
            scores = self.columns.column["score"][rows]
            return rows[review_order(kind, scores, seed, threshold)].astype(np.int32)

        found = _remembered(self._lists, (kind, wanted, seed, threshold), make, _LISTS)
        return np.empty(0, np.int32) if found is None else found

    def _descending(
        self, name: str, some: Callable[[int, int], Rows], total: int, first: int, end: int
    ) -> Rows:
        """From the ascending order: its runs of equal values the other way round, each as it is."""

        def value(place: int) -> Any:
            return self._values(name, some(place, place + 1))[0]

        parts, places = [], range(total)
        while first < end:
            place = total - 1 - first
            here = value(place)
            begin = stop = place
            if place and value(place - 1) == here:
                begin = bisect_left(places, here, 0, place, key=value)
            if place + 1 < total and value(place + 1) == here:
                stop = bisect_right(places, here, place + 1, total, key=value) - 1
            skipped = first - (total - 1 - stop)
            part = some(begin + skipped, min(stop + 1, begin + skipped + end - first))
            parts.append(part)
            first += len(part)
        return np.concatenate(parts)

    def _values(self, name: str, rows: Rows) -> NDArray[Any]:
        """What is sorted by."""
        column = self.columns.column
        if name == "duration":
            return (column["offset"][rows] - column["onset"][rows]).astype(np.float32)
        return column[name][rows]

    def _varies(self, name: str) -> bool:
        return self.columns.orders.get(name) is not None

    def _listed(self, wanted: EventFilter, name: str) -> Rows | None:
        """The rows that meet a filter, ascending; None for all, in order of time."""
        order, mask = self.columns.orders.get(name), self._mask(wanted)
        if mask is None:
            return order

        def make() -> Rows:
            if order is None:
                return np.flatnonzero(mask).astype(np.int32)
            if int(np.count_nonzero(mask)) * _FEW < len(mask):
                rows = np.flatnonzero(mask).astype(np.int32)
                return rows[ascending(self._values(name, rows))]

            def of_block(part: slice) -> Rows:
                some = order[part]  # taken by places: a quarter of the time of a mask as index
                return some[np.flatnonzero(mask.take(some, mode="clip"))]

            return np.concatenate(list(mapped(of_block, self._blocks(), usable_cores())))

        return _remembered(self._lists, (wanted, name if order is not None else ""), make, _LISTS)

    def _mask(self, wanted: EventFilter) -> Mask | None:
        """Which rows meet a filter; None where all do."""

        def make() -> Mask | None:
            if meets_nothing(wanted):
                return np.zeros(len(self.columns), bool)
            tests = list(self._tests(wanted))
            if not tests:
                return None
            mask = np.empty(len(self.columns), bool)
            for part in self._blocks():
                found = tests[0](part)
                for test in tests[1:]:
                    found = found & test(part)
                mask[part] = found
            return mask

        return _remembered(self._masks, wanted, make, _MASKS)

    def _tests(self, wanted: EventFilter) -> Iterator[Test]:
        """What each block of rows is asked."""
        made, column = self.columns, self.columns.column
        if wanted.labels is not None:
            yield self._with_label(label in wanted.labels for label in made.labels)
        if wanted.sources is not None:
            words = {source.value for source in wanted.sources}
            yield _one_of(column["source"], [k for k, s in enumerate(made.sources) if s in words])
        if wanted.recording_ids is not None:
            yield self._of_recordings([i in wanted.recording_ids for i, _ in made.recordings])
        if wanted.channels is not None:
            codes = [NO_CHANNEL if channel is None else channel for channel in wanted.channels]
            yield _one_of(column["channel"], codes)
        score, low, high = column["score"], wanted.min_score, wanted.max_score
        if low is not None:
            least = np.float32(max(low, 0.0))
            yield lambda part: score[part] >= least
        if high is not None:
            most = np.float32(high)
            yield lambda part: (score[part] <= most) & (score[part] >= 0)
        onset, offset = column["onset"], column["offset"]
        if (shortest := wanted.min_duration_s) is not None:
            yield lambda part: offset[part] - onset[part] >= shortest
        if (longest := wanted.max_duration_s) is not None:
            yield lambda part: offset[part] - onset[part] <= longest
        if wanted.searched:
            yield self._with_text(wanted.searched)
        if wanted.day is not None:
            day, number = column["day"], wanted.day.toordinal()
            yield lambda part: day[part] == number
        if (hours := wanted.time_of_day) is not None:
            second = column["second"]
            yield lambda part: hours.holds(second[part]) & (second[part] != NO_CLOCK)

    def _with_label(self, chosen: Iterator[bool]) -> Test:
        return _one_of(self.columns.column["label"], [k for k, one in enumerate(chosen) if one])

    def _of_recordings(self, chosen: Sequence[bool]) -> Test:
        marks = np.repeat(np.array(chosen, bool), np.diff(self.columns.starts))
        return lambda part: marks[part]

    def _with_text(self, text: str) -> Test:
        labelled = self._with_label(text in label.casefold() for label in self.columns.labels)
        named = self._of_recordings([text in f.casefold() for _, f in self.columns.recordings])
        return lambda part: labelled(part) | named(part)

    def _blocks(self) -> Iterator[slice]:
        for first in range(0, len(self.columns), _BLOCK):
            check_stopped()
            yield slice(first, min(first + _BLOCK, len(self.columns)))


def _one_of(column: NDArray[Any], codes: Sequence[int]) -> Test:
    """Whether values are among a few numbers."""
    if len(codes) == 1:
        return lambda part: column[part] == codes[0]
    return lambda part: np.isin(column[part], codes)


def _remembered(known: OrderedDict[Any, T], key: Hashable, make: Callable[[], T], most: int) -> T:
    """What was made last for a key, or now; of `most` keys."""
    if key in known:
        known.move_to_end(key)
        return known[key]
    made = known[key] = make()
    while len(known) > most:
        known.popitem(last=False)
    return made
