"""From uncalibrated scores to probabilities, learned from accepted and rejected events.

Platt scaling on the logit (Platt 1999): probability = sigmoid(slope · logit(score) + intercept).
The lines of the classes are drawn from a common distribution (a hierarchical model, fitted by
empirical Bayes as in Gelman et al.: Bayesian Data Analysis, chapter 5): the lines of the other
classes give its mean, which begins at what labelled scenes of our own taught, and each class is
drawn towards it, the more the fewer its own reviews. The interval follows from the curvature of the
posterior (Laplace). With many hundreds of reviews isotonic regression takes over.

Reviews of a class are not independent: the same dog barks again and again, and another dog is
another matter. So from `_INDEPENDENT` on the weight of a class's reviews grows only with the root
of their number (a design effect). What is used in the end (scores as they are, the scenes' line,
or lines of the reviews) is what predicts held-out reviews best. Figures are in
docs/decisions/calibration.md.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yamnet_gui.core.events import Event, EventList, EventSource, ReviewState
from yamnet_gui.core.statistics import two_sided_z

Floats = NDArray[np.float64]

FEWEST_REVIEWS = 10
"""Below this number of reviews a class never counts as known, however good the fit."""
_FEWEST_OF_EACH = 2
_ISOTONIC_FROM = 400
_WIDEST = 0.3  # a 90 % interval wider than this (where the reviews lie) is not knowledge
_Z90 = two_sided_z(0.9)
# Slope and intercept of the mean line of classes, and how far it may be off: learned on labelled
# scenes by `benchmarks/calibration.py --prior`.
_PRIOR = (np.array([0.85, 0.5]), np.diag([0.1, 1.0]) ** 2)
_CLASS_COVARIANCE = np.diag([0.2, 1.0]) ** 2  # of a class around the mean line
_RAW = np.array([1.0, 0.0])
_INDEPENDENT = 20
_PRIOR_WORTH = 5  # reviews, about: where half of them are right, these narrow a line as much
_ROUNDS = 4
_FEWEST_TO_CHOOSE = 30  # with fewer reviews held-out errors tell nothing, and the prior decides
_FOLDS = 5
_EDGE = 1e-4  # scores are clipped away from 0 and 1


@dataclass(frozen=True, slots=True)
class Review:
    """The user's decision about a detection of a class with this score."""

    class_index: int
    score: float
    right: bool


def reviews_of(events: Iterable[Event]) -> list[Review]:
    """Reviews from decided events: accepted or moved is right, rejected is wrong.

    Drawn and imported events have no score of the model and are left out; a relabelled one counts
    for neither class here (its rejected first label is a separate event).
    """
    reviews = []
    for event in events:
        if event.class_index is None or event.score_max is None:
            continue
        if event.source not in (EventSource.DETECTED, EventSource.EDITED):
            continue
        if event.original is not None and event.original.label != event.label:
            continue
        accepted = event.state is ReviewState.ACCEPTED or (
            event.source is EventSource.EDITED and event.state is ReviewState.UNREVIEWED
        )
        if accepted or event.state is ReviewState.REJECTED:
            reviews.append(Review(event.class_index, event.score_max, accepted))
    return reviews


@dataclass(frozen=True, slots=True)
class ClassCalibration:
    """The calibration of one class from its reviews, and how certain it is.

    `covariance` holds the variances of slope and intercept and their covariance. `steps` are
    (score, probability) of an isotonic fit, empty for Platt scaling. `reviews_id` is a hash of the
    reviews it came from.
    """

    class_index: int
    slope: float
    intercept: float
    covariance: tuple[float, float, float]
    right: int
    wrong: int
    more_needed: int
    steps: tuple[tuple[float, float], ...] = ()
    reviews_id: str = ""

    @property
    def known(self) -> bool:
        """Whether there are enough reviews to speak of a probability."""
        return self.more_needed == 0

    def probability(self, scores: ArrayLike) -> Floats:
        """Calibrated probability of each score, the best guess even where little is known."""
        values = np.asarray(scores, float)
        if self.steps:
            at, height = np.array(self.steps).T
            return np.interp(values, at, height)
        return _sigmoid(self.slope * _logit(values) + self.intercept)

    def interval(self, scores: ArrayLike) -> tuple[Floats, Floats]:
        """The 90 % interval of the probability of each score."""
        x = _logit(np.asarray(scores, float))
        centre = self.slope * x + self.intercept
        if self.steps:
            centre = _logit(self.probability(scores))
        half = _Z90 * _deviation(x, self.covariance)
        return _sigmoid(centre - half), _sigmoid(centre + half)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, to be stored."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ClassCalibration":
        """The inverse of `as_dict`, also through JSON. Raises KeyError, ValueError."""
        return cls(
            class_index=int(values["class_index"]),
            slope=float(values["slope"]),
            intercept=float(values["intercept"]),
            covariance=tuple(float(v) for v in values["covariance"]),  # type: ignore[arg-type]
            right=int(values["right"]),
            wrong=int(values["wrong"]),
            more_needed=int(values["more_needed"]),
            steps=tuple((float(a), float(b)) for a, b in values["steps"]),
            reviews_id=str(values["reviews_id"]),
        )


