"""When two events are the same sound, and which detections appear alongside the user's events.

The one place for both rules: the window, the project, applying rules to all recordings and
importing tables call them here.
"""

import bisect
from collections.abc import Iterable, Iterator

from .events import Event, EventList, EventSource

_COVERED = 0.5
"""The part of each of two spans that the other must cover for both to be the same sound."""

_ROUNDING_S = 1e-9
_Span = tuple[float, float]


def same_sound(a: Event, b: Event) -> bool:
    """Whether two events stand for the same sound: same label and channel, spans that match.

    Each must cover at least half of the other. An event that lies inside a much longer one is
    therefore another sound, and so is one that begins where the other is half over.
    """
    return (
        a.label == b.label
        and a.channel == b.channel
        and _spans_match((a.onset_s, a.offset_s), (b.onset_s, b.offset_s))
    )


def onsets_of_same_sound(event: Event) -> _Span:
    """Between which onsets (in seconds) all events lie that are the same sound.

    A span that matches is at most twice as long and holds half of it, so at most one length of the
    event lies before it; and at most half of the event lies before the other span.
    """
    length_s = event.offset_s - event.onset_s
    return (
        event.onset_s - length_s - 2 * _ROUNDING_S,
        event.onset_s + length_s / 2 + 2 * _ROUNDING_S,
    )


class FreeEvents:
    """Events that are each paired once, by label and in order of onset.

    However many of them are at one place, those that were taken are passed over at once.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._by_id = {event.id: event for event in events}
        self._by_label: dict[str, list[Event]] = {}
        for event in sorted(self._by_id.values(), key=lambda e: e.onset_s):
            self._by_label.setdefault(event.label, []).append(event)
        self._onsets = {
            label: [e.onset_s for e in entries] for label, entries in self._by_label.items()
        }
        self._next = {label: list(range(len(e) + 1)) for label, e in self._by_label.items()}
        self._places = {
            e.id: k for entries in self._by_label.values() for k, e in enumerate(entries)
        }

    def get(self, event_id: str) -> Event | None:
        """The event of this id, if it is free."""
        return self._by_id.get(event_id)

    def take(self, event: Event) -> None:
        """The event is no longer free."""
        del self._by_id[event.id]
        place = self._places[event.id]
        self._next[event.label][place] = place + 1

    def between(self, label: str, earliest_s: float, latest_s: float) -> Iterator[Event]:
        """Free events of this label whose onset lies within these bounds."""
        entries = self._by_label.get(label)
        if entries is None:
            return
        following = self._next[label]
        place = _first_free(following, bisect.bisect_left(self._onsets[label], earliest_s))
        while place < len(entries) and entries[place].onset_s <= latest_s:
            yield entries[place]
            place = _first_free(following, place + 1)


def _first_free(following: list[int], place: int) -> int:
    """The first free place from this one on; the way there is made shorter for the next time."""
    end = place
    while following[end] != end:
        end = following[end]
    while following[place] != end:
        following[place], place = end, following[place]
    return end


def merge_detections(
    detections: Iterable[Event], present: Iterable[Event], deleted: Iterable[Event] = ()
) -> EventList:
    """The events of a recording: what the user touched, and the other detections.

    `present` are the events that are stored, `deleted` those that were taken out. Touched events
    stay exactly as they are; untouched ones give way to `detections`. A detection is left out where
    it has the id of, or is the same sound as,

    * a touched event, with the label and span that it has or that it was first detected with;
    * a deleted detection, as it was first detected. An event that the user drew and deleted stands
      for nothing.
    """
    stored = list(present)
    touched = [event for event in stored if event.touched]
    ids = {event.id for event in stored}
    removed = [e for e in deleted if e.source is not EventSource.DRAWN and e.id not in ids]
    if not touched and not removed:
        if isinstance(detections, EventList):
            return detections  # most recordings: nothing to compare
        return EventList.of(_unique(detections))
    settled = {event.id for event in (*touched, *removed)}
    new = [d for d in _unique(detections) if d.id not in settled]
    if new:  # not where everything was decided
        sounds = _Sounds(touched, first_of=[*touched, *removed])
        new = [d for d in new if not sounds.match(d)]
    return EventList.of([*touched, *new])


def with_held(detections: EventList, held: Iterable[Event]) -> EventList:
    """The detections with `held` in place of those of their ids and of the same sounds."""
    stay = list(held)
    if not stay:
        return detections
    ids, sounds = {event.id for event in stay}, _Sounds(stay, first_of=())
    return EventList.of(
        [*stay, *(d for d in detections if d.id not in ids and not sounds.match(d))]
    )


def _unique(events: Iterable[Event]) -> Iterable[Event]:
    """The first event of each id."""
    return {event.id: event for event in reversed(list(events))}.values()


class _Sounds:
    """Spans by label and channel, in order, so that only those near a detection are looked at."""

    def __init__(self, events: Iterable[Event], first_of: Iterable[Event]) -> None:
        """Of `events` as they are, and of `first_of` as they were first detected."""
        spans: dict[tuple[str, int | None], set[_Span]] = {}
        for event in events:
            key = (event.label, event.channel)
            spans.setdefault(key, set()).add((event.onset_s, event.offset_s))
        for event in first_of:
            first = event.original or event
            key = (first.label, event.channel)
            spans.setdefault(key, set()).add((first.onset_s, first.offset_s))
        self._spans = {key: sorted(entries) for key, entries in spans.items()}

    def match(self, event: Event) -> bool:
        """Whether one of the spans is the same sound."""
        spans = self._spans.get((event.label, event.channel))
        if not spans:
            return False
        wanted = (event.onset_s, event.offset_s)
        earliest_s, latest_s = onsets_of_same_sound(event)
        place = bisect.bisect_left(spans, (earliest_s, earliest_s))
        while place < len(spans) and spans[place][0] <= latest_s:
            if _spans_match(wanted, spans[place]):
                return True
            place += 1
        return False


def _spans_match(a: _Span, b: _Span) -> bool:
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared >= _COVERED * max(a[1] - a[0], b[1] - b[0]) - _ROUNDING_S
