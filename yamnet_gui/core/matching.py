"""Fresh detections beside the events of a person, and what a change of rules would do."""

import bisect
from collections.abc import Iterable
from dataclasses import dataclass

from .events import Event, EventList, Original

_SAME = 0.3  # intersection over union from which two events of a label are the same sound


@dataclass(frozen=True, slots=True)
class EventDiff:
    """What a person would see: events that appear, that vanish, and (before, after) pairs."""

    appear: tuple[Event, ...] = ()
    vanish: tuple[Event, ...] = ()
    change: tuple[tuple[Event, Event], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.appear or self.vanish or self.change)


def merge_detections(detections: EventList, existing: EventList) -> EventList:
    """Fresh detections in place of the old ones; touched events stay exactly as they are.

    A detection that is the same sound as a touched event is not added again: it has its id, or
    overlaps it (as it is, or as it was first detected) under the same label and channel by an
    intersection over union of at least 0.3 or with the larger part of either.
    """
    touched = [event for event in existing if event.touched]
    taken = {event.id for event in touched}
    spans: dict[tuple[str, int | None], set[tuple[float, float]]] = {}
    for event in touched:
        first = event.original or Original(event.label, event.onset_s, event.offset_s)
        for said in (event, first):
            key = (said.label, event.channel)
            spans.setdefault(key, set()).add((said.onset_s, said.offset_s))
    places = {key: _Places(found) for key, found in spans.items()}
    nowhere = _Places(())
    fresh = (
        d
        for d in detections
        if d.id not in taken
        and not places.get((d.label, d.channel), nowhere).hold((d.onset_s, d.offset_s))
    )
    return EventList.of([*touched, *fresh])


class _Places:
    """Spans of one label in order, so that only those near a detection are looked at."""

    def __init__(self, spans: Iterable[tuple[float, float]]) -> None:
        self._spans = sorted(spans)
        self._onsets = [onset for onset, _ in self._spans]
        self._longest = max((offset - onset for onset, offset in self._spans), default=0.0)

    def hold(self, span: tuple[float, float]) -> bool:
        """Whether one of the spans is the same sound."""
        first = bisect.bisect_left(self._onsets, span[0] - self._longest)
        last = bisect.bisect_right(self._onsets, span[1])
        return any(_same_sound(span, place) for place in self._spans[first:last])


def compare(before: EventList, after: EventList) -> EventDiff:
    """What appears, vanishes and changes from one list to another.

    Events are paired by id, then by the same label and channel with the greatest overlap; a pair
    counts as a change where label or bounds differ.
    """
    pairs = [(old, new) for old in before if (new := after.get(old.id)) is not None]
    vanished = [event for event in before if event.id not in after]
    appeared = [event for event in after if event.id not in before]
    waiting = EventList.of(appeared)
    candidates = sorted(
        (
            (-_shared((o.onset_s, o.offset_s), (n.onset_s, n.offset_s)), o.id, n.id)
            for o in vanished
            for n in waiting.between(o.onset_s, o.offset_s)
            if n.label == o.label and n.channel == o.channel and n.span.overlaps(o.span)
        ),
    )
    gone: set[str] = set()
    come: set[str] = set()
    for _, old_id, new_id in candidates:
        if old_id not in gone and new_id not in come:
            gone.add(old_id)
            come.add(new_id)
            old, new = before.get(old_id), after.get(new_id)
            assert old is not None
            assert new is not None
            pairs.append((old, new))
    return EventDiff(
        appear=tuple(e for e in appeared if e.id not in come),
        vanish=tuple(e for e in vanished if e.id not in gone),
        change=tuple((o, n) for o, n in pairs if _differs(o, n)),
    )


def _differs(old: Event, new: Event) -> bool:
    moved = max(abs(old.onset_s - new.onset_s), abs(old.offset_s - new.offset_s)) > 1e-6
    return moved or old.label != new.label


def _shared(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))


def _same_sound(a: tuple[float, float], b: tuple[float, float]) -> bool:
    shared = _shared(a, b)
    if shared <= 0:
        return False
    lengths = a[1] - a[0], b[1] - b[0]
    union = sum(lengths) - shared
    return shared >= _SAME * union or shared > min(lengths) / 2
