"""Which way is better on recordings that none of them heard: figures, intervals, advice."""

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.statistics import Interval
from yamnet_gui.embedding import ExampleSet
from yamnet_gui.embedding.cross_validation import predicted, report_of

from .outcome import Advice, ClassFigures, Way, WayFigures

Doubles = NDArray[np.float64]
_DRAWS = 2000
_LEVELS = (2.5, 97.5)
NAMES: dict[Way, str] = {
    "yamnet": "YAMNet's own class",
    "frozen": "classifier on frozen embeddings",
    "fine-tuned": "fine-tuned model",
}


def figure_text(value: float, interval: Interval) -> str:
    """A figure with its interval for display; a dash where nothing was there to measure."""
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})" if value == value else "–"


class Comparison:
    """Ways on the same held-out examples. Intervals come from drawing recordings with replacement
    (the bootstrap: Efron, 1979), the same draws for each way, so that differences are paired."""

    def __init__(self, examples: ExampleSet, seed: int = 0) -> None:
        self._examples = examples
        groups, place = np.unique(examples.groups, return_inverse=True)
        self._weights = np.ones((1, len(place)))
        if len(groups):
            rng = np.random.default_rng(seed)
            drawn = rng.multinomial(len(groups), [1 / len(groups)] * len(groups), _DRAWS)
            self._weights = np.vstack([self._weights, drawn[:, place]])
        self._f1: dict[Way, Doubles] = {}
        self.figures: list[WayFigures] = []
        self._complete: set[Way] = set()

    def add(self, way: Way, scores: Doubles, labels: tuple[str, ...] | None = None) -> None:
        """Adds a way by its scores (examples, labels); `labels` where it has not all of them.

        Examples of classes that it does not have are left out of its figures then.
        """
        examples, weights = self._examples, self._weights
        if labels is None:
            self._complete.add(way)
        else:
            examples, chosen = of_labels(examples, labels)
            scores, weights = scores[chosen], weights[:, chosen]
        report = report_of(examples, scores, ())
        taken = predicted(examples, scores)
        f1 = mean_f1(examples.targets, taken, len(examples.labels), weights)
        self._f1[way] = f1
        self.figures.append(
            WayFigures(
                way,
                report.accuracy,
                report.accuracy_interval,
                float(f1[0]),
                _interval(f1[1:]),
                tuple(
                    ClassFigures(c.label, c.examples, c.true_positives, c.false_alarms)
                    for c in report.classes
                ),
            )
        )

    def advice(self) -> Advice:
        """Which way to use: the fine-tuned model only where it is better than all others."""
        if not (self._examples.targets >= 0).any():
            return Advice(
                "fine-tuned",
                "Nothing of any class was held out: add recordings to compare the ways.",
                float("nan"),
                (float("nan"), float("nan")),
                False,
            )
        others = [way for way in self._f1 if way != "fine-tuned" and way in self._complete]
        best = max(others, key=lambda way: (self._f1[way][0], way == "yamnet"))
        moved = self._f1["fine-tuned"] - self._f1[best]
        difference, interval = float(moved[0]), _interval(moved[1:])
        clear = interval[0] > 0 or interval[1] < 0
        use: Way = "fine-tuned" if difference > 0 else best
        return Advice(use, _sentence(use, best, difference, interval), difference, interval, clear)


def _sentence(use: Way, best: Way, difference: float, interval: Interval) -> str:
    f1 = f"{abs(difference):.2f} in mean F1 (95% interval {interval[0]:+.2f} to {interval[1]:+.2f})"
    if use == "fine-tuned":
        text = f"Use the fine-tuned model: it is better than the {NAMES[best]} by {f1}."
        if interval[0] <= 0:
            text += " That may be chance: more recordings would tell."
        return text
    if difference == 0:
        return (
            f"Use the {NAMES[best]}: the fine-tuned model is no better"
            f" (95% interval {interval[0]:+.2f} to {interval[1]:+.2f}), and it is the simpler way."
        )
    text = f"Use the {NAMES[best]}: it is better than the fine-tuned model by {f1}."
    if interval[1] >= 0:
        text += " That may be chance, but it is the simpler way."
    return text


def of_labels(
    examples: ExampleSet, labels: tuple[str, ...]
) -> tuple[ExampleSet, NDArray[np.bool_]]:
    """The examples of some of the labels and of none, and which they are."""
    places = [examples.labels.index(label) for label in labels]
    chosen = np.isin(examples.targets, [-1, *places])
    part = examples.select(chosen)
    new = {old: place for place, old in enumerate(places)} | {-1: -1}
    targets = np.array([new[int(t)] for t in part.targets], np.int64)
    return ExampleSet(
        labels, part.vectors, targets, part.groups, part.weights, part.augmented
    ), chosen


def mean_f1(
    targets: NDArray[np.int64], taken: NDArray[np.int64], labels: int, weights: Doubles
) -> Doubles:
    """The mean F1 over classes for each row of weights (draws, examples), float64 (draws,).

    Classes that were drawn in no example are left out of a draw's mean.
    """
    columns = np.arange(labels)
    real = (targets[:, np.newaxis] == columns).astype(np.float64)
    said = (taken[:, np.newaxis] == columns).astype(np.float64)
    hits, reals, saids = (weights @ table for table in (real * said, real, said))
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = np.where(reals > 0, 2 * hits / (reals + saids), np.nan)
    seen = (reals > 0).sum(axis=1)
    return np.where(seen > 0, np.nansum(f1, axis=1) / np.maximum(seen, 1), np.nan)


def _interval(values: Doubles) -> Interval:
    known = values[~np.isnan(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, _LEVELS)
    return float(low), float(high)
