"""The events in which reference and estimate differ, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .event_arrays import NO_SPANS, EventArrays, Pair
from .matching import matches


class MismatchKind(StrEnum):
    """What is wrong with an event."""

    MISSED = "missed"
    """In the reference, but not detected."""
    FALSE = "false"
    """Detected, but not in the reference."""
    CONFUSED = "confused"
    """Detected under another label."""
    EDGES = "edges"
    """Detected, but onset or offset is off by more than the collar."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A reference event (`missed`, `confused`, `edges`) or estimated one (`false`) without a match.

    `pair` is the position of its recording. Labels are "" where there is none. Times are those of
    the reference event, or of the estimated one where it is false, in seconds; `off_s` is the
    larger error of its edges.
    """

    kind: MismatchKind
    pair: int
    reference: str
    estimated: str
    onset_s: float
    offset_s: float
    score: float | None = None
    off_s: float = 0.0


def mismatches(
    pairs: Sequence[Pair], collar_s: float = 0.5, offset_share: float = 0.2
) -> list[Mismatch]:
    """All unmatched events, by recording and onset.

    A false event explains the reference event of another label that it overlaps most, where it
    covers at least half of the shorter one.
    """
    result = []
    for number, pair in enumerate(pairs):
        missed, false = _unpaired(pair, collar_s, offset_share)
        result += _of_pair(number, missed, false)
    return sorted(result, key=lambda m: (m.pair, m.onset_s, m.offset_s, m.reference, m.estimated))


Left = list[tuple[str, float, float, float]]
"""Label, onset, offset and score of events without a partner."""


def _unpaired(pair: Pair, collar_s: float, offset_share: float) -> tuple[Left, Left]:
    missed: Left = []
    false: Left = []
    for label in sorted({*pair.reference, *pair.estimated}):
        reference, estimated = (
            pair.reference.get(label, NO_SPANS),
            pair.estimated.get(label, NO_SPANS),
        )
        right, used = matches(reference, estimated, collar_s, offset_share)
        missed += _rows(label, reference, right)
        false += _rows(label, estimated, used)
    return missed, false


def _rows(label: str, spans: EventArrays, paired: NDArray[np.intp]) -> Left:
    left = np.setdiff1d(np.arange(len(spans)), paired)
    columns = (spans.onset_s[left], spans.offset_s[left], spans.score[left])
    return [(label, *row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def _of_pair(number: int, missed: Left, false: Left) -> list[Mismatch]:
    partner = _partners(missed, false)
    explained = set(partner.values())
    result = []
    for place, (label, onset, offset, _) in enumerate(missed):
        other = partner.get(place)
        if other is None:
            result.append(Mismatch(MismatchKind.MISSED, number, label, "", onset, offset))
            continue
        name, start, end, score = false[other]
        kind = MismatchKind.EDGES if name == label else MismatchKind.CONFUSED
        off = max(abs(start - onset), abs(end - offset))
        result.append(Mismatch(kind, number, label, name, onset, offset, score, off))
    for place, (label, onset, offset, score) in enumerate(false):
        if place not in explained:
            result.append(Mismatch(MismatchKind.FALSE, number, "", label, onset, offset, score))
    return result


def _partners(missed: Left, false: Left) -> dict[int, int]:
    """For missed events the false alarm in their place; its own label first, each once."""
    if not missed or not false:
        return {}
    _, *true_times = zip(*missed, strict=True)
    _, *false_times = zip(*false, strict=True)
    onset, offset, _ = (np.array(t) for t in true_times)
    start, end, _ = (np.array(t) for t in false_times)
    shared = np.minimum(offset[:, None], end) - np.maximum(onset[:, None], start)
    shorter = np.minimum((offset - onset)[:, None], end - start)
    same = np.array([m[0] for m in missed])[:, None] == np.array([f[0] for f in false])
    least = np.where(same, 0.0, 0.5 * shorter)
    rows, columns = np.nonzero((shared > 0) & (shared >= least))
    order = np.lexsort((columns, rows, -shared[rows, columns], ~same[rows, columns]))
    result: dict[int, int] = {}
    used: set[int] = set()
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row not in result and column not in used:
            result[row] = column
            used.add(column)
    return result
