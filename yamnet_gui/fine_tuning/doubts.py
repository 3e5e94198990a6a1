"""Labels that the data speaks against: doubtful ones, and classes that sound the same."""

from collections.abc import Generator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.statistics import wilson_interval
from yamnet_gui.core.text import percent
from yamnet_gui.embedding import ExampleSet, TrainingOptions
from yamnet_gui.embedding.classifier import Classifier
from yamnet_gui.embedding.cross_validation import folds_of
from yamnet_gui.embedding.training import train_layers

from .outcome import DataWarning, DoubtfulLabel
from .prepared import Prepared

Doubles = NDArray[np.float64]
MOST_DOUBTFUL = 20
_FOLDS = 5
_TOLD_APART, _FEWEST = 0.75, 6
_AT_MOST = 0.85
"""Of few examples one cannot say that they are not told apart: the interval must end below this."""


def out_of_sample(examples: ExampleSet, seed: int) -> Generator[float, None, Doubles]:
    """The probability of each class for each example, by a classifier that never heard it.

    float64 (examples, labels + 1), the last for none of the classes; NaN where all examples come
    from one recording. Yields the share done.
    """
    count = len(examples.labels)
    given = np.full((len(examples), count + 1), np.nan)
    folds = folds_of(examples, _FOLDS, seed)
    if folds is None:
        return given
    options = TrainingOptions(output="softmax", seed=seed)
    for fold in range(int(folds.max()) + 1):
        yield fold / (int(folds.max()) + 1)
        training = examples.select(folds != fold)
        layers = yield from train_layers(training, options)
        # what a class was never heard of says nothing about it
        tested_rows = (folds == fold) & np.isin(examples.targets, training.targets)
        tested = examples.select(tested_rows).vectors
        classifier = Classifier(examples.labels, layers, "", "softmax", unit_length=True)
        scores = classifier.scores(tested).astype(np.float64)
        given[tested_rows] = np.column_stack([scores, np.maximum(0, 1 - scores.sum(axis=1))])
    return given


def doubtful_labels(data: Prepared, given: Doubles) -> tuple[DoubtfulLabel, ...]:
    """The examples whose labels are most likely wrong, at most twenty, the most doubtful first.

    Confident learning (Northcutt, Jiang and Chuang, JAIR 70, 2021): an example labelled i counts
    as one of j where the probability of j reaches its mean among examples that are labelled j. They
    are ranked by the probability of their own label less the highest other one.
    """
    count = len(data.labels)
    own = np.where(data.examples.targets < 0, count, data.examples.targets)
    known = ~np.isnan(given).any(axis=1)
    thresholds = np.full(count + 1, np.inf)
    for target in np.unique(own[known]):
        thresholds[target] = given[known & (own == target), target].mean()
    confident = np.where(given >= thresholds, given, -1.0)
    confident[~known] = -1.0
    best = confident.argmax(axis=1)
    sounds = data.material.sounds
    also = [{a[2] for a in sound.also} for sound in sounds]
    names = [*data.labels, None]
    doubted = [
        k
        for k in np.flatnonzero((confident.max(axis=1) >= 0) & (best != own))
        if given[k, best[k]] > given[k, own[k]] and names[best[k]] not in also[k]
    ]
    margins = {k: float(given[k, own[k]] - given[k, best[k]]) for k in doubted}
    return tuple(
        DoubtfulLabel(
            sounds[k].path,
            sounds[k].start_s,
            sounds[k].end_s,
            sounds[k].label,
            names[best[k]],
            float(given[k, own[k]]),
            float(given[k, best[k]]),
            sounds[k].event_id,
        )
        for k in sorted(doubted, key=lambda k: (margins[k], k))[:MOST_DOUBTFUL]
    )


def alike_classes(data: Prepared, given: Doubles) -> list[DataWarning]:
    """A warning for each two classes that a classifier tells apart no better than by chance, the
    most alike first."""
    warnings: list[tuple[float, DataWarning]] = []
    targets = data.examples.targets
    known = ~np.isnan(given).any(axis=1)
    for one, other in combinations(range(len(data.labels)), 2):
        chosen = known & np.isin(targets, (one, other))
        counts = [int((chosen & (targets == k)).sum()) for k in (one, other)]
        total = sum(counts)
        if total < _FEWEST or min(counts) < 2:
            continue
        taken = np.where(given[chosen, one] >= given[chosen, other], one, other)
        right = taken == targets[chosen]
        # each class counts the same, or the larger one would decide
        share = float(np.mean([right[targets[chosen] == k].mean() for k in (one, other)]))
        low, high = wilson_interval(round(share * total), total, 0.95)
        if share < _TOLD_APART and low <= 0.5 and high < _AT_MOST:
            names = (data.labels[one], data.labels[other])
            sentence = (
                f"{names[0]} and {names[1]} can hardly be told apart ({percent(share)} of their"
                " examples are; 50% is chance): check their labels, or make them one class."
            )
            warnings.append((share, DataWarning("alike", sentence, names)))
    return [warning for _, warning in sorted(warnings, key=lambda one: one[0])]