def calibrate(
    reviews: Iterable[Review], classes: Iterable[int] = ()
) -> dict[int, ClassCalibration]:
    """A calibration for each class that was reviewed, and for `classes` from the others alone."""
    known = list(reviews)
    by_class: dict[int, list[Review]] = {index: [] for index in classes}
    for review in known:
        by_class.setdefault(review.class_index, []).append(review)
    lines = _chosen(known)(known, by_class)
    return {index: _calibrated(index, by_class[index], *line) for index, line in lines.items()}


_Line = tuple[Floats, Floats]
"""Slope and intercept (2,), and their covariance (2, 2)."""
_Method = Callable[[list[Review], Iterable[int]], dict[int, _Line]]
"""Reviews and the classes that are asked for to the line of each."""


def _chosen(reviews: list[Review]) -> _Method:
    """Of scores as they are, the scenes' line and lines of the reviews, what predicts reviews that
    were held out best (log loss over five folds)."""
    if len(reviews) < _FEWEST_TO_CHOOSE:
        return _learned
    methods: tuple[_Method, ...] = (_learned, _from_scenes, _as_they_are)
    losses = np.zeros(len(methods))
    for fold in range(_FOLDS):
        inside = [r for place, r in enumerate(reviews) if place % _FOLDS != fold]
        outside = reviews[fold::_FOLDS]
        wanted = {r.class_index for r in outside}
        x, y = _points(outside)
        for number, method in enumerate(methods):
            lines = method(inside, wanted)
            slopes = np.array([lines[r.class_index][0] for r in outside])
            p = np.clip(_sigmoid(slopes[:, 0] * x + slopes[:, 1]), _EDGE, 1 - _EDGE)
            losses[number] -= float(np.log(np.where(y > 0, p, 1 - p)).sum())
    return methods[int(np.argmin(losses))]


def _as_they_are(_: list[Review], classes: Iterable[int]) -> dict[int, _Line]:
    return dict.fromkeys(classes, (_RAW, _PRIOR[1] + _CLASS_COVARIANCE))


def _from_scenes(_: list[Review], classes: Iterable[int]) -> dict[int, _Line]:
    return dict.fromkeys(classes, (_PRIOR[0], _PRIOR[1] + _CLASS_COVARIANCE))


def _learned(reviews: list[Review], classes: Iterable[int]) -> dict[int, _Line]:
    """The line of each class around the mean line of all others."""
    return _hierarchical(reviews, classes, _PRIOR)[0]


def learned_prior(reviews: Iterable[Review]) -> _Line:
    """The mean line of the classes in these reviews, assuming next to nothing beforehand: how
    `benchmarks/calibration.py --prior` makes what is assumed here."""
    return _hierarchical(list(reviews), (), (_RAW, np.diag([0.7, 3.0]) ** 2))[1]


def _hierarchical(
    reviews: list[Review], classes: Iterable[int], prior: _Line
) -> tuple[dict[int, _Line], _Line]:
    """Lines of `classes`, and the mean line with its covariance.

    Each class gives a precision and a pull: what its reviews alone say about the mean line, given
    that its own line is spread around it.
    """
    indices = sorted({review.class_index for review in reviews})
    place_of = {index: place for place, index in enumerate(indices)}
    owner = np.array([place_of[review.class_index] for review in reviews], np.int64)
    x, y = _points(reviews)
    counts = np.bincount(owner, minlength=len(indices))
    weights = np.array([_weight(count) for count in counts.tolist()])
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


def _weight(count: int) -> float:
    """How much each of so many reviews of a class counts."""
    return min(1.0, math.sqrt(_INDEPENDENT / max(count, 1)))


def with_probability(events: EventList, calibrations: Mapping[int, ClassCalibration]) -> EventList:
    """The events with a calibrated probability where their class is known well enough.

    The same list where nothing changes; quick where there are thousands.
    """
    scores: dict[int, set[float]] = {}
    for event in events:
        if event.score_max is not None and _known(event, calibrations) is not None:
            scores.setdefault(event.class_index or 0, set()).add(event.score_max)
    probabilities: dict[tuple[int, float], float] = {}
    for index, values in scores.items():
        ordered = sorted(values)
        heights = calibrations[index].probability(ordered).tolist()
        probabilities.update(((index, score), p) for score, p in zip(ordered, heights, strict=True))
    changed = []
    for event in events:
        wanted = None
        if event.score_max is not None and event.class_index is not None:
            wanted = probabilities.get((event.class_index, event.score_max))
        if wanted != event.probability:
            changed.append(replace(event, probability=wanted))
    return events.with_events(*changed) if changed else events


