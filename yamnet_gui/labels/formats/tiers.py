"""Tiers of Praat and ELAN: events are spread over them so that nothing overlaps, and read back.

A tier has the name that an event's note gives it (where it was read from one), else its label.
"""

import bisect
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from yamnet_gui.core.events import Event

from .notes import TIER, noted, property_of

Span = tuple[float, float, str]
_NUMBERED = re.compile(r"(?P<name>.+?)(?P<points> \(points\))?( \(\d+\))?", re.DOTALL)


@dataclass
class Tier:
    """Spans (start, end, label) of one tier in order of time, none overlapping the next."""

    name: str
    points: bool
    spans: list[Span] = field(default_factory=list)


def tier_note(tier: str, label: str, names: Collection[str] = ()) -> str:
    """The note of an event that was read from this tier; empty where its label says it all.

    `names`: of all tiers of the file, to know the tier that this one was split from.
    """
    if re.fullmatch(rf"{re.escape(label)}( \(points\))?( \(\d+\))?", tier):
        return ""
    match = _NUMBERED.fullmatch(tier)
    return noted([(TIER, match["name"] if match and match["name"] in names else tier)])


def fit_tier(event: Event, clean: Callable[[str], str]) -> Event:
    """The event with nothing in its note but its tier, cleaned like the labels of the format."""
    if not event.note:
        return event
    tier = property_of(event.note, TIER)
    return replace(event, note=tier_note(clean(tier), clean(event.label)) if tier else "")


def spread(events: Iterable[tuple[Span, str]], *, points_apart: bool = False) -> list[Tier]:
    """Tiers for spans and the tiers that they were read from, "" for one of their label's name.

    One per name, and more where it overlaps itself; names are all different. With `points_apart`,
    spans without length get tiers of their own.
    """
    groups: defaultdict[tuple[str, bool], list[list[Span]]] = defaultdict(list)
    ends: defaultdict[tuple[str, bool], list[tuple[float, int]]] = defaultdict(list)
    given = set()
    for span, tier in sorted(events):
        point = points_apart and span[0] == span[1]
        key = (tier or span[2], point)
        if tier:
            given.add(key)
        free = ends[key]  # (end of its last span, tier), so the first is free the longest
        if free and (free[0][0] < span[0] if point else free[0][0] <= span[0]):
            _, k = free.pop(0)
        else:
            k = len(groups[key])
            groups[key].append([])
        groups[key][k].append(span)
        bisect.insort(free, (span[1], k))
    taken: dict[str, int] = {}
    tiers = []
    for (name, point), lists in sorted(groups.items()):
        apart = point and ((name, point) not in given or (name, False) in groups)
        for spans_of_tier in lists:
            free_name = _free_name(f"{name} (points)" if apart else name, taken)
            tiers.append(Tier(free_name, point, spans_of_tier))
    return tiers


def _free_name(wanted: str, taken: dict[str, int]) -> str:
    """The name with a number behind it where it is taken; `taken` holds the last number of each."""
    name, n = wanted, taken.get(wanted, 0)
    while n and name in taken:
        n += 1
        name = f"{wanted} ({n})"
    taken[wanted] = max(n, 1)
    taken.setdefault(name, 1)
    return name
