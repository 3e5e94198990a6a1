"""Counts, hours and recall with intervals from the reviewed units of a stratified sample.

The share of true units in each stratum has a beta posterior and the units that nobody reviewed a
binomial count given it, so that intervals narrow to nothing as all are reviewed; totals and ratios
are read from draws of all strata together. docs/decisions/counting.md has the choice of the prior,
the sources and the measured coverage.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .strata import FEWEST, allocation

DRAWS = 4000
CONFIDENCE = 0.9
_PRIOR_TRUE, _PRIOR_FALSE = 1.25, 2.0  # units in all, spread over the strata
_SHAPES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 16.0, 0.0)  # 0: all hours are alike
_GRID = 10.0 ** (np.arange(-12, 13) / 6)  # factors on the odds of an hour
_OVER_TIME = 400  # draws: cells are many, and their figures are rough
_BLOCK = 2_000_000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """What is known of the units, by stratum and cell (a recording within one hour).

    `sizes`, `reviewed` and `right`: int64 (strata, cells), units that were undecided when the
    sample was drawn, those of them in the sample with a decision, and those that are true.
    `detected`: bool (strata,). `known`: int64 (2, cells), true events decided on before, missed and
    detected ones; they need no estimate. `hours`: int64 (cells,), the hour each cell belongs to.
    """

    sizes: Ints
    reviewed: Ints
    right: Ints
    detected: NDArray[np.bool_]
    known: Ints
    hours: Ints

    @property
    def lacking(self) -> int:
        """Reviews still needed before anything can be estimated."""
        least = np.minimum(self.sizes.sum(1), FEWEST)
        return int(np.maximum(least - self.reviewed.sum(1), 0).sum())


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate and its 90% interval."""

    value: float
    low: float
    high: float

    @property
    def precision(self) -> float:
        """Half the width of the interval over the estimate; infinite where that is 0."""
        return (self.high - self.low) / 2 / self.value if self.value > 0 else math.inf

    def text(self, how: str = ",.0f") -> str:
        """The estimate and its interval in words, each number in this format."""
        return f"{self.value:{how}} ({self.low:{how}} to {self.high:{how}})"


@dataclass(frozen=True, slots=True)
class CountEstimate:
    """How many true events there are, and the share of them that was detected.

    `recall` is None where no event is likely to exist.
    """

    events: Figure
    recall: Figure | None


@dataclass(frozen=True, slots=True)
class OverTime:
    """Hours with at least one event, of all that were recorded.

    `cells`: estimated events of each slot of cells with the bounds of their interval, float64
    (3, slots); they share what is known between them and are less sure than the sum. Empty unless
    asked for.
    """

    hours: Figure
    of_hours: int
    cells: Floats


def estimate(counts: SampleCounts, seed: int = 0, draws: int = DRAWS) -> CountEstimate:
    """Events and recall. The same sample gives the same figures.

    Raises ValueError while reviews are lacking (`SampleCounts.lacking`).
    """
    _check(counts)
    rng = np.random.default_rng(seed)
    size, done, hits = (a.sum(1) for a in (counts.sizes, counts.reviewed, counts.right))
    shares = _shares(rng, size, done, hits, draws)
    true = hits + rng.binomial(size - done, shares)  # (draws, strata)
    missed, detected = counts.known.sum(1)
    found = true[:, counts.detected].sum(1) + detected
    total = true.sum(1) + missed + detected
    expanded = np.where(done > 0, size * hits / np.maximum(done, 1), 0.0)
    # nothing seen is no evidence that there is something
    least = None if hits.any() else float(missed + detected)
    figure = _figure(float(expanded.sum() + missed + detected), total, least)
    some = total > 0
    if not (figure.value > 0 and some.any()):
        return CountEstimate(figure, None)
    share = float((expanded[counts.detected].sum() + detected) / figure.value)
    return CountEstimate(figure, _figure(share, found[some] / total[some]))