def threshold_for_precision(
    calibration: ClassCalibration, scores: ArrayLike, wanted: float
) -> float | None:
    """The lowest of the detections' scores from which on they are right as often as wanted.

    None where not enough is known, or no threshold reaches it.
    """
    values = np.sort(np.asarray(scores, float))[::-1]
    if not calibration.known or len(values) == 0:
        return None
    expected = np.cumsum(calibration.probability(values)) / np.arange(1, len(values) + 1)
    reached = np.flatnonzero(expected >= wanted - 1e-12)
    return float(values[reached[-1]]) if len(reached) else None


def threshold_for_recall(
    calibration: ClassCalibration, scores: ArrayLike, wanted: float
) -> float | None:
    """The highest of the detections' scores from which on the wanted share of the right ones is
    included. Missed events cannot be counted; None where not enough is known."""
    values = np.sort(np.asarray(scores, float))[::-1]
    if not calibration.known or len(values) == 0:
        return None
    right = np.cumsum(calibration.probability(values))
    reached = np.flatnonzero(right >= wanted * right[-1] - 1e-12)
    return float(values[reached[0]]) if len(reached) else None


def _known(event: Event, calibrations: Mapping[int, ClassCalibration]) -> ClassCalibration | None:
    calibration = None if event.class_index is None else calibrations.get(event.class_index)
    return calibration if calibration is not None and calibration.known else None


def _calibrated(
    index: int, reviews: list[Review], line: Floats, covariance: Floats
) -> ClassCalibration:
    right = sum(review.right for review in reviews)
    packed = (float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1]))
    return ClassCalibration(
        class_index=index,
        slope=float(line[0]),
        intercept=float(line[1]),
        covariance=packed,
        right=right,
        wrong=len(reviews) - right,
        more_needed=_more_needed(reviews, line, packed),
        steps=_isotonic(reviews) if len(reviews) >= _ISOTONIC_FROM else (),
        reviews_id=_reviews_id(reviews),
    )


def _points(reviews: list[Review]) -> tuple[Floats, Floats]:
    """Logits of the scores and whether each was right, both shape (reviews,)."""
    return _logit(np.array([r.score for r in reviews])), np.array([r.right for r in reviews], float)


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
        p = _sigmoid(lines[owner, 0] * x + lines[owner, 1])
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


def _more_needed(
    reviews: list[Review], line: Floats, covariance: tuple[float, float, float]
) -> int:
    """Reviews needed until the interval is narrow: it shrinks with the root of their weight."""
    count = len(reviews)
    right = sum(review.right for review in reviews)
    least = max(FEWEST_REVIEWS - count, 0)
    lacking = max(_FEWEST_OF_EACH - min(right, count - right), 0)
    scores = [r.score for r in reviews] or [0.5]
    x = _logit(np.quantile(scores, [0.25, 0.5, 0.75]))
    half = _Z90 * _deviation(x, covariance)
    centre = line[0] * x + line[1]
    width = float((_sigmoid(centre + half) - _sigmoid(centre - half)).max())
    ratio = width / _WIDEST
    wanted = (count * _weight(count) + _PRIOR_WORTH) * ratio**2 - _PRIOR_WORTH
    narrow = _weighing(wanted) - count if ratio > 1 else 0
    if least == 0 and count >= 3 * FEWEST_REVIEWS:
        lacking = 0  # a class that is always right is known as well
    return max(least, lacking, narrow)


def _weighing(weight: float) -> int:
    """How many reviews of a class have this weight together."""
    return math.ceil(weight if weight <= _INDEPENDENT else weight**2 / _INDEPENDENT)


def _isotonic(reviews: list[Review]) -> tuple[tuple[float, float], ...]:
    from scipy.optimize import isotonic_regression

    ordered = sorted(reviews, key=lambda r: r.score)
    scores = np.array([r.score for r in ordered])
    fitted = isotonic_regression(np.array([float(r.right) for r in ordered])).x
    blocks = np.split(np.arange(len(fitted)), np.flatnonzero(np.diff(fitted) > 1e-12) + 1)
    size = np.array([len(b) for b in blocks])
    # Half a right and half a wrong review in each block keep certainty out.
    mean = np.array([(fitted[b[0]] * len(b) + 0.5) / (len(b) + 1) for b in blocks])
    middle = np.array([scores[b].mean() for b in blocks])
    order = np.argsort(middle, kind="stable")
    monotone = isotonic_regression(mean[order], weights=size[order]).x
    return tuple(zip(middle[order].tolist(), monotone.tolist(), strict=True))


def _reviews_id(reviews: list[Review]) -> str:
    lines = sorted(f"{r.class_index} {r.score:.6f} {int(r.right)}" for r in reviews)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def _deviation(x: Floats, covariance: tuple[float, float, float]) -> Floats:
    a, both, b = covariance
    return np.sqrt(np.maximum(a * x * x + 2 * both * x + b, 0.0))


def _logit(values: Floats) -> Floats:
    clipped = np.clip(values, _EDGE, 1 - _EDGE)
    return np.log(clipped / (1 - clipped))


def _sigmoid(values: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(values, -40, 40)))
