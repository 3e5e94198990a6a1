"""Scores laid out class by class, so that a rule can be moved and all events follow at once."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.scores import DEFAULT_HOP_S, ScoreTable

from .sound_event_bounding_boxes import SCORE_FLOOR, Boxes, boxes

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
    _covered: dict[int, NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    _highest: NDArray[np.float32] | None = field(default=None, repr=False)
    _boxes: Boxes | None = field(default=None, repr=False)

    @property
    def class_count(self) -> int:
        return self.table.scores.shape[1]

    @property
    def highest(self) -> NDArray[np.float32]:
        """Highest score of each class, shape (classes,)."""
        if self._highest is None:
            scores = self.table.scores
            empty = np.zeros(self.class_count, np.float32)
            self._highest = scores.max(axis=0) if len(scores) else empty
        return self._highest

    def smoothing_frames(self, smoothing_s: float) -> int:
        """Frames that a running mean of `smoothing_s` takes: odd, 1 for none."""
        return 2 * int(smoothing_s / self.table.grid.hop_s / 2 + 1e-9) + 1

    def sparse(
        self, smoothing_frames: int, floor: float, classes: NDArray[np.int64] | None = None
    ) -> SparseScores:
        """Scores of at least `floor` (or less), after a running mean of so many frames.

        Complete for the requested classes (None: all); may contain others, too.
        """
        known = self._sparse.get(smoothing_frames)
        covered = self._covered.get(smoothing_frames, np.zeros(self.class_count, bool))
        asked = np.ones(self.class_count, bool)
        if classes is not None and smoothing_frames > 1:  # without a mean all are cheap
            asked[:] = False
            asked[classes] = True
        if known is None or known.floor > floor or (asked & ~covered).any():
            asked |= covered
            known = _gather(self.table.scores, smoothing_frames, min(floor, SCORE_FLOOR), asked)
            self._sparse[smoothing_frames] = known
            self._covered[smoothing_frames] = asked
        return known

    def boxes(self) -> Boxes:
        """Sound event bounding boxes of all classes."""
        if self._boxes is None:
            # a hop shorter than the published one is smoothed to it
            self._boxes = boxes(self.table, self.smoothing_frames(DEFAULT_HOP_S))
        return self._boxes


def prepare(table: ScoreTable) -> PreparedScores:
    """Lays the scores out for `detect`; worth it when rules will change more than once."""
    prepared = PreparedScores(table)
    prepared.sparse(1, SCORE_FLOOR)
    return prepared


def _gather(
    scores: NDArray[np.float32], smoothing_frames: int, floor: float, wanted: NDArray[np.bool_]
) -> SparseScores:
    columns = np.flatnonzero(wanted).astype(np.int16)
    frame_parts, class_parts, value_parts = [], [], []
    for start in range(0, len(scores), _BLOCK_FRAMES):
        stop = min(start + _BLOCK_FRAMES, len(scores))
        block = smoothed(scores, start, stop, smoothing_frames, wanted)
        frames, places = np.nonzero(block >= floor)
        frame_parts.append((frames + start).astype(np.int32))
        class_parts.append(columns[places])
        value_parts.append(block[frames, places])
    every_frame = np.concatenate([np.zeros(0, np.int32), *frame_parts])
    every_class = np.concatenate([np.zeros(0, np.int16), *class_parts])
    every_value = np.concatenate([np.zeros(0, np.float32), *value_parts])
    order = np.argsort(every_class, kind="stable")  # a radix sort for 16 bits
    starts = np.zeros(scores.shape[1] + 1, np.int64)
    np.cumsum(np.bincount(every_class, minlength=scores.shape[1]), out=starts[1:])
    return SparseScores(floor, starts, every_class[order], every_frame[order], every_value[order])


def smoothed(
    scores: NDArray[np.float32], start: int, stop: int, frames: int, wanted: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Rows [start, stop) of the centred running mean over `frames` (odd) rows, wanted columns.

    At the ends the mean is over the rows that exist.
    """
    everything = bool(wanted.all())
    frames = min(frames, 2 * len(scores) + 1)  # reaches all rows from everywhere
    if frames <= 1:
        return scores[start:stop] if everything else scores[start:stop][:, wanted]
    from scipy.ndimage import uniform_filter1d

    half = frames // 2
    first, last = max(start - half, 0), min(stop + half, len(scores))
    block = scores[first:last] if everything else scores[first:last][:, wanted]
    by_class = np.ascontiguousarray(block.T)
    mean = uniform_filter1d(by_class, frames, axis=1, mode="constant")
    rows = np.arange(first, last)
    inside = np.minimum(rows + half + 1, len(scores)) - np.maximum(rows - half, 0)
    mean *= np.float32(frames) / inside.astype(np.float32)
    return mean.T[start - first : stop - first]
