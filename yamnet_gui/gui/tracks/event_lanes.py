"""Which bar lies in which lane: packed as close as they go, or a lane for each class."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, EventList, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.theme import class_color

from .layer import argb

MOST_LANES = 40
_MOST_PACKED = 16
STRENGTH = {
    ReviewState.UNREVIEWED: 0.75,
    ReviewState.ACCEPTED: 1.0,
    ReviewState.UNCERTAIN: 0.6,
    ReviewState.REJECTED: 0.25,
}
"""How opaque the bars of a state are."""


@dataclass(frozen=True)
class Lanes:
    """Events in arrays for drawing: row i of each belongs to `events[i]`, sorted by onset.

    `kinds` numbers the labels, `examples` are the first of each, `kind_colors` theirs, opaque.
    `rows`: what each lane is for where it is for a class: its index, a label that is no class, or
    None for all others.
    """

    events: tuple[Event, ...]
    onsets: NDArray[np.float64]
    offsets: NDArray[np.float64]
    lanes: NDArray[np.int32]
    colors: NDArray[np.uint32]
    struck: NDArray[np.bool_]
    kinds: NDArray[np.int32]
    examples: tuple[int, ...]
    kind_colors: NDArray[np.uint32]
    count: int
    rows: tuple[int | str | None, ...] = ()

    @classmethod
    def of(cls, events: EventList, rows: Sequence[int] | None = None) -> "Lanes":
        """Puts each event in the first lane that is free at its onset.

        With `rows` each of these classes has a lane of its own, in their order; labels that are no
        class follow, then one lane for all other events.
        """
        bounds = events.bounds
        keys = [(event.class_index, event.label, event.state) for event in events]
        looks = {key: at for at, key in enumerate(dict.fromkeys(keys))}
        kinds = {label: at for at, label in enumerate(dict.fromkeys(key[1] for key in looks))}
        look = np.array([looks[key] for key in keys], np.int32)
        kind_of = np.array([kinds[key[1]] for key in looks], np.int32)
        names = [class_color(index, label).name() for index, label, _ in looks]
        opaque = [argb(name) for name in names]
        strengths = [STRENGTH[state] for *_, state in looks]
        colors = [argb(*look) for look in zip(names, strengths, strict=True)]
        color_of = np.array(colors, np.uint32)
        struck_of = np.array([state is ReviewState.REJECTED for *_, state in looks], bool)
        kind = kind_of[look]
        examples = np.unique(kind, return_index=True)[1].tolist()
        place, rows_of = _packed(bounds) if rows is None else _by_class(events, rows)
        count = min(max(int(place.max(initial=0)) + 1, len(rows_of), 1), MOST_LANES)
        place = np.minimum(place, count - 1)
        onsets, offsets = np.ascontiguousarray(bounds.T)
        return cls(
            events.events,
            onsets,
            offsets,
            place,
            color_of[look],
            struck_of[look],
            kind,
            tuple(examples),
            np.array([opaque[look[at]] for at in examples], np.uint32),
            count,
            rows_of,
        )

    def legend(self, view: TimeSpan, most: int) -> list[Event]:
        """An event of each label that is seen most in a span, the most frequent first."""
        inside = np.flatnonzero((self.onsets <= view.end_s) & (self.offsets >= view.start_s))
        counts = np.bincount(self.kinds[inside], minlength=len(self.examples))
        order = np.argsort(-counts, kind="stable")
        return [self.events[self.examples[k]] for k in order[:most].tolist() if counts[k]]


def _packed(bounds: NDArray[np.float64]) -> tuple[NDArray[np.int32], tuple[int | str | None, ...]]:
    """The first lane that is free at each onset; all that need more share the last."""
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    lanes: list[int] = []
    used = 0
    for onset, offset in bounds.tolist():
        while busy and busy[0][0] <= onset:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            lane = heapq.heappop(free)
        else:
            lane, used = used, used + 1
        lanes.append(lane)
        heapq.heappush(busy, (offset, lane))
    return np.minimum(np.array(lanes, np.int32), _MOST_PACKED - 1), ()


def _by_class(
    events: EventList, rows: Sequence[int]
) -> tuple[NDArray[np.int32], tuple[int | str | None, ...]]:
    """The lane of each event, and what the lanes are for."""
    lanes: dict[int | str | None, int] = {index: lane for lane, index in enumerate(rows)}
    labels = sorted({e.label for e in events if e.class_index is None}, key=str.casefold)
    for label in labels[: max(MOST_LANES - 1 - len(lanes), 0)]:
        lanes[label] = len(lanes)
    place = []
    for event in events:
        key = event.label if event.class_index is None else event.class_index
        lane = lanes.get(key)
        place.append(lanes.setdefault(None, len(lanes)) if lane is None else lane)
    return np.array(place, np.int32), tuple(lanes)
