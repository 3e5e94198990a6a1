"""Scores as they arrive and are drawn: nothing short ever disappears."""

import numpy as np

from yamnet_gui.core.scores import PATCH_S, FrameGrid, ScoreChunk, ScoreTable
from yamnet_gui.gui.state.score_buffer import ScoreBuffer


def test_scores_are_pooled_by_maximum_at_every_zoom() -> None:
    rng = np.random.default_rng(0)
    count = 75_000
    scores = np.zeros((count, 4), np.float32)
    spots = rng.integers(0, count, 40)
    scores[spots, 2] = 0.8
    grid = FrameGrid(count, count * 0.48)
    buffer = ScoreBuffer.of_table(ScoreTable(grid, scores))
    edges = grid.tile_edges()
    for length in (count * 0.48, 20_000.0, 900.0, 40.0):
        for spot in spots[:10]:
            centre = (edges[spot] + edges[spot + 1]) / 2
            start_s = min(max(centre - length / 3, 0), count * 0.48 - length)
            columns = buffer.columns([2, 3], start_s, start_s + length, 700)
            at = int((centre - start_s) / length * 700)
            assert columns[0, max(at - 1, 0) : at + 2].max() >= 204
            assert columns[1].max() == 0


def test_a_growing_buffer_shows_what_a_finished_one_shows() -> None:
    rng = np.random.default_rng(1)
    count = 9_000
    scores = rng.random((count, 3), np.float32)
    grid = FrameGrid(count, count * 0.48)
    whole = ScoreBuffer.of_table(ScoreTable(grid, scores))
    growing = ScoreBuffer(grid, 3)
    first = 0
    while first < count:
        last = min(first + int(rng.integers(1, 500)), count)
        part = scores[first:last].copy()
        growing.add(ScoreChunk(first, part, np.zeros((last - first, 4), np.float32)))
        first = last
    assert growing.complete
    for span in ((0, count * 0.48), (100, 200), (1000, 4000)):
        np.testing.assert_array_equal(
            whole.columns([0, 1, 2], *span, 333), growing.columns([0, 1, 2], *span, 333)
        )
    np.testing.assert_array_equal(whole.best, growing.best)
    np.testing.assert_allclose(whole.mean, growing.mean)


def test_each_column_has_the_largest_score_of_its_frames_and_no_other() -> None:
    rng = np.random.default_rng(6)
    count = 3_000
    grid = FrameGrid(count, count * 0.48)
    scores = rng.integers(0, 256, (count, 2)).astype(np.float32) / 255
    buffer = ScoreBuffer.of_table(ScoreTable(grid, scores))
    for columns in (7, 150, 700, 2_000):
        edges = np.linspace(100.0, 1_300.0, columns + 1)
        # frames are shown around their middle, which lies half a patch after their start
        frames = np.floor((edges - grid.start_s - PATCH_S / 2) / grid.hop_s + 0.5).astype(int)
        spans = zip(frames[:-1], np.maximum(frames[1:], frames[:-1] + 1), strict=True)
        last = (frames[-2], frames[-1] + 1)
        expected = [scores[a:b].max(axis=0) for a, b in [*list(spans)[:-1], last]]
        shown = buffer.columns([0, 1], 100.0, 1_300.0, columns)
        assert np.array_equal(shown, np.round(np.array(expected).T * 255).astype(np.uint8))
