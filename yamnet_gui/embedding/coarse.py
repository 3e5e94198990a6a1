"""A second, coarse form of the rows, a quarter of their single precision size, for a first look.

Every direction (row of length 1) is stored as bytes times its own step, with the length of what
that leaves out. By the inequality of Cauchy and Schwarz the cosine with any direction of length 1
lies within that length of the coarse one, so that a search over bytes misses nothing when it looks
again, exactly, at every row that could still be among the best.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_LARGEST = 127
_ROUNDING = 5e-6
"""More than what sums of 1024 products in single precision are off by."""


@dataclass(frozen=True)
class CoarseVectors:
    """`codes` int8 (rows, numbers); `steps` float32 (rows,); `bounds` float32 (rows,): how far the
    cosine of a row may be from `steps` · (codes · direction)."""

    codes: NDArray[np.int8]
    steps: Floats
    bounds: Floats

    def __len__(self) -> int:
        return len(self.codes)


def coarse_vectors(vectors: NDArray[np.float16] | Floats, scales: Floats) -> CoarseVectors:
    """The coarse form of rows whose lengths are one over `scales`."""
    units = vectors.astype(np.float32) * scales[:, np.newaxis]
    steps = np.abs(units).max(axis=1, initial=0) / _LARGEST
    inverse = np.divide(1, steps, out=np.zeros_like(steps), where=steps > 0)
    codes = np.rint(units * inverse[:, np.newaxis]).astype(np.int8)
    units -= codes * steps[:, np.newaxis]
    bounds = np.sqrt(np.einsum("ij,ij->i", units, units)) * 1.001 + _ROUNDING
    return CoarseVectors(codes, steps.astype(np.float32), bounds.astype(np.float32))
