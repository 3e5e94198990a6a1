"""The scores of the open recording while they arrive, ready to be drawn at any zoom."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.scores import PATCH_S, FrameGrid, ScoreChunk, ScoreTable

_POOL = 8
_SPARE = 8
"""Spare columns for custom classes that are trained later, so that a new one costs no copy."""
_Bins = tuple[int, NDArray[np.int64], int, NDArray[np.bool_]]


class ScoreBuffer:
    """All frames of one analysis: float32 for rules, 8 bit per class for drawing.

    `levels[i]` has shape (classes, frames / 8**i): maxima of 8**i frames, so that drawing ten
    hours costs no more than drawing a minute and a single frame is never lost. Columns behind
    those of the model hold the custom classes.
    """

    def __init__(self, grid: FrameGrid, class_count: int, channel: int | None = None) -> None:
        self.grid = grid
        self.channel = channel
        self.ready = 0
        self.class_count = class_count
        self._asked: tuple[tuple[float, ...], _Bins] | None = None
        self._make_room(class_count + _SPARE)

    @classmethod
    def of_table(cls, table: ScoreTable) -> "ScoreBuffer":
        """A complete buffer of scores that are already there."""
        buffer = cls(table.grid, table.scores.shape[1], table.channel)
        for first in range(0, table.grid.count, 4096):
            buffer._put(first, table.scores[first : first + 4096])
        return buffer

    @property
    def complete(self) -> bool:
        return self.ready == self.grid.count

    @property
    def best(self) -> NDArray[np.float32]:
        """Highest score of each class so far, shape (classes,)."""
        return self._best[: self.class_count]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean score of each class over the frames that are there, shape (classes,)."""
        return self._sum[: self.class_count] / max(self.ready, 1)

    def set_class_count(self, count: int) -> None:
        """Room for more classes, without scores yet, or for fewer."""
        if count > self._scores.shape[1]:
            before = self._scores[: self.ready]
            self._make_room(count + _SPARE)
            self._put(0, before)
        self.forget_columns(min(count, self.class_count))
        self.class_count = count

    def forget_columns(self, first: int) -> None:
        """No scores for the classes from `first` on any more."""
        self._scores.flags.writeable = True
        self._scores[:, first:] = 0
        for level in self._levels:
            level[first:] = 0
        self._best[first:] = 0
        self._sum[first:] = 0

    def put_columns(self, first: int, scores: NDArray[np.float32]) -> None:
        """Scores of the classes from `first` on, for all frames so far: shape (ready, n)."""
        wide = slice(first, first + scores.shape[1])
        self._scores.flags.writeable = True
        self._scores[: self.ready, wide] = scores
        self._levels[0][wide, : self.ready] = np.ceil(scores * 255).astype(np.uint8).T
        for below, level in zip(self._levels, self._levels[1:], strict=False):
            starts = np.arange(0, below.shape[1], _POOL)
            level[wide] = np.maximum.reduceat(below[wide], starts, axis=1)
        self._best[wide] = scores.max(axis=0, initial=0)
        self._sum[wide] = scores.sum(axis=0, dtype=np.float64)

    def put_rows(self, frames: NDArray[np.int32], scores: NDArray[np.float32]) -> None:
        """Other scores (n, classes of the model) of frames that are there, ascending."""
        if not len(frames):
            return
        width = scores.shape[1]
        self._scores.flags.writeable = True
        before = self._scores[frames, :width]
        self._scores[frames, :width] = scores
        self._sum[:width] += (scores - before).sum(axis=0, dtype=np.float64)
        lost = np.flatnonzero(before.max(axis=0) >= self._best[:width])
        np.maximum(self._best[:width], scores.max(axis=0), out=self._best[:width])
        self._best[lost] = self._scores[: self.ready, lost].max(axis=0)
        self._levels[0][:width, frames] = np.ceil(scores * 255).astype(np.uint8).T
        bins = frames.astype(np.int64)
        for below, level in zip(self._levels, self._levels[1:], strict=False):
            bins = np.unique(bins // _POOL)
            parts = np.minimum(bins[:, None] * _POOL + np.arange(_POOL), below.shape[1] - 1)
            level[:width, bins] = below[:width, parts].max(axis=2)

    def add(self, chunk: ScoreChunk) -> None:
        """Adds the next frames."""
        self._put(chunk.first_frame, chunk.scores)

    def table(self) -> ScoreTable:
        """The frames that are there so far."""
        scores = self._scores[: self.ready, : self.class_count]
        scores.flags.writeable = False
        grid = self.grid
        if not self.complete:
            edge = grid.start_s + PATCH_S / 2 + (self.ready - 0.5) * grid.hop_s
            grid = FrameGrid(self.ready, min(edge, grid.end_s), grid.start_s, grid.hop_s)
        return ScoreTable(grid, scores, self.channel)

    def at(self, time_s: float) -> NDArray[np.float32] | None:
        """Scores of all classes in the frame around `time_s`; None where there are none yet."""
        frame = self.grid.frame_at(time_s)
        return self._scores[frame, : self.class_count] if frame < self.ready else None

    def columns(
        self, classes: Sequence[int], start_s: float, end_s: float, count: int
    ) -> NDArray[np.uint8]:
        """Largest score (0 to 255 for 0 to 1) per class and column, shape (classes, count).

        Columns divide [start_s, end_s] evenly; 0 where there is no score.
        """
        if not classes or not self.ready:
            return np.zeros((len(classes), count), np.uint8)
        level, starts, stop, known = self._bins(start_s, end_s, count)
        if not len(starts):
            return np.zeros((len(classes), count), np.uint8)
        first = int(starts[0])
        rows = self._levels[level][np.asarray(classes), first:stop]
        most = _most(rows, starts - first)
        if len(starts) == count:
            return most
        image = np.zeros((len(classes), count), np.uint8)
        image[:, known] = most
        return image

    def _bins(self, start_s: float, end_s: float, count: int) -> _Bins:
        """The level to draw columns from, the bin where each begins, the end of the last, and which
        columns have scores: the others have no bin.

        The tracks of a frame all ask for the same.
        """
        asked = (start_s, end_s, count, self.ready)
        if self._asked is None or self._asked[0] != asked:
            self._asked = asked, self._find_bins(start_s, end_s, count)
        return self._asked[1]

    def _find_bins(self, start_s: float, end_s: float, count: int) -> _Bins:
        grid = self.grid
        times = np.linspace(start_s, end_s, count + 1)
        frames = (times - grid.start_s - PATCH_S / 2) / grid.hop_s + 0.5
        level = 0
        while level + 1 < len(self._levels) and (frames[-1] - frames[0]) / count > 2 * _POOL ** (
            level + 1
        ):
            level += 1
        bins = np.floor(frames / _POOL**level).astype(np.int64)
        ready = -(-self.ready // _POOL**level)
        known = (times[1:] > grid.start_s) & (times[:-1] < grid.end_s) & (bins[:-1] < ready)
        starts = np.clip(bins[:-1][known], 0, ready - 1)
        last = bins[1:][known][-1:].tolist()
        stop = min(max(last[0] + 1, int(starts[-1]) + 1), ready) if last else 0
        return level, starts, stop, known

    def _make_room(self, columns: int) -> None:
        count = self.grid.count
        self._best = np.zeros(columns, np.float32)
        self._sum = np.zeros(columns, np.float64)
        self._scores = np.zeros((count, columns), np.float32)
        self._levels: list[NDArray[np.uint8]] = [np.zeros((columns, count), np.uint8)]
        while self._levels[-1].shape[1] > 4096:
            width = -(-self._levels[-1].shape[1] // _POOL)
            self._levels.append(np.zeros((columns, width), np.uint8))

    def _put(self, first: int, scores: NDArray[np.float32]) -> None:
        last, wide = first + len(scores), scores.shape[1]
        self.ready = max(self.ready, last)
        self._scores.flags.writeable = True
        self._scores[first:last, :wide] = scores
        self._levels[0][:wide, first:last] = (np.ceil(scores * 255)).astype(np.uint8).T
        for below, level in zip(self._levels, self._levels[1:], strict=False):
            first_bin, last_bin = first // _POOL, -(-last // _POOL)
            part = below[:, first_bin * _POOL : last_bin * _POOL]
            starts = np.arange(0, part.shape[1], _POOL)
            level[:, first_bin : first_bin + len(starts)] = np.maximum.reduceat(
                part, starts, axis=1
            )
            first, last = first_bin, last_bin
        np.maximum(self._best[:wide], scores.max(axis=0, initial=0), out=self._best[:wide])
        self._sum[:wide] += scores.sum(axis=0, dtype=np.float64)


def _most(rows: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The largest from each start up to the next, of the last up to the end; shape (rows, starts).

    Of equal starts each has the value there. Two runs of a power of two cover any range, and runs
    are made by doubling: `ufunc.reduceat` has no vector code for bytes and takes several times as
    long.
    """
    stops = np.append(np.maximum(starts[1:], starts[:-1] + 1), rows.shape[1])
    lengths = stops - starts
    most = rows.take(starts, axis=1)
    runs, run = rows, 1
    while run < int(lengths.max()):
        longer = lengths > run
        both = (starts[longer], stops[longer] - run)
        most[:, longer] = np.maximum(*(runs.take(at, axis=1) for at in both))
        runs, run = np.maximum(runs[:, :-run], runs[:, run:]), 2 * run
    return most
