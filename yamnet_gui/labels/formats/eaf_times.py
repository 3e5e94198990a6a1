"""Which times ELAN's annotations have: their own, shared out, or those of their parents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation: between two time slots, or about another annotation (`parent`).

    `previous` is the one before it, where several share the time of their parent.
    """

    identity: str
    tier: str
    value: str
    slots: tuple[str, str] | None = None
    parent: str = ""
    previous: str = ""


def spans(
    annotations: Sequence[Annotation],
    slots: Mapping[str, float | None],
    parents: Mapping[str, str],
) -> dict[int, Span]:
    """Position of each annotation that has a time → its span in seconds.

    `slots`: seconds of each time slot, None where ELAN left it open: such slots lie evenly between
    those that have a time. `parents`: tier → the tier above it; those above come first, as they
    give their times to those below.
    """
    times = dict(slots)
    by_tier: defaultdict[str, list[int]] = defaultdict(list)
    for k, annotation in enumerate(annotations):
        by_tier[annotation.tier].append(k)
    result: dict[int, Span] = {}
    by_id: dict[str, Span] = {}
    for tier in sorted(by_tier, key=lambda name: _depth(name, parents)):
        rows = by_tier[tier]
        _share_slots([annotations[k].slots for k in rows], times)
        found: dict[int, Span] = {}
        children: defaultdict[str, list[int]] = defaultdict(list)
        for k in rows:
            own = annotations[k].slots
            if own is None:
                children[annotations[k].parent].append(k)
                continue
            start, end = times.get(own[0]), times.get(own[1])
            if start is not None and end is not None:
                found[k] = (start, end)
        for parent, siblings in children.items():
            if parent in by_id:
                found |= _shared(by_id[parent], _in_order(siblings, annotations))
        result |= found
        by_id |= {annotations[k].identity: span for k, span in found.items()}
    return result


def _depth(tier: str, parents: Mapping[str, str]) -> int:
    depth = 0
    while tier in parents and depth <= len(parents):  # not for ever where tiers go in a circle
        tier, depth = parents[tier], depth + 1
    return depth


def _share_slots(pairs: Iterable[tuple[str, str] | None], times: dict[str, float | None]) -> None:
    """Gives open slots a time: evenly along each chain of annotations between two known times."""
    after = dict(pair for pair in pairs if pair is not None)
    for begin in list(after):
        if times.get(begin) is None:
            continue
        chain = [begin]
        while (slot := after.get(chain[-1])) is not None and len(chain) <= len(after):
            chain.append(slot)
            if times.get(slot) is not None:
                break
        start, end = times[begin], times.get(chain[-1])
        if start is None or end is None or len(chain) < 3:
            continue
        for n, slot in enumerate(chain[1:-1], start=1):
            times[slot] = round(start + (end - start) * n / (len(chain) - 1), 6)


def _in_order(rows: Sequence[int], annotations: Sequence[Annotation]) -> list[int]:
    """The annotations of one parent as their links say, else as they stand in the file."""
    after = {annotations[k].previous: k for k in rows if annotations[k].previous}
    first = next((k for k in rows if not annotations[k].previous), None)
    ordered: list[int] = []
    while first is not None and len(ordered) < len(rows):
        ordered.append(first)
        first = after.get(annotations[first].identity)
    return ordered if len(ordered) == len(rows) else list(rows)


def _shared(span: Span, rows: Sequence[int]) -> dict[int, Span]:
    start, end = span
    edges = [round(start + (end - start) * n / len(rows), 6) for n in range(len(rows) + 1)]
    return {k: (edges[n], edges[n + 1]) for n, k in enumerate(rows)}
