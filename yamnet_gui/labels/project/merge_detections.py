"""Fresh detections beside what people decided."""

from collections.abc import Iterable, Iterator

from yamnet_gui.core.events import Event

_SAME = 0.5
"""Share of the shorter span that two events of one class must have in common to be one."""


def derived(
    present: Iterable[Event], deleted: Iterable[Event], fresh: Iterable[Event]
) -> Iterator[Event]:
    """Touched events as they are, then those fresh ones that none of them stands for.

    A fresh detection is left out where it has the id of a touched or deleted event, or covers
    more than half of one (or is covered) under the label that it has or first had, on the same
    channel: rules that move an edge must not bring back what a person has dealt with.
    """
    kept = [event for event in present if event.touched]
    dealt = [*kept, *deleted]
    ids = {event.id for event in dealt}
    spans: dict[tuple[str, int | None], list[tuple[float, float]]] = {}
    for event in dealt:
        spans.setdefault((event.label, event.channel), []).append((event.onset_s, event.offset_s))
        if event.original is not None:
            first = event.original
            key = (first.label, event.channel)
            spans.setdefault(key, []).append((first.onset_s, first.offset_s))
    yield from kept
    for event in fresh:
        there = spans.get((event.label, event.channel), ())
        if event.id not in ids and not any(_same(event, *span) for span in there):
            ids.add(event.id)
            yield event


def _same(event: Event, onset_s: float, offset_s: float) -> bool:
    common = min(event.offset_s, offset_s) - max(event.onset_s, onset_s)
    shorter = min(event.duration_s, offset_s - onset_s)
    return common > _SAME * shorter if shorter > 0 else common >= 0
