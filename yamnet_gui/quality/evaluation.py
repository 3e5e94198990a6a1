"""How good the events of rules are, step by step so that a window can show it and stop it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import RuleSet, TuningStep, class_tuning_steps, tuning_steps
from yamnet_gui.detection.evaluation import (
    Counts,
    Evaluation,
    Mismatch,
    Pair,
    PrecisionRecall,
    ReviewedReference,
    curve_of,
    evaluate,
    event_counts,
    mismatches,
    restricted,
    segment_counts,
    total,
)

from .references import EvaluationItem, EvaluationItems, Finder, reference_labels

_THRESHOLDS = np.round(np.concatenate([np.arange(0.02, 0.1, 0.02), np.arange(0.1, 0.99, 0.04)]), 2)

_FEWEST_FOR_INTERVAL = 5
_DRAWS = 1000

TuningScope = Literal["default", "classes"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """All figures of one set of rules on some recordings.

    `mismatches` count with a collar of `collar_s`; their `pair` is a place in `on.items`.
    `intervals` are the 90% intervals of the overall F1 by measure, see `interval`.
    """

    evaluation: Evaluation
    mismatches: tuple[Mismatch, ...]
    on: EvaluationItems
    rules: RuleSet
    collar_s: float
    below: bool
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def interval(self, measure: str) -> tuple[float, float] | None:
        """The interval of "0.2", "0.5" or "segments"; None with too few recordings for one."""
        return self.intervals.get(measure)


@dataclass(frozen=True, slots=True)
class EvaluationProgress:
    """How far a measurement is; `result` comes with the last step."""

    done: int
    total: int
    result: Measurement | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall of a label when its threshold moves, and where it stands now."""

    label: str
    curve: PrecisionRecall
    present: float
    collar_s: float

    @property
    def place(self) -> int:
        """Place of the present threshold among those of the curve."""
        return int(np.argmin(np.abs(self.curve.thresholds - self.present)))


def measure(
    on: EvaluationItems,
    rules: RuleSet,
    class_map: ClassMap,
    below: Ontology | None = None,
    collar_s: float = 0.5,
    labels: Collection[str] | None = None,
) -> Iterator[EvaluationProgress]:
    """Evaluates rules on the items, for these labels. None: with an ontology, where a label
    counts with all below it, those that are true somewhere or were decided about; else also every
    label that was detected in a reviewed segment."""
    items = on.items
    wanted = _labels(items, below) if labels is None else set(labels)
    finder = Finder(class_map, wanted, below)
    pairs: list[Pair] = []
    fully_reviewed: list[Pair] = []
    for number, item in enumerate(items):
        estimated = finder.detect(item, rules)
        pairs.append(item.reference.pair(estimated))
        fully_reviewed.append(item.reference.fully_reviewed_pair(estimated))
        yield EvaluationProgress(number + 1, len(items) + 1)
    named = sorted(wanted or {x for p in pairs for x in (*p.reference, *p.estimated)})
    pairs = [restricted(pair, named) for pair in pairs]
    known = sum(pair.duration_s for pair in fully_reviewed) > 0
    result = evaluate(pairs, named, psds_pairs=fully_reviewed if known else [])
    wrong = tuple(mismatches(pairs, collar_s))
    whole = Measurement(result, wrong, on, rules, collar_s, below is not None, _intervals(pairs))
    yield EvaluationProgress(len(items) + 1, len(items) + 1, whole)


def curve(
    on: EvaluationItems,
    rules: RuleSet,
    class_map: ClassMap,
    label: str,
    below: Ontology | None = None,
    collar_s: float = 0.5,
) -> Iterator[Curve | None]:
    """The curve of one label: its events recomputed at every threshold, the rest of its rule as
    it is. None on the way, so that it can be stopped; nothing but that where the label is none of
    the model's classes."""
    finder = Finder(class_map, [label], below)
    classes = finder.classes_of([label])
    entry = class_map.find(label)
    if not classes:
        return
    present = rules.resolved(classes[0] if entry is None else entry.index).on
    thresholds = sorted({*_THRESHOLDS.tolist(), present})
    counts = dict.fromkeys(thresholds, Counts())
    for item in on.items:
        for threshold in thresholds:
            moved = rules
            for index in classes:
                moved = moved.with_threshold(index, threshold)
            pair = item.reference.pair(finder.detect(item, moved, classes))
            counts[threshold] += event_counts(pair, collar_s).get(label, Counts())
        yield None
    yield Curve(label, curve_of(thresholds, counts.__getitem__), present, collar_s)


def tuned(
    on: EvaluationItems,
    rules: RuleSet,
    class_map: ClassMap,
    below: Ontology | None = None,
    collar_s: float | None = 0.5,
    scope: TuningScope = "default",
    labels: Collection[str] | None = None,
) -> Iterator[TuningStep]:
    """Looks for rules that suit the items: another default, or a rule for each class on its own
    (with `below` None). See `detection.tune`."""
    items = on.items
    if labels is None:
        labels = reference_labels(items) if scope == "classes" else _labels(items, below)
    finder = Finder(class_map, labels, below)

    def derive(index: int, tried: RuleSet) -> Pair:
        pair = finder.pair(items[index], tried)
        return pair if labels is None else restricted(pair, sorted(labels))

    if scope == "default":
        yield from tuning_steps(rules, len(items), derive, collar_s=collar_s)
        return
    entries = {label: class_map.find(label) for label in sorted(labels or ())}
    classes = {label: entry.index for label, entry in entries.items() if entry is not None}
    yield from class_tuning_steps(rules, len(items), derive, classes, collar_s)


def _intervals(pairs: Sequence[Pair]) -> dict[str, tuple[float, float]]:
    """How far the overall F1 would move with other recordings of the kind: the middle 90 % of
    1,000 draws of recordings with replacement (bootstrap); nothing with fewer than five."""
    if len(pairs) < _FEWEST_FOR_INTERVAL:
        return {}
    drawn = np.random.default_rng(0).integers(0, len(pairs), (_DRAWS, len(pairs)))
    intervals = {}
    for measure in ("0.2", "0.5", "segments"):
        rows = []
        for pair in pairs:
            segments = measure == "segments"
            counts = total(segment_counts(pair) if segments else event_counts(pair, float(measure)))
            rows.append((counts.hits, counts.estimated + counts.reference))
        hits, both = np.array(rows, float)[drawn].sum(axis=1).T
        low, high = np.quantile(2 * hits / np.maximum(both, 1), (0.05, 0.95))
        intervals[measure] = (float(low), float(high))
    return intervals


def _labels(items: tuple[EvaluationItem, ...], below: Ontology | None) -> set[str] | None:
    """Labels to look for; None for all: in reviewed segments every detection counts."""
    if below is not None:
        return reference_labels(items)
    anything = any(isinstance(s.reference, ReviewedReference) for s in items)
    return None if anything else reference_labels(items)
