"""Detections as arrays, which become events only where they are needed."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.events import Event, EventList, detection_id
from yamnet_gui.core.scores import ScoreTable

_GATHER = 2_000_000  # scores looked up at a time


@dataclass(frozen=True)
class Detections:
    """The detections in a score table under some rules, ordered by class and then by time.

    All arrays have one entry a detection: `class_index`, `first_frame` and `last_frame` (both
    included), `onset_s`, `offset_s`, `peak` (the score compared with the rule's `on`), and how far
    the edges may be off (half width of a 90% interval; not a number where unknown).
    """

    table: ScoreTable
    class_index: NDArray[np.int32]
    first_frame: NDArray[np.int32]
    last_frame: NDArray[np.int32]
    onset_s: NDArray[np.float64]
    offset_s: NDArray[np.float64]
    peak: NDArray[np.float32]
    onset_uncertainty_s: NDArray[np.float32]
    offset_uncertainty_s: NDArray[np.float32]
    rules_id: str = ""

    def __len__(self) -> int:
        return len(self.class_index)

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Detections":
        """The detections at these places (indices or a mask)."""
        return with_arrays(self, {name: getattr(self, name)[chosen] for name in _ARRAYS})

    def between(self, start_s: float, end_s: float) -> "Detections":
        """Those that touch [start_s, end_s]."""
        return self.select((self.onset_s <= end_s) & (self.offset_s >= start_s))

    def of_class(self, class_index: int) -> "Detections":
        first = np.searchsorted(self.class_index, class_index, "left")
        last = np.searchsorted(self.class_index, class_index, "right")
        return self.select(np.arange(first, last))

    def replacing(self, class_index: int, others: "Detections") -> "Detections":
        """These detections with those of one class taken from `others`: the fast path for a
        rule that changes for one class alone."""
        first = np.searchsorted(self.class_index, class_index, "left")
        last = np.searchsorted(self.class_index, class_index, "right")
        joined = {}
        for name in _ARRAYS:
            mine = getattr(self, name)
            joined[name] = np.concatenate([mine[:first], getattr(others, name), mine[last:]])
        return replace(with_arrays(self, joined), rules_id=others.rules_id)

    def counts(self, class_count: int) -> NDArray[np.int64]:
        """Detections of each class, shape (class_count,)."""
        return np.bincount(self.class_index, minlength=class_count)

    @cached_property
    def _max_and_mean(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        lengths = self.last_frame - self.first_frame + 1
        ends = np.cumsum(lengths, dtype=np.int64)
        highest = np.zeros(len(self), np.float32)
        mean = np.zeros(len(self), np.float32)
        start = 0
        while start < len(self):
            before = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + _GATHER)))
            part = slice(start, stop)
            begins = ends[part] - lengths[part] - before
            counter = np.arange(ends[stop - 1] - before) - np.repeat(begins, lengths[part])
            frames = np.repeat(self.first_frame[part], lengths[part]) + counter
            values = self.table.scores[frames, np.repeat(self.class_index[part], lengths[part])]
            highest[part] = np.maximum.reduceat(values, begins)
            mean[part] = np.add.reduceat(values, begins, dtype=np.float64) / lengths[part]
            start = stop
        return highest, np.minimum(mean, highest)

    @property
    def score_max(self) -> NDArray[np.float32]:
        """Highest raw score of each detection."""
        return self._max_and_mean[0]

    @property
    def score_mean(self) -> NDArray[np.float32]:
        """Mean raw score over the frames of each detection."""
        return self._max_and_mean[1]

    def ids(self) -> list[str]:
        """Stable ids, as the events will have."""
        channel = self.table.channel
        pairs = zip(self.class_index.tolist(), self.first_frame.tolist(), strict=True)
        return [detection_id(c, f, channel) for c, f in pairs]

    def iter_events(self, class_map: ClassMap) -> Iterator[Event]:
        """The detections as events, in the order of the arrays."""
        for frame, index, onset, offset, highest, mean, early, late in zip(
            self.first_frame.tolist(),
            self.class_index.tolist(),
            self.onset_s.tolist(),
            self.offset_s.tolist(),
            self.score_max.tolist(),
            self.score_mean.tolist(),
            self.onset_uncertainty_s.tolist(),
            self.offset_uncertainty_s.tolist(),
            strict=True,
        ):
            yield detected_event(
                class_map[index], frame, self.table.channel, self.rules_id,
                (onset, offset, highest, mean, early, late),
            )  # fmt: skip

    def to_events(self, class_map: ClassMap) -> EventList:
        """The detections as a list of events."""
        return EventList.of(self.iter_events(class_map))


def detected_event(
    kind: SoundClass,
    first_frame: int,
    channel: int | None,
    rules_id: str,
    figures: Sequence[float],
) -> Event:
    """A detection as an event; `figures` are onset, offset, highest and mean score, uncertainties.

    All are rounded to a millionth: less than a sample or a digit that means anything, and so they
    are written in tables as people write numbers, 2.4675 and not 2.4675000000000002.
    """
    onset_s, offset_s, highest, mean, early, late = (round(x, 6) for x in figures)
    return Event(
        id=detection_id(kind.index, first_frame, channel),
        onset_s=onset_s,
        offset_s=offset_s,
        label=kind.name,
        class_index=kind.index,
        mid=kind.mid,
        channel=channel,
        score_max=highest,
        score_mean=mean,
        onset_uncertainty_s=None if math.isnan(early) else early,
        offset_uncertainty_s=None if math.isnan(late) else late,
        rules_id=rules_id,
    )


_ARRAYS = (
    "class_index",
    "first_frame",
    "last_frame",
    "onset_s",
    "offset_s",
    "peak",
    "onset_uncertainty_s",
    "offset_uncertainty_s",
)


def no_detections(table: ScoreTable, rules_id: str = "") -> Detections:
    """Detections of a table that has none."""
    ints, floats, singles = np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.float32)
    return Detections(table, ints, ints, ints, floats, floats, singles, singles, singles, rules_id)


def gathered(parts: Iterable[Detections], empty: Detections) -> Detections:
    """Several sets of detections of one table as one, ordered by class and time."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty
    if len(filled) == 1:
        return filled[0]
    joined = with_arrays(
        filled[0], {name: np.concatenate([getattr(p, name) for p in filled]) for name in _ARRAYS}
    )
    return joined.select(np.lexsort((joined.first_frame, joined.class_index)))


def with_arrays(detections: Detections, arrays: dict[str, Any]) -> Detections:
    return replace(detections, **arrays)
