"""Which frames to label next, and when it is enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.statistics import Interval, wilson_interval
from yamnet_gui.core.text import grouped, percent

from .frames import Floats, Rows
from .pooling import units

Strategy = Literal["uncertain", "diverse", "random"]
_POOL = 40
_ENOUGH = 20
_CONFIDENCE = 0.95


def suggest(
    scores: Floats,
    vectors: Floats,
    strategy: Strategy = "uncertain",
    count: int = 10,
    *,
    known: Rows | Sequence[int] = (),
    threshold: float = 0.5,
    seed: int = 0,
) -> Rows:
    """Places of the candidates to label next, int64 (at most `count`,).

    `scores` (n,) of the custom class and `vectors` float32 (n, numbers) of candidates (frames, or
    the pooled frames of events); `known` are places that are labelled already. "uncertain" takes
    those nearest to the threshold, but none that is nearly the same as another one taken;
    "diverse" those farthest from everything known and from each other; only "random" gives an
    unbiased estimate of the precision.
    """
    free = np.ones(len(scores), bool)
    free[np.asarray(known, np.int64)] = False
    open_places = np.flatnonzero(free)
    count = min(count, len(open_places))
    if strategy == "random":
        chosen = np.random.default_rng(seed).choice(open_places, count, replace=False)
        return np.asarray(chosen, np.int64)
    if strategy == "uncertain":
        distance = np.abs(_logit(scores[open_places]) - _logit(np.array([threshold])))
        order = np.argsort(distance, kind="stable")
        pool = open_places[order[: count * _POOL]]
        return _spread(vectors, pool, (), count, in_order=True)
    return _spread(vectors, open_places, np.asarray(known, np.int64), count, in_order=False)


_SAME = 0.98


def _spread(
    vectors: Floats, pool: Rows, known: Rows | Sequence[int], count: int, in_order: bool
) -> Rows:
    """Takes from the pool what is unlike all that was taken: the first that is (`in_order`), or
    the farthest each time."""
    rows = units(vectors[pool])
    nearest = np.full(len(pool), -1.0)
    for place in known:
        nearest = np.maximum(nearest, rows @ units(vectors[[int(place)]])[0])
    if not len(known) and not in_order and len(pool):
        nearest = rows @ units(rows.mean(axis=0, keepdims=True))[0]
    chosen: list[int] = []
    taken = np.zeros(len(pool), bool)
    for _ in range(count):
        candidates = ~taken & (nearest < _SAME) if in_order else ~taken
        if not candidates.any():
            candidates = ~taken
        rank = np.where(candidates, nearest, np.inf)
        place = int(candidates.argmax()) if in_order else int(rank.argmin())
        taken[place] = True
        chosen.append(int(pool[place]))
        nearest = np.maximum(nearest, rows @ rows[place])
    return np.array(chosen, np.int64)


@dataclass(frozen=True, slots=True)
class Progress:
    """What labelling has shown so far: `hits` of `total` were right; `interval` holds the share of
    right ones with 95 %. `enough` is True when another ten would not matter; `sentence` explains
    it."""

    hits: int
    total: int
    interval: Interval
    enough: bool
    sentence: str

    @property
    def precision(self) -> float:
        return self.hits / self.total if self.total else float("nan")


def progress(
    decisions: Sequence[bool] | NDArray[np.bool_],
    *,
    random: bool = True,
    wide: float = 0.1,
    step: int = 10,
) -> Progress:
    """Precision from decisions (True: it is the class), in the order in which they were made.

    `random` is whether they were drawn at random; otherwise they are a biased sample, which the
    sentence states. It is enough when the interval is at most ± `wide`, or `step` more decisions
    could not narrow it by a fifth.
    """
    hits, total = int(np.sum(decisions)), len(decisions)
    low, high = wilson_interval(hits, total, _CONFIDENCE)
    more_hits = hits + round(step * (hits / total if total else 0.5))
    next_low, next_high = wilson_interval(more_hits, total + step, _CONFIDENCE)
    gain = (high - low) - (next_high - next_low)
    narrow = (high - low) / 2 <= wide
    enough = total >= _ENOUGH and (narrow or gain < 0.2 * (high - low) / 2)
    if total == 0:
        text = "Nothing has been labelled yet."
    else:
        text = f"{grouped(hits)} of {grouped(total)} were right:"
        text += f" likely {percent(low)} to {percent(high)}."
        if enough:
            text += f" Another {grouped(step)} would hardly change this."
        if not random:
            text += " They were not drawn at random, so this does not hold for the rest."
    return Progress(hits, total, (low, high), enough, text)


def _logit(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    clipped = np.clip(np.asarray(scores, np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))
