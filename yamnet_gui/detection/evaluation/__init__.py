"""How good events are: event F1, segment F1, PSDS, confusions, precision-recall curves."""

from .agreement import Agreement, ClassAgreement, Item, Judged, Verdict, agreement
from .counts import Counts, added, mean_f1, total
from .curve import PrecisionRecall, curve_of, precision_recall
from .event_arrays import EventArrays, Pair, by_label, counting_events_below, united
from .matching import event_counts, matches, segment_counts
from .mismatches import Mismatch, MismatchKind, mismatches
from .pairing import Paired, paired
from .psds import SCENARIO_1, SCENARIO_2, Psds, PsdsSettings, psds
from .report import COLLARS_S, Confusion, Evaluation, confusions, evaluate, restricted
from .reviewed import ReviewedReference, is_decision

__all__ = [
    "COLLARS_S",
    "SCENARIO_1",
    "SCENARIO_2",
    "Agreement",
    "ClassAgreement",
    "Confusion",
    "Counts",
    "Evaluation",
    "EventArrays",
    "Item",
    "Judged",
    "Mismatch",
    "MismatchKind",
    "Pair",
    "Paired",
    "PrecisionRecall",
    "Psds",
    "PsdsSettings",
    "ReviewedReference",
    "Verdict",
    "added",
    "agreement",
    "by_label",
    "confusions",
    "counting_events_below",
    "curve_of",
    "evaluate",
    "event_counts",
    "is_decision",
    "matches",
    "mean_f1",
    "mismatches",
    "paired",
    "precision_recall",
    "psds",
    "restricted",
    "segment_counts",
    "total",
    "united",
]