def over_time(counts: SampleCounts, seed: int = 0, *, slots: Ints | None = None) -> OverTime:
    """Hours with at least one event, and the events of each slot where `slots` names that of each
    cell: int64 (cells,), numbers from 0 on.

    Raises ValueError while reviews are lacking.
    """
    _check(counts)
    rng = np.random.default_rng(seed)
    size, done, hits = (a.sum(1) for a in (counts.sizes, counts.reviewed, counts.right))
    drawn, by_cell = _over_time(rng, counts, _shares(rng, size, done, hits, _OVER_TIME), slots)
    known = len(np.unique(counts.hours[counts.known.sum(0) > 0]))
    figure = _figure(float(drawn.mean()), drawn, None if hits.any() else float(known))
    return OverTime(figure, len(np.unique(counts.hours)), by_cell)


def _check(counts: SampleCounts) -> None:
    if counts.lacking:
        raise ValueError(f"{counts.lacking} more reviews are needed")


def reviews_for(counts: SampleCounts, present: Figure, precision: float) -> int:
    """How many more units to review until half the width of the interval of the events is
    `precision` times their number, if the shares stay as they look now.

    At most the units that are left. The width goes down with the root of the variance of the
    stratified estimate with finite population correction (Cochran 1977, section 5.6).
    """
    size, done, hits = (a.sum(1) for a in (counts.sizes, counts.reviewed, counts.right))
    middle = max(present.value, 1.0)
    now = (present.high - present.low) / 2 / middle
    left = int((size - done).sum())
    if now <= precision or left == 0:
        return 0
    wanted = _variance(size, done, hits, done) * (precision / now) ** 2

    def enough(more: int) -> bool:
        return _variance(size, done, hits, done + allocation(size, done, hits, more)) <= wanted

    low, high = 0, 1
    while high < left and not enough(high):
        low, high = high, min(2 * high, left)
    while high - low > 1:
        middle_ = (low + high) // 2
        low, high = (low, middle_) if enough(middle_) else (middle_, high)
    return high


def _variance(size: Ints, done: Ints, hits: Ints, then: Ints) -> float:
    least = _prior(size, done)
    share = (hits + _PRIOR_TRUE * least) / (done + (_PRIOR_TRUE + _PRIOR_FALSE) * least)
    left = size - then
    return float((left * size * share * (1 - share) / np.maximum(then, 1)).sum())


def _prior(size: Ints, done: Ints) -> Floats:
    """The part of each stratum in what is assumed beforehand, sum 1: alike for all that have units
    left. Half an event in each would, for rare ones, outweigh everything that was seen."""
    left = (size > done).astype(float)
    return left / max(float(left.sum()), 1.0)


def _shares(rng: np.random.Generator, size: Ints, done: Ints, hits: Ints, draws: int) -> Floats:
    """Draws of the share of true units in each stratum, float64 (draws, strata)."""
    part = np.maximum(_prior(size, done), 1e-9)
    return rng.beta(
        hits + _PRIOR_TRUE * part, done - hits + _PRIOR_FALSE * part, (draws, len(size))
    )


