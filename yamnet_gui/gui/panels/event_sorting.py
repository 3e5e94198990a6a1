"""Which events a table lists, and what they are sorted by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio.measures import Measures
from yamnet_gui.core.clock_time import TimeOfDay, seconds_of_day
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.text import holds_words
from yamnet_gui.labels.measure_columns import MeasureColumn

from .event_columns import EventColumn

_STATE_RANK = {
    ReviewState.UNREVIEWED: 0,
    ReviewState.UNCERTAIN: 1,
    ReviewState.ACCEPTED: 2,
    ReviewState.REJECTED: 3,
}

Lookup = Callable[[Event, bool], Measures | None]
"""What was measured of an event; with True it is wanted soon where it is not there yet."""


@dataclass(frozen=True, slots=True)
class EventTableFilter:
    """Which events are listed.

    `text`: every word of it occurs in the label or the note. `states`: None for all.
    `minimum_score`: above 0, only events whose highest score reaches it. `mids`: ids of the kinds
    of sound that are listed, None for all. `time_of_day`: when events begin by the clock.
    `channels`: those of events, from 0, with None for what is of the mix; None for all.
    `reaching`: only events that do not score less than their threshold.
    """

    text: str = ""
    states: frozenset[ReviewState] | None = None
    minimum_score: float = 0.0
    mids: frozenset[str] | None = None
    time_of_day: TimeOfDay | None = None
    channels: frozenset[int | None] | None = None
    reaching: bool = False

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        everything = self.states is None and self.mids is None and self.minimum_score <= 0
        everything = everything and self.time_of_day is None and self.channels is None
        return everything and not self.reaching and not self.text.strip()


class EventKeys:
    """What events are filtered and sorted by: one array (n,) for each column, made when needed."""

    def __init__(
        self,
        events: Sequence[Event],
        spreads: Mapping[str, float],
        measured: Lookup,
        weak: Callable[[Event], bool] = lambda _event: False,
    ) -> None:
        self.events = events
        self.weak = weak
        self.spreads = spreads
        self.measured = measured

    @cached_property
    def duration_s(self) -> NDArray[np.float64]:
        spans = (e.offset_s - e.onset_s for e in self.events)
        return np.fromiter(spans, np.float64, len(self.events))

    @cached_property
    def score(self) -> NDArray[np.float64]:
        scores = (np.nan if e.score_max is None else e.score_max for e in self.events)
        return np.fromiter(scores, np.float64, len(self.events))

    @cached_property
    def probability(self) -> NDArray[np.float64]:
        values = (np.nan if e.probability is None else e.probability for e in self.events)
        return np.fromiter(values, np.float64, len(self.events))

    @cached_property
    def spread(self) -> NDArray[np.float64]:
        values = (self.spreads.get(e.id, np.nan) for e in self.events)
        return np.fromiter(values, np.float64, len(self.events))

    @cached_property
    def channel(self) -> NDArray[np.float64]:
        """From 0, -1 for the mix."""
        values = (-1 if e.channel is None else e.channel for e in self.events)
        return np.fromiter(values, np.float64, len(self.events))

    @cached_property
    def channels(self) -> frozenset[int | None]:
        """Those that occur, None for the mix."""
        return frozenset(map(attrgetter("channel"), self.events))

    @cached_property
    def state(self) -> NDArray[np.int8]:
        return np.fromiter((_STATE_RANK[e.state] for e in self.events), np.int8, len(self.events))

    @cached_property
    def labels(self) -> list[str]:
        """The labels that occur, in alphabetical order."""
        return sorted({e.label for e in self.events}, key=str.casefold)

    @cached_property
    def label(self) -> NDArray[np.int32]:
        """Place of each event's label among `labels`."""
        rank = {label: i for i, label in enumerate(self.labels)}
        return np.fromiter((rank[e.label] for e in self.events), np.int32, len(self.events))

    def passing(self, event_filter: EventTableFilter, start: datetime | None) -> NDArray[np.intp]:
        """Positions of the events that pass, in order of onset; `start` of the recording."""
        passes = np.ones(len(self.events), bool)
        if event_filter.minimum_score > 0:
            passes &= np.nan_to_num(self.score, nan=-1.0) >= event_filter.minimum_score
        if event_filter.reaching:
            passes &= ~np.fromiter(map(self.weak, self.events), bool, len(self.events))
        if event_filter.states is not None:
            passes &= np.isin(self.state, [_STATE_RANK[s] for s in event_filter.states])
        if event_filter.channels is not None:
            wanted = [-1 if channel is None else channel for channel in event_filter.channels]
            passes &= np.isin(self.channel, wanted)
        if event_filter.mids is not None:
            inside = (event.mid in event_filter.mids for event in self.events)
            passes &= np.fromiter(inside, bool, len(self.events))
        if event_filter.time_of_day is not None and start is not None:
            onsets = np.fromiter((e.onset_s for e in self.events), np.float64, len(self.events))
            passes &= event_filter.time_of_day.holds(seconds_of_day(start, onsets))
        if event_filter.text.strip():
            passes &= self._named(event_filter.text)
        return np.flatnonzero(passes)

    def order(self, column: EventColumn, descending: bool) -> NDArray[np.float64] | None:
        """Keys that ascend in the wanted order; None for the order of onsets itself."""
        if column is EventColumn.ONSET:
            return -np.arange(len(self.events), dtype=np.float64) if descending else None
        if column is EventColumn.DURATION:
            key = self.duration_s
        elif column is EventColumn.SCORE:
            key = self.score
        elif column is EventColumn.PROBABILITY:
            key = self.probability
        elif column is EventColumn.SPREAD:
            key = self.spread
        elif column is EventColumn.CHANNEL:
            key = self.channel
        elif column.measure is not None:
            key = self._measure(column.measure)
        else:
            ranks = self.label if column is EventColumn.CLASS else self.state
            key = ranks.astype(np.float64)
        return -key if descending else key

    def _measure(self, column: MeasureColumn) -> NDArray[np.float64]:
        """As far as it is known; the rest is wanted, and comes last until then."""
        values = np.full(len(self.events), np.nan)
        for i, event in enumerate(self.events):
            measures = self.measured(event, False)
            value = None if measures is None else column.value(measures)
            if value is not None:
                values[i] = value
        return values

    def _named(self, text: str) -> NDArray[np.bool_]:
        hits = np.array([holds_words(label, text) for label in self.labels], bool)
        named = hits[self.label] if len(hits) else np.zeros(0, bool)
        for i, event in enumerate(self.events):
            if event.note and not named[i]:
                named[i] = holds_words(f"{event.label} {event.note}", text)
        return named
