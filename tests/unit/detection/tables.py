"""Score tables for tests."""

import numpy as np
from hypothesis import strategies as st

from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.core.scores import DEFAULT_HOP_S, FrameGrid, ScoreTable
from yamnet_gui.detection import DEFAULT_RULE, Method, Rule, RuleSet

CLASS_MAP = bundled_class_map()
ONTOLOGY = bundled_ontology()


def table_of(*columns: list[float], hop_s: float = DEFAULT_HOP_S) -> ScoreTable:
    """A table with one class a column, of a recording that just holds its frames."""
    scores = np.array(columns, np.float32).T.copy()
    end = (len(scores) - 1) * hop_s + 0.975 if len(scores) else 0.0
    return ScoreTable(FrameGrid(len(scores), end, hop_s=hop_s), scores)


def random_table(seed: int, frames: int = 60, classes: int = 3) -> ScoreTable:
    """Scores that wander slowly, as YAMNet's do, between 0 and 1."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 1.2, (frames, classes)).cumsum(axis=0) * 0.8 - 1.0
    return table_of(*(1 / (1 + np.exp(-(steps - steps.mean(axis=0))))).T.tolist())


def rule_set(method: Method = "hysteresis", **values: float) -> RuleSet:
    return RuleSet(default=Rule(method=method, **values).over(DEFAULT_RULE))


seeds = st.integers(0, 10_000)
plain_rules = {
    "off": st.sampled_from([0.02, 0.1, 0.3]),
    "smoothing_s": st.sampled_from([0.0, 1.44, 2.4]),
    "shortest_s": st.sampled_from([0.0, 0.5, 1.0]),
    "longest_s": st.sampled_from([0.7, 2.0, 1e9]),
    "merge_gap_s": st.sampled_from([0.0, 0.5, 1.5]),
    "padding_s": st.sampled_from([0.0, 0.3, 2.0]),
    "cooldown_s": st.sampled_from([0.0, 1.0, 5.0]),
}
methods = st.sampled_from(["hysteresis", "boxes"])
