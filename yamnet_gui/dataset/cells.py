"""Cells of directions: which frames a search looks at, so that it need not look at all.

An inverted file (Jégou, Douze and Schmid, 2011): directions are divided into cells by the nearest
of some thousand centres, and a search reads the cells whose centres are nearest to the query. Cells
are told apart in few numbers, the main components of a sample; cosines are computed with all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.stopping import check_stopped

Floats = NDArray[np.float32]
_COMPONENTS = 96
_ROUNDS = 8
_MOST_CELLS = 8192
_FEWEST_MEMBERS = 16
"""Of the sample in a cell, so that its centre means something."""
_BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Cells:
    """`components` float32 (numbers, m) lead to where the `centres` float32 (cells, m), of length
    1, are."""

    components: Floats
    centres: Floats

    def __len__(self) -> int:
        return len(self.centres)

    def of(self, units: Floats) -> NDArray[np.int32]:
        """The cell of each direction (n, numbers), int32 (n,)."""
        return _nearest(units @ self.components, self.centres)

    def nearest_to(self, direction: Floats, count: int) -> NDArray[np.int64]:
        """The cells that a search for a direction (numbers,) reads, nearest first."""
        near = self.centres @ (direction @ self.components)
        return np.argsort(-near, kind="stable")[:count]


def cell_count(rows: int) -> int:
    """So many cells that reading some of them costs about as much as comparing with all centres."""
    return int(np.clip(2 ** round(np.log2(max(1.0, 1.3 * rows**0.5))), 1, _MOST_CELLS))


def make_cells(sample: NDArray[np.float16], count: int, seed: int = 0) -> Cells:
    """`count` cells (fewer where the sample is small) by k-means of directions (n, numbers)."""
    random = np.random.default_rng(seed)
    _, vectors = np.linalg.eigh(sum(block.T @ block for block in _blocks(sample)))
    components = np.ascontiguousarray(vectors[:, ::-1][:, :_COMPONENTS], np.float32)
    points = _of_length_1(np.concatenate([block @ components for block in _blocks(sample)]))
    count = max(1, min(count, len(points) // _FEWEST_MEMBERS))
    centres = points[random.choice(len(points), count, replace=False)] if len(points) else points
    for _ in range(_ROUNDS):
        of = _nearest(points, centres)
        order = np.argsort(of, kind="stable")
        filled, first = np.unique(of[order], return_index=True)
        sums = np.add.reduceat(points[order], first) if len(first) else points
        centres = points[random.choice(len(points), count)] if len(points) else centres
        centres[filled] = _of_length_1(sums)  # an empty cell begins again at some point
    return Cells(components, centres)


def _blocks(sample: NDArray[np.float16]) -> Iterator[Floats]:
    """Rows in single precision, a part at a time: all of them would take half a gigabyte."""
    for first in range(0, max(1, len(sample)), _BLOCK):
        check_stopped()
        yield sample[first : first + _BLOCK].astype(np.float32)


def _nearest(points: Floats, centres: Floats) -> NDArray[np.int32]:
    found = np.empty(len(points), np.int32)
    for first in range(0, len(points), _BLOCK):
        check_stopped()
        part = slice(first, first + _BLOCK)
        found[part] = (points[part] @ centres.T).argmax(axis=1)
    return found


def _of_length_1(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
