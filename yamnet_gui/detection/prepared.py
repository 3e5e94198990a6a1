"""Scores laid out class by class, so that a rule can be moved and all events follow at once."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.scores import ScoreTable

if TYPE_CHECKING:
    from .sebb import Boxes

_FLOOR = 0.02  # scores below are left out: most of the 521 classes are near 0 most of the time
_BLOCK_FRAMES = 4096


@dataclass(frozen=True, slots=True)
class SparseScores:
    """Scores of at least `floor`, ordered by class and then by frame.

    Those of class c are entries [starts[c], starts[c + 1]) of `classes` (int16), `frames`
    (int32) and `values` (float32).
    """

    floor: float
    starts: NDArray[np.int64]
    classes: NDArray[np.int16]
    frames: NDArray[np.int32]
    values: NDArray[np.float32]

    def of_classes(self, classes: NDArray[np.int64] | None) -> "SparseScores":
        """The entries of these classes alone (sorted, each once); None gives all."""
        if classes is None:
            return self
        parts = [slice(self.starts[c], self.starts[c + 1]) for c in classes]
        chosen = (
            [
                np.concatenate([a[p] for p in parts]) if len(parts) != 1 else a[parts[0]]
                for a in (self.classes, self.frames, self.values)
            ]
            if parts
            else [a[:0] for a in (self.classes, self.frames, self.values)]
        )
        return SparseScores(self.floor, self.starts, *chosen)


@dataclass(slots=True)
class PreparedScores:
    """A score table with the forms of it that rules need, made when first asked for."""

    table: ScoreTable
    _sparse: dict[int, SparseScores] = field(default_factory=dict, repr=False)
    _boxes: "Boxes | None" = field(default=None, repr=False)

    @property
    def class_count(self) -> int:
        return self.table.scores.shape[1]

    def smoothing_frames(self, smoothing_s: float) -> int:
        """Frames that a running mean of `smoothing_s` takes: odd, 1 for none."""
        return 2 * int(smoothing_s / self.table.grid.hop_s / 2 + 1e-9) + 1

    def sparse(self, smoothing_frames: int, floor: float) -> SparseScores:
        """Scores of at least `floor` (or less), after a running mean of so many frames."""
        known = self._sparse.get(smoothing_frames)
        if known is None or known.floor > floor:
            known = _gather(self.table.scores, smoothing_frames, min(floor, _FLOOR))
            self._sparse[smoothing_frames] = known
        return known

    def boxes(self) -> "Boxes":
        """Sound event bounding boxes of all classes."""
        if self._boxes is None:
            from .sebb import boxes

            self._boxes = boxes(self)
        return self._boxes


def prepare(table: ScoreTable) -> PreparedScores:
    """Lays the scores out for `detect`; worth it when rules will change more than once."""
    prepared = PreparedScores(table)
    prepared.sparse(1, _FLOOR)
    return prepared


def _gather(scores: NDArray[np.float32], smoothing_frames: int, floor: float) -> SparseScores:
    frames_found, classes_found, values_found = [], [], []
    for start in range(0, len(scores), _BLOCK_FRAMES):
        block = smoothed(scores, start, min(start + _BLOCK_FRAMES, len(scores)), smoothing_frames)
        frames, classes = np.nonzero(block >= floor)
        frames_found.append((frames + start).astype(np.int32))
        classes_found.append(classes.astype(np.int16))
        values_found.append(block[frames, classes])
    every_frame = np.concatenate([np.zeros(0, np.int32), *frames_found])
    every_class = np.concatenate([np.zeros(0, np.int16), *classes_found])
    every_value = np.concatenate([np.zeros(0, np.float32), *values_found])
    order = np.argsort(every_class, kind="stable")  # a radix sort for 16 bits
    starts = np.zeros(scores.shape[1] + 1, np.int64)
    np.cumsum(np.bincount(every_class, minlength=scores.shape[1]), out=starts[1:])
    return SparseScores(floor, starts, every_class[order], every_frame[order], every_value[order])


def smoothed(
    scores: NDArray[np.float32], start: int, stop: int, frames: int
) -> NDArray[np.float32]:
    """Rows [start, stop) of the centred running mean over `frames` (odd) rows.

    At the ends the mean is over the rows that exist.
    """
    if frames <= 1:
        return scores[start:stop]
    half = frames // 2
    first, last = max(start - half, 0), min(stop + half, len(scores))
    sums = np.zeros((last - first + 1, scores.shape[1]), np.float64)
    np.cumsum(scores[first:last], axis=0, out=sums[1:])
    rows = np.arange(start, stop)
    low = np.maximum(rows - half, 0) - first
    high = np.minimum(rows + half + 1, len(scores)) - first
    return ((sums[high] - sums[low]) / (high - low)[:, None]).astype(np.float32)
