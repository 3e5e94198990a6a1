"""Units to review, in strata of about equal score, and how many reviews each stratum gets.

A unit is a candidate of the rules (detected, or too weak for it) or a segment of the time in which
there is no candidate, so that units cover all that was recorded, whatever the threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST = 5
"""Reviews that every stratum needs (or all of its units) before anything can be estimated."""
_BINS = 64
_DETECTED, _MISSED = 3, 3  # strata at most

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Units with scores from `low` up to, not including, `high`; all detected, or none."""

    low: float
    high: float
    detected: bool


def strata_of(scores: ArrayLike, detected: ArrayLike) -> tuple[Stratum, ...]:
    """Strata for units of these scores, detected ones first; each holds at least one.

    Borders follow the cumulative square root of the frequencies of the scores' logits (Dalenius and
    Hodges 1959, cited after Cochran, Sampling Techniques, 1977, section 5A.7).
    """
    values, found = np.asarray(scores, float), np.asarray(detected, bool)
    strata: list[Stratum] = []
    for side, most in ((True, _DETECTED), (False, _MISSED)):
        inside = values[found == side]
        if len(inside) == 0:
            continue
        borders = [0.0, *_borders(inside, most), np.inf]
        parts = [Stratum(float(low), float(high), side) for low, high in pairwise(borders)]
        strata += [s for s in parts if ((inside >= s.low) & (inside < s.high)).any()]
    return tuple(strata)


def stratum_of(strata: Sequence[Stratum], scores: ArrayLike, detected: ArrayLike) -> Ints:
    """The place of each unit's stratum, int64 (n,); -1 where a unit lies in none."""
    values, found = np.asarray(scores, float), np.asarray(detected, bool)
    places = np.full(len(values), -1, np.int64)
    for place, stratum in enumerate(strata):
        inside = (values >= stratum.low) & (values < stratum.high) & (found == stratum.detected)
        places[inside] = place
    return places


def first_allocation(sizes: ArrayLike, reviews: int) -> Ints:
    """How many units of each stratum to review first, while nothing is known of them.

    Half alike, half by the square root of the size, at least `FEWEST`, never more than there are.
    """
    size = np.asarray(sizes, np.int64)
    return _filled(size, np.zeros(len(size), np.int64), _plain_weights(size), reviews)


def allocation(sizes: ArrayLike, reviewed: ArrayLike, right: ArrayLike, more: int) -> Ints:
    """How many more units of each stratum to review, in addition to those that were.

    Half goes where it narrows the interval most (Neyman 1934: by size times standard deviation),
    half as in `first_allocation`, so that a stratum where nothing was seen yet is not given up.
    """
    size = np.asarray(sizes, np.int64)
    done, hits = np.asarray(reviewed, np.int64), np.asarray(right, np.int64)
    share = (hits + 0.5) / (done + 1)
    spread = size * np.sqrt(share * (1 - share))
    best = spread / max(float(spread.sum()), 1e-12)
    return _filled(size, done, (best + _plain_weights(size)) / 2, more)


def _plain_weights(size: Ints) -> NDArray[np.float64]:
    root = np.sqrt(size)
    return (1 / max(len(size), 1) + root / max(float(root.sum()), 1e-12)) / 2


def _filled(size: Ints, done: Ints, weights: NDArray[np.float64], more: int) -> Ints:
    """`more` units spread so that done and added together come close to the weights.

    Strata short of `FEWEST` come first; none gets more than it has.
    """
    added = np.maximum(np.minimum(size, FEWEST) - done, 0)
    left = more - int(added.sum())
    total = int(done.sum()) + more
    lacking = np.clip(weights * total - done - added, 0, size - done - added)
    if left > 0 and lacking.sum() > 0:
        step = np.minimum(np.floor(lacking * min(1.0, left / lacking.sum())), size - done - added)
        added = added + step.astype(np.int64)
        left = more - int(added.sum())
    for place in np.argsort(-(weights * total - done - added), kind="stable"):
        room = int(size[place] - done[place] - added[place])
        take = min(max(left, 0), room, 1 if left <= len(size) else room)
        added[place] += take
        left -= take
    for place in np.argsort(-weights, kind="stable"):  # what strata that are used up leave over
        take = min(max(left, 0), int(size[place] - done[place] - added[place]))
        added[place] += take
        left -= take
    return added


def _borders(values: NDArray[np.float64], most: int) -> list[float]:
    clipped = np.clip(values, 1e-6, 1 - 1e-6)
    logit = np.log(clipped / (1 - clipped))
    counts, edges = np.histogram(logit, _BINS)
    reach = np.cumsum(np.sqrt(counts))
    cuts = np.interp(reach[-1] * np.arange(1, most) / most, reach, edges[1:])
    return sorted({float(x) for x in 1 / (1 + np.exp(-cuts))})
