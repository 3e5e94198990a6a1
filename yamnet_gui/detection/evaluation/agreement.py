"""Agreement of two reviewers: event-based, and Cohen's kappa of their yes or no.

Event-based agreement is F1 with one of the two as the reference, which is the same whichever it is
(Hripcsak and Rothschild 2005, Agreement, the F-measure, and reliability in information retrieval,
JAMIA 12, 296-298). Kappa (Cohen 1960) needs items that both judged: events that both decided on,
and events of one where the other reviewed the place and has none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from yamnet_gui.core.events import Event, ReviewedSpan, ReviewState

from .event_arrays import EventArrays
from .matching import matches
from .reviewed import is_decision

_OFFSET_SHARE = 0.2
_DRAWS = 2000
_FEWEST = 5


class Verdict(StrEnum):
    """What a reviewer says of an event."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Item:
    """An event that two reviewers judged; `event` is that of the first who has it.

    `bounds_differ`: both say yes, but not at the same place.
    """

    recording_id: str
    event: Event
    first: Verdict
    second: Verdict
    bounds_differ: bool = False

    @property
    def agreed(self) -> bool:
        return self.first is self.second and not self.bounds_differ


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """How far two reviewers agree about one class.

    `both`, `only_first`, `only_second`, `neither`: items by who says yes. `hits`: events of both at
    the same place, among all true ones that both could know, `first_true` and `second_true`.
    """

    label: str
    both: int = 0
    only_first: int = 0
    only_second: int = 0
    neither: int = 0
    hits: int = 0
    first_true: int = 0
    second_true: int = 0

    @property
    def items(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def event_agreement(self) -> float | None:
        """F1 of the one against the other; None without events."""
        events = self.first_true + self.second_true
        return 2 * self.hits / events if events else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa; None where chance alone would make both agree, or without items."""
        return _kappa(self.both, self.only_first, self.only_second, self.neither)

    @property
    def kappa_interval(self) -> tuple[float, float] | None:
        """The middle 90 % over draws of as many items with replacement; None with too few."""
        table = np.array([self.both, self.only_first, self.only_second, self.neither])
        if self.items < _FEWEST or self.kappa is None:
            return None
        drawn = np.random.default_rng(0).multinomial(self.items, table / self.items, _DRAWS)
        figures = [k for k in (_kappa(*row) for row in drawn.tolist()) if k is not None]
        low, high = np.quantile(figures, (0.05, 0.95)).tolist()
        return low, high


@dataclass(frozen=True, slots=True)
class Agreement:
    """By class, in order of name; all items, agreed or not; how many were marked uncertain."""

    classes: tuple[ClassAgreement, ...] = ()
    items: tuple[Item, ...] = ()
    uncertain: int = 0

    @property
    def disagreements(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.agreed)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one reviewer decided in one recording, and the spans that they reviewed."""

    events: Sequence[Event] = ()
    reviewed: Sequence[ReviewedSpan] = field(default=())


def agreement(recordings: Mapping[str, tuple[Judged, Judged]], collar_s: float = 0.5) -> Agreement:
    """How far two reviewers agree about recordings (by id) that both decided in.

    Events are the same where onsets lie within `collar_s` and offsets within it or a fifth of the
    length, as in `event_counts`; events of one id are the same item at whatever place.
    """
    items: list[Item] = []
    totals: dict[str, list[int]] = {}
    uncertain = 0
    for recording_id, sides in recordings.items():
        decided = [[e for e in side.events if is_decision(e)] for side in sides]
        doubts = [{_key(e) for e in some if e.state is ReviewState.UNCERTAIN} for some in decided]
        uncertain += len(doubts[0] | doubts[1])
        here: list[Item] = []
        for label in sorted({e.label for some in decided for e in some}):
            first, second = (
                [e for e in some if e.label == label and _key(e) not in doubts[0] | doubts[1]]
                for some in decided
            )
            found, true = _label_items(recording_id, label, first, second, sides, collar_s)
            here += found
            row = totals.setdefault(label, [0, 0, 0])
            totals[label] = [a + b for a, b in zip(row, true, strict=True)]
        items += sorted(here, key=lambda i: (i.event.onset_s, i.event.offset_s, i.event.id))
    classes = []
    for label in sorted(totals, key=lambda name: (name.casefold(), name)):
        mine = [i for i in items if i.event.label == label]
        cells = [
            sum(i.first is a and i.second is b for i in mine)
            for a, b in (
                (Verdict.YES, Verdict.YES), (Verdict.YES, Verdict.NO),
                (Verdict.NO, Verdict.YES), (Verdict.NO, Verdict.NO),
            )
        ]  # fmt: skip
        if mine:
            classes.append(ClassAgreement(label, *cells, *totals[label]))
    return Agreement(tuple(classes), tuple(items), uncertain)


def _label_items(
    recording_id: str,
    label: str,
    first: Sequence[Event],
    second: Sequence[Event],
    sides: tuple[Judged, Judged],
    collar_s: float,
) -> tuple[list[Item], tuple[int, int, int]]:
    """The items of a class, and hits and true events of either side among them."""
    pairs = _pairs(first, second, collar_s)
    near = {(a.id, b.id) for a, b in _near(first, second, collar_s)}
    items = [
        Item(
            recording_id, a, _verdict(a), _verdict(b),
            _true(a) and _true(b) and (a.id, b.id) not in near,
        )
        for a, b in pairs
    ]  # fmt: skip
    paired_a, paired_b = {a.id for a, _ in pairs}, {b.id for _, b in pairs}
    for event in first:
        if event.id not in paired_a and _reviewed(event, label, sides[1].reviewed):
            items.append(Item(recording_id, event, _verdict(event), Verdict.NO))
    for event in second:
        if event.id not in paired_b and _reviewed(event, label, sides[0].reviewed):
            items.append(Item(recording_id, event, Verdict.NO, _verdict(event)))
    yes = Verdict.YES
    hits = sum(i.first is yes and i.second is yes and not i.bounds_differ for i in items)
    return items, (hits, sum(i.first is yes for i in items), sum(i.second is yes for i in items))


def _pairs(
    first: Sequence[Event], second: Sequence[Event], collar_s: float
) -> list[tuple[Event, Event]]:
    by_id = {event.id: event for event in second}
    pairs = [(event, by_id[event.id]) for event in first if event.id in by_id]
    taken = {a.id for a, _ in pairs}
    rest_a = [e for e in first if e.id not in taken]
    rest_b = [e for e in second if e.id not in taken]
    return pairs + _near(rest_a, rest_b, collar_s)


def _near(
    first: Sequence[Event], second: Sequence[Event], collar_s: float
) -> list[tuple[Event, Event]]:
    """Events at the same place, each paired once."""
    a, b = sorted(first, key=_bounds), sorted(second, key=_bounds)
    rows, columns = matches(_arrays(a), _arrays(b), collar_s, _OFFSET_SHARE)
    return [(a[i], b[j]) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)]


def _arrays(events: Iterable[Event]) -> EventArrays:
    some = list(events)
    return EventArrays.of((e.onset_s for e in some), (e.offset_s for e in some))


def _bounds(event: Event) -> tuple[float, float]:
    return event.onset_s, event.offset_s


def _key(event: Event) -> tuple[str, str]:
    return event.id, event.label


def _true(event: Event) -> bool:
    return event.state is not ReviewState.REJECTED


def _verdict(event: Event) -> Verdict:
    return Verdict.YES if _true(event) else Verdict.NO


def _reviewed(event: Event, label: str, spans: Iterable[ReviewedSpan]) -> bool:
    centre_s = event.span.centre_s
    return any(s.span.contains(centre_s) and (not s.labels or label in s.labels) for s in spans)


def _kappa(both: int, only_first: int, only_second: int, neither: int) -> float | None:
    count = both + only_first + only_second + neither
    if not count:
        return None
    seen = (both + neither) / count
    first, second = (both + only_first) / count, (both + only_second) / count
    chance = first * second + (1 - first) * (1 - second)
    return (seen - chance) / (1 - chance) if chance < 1 else None
