"""Scores to events: rules, segmentation, refinement, calibration, evaluation."""

from .detections import Detections
from .hysteresis import derive_events, detect
from .merge import Changes, compare, merge_detections
from .prepared import PreparedScores, prepare
from .presets import PRESETS, preset
from .rules import DEFAULT_RULE, GroupRule, ResolvedRule, Rule, RuleSet, group_rule
from .rules_io import load_rules, rules_from_json, rules_to_json, save_rules

__all__ = [
    "DEFAULT_RULE",
    "PRESETS",
    "Changes",
    "Detections",
    "GroupRule",
    "PreparedScores",
    "ResolvedRule",
    "Rule",
    "RuleSet",
    "compare",
    "derive_events",
    "detect",
    "group_rule",
    "load_rules",
    "merge_detections",
    "prepare",
    "preset",
    "rules_from_json",
    "rules_to_json",
    "save_rules",
]
