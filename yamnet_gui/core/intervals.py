"""Which of many intervals touch a span, however long single ones are."""

import bisect
from collections.abc import Sequence

import numpy as np


class IntervalIndex:
    """Intervals in order of their starts, below a tree of the latest end of each half.

    A search takes O(log n) steps for each hit and O(log n) if there is none; one long interval
    does not make others be looked at.
    """

    def __init__(self, starts: Sequence[float], ends: Sequence[float]) -> None:
        """`starts` must be in order."""
        self._starts = starts
        self._size = 1 << max(0, len(starts) - 1).bit_length()
        level = np.full(self._size, -np.inf)
        level[: len(ends)] = ends
        levels = [level]
        while len(level) > 1:
            level = np.maximum(level[0::2], level[1::2])
            levels.append(level)
        # the root at 1, the children of k at 2 k and 2 k + 1, the leaves from `_size` on
        self._latest = [-np.inf, *np.concatenate(levels[::-1]).tolist()]

    def touching(self, start: float, end: float) -> list[int]:
        """Positions of the intervals that share at least a point with [start, end], in order."""
        last = bisect.bisect_right(self._starts, end)
        hits: list[int] = []
        size, latest = self._size, self._latest
        nodes = [(1, 0, size)]
        while nodes:
            node, first, width = nodes.pop()
            if first >= last or latest[node] < start:
                continue
            if node >= size:
                hits.append(first)
                continue
            half = width >> 1
            nodes.append((2 * node + 1, first + half, half))
            nodes.append((2 * node, first, half))
        return hits
