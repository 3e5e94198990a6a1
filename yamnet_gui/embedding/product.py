"""The product of many stored rows with one direction, as fast as memory can be read."""

import numpy as np
from numpy.typing import NDArray

from .frames import Floats

_BLOCK_ROWS = 2048


def products(rows: NDArray[np.float16] | Floats, direction: Floats) -> Floats:
    """Row · direction for every row, float32 (rows,)."""
    found = np.empty(len(rows), np.float32)
    for first in range(0, len(rows), _BLOCK_ROWS):
        block = np.asarray(rows[first : first + _BLOCK_ROWS], np.float32)
        found[first : first + _BLOCK_ROWS] = block @ direction
    return found


def widened(rows: NDArray[np.float16] | Floats) -> Floats:
    """The rows in single precision."""
    return np.asarray(rows, np.float32)