def _over_time(
    rng: np.random.Generator, counts: SampleCounts, shares: Floats, slots: Ints | None
) -> tuple[Ints, Floats]:
    """Draws of the hours with at least one event, and the events of each cell.

    Calls come in bursts, so a unit is more likely true in an hour whose other units look true. In
    each hour the odds of all units share a factor: that of the share of true units there, which
    follows from the scores of all of them and from the reviews (prior probability shift: Saerens,
    Latinne and Decaestecker 2002, Neural Computation 14, 21-41), drawn towards the overall share as
    far as the reviews agree with it better than with the shift.
    """
    groups, hour = np.unique(counts.hours, return_inverse=True)
    onto = np.zeros((len(hour), len(groups)))
    onto[np.arange(len(hour)), hour] = 1
    left = counts.sizes - counts.reviewed
    certain = counts.right.sum(0) + counts.known.sum(0)  # (cells,)
    has = certain @ onto > 0
    by_hour = left @ onto  # (strata, hours)
    factors, shapes = _hour_factors(rng, counts, shares.mean(0), onto, len(shares))
    reach = (shares * left.sum(1))[:, :, None]  # true units of each stratum that nobody reviewed
    count = 0 if slots is None else int(slots.max(initial=-1)) + 1
    grouped = np.zeros((len(hour), count), np.int64)
    if slots is not None:
        grouped[np.arange(len(hour)), slots] = 1
    per_hour, per_cell = [], []
    step = max(1, _BLOCK // max(left.size, 1))
    for first in range(0, len(shares), step):
        part = slice(first, first + step)
        factor = factors(shapes[part])  # (draws, hours)
        clipped = np.clip(shares[part], 1e-12, 1 - 1e-9)[:, :, None]
        lifted = clipped / (1 - clipped) * factor[:, None]  # (draws, strata, hours)
        for _ in range(2):  # what hours add up to is known better than the hours
            likely = lifted / (1 + lifted)
            lifted *= reach[part] / np.maximum((likely * by_hour).sum(2, keepdims=True), 1e-12)
        none = np.exp(-(np.log1p(lifted) * by_hour).sum(1))
        per_hour.append((has | (rng.random(none.shape) >= none)).sum(1))
        if slots is not None:
            share = (lifted / (1 + lifted))[:, :, hour]
            per_cell.append((rng.binomial(left, share).sum(1) + certain) @ grouped)
    hours = np.concatenate(per_hour)
    if slots is None:
        return hours, np.zeros((3, 0))
    cells = np.concatenate(per_cell)
    low, high = np.quantile(cells, _bounds(), axis=0)
    return hours, np.stack([cells.mean(0), low, high])


def _hour_factors(
    rng: np.random.Generator, counts: SampleCounts, mean: Floats, onto: Floats, draws: int
) -> tuple[Callable[[Ints], Floats], Ints]:
    """A function from shapes to drawn factors on the odds, (draws, hours), and drawn shapes.

    A shape says how much hours differ: the factor of an hour has a gamma distribution of this
    shape with mean 1, here on a grid.
    """
    size = counts.sizes.sum(1).astype(float)
    mean = np.clip(mean, 1e-9, 1 - 1e-9)
    middle = float(np.clip((mean * size).sum() / max(size.sum(), 1.0), 1e-9, 1 - 1e-9))
    units, done, hits = (a @ onto for a in (counts.sizes, counts.reviewed, counts.right))
    hours = onto.shape[1]
    odds, fit, cumulative = [], [], []
    for shape in _SHAPES:
        before = _GRID**shape * np.exp(-shape * _GRID) if shape else (_GRID == 1).astype(float)
        before = before / before.sum()
        factor = _GRID / (before * _GRID).sum()
        share = middle * factor / (1 - middle + middle * factor)
        lift, fall = share / middle, (1 - share) / (1 - middle)
        mixed = mean[:, None] * lift + (1 - mean)[:, None] * fall  # (strata, nodes)
        true = np.clip(mean[:, None] * lift / mixed, 1e-12, 1 - 1e-12)
        looks = units.T @ np.log(mixed) + np.log(np.maximum(before, 1e-300))  # (hours, nodes)
        both = looks + hits.T @ np.log(true) + (done - hits).T @ np.log1p(-true)
        fit.append(float((_log_sum(both) - _log_sum(looks)).sum()))
        weight = np.exp(both - both.max(1, keepdims=True))
        cumulative.append(np.cumsum(weight, 1) / weight.sum(1, keepdims=True))
        odds.append(factor)
    likely = np.exp(np.array(fit) - max(fit))
    shapes = rng.choice(len(_SHAPES), draws, p=likely / likely.sum())

    def drawn(some: Ints) -> Floats:
        factor = np.empty((len(some), hours))
        for shape in np.unique(some):
            rows = np.flatnonzero(some == shape)
            dice = rng.random((len(rows), hours))
            node = np.zeros(dice.shape, np.int64)
            for border in cumulative[shape].T[:-1]:
                node += dice >= border
            factor[rows] = odds[shape][node]
        return factor

    return drawn, shapes


def _log_sum(values: Floats) -> Floats:
    top = values.max(1, keepdims=True)
    return top[:, 0] + np.log(np.exp(values - top).sum(1))


def _bounds() -> tuple[float, float]:
    return (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2


def _figure(value: float, drawn: NDArray, least: float | None = None) -> Figure:
    whole = np.issubdtype(drawn.dtype, np.integer)
    how: Literal["nearest", "linear"] = "nearest" if whole else "linear"
    low, high = np.quantile(drawn, _bounds(), method=how)
    low = float(low) if least is None else least
    return Figure(min(max(value, low), float(high)), low, float(high))
