"""How good events are: event F1, segment F1, PSDS, confusions, precision-recall curves."""

from .counts import Counts, added, mean_f1, total
from .matching import event_counts, matches, segment_counts
from .pairing import Paired, paired
from .psds import SCENARIO_1, SCENARIO_2, Psds, PsdsSettings, psds
from .report import (
    Confusion,
    Evaluation,
    PrecisionRecall,
    confusions,
    evaluate,
    precision_recall,
    restricted,
    reviewed_pair,
)
from .spans import Pair, Spans, by_label, counting_events_below, united

__all__ = [
    "SCENARIO_1",
    "SCENARIO_2",
    "Confusion",
    "Counts",
    "Evaluation",
    "Pair",
    "Paired",
    "PrecisionRecall",
    "Psds",
    "PsdsSettings",
    "Spans",
    "added",
    "by_label",
    "confusions",
    "counting_events_below",
    "evaluate",
    "event_counts",
    "matches",
    "mean_f1",
    "paired",
    "precision_recall",
    "psds",
    "restricted",
    "reviewed_pair",
    "segment_counts",
    "total",
    "united",
]
