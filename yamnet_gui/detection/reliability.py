"""Reliability of raw scores and of held-out probabilities."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yamnet_gui.core.statistics import wilson_interval

from .calibration import Review, calibrate

_CONFIDENCE = 0.9


def cross_validated(reviews: Sequence[Review], folds: int = 5) -> NDArray[np.float64]:
    """The probability of each review, calibrated on the reviews of the other folds."""
    predicted = np.zeros(len(reviews))
    for places, probabilities in cross_validation(reviews, folds):
        predicted[places] = probabilities
    return predicted


def cross_validation(
    reviews: Sequence[Review], folds: int = 5
) -> Iterator[tuple[list[int], list[float]]]:
    """`cross_validated` fold by fold: places of the reviews, and their probabilities."""
    for fold in range(folds):
        inside = [review for place, review in enumerate(reviews) if place % folds != fold]
        places = list(range(fold, len(reviews), folds))
        calibrations = calibrate(inside, {reviews[place].class_index for place in places})
        members = [reviews[place] for place in places]
        yield places, [float(calibrations[r.class_index].probability(r.score)) for r in members]


@dataclass(frozen=True, slots=True)
class Bin:
    """Reviews with scores near `score`: what share of the `count` was right, with the 90 %
    interval of that share (Wilson 1927)."""

    score: float
    share: float
    low: float
    high: float
    count: int


def reliability(reviews: Iterable[Review], bins: int = 8, fewest: int = 5) -> list[Bin]:
    """How often reviews of about equal score were right, in groups of equal size with at least
    `fewest` each; nothing where there are fewer reviews than that."""
    ordered = sorted(reviews, key=lambda review: review.score)
    count = min(bins, len(ordered) // fewest)
    calibration = []
    for group in np.array_split(np.arange(len(ordered)), count) if count else []:
        members = [ordered[place] for place in group]
        size = len(members)
        right = sum(review.right for review in members)
        score = sum(review.score for review in members) / size
        calibration.append(
            Bin(score, right / size, *wilson_interval(right, size, _CONFIDENCE), size)
        )
    return calibration


def calibration_error(probabilities: ArrayLike, right: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: mean distance between predicted probability and share of right
    ones, over `bins` groups of equal size by probability (Naeini et al. 2015, equal mass)."""
    predicted, actual = np.asarray(probabilities, float), np.asarray(right, float)
    if len(predicted) == 0:
        return 0.0
    order = np.argsort(predicted, kind="stable")
    groups = np.array_split(order, min(bins, len(order)))
    gaps = [len(g) * abs(predicted[g].mean() - actual[g].mean()) for g in groups]
    return float(sum(gaps) / len(predicted))
