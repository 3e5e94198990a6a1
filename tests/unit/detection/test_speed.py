"""Moving a rule must feel immediate: what it costs, compared with one look at every score.

Processor time, so that other programs do not count.
"""

import time
from collections.abc import Callable

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


def quickest_s(work: Callable[[], object], rounds: int = 6) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def derive_s(prepared: PreparedScores, edges: Edges) -> float:
    """Best of some times; the envelope has a sound or a pause every few tenths of a second."""
    rng = np.random.default_rng(1)
    count = len(prepared.table.scores) * 48
    levels = np.repeat(rng.random(count // 20 + 1) * 4, 20)[:count]
    envelope = Envelope(levels.astype(np.float32))
    steps = iter(range(6))

    def derive() -> None:
        rules = RuleSet().with_edges(edges).with_threshold(None, 0.2 + next(steps) / 20)
        assert len(detect(prepared, rules, None, envelope)) > 1000

    return quickest_s(derive)


@pytest.mark.slow
@pytest.mark.parametrize("edges", EDGES)
def test_an_hour_is_derived_again_for_a_few_looks_at_its_scores(edges: Edges) -> None:
    prepared = hours(1)
    scores = prepared.table.scores
    plain = quickest_s(lambda: np.flatnonzero(scores > 0.2))
    spent = derive_s(prepared, edges)
    print(f"521 classes, 1 h, {edges} edges: {spent / plain:.1f} looks at all scores")
    assert spent < 40 * plain


@pytest.mark.slow
@pytest.mark.parametrize("edges", EDGES)
def test_the_cost_of_a_day_is_that_of_its_hours(edges: Edges) -> None:
    hour, day = derive_s(hours(1), edges), derive_s(hours(24), edges)
    print(f"521 classes, 24 h, {edges} edges: {day / hour:.1f} times one hour")
    assert day < 40 * hour
