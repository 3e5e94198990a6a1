"""From uncalibrated scores to probabilities, learned from accepted and rejected events.

Platt scaling on the logit (Platt 1999): probability = sigmoid(slope · logit(score) + intercept).
The lines of the classes are fitted together (`class_lines`), so that a class is drawn towards the
others, the more the fewer its own reviews. The interval follows from the curvature of the posterior
(Laplace). With many hundreds of reviews isotonic regression takes over.

What is used in the end (scores as they are, the scenes' line,
or lines of the reviews) is what predicts held-out reviews best. Figures are in
docs/decisions/calibration.md.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yamnet_gui.core.events import Event, EventList, EventSource, ReviewState
from yamnet_gui.core.statistics import two_sided_z
from yamnet_gui.core.stopping import check_stopped

from .class_lines import (
    PRIOR,
    Floats,
    Line,
    class_lines,
    review_weight,
    reviews_of_weight,
    sigmoid,
)

FEWEST_REVIEWS = 10
"""Below this number of reviews a class never counts as known, however good the fit."""
_FEWEST_OF_EACH = 2
_ISOTONIC_FROM = 400
_WIDEST = 0.3  # a 90% interval wider than this (where the reviews lie) is not knowledge
_Z90 = two_sided_z(0.9)
_RAW = np.array([1.0, 0.0])
_PRIOR_WORTH = 5  # reviews, about: where half of them are right, these narrow a line as much
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
        return sigmoid(self.slope * _logit(values) + self.intercept)

    def interval(self, scores: ArrayLike) -> tuple[Floats, Floats]:
        """The 90% interval of the probability of each score."""
        x = _logit(np.asarray(scores, float))
        centre = self.slope * x + self.intercept
        if self.steps:
            centre = _logit(self.probability(scores))
        half = _Z90 * _deviation(x, self.covariance)
        return sigmoid(centre - half), sigmoid(centre + half)

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
    learned = _learned(known, by_class)
    lines = _chosen(known)(known, by_class)
    return {
        index: _calibrated(index, members, lines[index][0], learned[index][1])
        for index, members in by_class.items()
    }


_Method = Callable[[list[Review], Iterable[int]], dict[int, Line]]
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
            check_stopped()
            lines = method(inside, wanted)
            of_each = np.array([lines[r.class_index][0] for r in outside])
            p = np.clip(sigmoid(of_each[:, 0] * x + of_each[:, 1]), _EDGE, 1 - _EDGE)
            losses[number] -= float(np.log(np.where(y > 0, p, 1 - p)).sum())
    return methods[int(np.argmin(losses))]


def _as_they_are(_: list[Review], classes: Iterable[int]) -> dict[int, Line]:
    return dict.fromkeys(classes, (_RAW, PRIOR[1]))


def _from_scenes(_: list[Review], classes: Iterable[int]) -> dict[int, Line]:
    return dict.fromkeys(classes, PRIOR)


def _learned(reviews: list[Review], classes: Iterable[int]) -> dict[int, Line]:
    """The line of each class around the mean line of all others."""
    return class_lines(_classes(reviews), *_points(reviews), classes, PRIOR)[0]


def learned_prior(reviews: Iterable[Review]) -> Line:
    """The mean line of the classes in these reviews, assuming next to nothing beforehand: how
    `benchmarks/calibration.py --prior` makes what is assumed here."""
    known = list(reviews)
    vague = _RAW, np.diag([0.7, 3.0]) ** 2
    return class_lines(_classes(known), *_points(known), (), vague)[1]


def _classes(reviews: list[Review]) -> NDArray[np.int64]:
    return np.array([review.class_index for review in reviews], np.int64)


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
    width = float((sigmoid(centre + half) - sigmoid(centre - half)).max())
    ratio = width / _WIDEST
    wanted = (count * review_weight(count) + _PRIOR_WORTH) * ratio**2 - _PRIOR_WORTH
    narrow = reviews_of_weight(wanted) - count if ratio > 1 else 0
    if least == 0 and count >= 3 * FEWEST_REVIEWS:
        lacking = 0  # a class that is always right is known as well
    return max(least, lacking, narrow)


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
