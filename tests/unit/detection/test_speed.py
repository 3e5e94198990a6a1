"""Moving a rule must feel immediate. Processor time, so that a busy machine does not count."""

import time

import numpy as np
import pytest

from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.detection import EDGES, Edges, Envelope, PreparedScores, RuleSet, detect, prepare


def hours(count: int) -> PreparedScores:
    """Scores of 521 classes: low noise, and sounds of some seconds in a third of the classes."""
    rng = np.random.default_rng(0)
    frames = 7500 * count
    scores = rng.beta(0.3, 60, (7500, 521)).astype(np.float32)
    for index in range(0, 521, 3):
        for start in rng.integers(0, 7480, 40):
            scores[start : start + rng.integers(1, 20), index] = rng.uniform(0.1, 0.95)
    return prepare(ScoreTable(FrameGrid(frames, frames * 0.48), np.tile(scores, (count, 1))))


def spent_s(prepared: PreparedScores, edges: Edges) -> float:
    """Best of some times; the envelope has a sound or a pause every few tenths of a second."""
    rng = np.random.default_rng(1)
    count = len(prepared.table.scores) * 48
    levels = np.repeat(rng.random(count // 20 + 1) * 4, 20)[:count]
    envelope = Envelope(levels.astype(np.float32))
    best = np.inf
    for step in range(6):
        rules = RuleSet().with_edges(edges).with_threshold(None, 0.2 + step / 20)
        start = time.process_time()
        found = detect(prepared, rules, None, envelope)
        best = min(best, time.process_time() - start)
        assert len(found) > 1000
    return float(best)


@pytest.mark.slow
@pytest.mark.parametrize("edges", EDGES)
def test_an_hour_is_derived_again_in_thirty_milliseconds(edges: Edges) -> None:
    spent = spent_s(hours(1), edges)
    print(f"521 classes, 1 h, {edges} edges: {1000 * spent:.1f} ms")
    assert spent <= 0.030


@pytest.mark.slow
@pytest.mark.parametrize("edges", EDGES)
def test_a_day_is_derived_again_in_a_second(edges: Edges) -> None:
    spent = spent_s(hours(24), edges)
    print(f"521 classes, 24 h, {edges} edges: {1000 * spent:.1f} ms")
    assert spent <= 1.0
