"""Spreads events over tiers in which nothing overlaps, as Praat and ELAN demand."""

import bisect
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Tier:
    """Spans (start, end, label) of one label in order of time, none overlapping the next."""

    name: str
    points: bool
    spans: list[tuple[float, float, str]] = field(default_factory=list)


def spread(spans: Iterable[tuple[float, float, str]], *, points_apart: bool = False) -> list[Tier]:
    """One tier per label, and more where a label overlaps itself; names are all different.

    With `points_apart`, spans without length get tiers of their own.
    """
    groups: defaultdict[tuple[str, bool], list[list[tuple[float, float, str]]]] = defaultdict(list)
    ends: defaultdict[tuple[str, bool], list[tuple[float, int]]] = defaultdict(list)
    for span in sorted(spans):
        point = points_apart and span[0] == span[1]
        key = (span[2], point)
        free = ends[key]  # (end of its last span, tier), so the first is free the longest
        if free and (free[0][0] < span[0] if point else free[0][0] <= span[0]):
            _, k = free.pop(0)
        else:
            k = len(groups[key])
            groups[key].append([])
        groups[key][k].append(span)
        bisect.insort(free, (span[1], k))
    taken: set[str] = set()
    tiers = []
    for (label, point), lists in sorted(groups.items()):
        for spans_of_tier in lists:
            name = _free_name(f"{label} (points)" if point else label, taken)
            tiers.append(Tier(name, point, spans_of_tier))
    return tiers


def _free_name(wanted: str, taken: set[str]) -> str:
    name, n = wanted, 1
    while name in taken:
        n += 1
        name = f"{wanted} ({n})"
    taken.add(name)
    return name
