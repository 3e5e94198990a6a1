"""Maxima of neighbouring rows, for drawing."""

import numpy as np
from numpy.typing import NDArray

_FEW = 12


def max_rows(
    values: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """The largest of rows [start, stop) for each pair: uint8 (n, columns) to (pairs, columns).

    Every range holds at least one row. Taking the few rows of short ranges one after the
    other is many times faster than `ufunc.reduceat`, which has no vector code for bytes.
    """
    widest = int((stops - starts).max(initial=1))
    if widest > _FEW:
        base, last = int(starts.min()), int(stops.max())
        part = values[base:last]
        part = np.concatenate([part, part[-1:]])  # reduceat needs every index inside
        pairs = np.stack([starts, stops], axis=1).reshape(-1) - base
        return np.maximum.reduceat(part, pairs, axis=0)[::2]
    pooled = values[starts]
    for step in range(1, widest):
        np.maximum(pooled, values[np.minimum(starts + step, stops - 1)], out=pooled)
    return pooled
