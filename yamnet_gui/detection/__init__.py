"""Scores to events: rules, segmentation, refinement, calibration, evaluation."""

from .calibration import (
    FEWEST_REVIEWS,
    ClassCalibration,
    Review,
    calibrate,
    calibration_error,
    reviews_of,
    threshold_for_precision,
    threshold_for_recall,
    with_probability,
)
from .detections import Detections
from .envelope import ENVELOPE_STEP_S, Envelope, EnvelopeBuilder, EnvelopeStream, envelope_of
from .folding import FoldedEvent, counting_below, fold, folded_list, in_branch, lineage
from .hysteresis import derive_events, detect
from .merge import Changes, compare, merge_detections
from .prepared import PreparedScores, prepare
from .presets import PRESETS, preset
from .refine import DEFAULT_EDGES, EdgeSettings, refine_edges
from .replay import Contradiction, Dissent, Replay, replay_decisions
from .rules import (
    DEFAULT_RULE,
    EDGES,
    METHODS,
    Edges,
    GroupRule,
    Method,
    Origin,
    ResolvedRule,
    Rule,
    RuleSet,
    group_rule,
)
from .rules_io import load_rules, rules_from_json, rules_to_json, save_rules
from .sebb import BoxSettings
from .second_pass import FINE_HOP_S, densified, fine_frames, fine_grid, spans_to_rescore
from .stability import Stability, Variant, review_order, stability, stretch, variants
from .tuning import (
    FEWEST_TRUE,
    Tuning,
    TuningStep,
    candidates,
    class_tuning_steps,
    tune,
    tuning_steps,
)

__all__ = [
    "DEFAULT_EDGES",
    "DEFAULT_RULE",
    "EDGES",
    "ENVELOPE_STEP_S",
    "FEWEST_REVIEWS",
    "FEWEST_TRUE",
    "FINE_HOP_S",
    "METHODS",
    "PRESETS",
    "BoxSettings",
    "Changes",
    "ClassCalibration",
    "Contradiction",
    "Detections",
    "Dissent",
    "EdgeSettings",
    "Edges",
    "Envelope",
    "EnvelopeBuilder",
    "EnvelopeStream",
    "FoldedEvent",
    "GroupRule",
    "Method",
    "Origin",
    "PreparedScores",
    "Replay",
    "ResolvedRule",
    "Review",
    "Rule",
    "RuleSet",
    "Stability",
    "Tuning",
    "TuningStep",
    "Variant",
    "calibrate",
    "calibration_error",
    "candidates",
    "class_tuning_steps",
    "compare",
    "counting_below",
    "densified",
    "derive_events",
    "detect",
    "envelope_of",
    "fine_frames",
    "fine_grid",
    "fold",
    "folded_list",
    "group_rule",
    "in_branch",
    "lineage",
    "load_rules",
    "merge_detections",
    "prepare",
    "preset",
    "refine_edges",
    "replay_decisions",
    "review_order",
    "reviews_of",
    "rules_from_json",
    "rules_to_json",
    "save_rules",
    "spans_to_rescore",
    "stability",
    "stretch",
    "threshold_for_precision",
    "threshold_for_recall",
    "tune",
    "tuning_steps",
    "variants",
    "with_probability",
]
