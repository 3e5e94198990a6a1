"""Labelled spans of a recording, and the user's decisions about them."""

import math
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import compress
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .frozen_values import columns_maker, quick_maker
from .intervals import IntervalIndex
from .spans import Box, TimeSpan
from .stopping import until_stopped


class ReviewState(StrEnum):
    """What the user decided about an event."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"


REVIEWED = frozenset(ReviewState) - {ReviewState.UNREVIEWED}
"""The states of events that the user has reviewed."""
DECIDED = frozenset({ReviewState.ACCEPTED, ReviewState.REJECTED})
"""The states in which the user is certain: the event is right, or it is wrong."""
NOT_REJECTED = frozenset(ReviewState) - {ReviewState.REJECTED}
"""The states of events that are audible, or may be."""


class EventSource(StrEnum):
    """Where an event came from."""

    DETECTED = "detected"
    DRAWN = "drawn"
    EDITED = "edited"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Original:
    """Label and bounds from the model or the imported table, before the user changed the event."""

    label: str
    onset_s: float
    offset_s: float


@dataclass(frozen=True, slots=True)
class Event:
    """A labelled span of one recording. Times in seconds from the start of the file.

    `channel` is None where the channels were mixed, else it counts from 0. `class_index` and
    `mid` are set where the label is one of YAMNet's classes. Scores are uncalibrated sigmoids in
    [0, 1], `probability` a calibrated one. `low_hz`/`high_hz` bound the event in frequency,
    `*_uncertainty_s` state how far an edge may be off (half width of a 90% interval).

    Raises ValueError where the offset lies before the onset.
    """

    id: str
    onset_s: float
    offset_s: float
    label: str
    class_index: int | None = None
    mid: str = ""
    channel: int | None = None
    state: ReviewState = ReviewState.UNREVIEWED
    source: EventSource = EventSource.DETECTED
    score_max: float | None = None
    score_mean: float | None = None
    probability: float | None = None
    original: Original | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    onset_uncertainty_s: float | None = None
    offset_uncertainty_s: float | None = None
    reviewer: str = ""
    reviewed_utc: datetime | None = None
    note: str = ""
    rules_id: str = ""

    def __post_init__(self) -> None:
        if not -math.inf < self.onset_s <= self.offset_s < math.inf:
            TimeSpan(self.onset_s, self.offset_s)  # says what is wrong

    @property
    def span(self) -> TimeSpan:
        return TimeSpan(self.onset_s, self.offset_s)

    @property
    def box(self) -> Box:
        return Box(self.onset_s, self.offset_s, self.low_hz, self.high_hz)

    @property
    def duration_s(self) -> float:
        return self.offset_s - self.onset_s

    @property
    def touched(self) -> bool:
        """Whether the user has decided or changed anything, so that no rule may alter it."""
        return _decisions(self) != _UNTOUCHED

    def moved(self, onset_s: float, offset_s: float) -> "Event":
        """The event with new bounds, remembering the first ones."""
        return replace(self, onset_s=onset_s, offset_s=offset_s, **_edited(self))

    def relabelled(self, label: str, class_index: int | None, mid: str) -> "Event":
        """The event under another label, remembering the first one.

        Scores and the probability are those of the class that it had, and do not come along.
        """
        new = replace(self, label=label, class_index=class_index, mid=mid, **_edited(self))
        if label == self.label:
            return new
        return replace(new, score_max=None, score_mean=None, probability=None)


event_of = quick_maker(Event)
"""`Event(…)` for readers of many."""
many_events = columns_maker(Event)
"""Events from a column for each of their fields, unchecked (see `core.event_block`)."""


def _edited(event: Event) -> dict:
    original = event.original or Original(event.label, event.onset_s, event.offset_s)
    source = EventSource.DRAWN if event.source is EventSource.DRAWN else EventSource.EDITED
    return {"original": original, "source": source}


def new_event_id() -> str:
    """A new id for an event that the user created, unique across projects."""
    return uuid.uuid4().hex


def detection_id(class_index: int, first_frame: int, channel: int | None = None) -> str:
    """An id for a detection that stays the same while rules change around its first frame."""
    return f"d{'m' if channel is None else channel}-{class_index}-{first_frame}"


def touched(events: Iterable[Event]) -> NDArray[np.bool_]:
    """`Event.touched` of each event, shape (n,); of very many in a few milliseconds."""
    return np.array(list(map(_UNTOUCHED.__ne__, map(_decisions, events))), np.bool_)


_order = attrgetter("onset_s", "offset_s", "label", "id")
_decisions = attrgetter("state", "source", "note")
_UNTOUCHED = (ReviewState.UNREVIEWED, EventSource.DETECTED, "")


_FEW = 64
"""So few events are sorted faster than looked at."""


def _is_ordered(events: tuple[Event, ...]) -> bool:
    """Whether their onsets alone put events in the order of `_order`, as those of a table do."""
    if len(events) < _FEW:
        return False
    onsets_s = np.array(list(map(attrgetter("onset_s"), events)))
    return bool((onsets_s[1:] > onsets_s[:-1]).all())


@dataclass(frozen=True)
class EventList:
    """Events of one recording, sorted by onset; every change gives a new list.

    Raises ValueError where two events share an id.
    """

    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(self.events)
        if not _is_ordered(ordered):
            ordered = tuple(sorted(until_stopped(ordered), key=_order))
        object.__setattr__(self, "events", ordered)
        if len({event.id for event in ordered}) != len(ordered):
            raise ValueError("two events share an id")

    @classmethod
    def of(cls, events: Iterable[Event]) -> "EventList":
        return cls(tuple(events))

    @cached_property
    def _by_id(self) -> dict[str, Event]:
        return {event.id: event for event in self.events}

    @cached_property
    def _intervals(self) -> IntervalIndex:
        return IntervalIndex([e.onset_s for e in self.events], [e.offset_s for e in self.events])

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """Onset and offset of every event in seconds, shape (events, 2), read-only."""
        bounds = np.empty((len(self.events), 2))
        bounds[:, 0] = list(map(attrgetter("onset_s"), self.events))
        bounds[:, 1] = list(map(attrgetter("offset_s"), self.events))
        bounds.flags.writeable = False
        return bounds

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def __contains__(self, event_id: object) -> bool:
        return event_id in self._by_id

    def get(self, event_id: str) -> Event | None:
        return self._by_id.get(event_id)

    def between(self, start_s: float, end_s: float) -> list[Event]:
        """Events that touch [start_s, end_s], in order of onset."""
        return [self.events[k] for k in self._intervals.touching(start_s, end_s)]

    def with_events(self, *events: Event) -> "EventList":
        """The list with these events added, or put in place of those with the same id."""
        return EventList(tuple({**self._by_id, **{e.id: e for e in events}}.values()))

    def not_in(self, other: "EventList") -> list[Event]:
        """The events whose id is not in the other list, in order of onset."""
        known = other._by_id
        return [event for event in self.events if event.id not in known]

    def where(self, chosen: NDArray[np.bool_]) -> "EventList":
        """The events that are chosen, shape (events,): a part of the list needs no sorting."""
        part = object.__new__(EventList)
        object.__setattr__(part, "events", tuple(compress(self.events, chosen.tolist())))
        if "bounds" in self.__dict__:
            bounds = self.bounds[chosen]
            bounds.flags.writeable = False
            part.__dict__["bounds"] = bounds
        return part

    def with_decided(self, events: Iterable[Event]) -> "EventList":
        """The list with these in place of those with the same id, at the same place and label.

        Nothing is sorted or compared, so that it takes a fraction of `with_events` for very many.
        """
        by_id = self._by_id | {event.id: event for event in events}
        changed = object.__new__(EventList)
        object.__setattr__(changed, "events", tuple(by_id.values()))
        changed.__dict__["_by_id"] = by_id
        if "bounds" in self.__dict__:
            changed.__dict__["bounds"] = self.bounds
        return changed

    def without(self, *event_ids: str) -> "EventList":
        removed = set(event_ids)
        return EventList(tuple(e for e in self.events if e.id not in removed))


@dataclass(frozen=True, slots=True)
class ReviewedSpan:
    """A span that the user has reviewed, for these labels (empty: for all)."""

    span: TimeSpan
    labels: tuple[str, ...] = ()
    reviewer: str = ""
    reviewed_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """What is known about a sound file without its samples.

    `recorded_at` is the clock time of the first sample where it is known; without a zone where the
    file states none (`audio.in_zone` adds one).
    """

    path: Path
    duration_s: float
    sample_rate_hz: int
    channels: int
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LabelledRecording:
    """A recording with its events, as formats write and read it."""

    recording: RecordingInfo
    events: EventList = EventList()
    reviewed: tuple[ReviewedSpan, ...] = ()
    model_sha256: str = ""
