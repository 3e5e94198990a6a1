"""The single events that went wrong, to be looked at one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .event_arrays import NO_SPANS, EventArrays, Pair
from .matching import matches


class MistakeKind(StrEnum):
    """What is wrong with an event."""

    MISSED = "missed"
    """It is there and was not found."""
    FALSE = "false"
    """It was found and is not there."""
    CONFUSED = "confused"
    """Something else was found in its place."""
    EDGES = "edges"
    """It was found, but begins or ends too far off."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One event of the truth (`missed`, `confused`, `edges`) or of what was found (`false`).

    `pair` is the place of its recording. Labels are "" where there is none. Times are those of the
    true event, or of the found one where it is false; `off_s` is the larger error of its edges.
    """

    kind: MistakeKind
    pair: int
    truth: str
    found: str
    onset_s: float
    offset_s: float
    score: float | None = None
    off_s: float = 0.0


def mistakes(
    pairs: Sequence[Pair], collar_s: float = 0.5, offset_share: float = 0.2
) -> list[Mistake]:
    """Every event that does not count as right, by recording and onset.

    A false event belongs to the true one of another label that lost most to it, where it covers at
    least half of the shorter one.
    """
    result = []
    for number, pair in enumerate(pairs):
        missed, false = _unpaired(pair, collar_s, offset_share)
        result += _of_pair(number, missed, false)
    return sorted(result, key=lambda m: (m.pair, m.onset_s, m.offset_s, m.truth, m.found))


Left = list[tuple[str, float, float, float]]
"""Label, onset, offset and score of events without a partner."""


def _unpaired(pair: Pair, collar_s: float, offset_share: float) -> tuple[Left, Left]:
    missed: Left = []
    false: Left = []
    for label in sorted({*pair.truth, *pair.found}):
        truth, found = pair.truth.get(label, NO_SPANS), pair.found.get(label, NO_SPANS)
        right, used = matches(truth, found, collar_s, offset_share)
        missed += _rows(label, truth, right)
        false += _rows(label, found, used)
    return missed, false


def _rows(label: str, spans: EventArrays, paired: NDArray[np.intp]) -> Left:
    left = np.setdiff1d(np.arange(len(spans)), paired)
    columns = (spans.onset_s[left], spans.offset_s[left], spans.score[left])
    return [(label, *row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def _of_pair(number: int, missed: Left, false: Left) -> list[Mistake]:
    partner = _partners(missed, false)
    explained = set(partner.values())
    result = []
    for place, (label, onset, offset, _) in enumerate(missed):
        other = partner.get(place)
        if other is None:
            result.append(Mistake(MistakeKind.MISSED, number, label, "", onset, offset))
            continue
        name, start, end, score = false[other]
        kind = MistakeKind.EDGES if name == label else MistakeKind.CONFUSED
        off = max(abs(start - onset), abs(end - offset))
        result.append(Mistake(kind, number, label, name, onset, offset, score, off))
    for place, (label, onset, offset, score) in enumerate(false):
        if place not in explained:
            result.append(Mistake(MistakeKind.FALSE, number, "", label, onset, offset, score))
    return result


def _partners(missed: Left, false: Left) -> dict[int, int]:
    """For missed events the false one that took their place; its own label first, each once."""
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
