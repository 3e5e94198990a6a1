"""In which order events are reviewed: the rule for projects and datasets alike."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .filters import QueueKind

Places = NDArray[np.integer[Any]]
_BANDS = 10


def review_order(
    kind: QueueKind, scores: NDArray[np.float32], seed: int, threshold: float
) -> Places:
    """Places of events in the order of review, whole numbers (n,).

    `scores` (n,) are those of the events in order of time, below 0 where there is none. Kinds that
    a project alone knows of leave the order of time.
    """
    if kind is QueueKind.SCORE:
        return ascending(-scores.astype(np.float32, copy=False))
    if kind is QueueKind.UNCERTAINTY:
        # what has no score was made by the user, who was sure
        distance = np.where(scores >= 0, np.abs(scores - threshold), np.inf)
        return ascending(distance.astype(np.float32))
    if kind not in (QueueKind.RANDOM, QueueKind.STRATIFIED):
        return np.arange(len(scores))
    chosen = np.random.default_rng(seed).permutation(len(scores))
    if kind is QueueKind.STRATIFIED:
        band = np.clip(scores[chosen] * _BANDS, 0, _BANDS - 1).astype(np.int8)
        turn = np.empty(len(band), np.int64)
        for n in range(_BANDS):
            inside = np.flatnonzero(band == n)
            turn[inside] = np.arange(len(inside))
        # every turn takes one of each band, surest first
        chosen = chosen[np.lexsort((-band, turn))]
    return chosen


def ascending(values: NDArray) -> Places:
    """A stable argsort; of 32-bit floats as two radix passes, several times faster.

    Of less than 2^31 values."""
    if values.dtype != np.float32:
        return np.argsort(values, kind="stable")
    bits = (values + np.float32(0)).view(np.uint32)  # + 0 makes one zero of the two
    # the bits of floats sort like numbers once those of negative ones are turned round
    bits = np.where(bits >> 31 == 1, ~bits, bits | np.uint32(1 << 31))
    low = np.argsort((bits & 0xFFFF).astype(np.uint16), kind="stable").astype(np.int32)
    high = (bits >> 16).astype(np.uint16)
    return low[np.argsort(high[low], kind="stable")]
