"""Cross-validation of custom classes: metrics on recordings that were left out of training."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.statistics import Interval, wilson_interval
from yamnet_gui.core.text import counted, grouped, listed, part_of, percent

from .examples import FEW_EXAMPLES, NEGATIVE, ExampleSet
from .training import TrainingOptions

Doubles = NDArray[np.float64]
_WEAKEST = 3
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ClassReport:
    """Metrics of one class on held-out recordings, at the score 0.5 (softmax: where it is highest).

    Of `examples` from `recordings`, `true_positives` were classified as it, and `false_alarms`
    others as well. `average_precision` needs no threshold; NaN where it was not tested.
    """

    label: str
    examples: int
    recordings: int
    true_positives: int
    false_alarms: int
    average_precision: float

    @property
    def recall(self) -> float:
        return self.true_positives / self.examples if self.examples else float("nan")

    @property
    def precision(self) -> float:
        predicted = self.true_positives + self.false_alarms
        return self.true_positives / predicted if predicted else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 where nothing was detected."""
        total = self.examples + self.true_positives + self.false_alarms
        return 2 * self.true_positives / total if total else float("nan")


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Training on `examples` examples (mean over folds) gave `f1` (mean over classes)."""

    examples: int
    f1: float


@dataclass(frozen=True)
class TrainingReport:
    """`tested` is False where all examples come from one recording, so that nothing was left to
    test on; metrics are NaN or 0 then. `confusion`: int64 (labels + 1, labels + 1), rows are the
    true class and columns the predicted one; the last of each is "none of them". `sentence` is
    the cross-validation result in plain words."""

    tested: bool
    classes: tuple[ClassReport, ...]
    confusion: NDArray[np.int64]
    curve: tuple[CurvePoint, ...]
    accuracy: float
    accuracy_interval: Interval
    thresholds: tuple[float, ...]
    sentence: str

    def about(self, options: TrainingOptions) -> dict[str, Any]:
        """What goes into the classifier's file, as plain JSON values (NaN as None)."""
        return {
            "options": asdict(options),
            "sentence": self.sentence,
            "tested": self.tested,
            "accuracy": _plain(self.accuracy),
            "classes": [_stored(one) for one in self.classes],
            "confusion": self.confusion.tolist(),
            "curve": [[p.examples, _plain(p.f1)] for p in self.curve],
        }


def folds_of(examples: ExampleSet, folds: int, seed: int) -> NDArray[np.int64] | None:
    """The fold of each example, int64 (examples,); None where there is only one group.

    A group is never split. Groups are dealt out one by one, each to the fold that has the least of
    its classes, so that every class is spread over the folds.
    """
    names, place = np.unique(examples.groups, return_inverse=True)
    count = min(folds, len(names))
    if count < 2:
        return None
    kinds = examples.targets + 1
    table = np.zeros((len(names), len(examples.labels) + 1))
    np.add.at(table, (place, kinds), ~examples.augmented)
    table /= np.maximum(table.sum(axis=0), 1)  # rare classes are dealt out as carefully
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-table[order].max(axis=1), kind="stable")]
    held = np.zeros((count, table.shape[1]))
    fold_of = np.zeros(len(names), np.int64)
    for group in order:
        crowded = held[:, table[group] > 0].sum(axis=1)
        fold = int(np.lexsort((held.sum(axis=1), crowded))[0])
        fold_of[group] = fold
        held[fold] += table[group]
    return fold_of[place]


def curve_point(examples: ExampleSet, scores: Doubles, size: float) -> CurvePoint:
    """The F1 that training on a share of the examples gave. `scores`: (examples, labels) of
    held-out examples, NaN for augmented ones."""
    confusion = _confusion(examples, scores)
    f1 = [_class_report(examples, scores, confusion, k).f1 for k in range(len(examples.labels))]
    own = int((~examples.augmented).sum())
    return CurvePoint(max(1, round(size * own)), float(np.nanmean(f1)))


def report_of(
    examples: ExampleSet, scores: Doubles | None, curve: tuple[CurvePoint, ...]
) -> TrainingReport:
    """The report on held-out `scores` (examples, labels; None where nothing could be tested)."""
    count = len(examples.labels)
    tested = scores is not None
    if scores is None:
        scores = np.full((len(examples), count), np.nan)
    confusion = _confusion(examples, scores)
    classes = tuple(_class_report(examples, scores, confusion, k) for k in range(count))
    right, total = int(np.trace(confusion)), int(confusion.sum())
    interval = wilson_interval(right, total, _CONFIDENCE)
    return TrainingReport(
        tested=tested,
        classes=classes,
        confusion=confusion,
        curve=curve,
        accuracy=right / total if total else float("nan"),
        accuracy_interval=interval,
        thresholds=tuple(_threshold(examples, scores, k) for k in range(count)),
        sentence=_sentence(tested, classes, right, total, curve),
    )


