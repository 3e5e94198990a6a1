import numpy as np
import pytest

from yamnet_gui.core.scores import PATCH_S
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection import (
    RuleSet,
    densified,
    detect,
    fine_frames,
    fine_grid,
    spans_to_rescore,
)

from .tables import rule_set, table_of


def test_only_the_surroundings_of_events_are_scored_again() -> None:
    table = table_of([0] * 20 + [0.9] * 3 + [0] * 40 + [0.2] + [0] * 20)
    spans = spans_to_rescore(table, rule_set(on=0.3))
    assert [(s.start_s, s.end_s) for s in spans] == [
        pytest.approx((20.5 * 0.48 - 0.96, 23.5 * 0.48 + 0.96), abs=0.25),
        pytest.approx((63.5 * 0.48 - 0.96, 64.5 * 0.48 + 0.96), abs=0.25),
    ]  # the second is not an event, but nearly
    assert spans_to_rescore(table_of([0.0] * 10), RuleSet()) == []


def test_a_finer_grid_has_the_frames_of_an_analysis_at_that_hop() -> None:
    table = table_of([0.0] * 11)
    grid = fine_grid(table.grid, 0.16)
    assert grid.count == 31
    assert grid.tile_edges()[[0, -1]].tolist() == table.grid.tile_edges()[[0, -1]].tolist()


def test_frames_scored_again_take_the_place_of_the_nearest_old_ones() -> None:
    table = table_of([0.1, 0.2, 0.3, 0.4])
    first, last = fine_frames(table, TimeSpan(0.9, 1.0), 0.16)
    rescored = np.full((last - first, 1), 0.9, np.float32)
    fine = densified(table, [(first, rescored)], 0.16)
    expected = np.array([0.1, 0.1, 0.2, 0.2, 0.2, 0.3, 0.3, 0.3, 0.4, 0.4], np.float32)
    expected[first:last] = 0.9
    assert fine.scores[:, 0].tolist() == expected.tolist()
    centres = (fine.grid.frame_starts() + PATCH_S / 2)[first:last]
    assert ((centres > 0.9 - 0.16) & (centres < 1.0 + 0.16)).all()


def test_an_event_keeps_its_place_on_the_finer_grid() -> None:
    table = table_of([0.0, 0.0, 0.9, 0.9, 0.0, 0.0])
    coarse = detect(table, rule_set(on=0.5, smoothing_s=0.0))
    fine = detect(densified(table, [], 0.16), rule_set(on=0.5, smoothing_s=0.0))
    assert fine.onset_s == pytest.approx(coarse.onset_s, abs=0.1)
    assert fine.offset_s == pytest.approx(coarse.offset_s, abs=0.1)
