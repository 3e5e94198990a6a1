"""A line from the logit of the score to the logit of the probability for each class, all together.

The lines are drawn from a common distribution (a hierarchical model, fitted by empirical Bayes as
in Gelman et al.: Bayesian Data Analysis, chapter 5). Its mean begins at what labelled scenes of our
own taught and moves with the reviews of all classes; each class is drawn towards it.

Reviews of a class are not independent: the same dog barks again and again, and another dog is
another matter. So from `INDEPENDENT` on the weight of a class's reviews grows only with the root of
their number (a design effect). Figures are in docs/decisions/calibration.md.
"""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Line = tuple[Floats, Floats]
"""Slope and intercept (2,), and their covariance (2, 2)."""

PRIOR: Line = (np.array([0.8, 0.5]), np.diag([0.1, 0.9]) ** 2)
"""The mean line of classes, and how far it may be off: learned on labelled scenes by
`benchmarks/calibration.py --prior`."""
INDEPENDENT = 40
"""Reviews of a class that count in full."""
_CLASS_COVARIANCE = np.diag([0.2, 1.0]) ** 2  # of a class around the mean line
_ROUNDS = 4


def class_lines(
    class_index: NDArray[np.int64], x: Floats, y: Floats, classes: Iterable[int], prior: Line
) -> tuple[dict[int, Line], Line]:
    """Lines of `classes`, each around the mean line of all others, and the mean line.

    `class_index`, `x` (logit of the score) and `y` (1 where right) have one entry a review; `prior`
    is the mean line that is assumed beforehand. Each class gives a precision and a pull: what its
    reviews alone say about the mean line, given that its own line is spread around it.
    """
    present, owner, counts = np.unique(class_index, return_inverse=True, return_counts=True)
    indices = present.tolist()
    place_of = {index: place for place, index in enumerate(indices)}
    weights = np.array([review_weight(count) for count in counts.tolist()])
    around, assumed = np.linalg.inv(_CLASS_COVARIANCE), np.linalg.inv(prior[1])
    mean, precision, pull = prior[0], assumed, assumed @ prior[0]
    lines = np.tile(mean, (len(indices), 1))
    pulls, precisions = np.zeros((len(indices), 2)), np.zeros((len(indices), 2, 2))
    for _ in range(_ROUNDS if indices else 0):
        lines, covariances = _fit(x, y, owner, weights, lines, mean, around)
        own = np.linalg.inv(covariances) - around + _TINY
        alone = lines + _product(np.linalg.inv(own), _product(around[None], lines - mean))
        precisions = np.linalg.inv(np.linalg.inv(own) + _CLASS_COVARIANCE)
        pulls = _product(precisions, alone)
        precision, pull = assumed + precisions.sum(axis=0), assumed @ prior[0] + pulls.sum(axis=0)
        mean = np.linalg.solve(precision, pull)
    covariance = np.linalg.inv(precision)
    result = dict.fromkeys(classes, (mean, covariance + _CLASS_COVARIANCE))
    if indices:
        others = np.linalg.inv(precision - precisions)
        centres = _product(others, pull - pulls)
        spread = np.linalg.inv(others + _CLASS_COVARIANCE)
        lines, covariances = _fit(x, y, owner, weights, lines, centres, spread)
        for index in result.keys() & place_of.keys():
            result[index] = lines[place_of[index]], covariances[place_of[index]]
    return result, (mean, covariance)


def _product(matrices: NDArray[np.floating], vectors: NDArray[np.floating]) -> Floats:
    """Each of n matrices (n, 2, 2) times its vector (n, 2)."""
    return np.asarray(np.einsum("nij,nj->ni", matrices, vectors), np.float64)


_TINY = 1e-6 * np.eye(2)  # reviews of one score say nothing about the slope


def review_weight(count: int) -> float:
    """How much each of so many reviews of a class counts."""
    return min(1.0, math.sqrt(INDEPENDENT / max(count, 1)))


def reviews_of_weight(weight: float) -> int:
    """How many reviews of a class have this weight together."""
    return math.ceil(weight if weight <= INDEPENDENT else weight**2 / INDEPENDENT)


def _fit(
    x: Floats,
    y: Floats,
    owner: NDArray[np.int64],
    weights: Floats,
    start: Floats,
    mean: Floats,
    precision: Floats,
) -> tuple[Floats, Floats]:
    """Slope and intercept of n classes at once (n, 2), with the highest posterior, and their
    covariance (n, 2, 2), by Newton's method.

    `owner` is the class of each review, 0 to n - 1; `weights` (n,) how much each review of a class
    counts; `mean` and `precision` what is assumed of each class, or of all alike.
    """
    lines, count = start, len(weights)
    precisions = np.broadcast_to(precision, (count, 2, 2))
    each = weights[owner]
    for _ in range(50):
        p = sigmoid(lines[owner, 0] * x + lines[owner, 1])
        error, certain = each * (p - y), each * p * (1 - p)
        gradient = _product(precisions, lines - mean)
        gradient += np.column_stack([_sums(owner, error * x, count), _sums(owner, error, count)])
        curvature = precisions.copy()
        curvature[:, 0, 0] += _sums(owner, certain * x * x, count)
        curvature[:, 0, 1] += (both := _sums(owner, certain * x, count))
        curvature[:, 1, 0] += both
        curvature[:, 1, 1] += _sums(owner, certain, count)
        step = _product(np.linalg.inv(curvature), gradient)
        longest = np.abs(step).max(axis=1, keepdims=True)
        lines = lines - step * np.minimum(1.0, 2.0 / np.maximum(longest, 1e-12))
        if float(longest.max()) < 1e-9:
            break
    return lines, np.asarray(np.linalg.inv(curvature), np.float64)


def _sums(owner: NDArray[np.int64], values: Floats, count: int) -> Floats:
    return np.bincount(owner, values, count).astype(np.float64, copy=False)


def sigmoid(values: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(values, -40, 40)))
