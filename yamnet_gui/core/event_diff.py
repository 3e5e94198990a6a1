"""Differences between two lists of events: what other rules would change in a recording."""

from dataclasses import dataclass

from .events import Event, EventList
from .text import grouped


@dataclass(frozen=True, slots=True)
class EventDiff:
    """What the user would see: events that appear, that vanish, and (before, after) pairs."""

    appear: tuple[Event, ...] = ()
    vanish: tuple[Event, ...] = ()
    change: tuple[tuple[Event, Event], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.appear or self.vanish or self.change)


def changes_in_words(appear: int, vanish: int, change: int) -> str:
    """How many events appear, vanish and change, as text."""
    parts = (
        f"{grouped(appear)} appear" if appear else "",
        f"{grouped(vanish)} vanish" if vanish else "",
        f"{grouped(change)} change" if change else "",
    )
    return ", ".join(part for part in parts if part) or "nothing changes"


def diff_events(before: EventList, after: EventList) -> EventDiff:
    """What appears, vanishes and changes from one list to another.

    Events are paired by id, then by the same label and channel with the greatest overlap; a pair
    counts as a change where label or bounds differ. Any overlap will do (see
    `matching.same_sound` for a stricter rule): an event that a rule makes many times longer is
    shown as changed.
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
    paired_old: set[str] = set()
    paired_new: set[str] = set()
    for _, old_id, new_id in candidates:
        if old_id not in paired_old and new_id not in paired_new:
            paired_old.add(old_id)
            paired_new.add(new_id)
            old, new = before.get(old_id), after.get(new_id)
            assert old is not None
            assert new is not None
            pairs.append((old, new))
    return EventDiff(
        appear=tuple(e for e in appeared if e.id not in paired_new),
        vanish=tuple(e for e in vanished if e.id not in paired_old),
        change=tuple((o, n) for o, n in pairs if _differs(o, n)),
    )


def _differs(old: Event, new: Event) -> bool:
    moved = max(abs(old.onset_s - new.onset_s), abs(old.offset_s - new.offset_s)) > 1e-6
    return moved or old.label != new.label


def _shared(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