def _confusion(examples: ExampleSet, scores: Doubles) -> NDArray[np.int64]:
    count = len(examples.labels)
    table = np.zeros((count + 1, count + 1), np.int64)
    known = ~np.isnan(scores).any(axis=1)
    real = np.where(examples.targets == NEGATIVE, count, examples.targets)[known]
    np.add.at(table, (real, predicted(examples, scores[known])), 1)
    return table


def predicted(examples: ExampleSet, scores: Doubles) -> NDArray[np.int64]:
    """The class that each row of scores (n, labels) means; the number of labels: none of them,
    which is only chosen where there are such examples."""
    count = len(examples.labels)
    if not len(scores):
        return np.zeros(0, np.int64)
    highest = scores.max(axis=1)
    rest = 1 - scores.sum(axis=1)  # softmax: what "none of them" got
    has_none = bool((examples.targets == NEGATIVE).any())
    low = (highest < 0.5) & (highest < rest) if count > 1 else highest < 0.5
    return np.where(low & has_none, count, scores.argmax(axis=1))


def _class_report(
    examples: ExampleSet, scores: Doubles, confusion: NDArray[np.int64], place: int
) -> ClassReport:
    own = (examples.targets == place) & ~examples.augmented
    true_positives = int(confusion[place, place])
    return ClassReport(
        label=examples.labels[place],
        examples=int(own.sum()),
        recordings=len(np.unique(examples.groups[own])),
        true_positives=true_positives,
        false_alarms=int(confusion[:, place].sum()) - true_positives,
        average_precision=_average_precision(scores[:, place], examples.targets == place),
    )


def _average_precision(scores: Doubles, real: NDArray[np.bool_]) -> float:
    """The mean of the precision at each real example, in order of falling score."""
    known = ~np.isnan(scores)
    scores, real = scores[known], real[known]
    if not real.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits = real[order]
    # equal scores are ranked together
    last = np.searchsorted(-scores[order], -scores[order], "right") - 1
    precision = np.cumsum(hits)[last] / (last + 1)
    return float(precision[hits].mean())


def _threshold(examples: ExampleSet, scores: Doubles, place: int) -> float:
    """The score with the best F1, half-way to the next lower score; 0.5 if it cannot be chosen."""
    known = ~np.isnan(scores[:, place])
    values, real = scores[known, place], examples.targets[known] == place
    if not real.any() or real.all():
        return 0.5
    order = np.argsort(-values, kind="stable")
    values, hits = values[order], np.cumsum(real[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + real.sum())
    f1[:-1][values[:-1] == values[1:]] = -1  # a threshold cannot separate equal scores
    best = int(f1.argmax())
    below = values[best + 1] if best + 1 < len(values) else 0.0
    return float(np.clip((values[best] + below) / 2, 0.01, 0.99))


def _sentence(
    tested: bool,
    classes: tuple[ClassReport, ...],
    right: int,
    total: int,
    curve: tuple[CurvePoint, ...],
) -> str:
    if not tested:
        return (
            "It could not be cross-validated: all examples come from one recording."
            " Add examples from other recordings."
        )
    if len(classes) == 1:
        one = classes[0]
        low, high = wilson_interval(one.true_positives, one.examples, _CONFIDENCE)
        predicted = one.true_positives + one.false_alarms
        text = (
            f"In recordings left out of training it detected {grouped(one.true_positives)} of"
            f" {counted(one.examples, 'example')} of {one.label} (likely {percent(low)} to"
            f" {percent(high)} of all); {grouped(one.true_positives)} of the"
            f" {grouped(predicted)} that it classified as {one.label} were right."
        )
    else:
        low, high = wilson_interval(right, total, _CONFIDENCE)
        text = (
            f"In recordings left out of training it classified {part_of(right, total, 'example')}"
            f" correctly (likely {percent(low)} to {percent(high)} of all)."
        )
        weak = sorted((c for c in classes if c.recall < 1), key=lambda c: (c.recall, c.label))
        if weak:
            text += f" Weakest: {listed(c.label for c in weak[:_WEAKEST])}."
    alone = [c.label for c in classes if c.recordings < 2]
    if alone:
        named = listed(alone[:_WEAKEST]) + (" and others" if len(alone) > _WEAKEST else "")
        text += f" All examples of {named} come from one recording, so that could not be tested."
    elif min(c.examples for c in classes) < FEW_EXAMPLES:
        text += " This estimate rests on few examples, so take it as a rough guide."
    if len(curve) > 1 and curve[-1].f1 - curve[-2].f1 > 0.02:
        text += " More examples would probably improve it."
    return text


def _stored(report: ClassReport) -> dict[str, Any]:
    """The metrics under the names that classifier files have always had."""
    return {
        "label": report.label,
        "examples": report.examples,
        "recordings": report.recordings,
        "found": report.true_positives,
        "false_alarms": report.false_alarms,
        "average_precision": _plain(report.average_precision),
    }


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
