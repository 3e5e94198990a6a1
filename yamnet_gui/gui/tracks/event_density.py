"""How many events there are where their bars would be narrower than pixels."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.gui.theme import class_color

from .event_lanes import Lanes
from .layer import argb, turned

_BLOCK = 24
"""Pixels of a piece of a lane that is drawn as a density or as bars."""
_DENSE = 1.0
"""Bars for each pixel from which on they are confetti."""
_MOST_KINDS = 12
_HALF_FULL = 6.0
"""Events at a pixel that fill about half of the height, whatever else is in view."""
_OTHERS = 0xFF808890


def dense_blocks(
    left: NDArray[np.float64], lanes: NDArray[np.int32], width: int
) -> NDArray[np.bool_]:
    """Which bars begin where there are too many in their lane to be told apart; bool (n,).

    `left` are pixels.
    """
    if not len(left):
        return np.zeros(0, bool)
    pieces = max(1, -(-width // _BLOCK))
    piece = np.minimum(np.maximum(left, 0) / _BLOCK, pieces - 1).astype(np.int64)
    place = lanes.astype(np.int64) * pieces + piece
    counts = np.bincount(place, minlength=(int(lanes.max()) + 1) * pieces)
    return np.asarray(counts[place] >= _DENSE * _BLOCK)


@dataclass(frozen=True)
class Density:
    """How many events there are at each pixel column; `counts` has the shape (parts, columns).

    The parts are classes, the most frequent first, or lanes where each lane is for a class.
    """

    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    colors: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        lanes: Lanes,
        which: NDArray[np.int64],
        left: NDArray[np.float64],
        right: NDArray[np.float64],
        width: int,
    ) -> "Density":
        """Counts the events `which` that reach from `left` to `right`, in pixels."""
        if not len(which):
            return cls()
        part, labels, colors = _by_lane(lanes, which) if lanes.rows else _by_kind(lanes, which)
        first = np.clip(left, 0, width - 1).astype(np.int64)
        end = np.clip(np.ceil(right), first + 1, width).astype(np.int64)
        size = len(labels) * (width + 1)
        steps = np.bincount(part * (width + 1) + first, minlength=size)
        steps -= np.bincount(part * (width + 1) + end, minlength=size)
        counts = np.cumsum(steps.reshape(len(labels), width + 1), axis=1)[:, :width]
        return cls(counts, colors, labels)

    def at(self, x: float, lane: int | None) -> dict[str, int]:
        """How many events of each label there are at a pixel (of a lane), most first."""
        column = int(x)
        if not 0 <= column < self.counts.shape[1]:
            return {}
        numbers = Counter(dict(zip(self.labels, self.counts[:, column].tolist(), strict=True)))
        if lane is not None:
            label = self.labels[lane] if lane < len(self.labels) else ""
            return {label: numbers[label]} if numbers[label] else {}
        return {label: n for label, n in numbers.most_common() if n}

    def rows(self) -> NDArray[np.uint32]:
        """A pixel for each lane and column, stronger where there are more events."""
        alpha = np.where(self.counts > 0, 0.35 + 0.65 * _filled(self.counts), 0.0)
        return _premultiplied(np.array(self.colors, np.uint32)[:, None], alpha)

    def stacks(self, height: int) -> NDArray[np.uint8]:
        """Columns from the bottom, as high as there are many events, parted by class.

        Each pixel is an index into `colors`, and their number where there is none.
        """
        total = self.counts.sum(axis=0)
        share = _filled(total) * height / np.maximum(total, 1)
        tops = np.round(np.cumsum(self.counts, axis=0) * share).astype(np.int64)
        whole = np.full((1, tops.shape[1]), height)
        runs = np.diff(np.concatenate([np.zeros_like(whole), tops, whole]), axis=0)
        parts = np.arange(len(self.colors) + 1, dtype=np.uint8)
        columns = np.repeat(np.tile(parts, runs.shape[1]), runs.T.ravel())
        return turned(columns.reshape(-1, height))


_Parts = tuple[NDArray[np.int64], tuple[str, ...], tuple[int, ...]]


def _by_kind(lanes: Lanes, which: NDArray[np.int64]) -> _Parts:
    """Part, label and colour by class; what is not among the most frequent is one part."""
    kinds = lanes.kinds[which]
    number = np.bincount(kinds, minlength=len(lanes.examples))
    order = np.argsort(-number, kind="stable")
    order = order[number[order] > 0]
    shown = order[:_MOST_KINDS].tolist()
    rank = np.full(len(number), len(shown), np.int64)
    rank[shown] = np.arange(len(shown))
    labels = [lanes.events[lanes.examples[kind]].label for kind in shown]
    colors = lanes.kind_colors[shown].tolist()
    if len(order) > len(shown):
        labels.append("other classes")
        colors.append(_OTHERS)
    return rank[kinds], tuple(labels), tuple(colors)


def _by_lane(lanes: Lanes, which: NDArray[np.int64]) -> _Parts:
    """Part, label and colour by lane."""
    named = {e.class_index: e.label for e in (lanes.events[i] for i in lanes.examples)}
    labels, colors = [], []
    for row in lanes.rows[: lanes.count]:
        if row is None:
            labels.append("other classes")
            colors.append(_OTHERS)
        else:
            index, label = (None, row) if isinstance(row, str) else (row, named.get(row, str(row)))
            labels.append(label)
            colors.append(argb(class_color(index, label).name()))
    return lanes.lanes[which].astype(np.int64), tuple(labels), tuple(colors)


def _filled(total: NDArray[np.int64]) -> NDArray[np.float64]:
    """A share of the room, 0 to 1, that the same number always has."""
    return np.asarray(1 - np.exp2(-total / _HALF_FULL))


def _premultiplied(colors: NDArray[np.uint32], alpha: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Opaque colours made transparent, premultiplied."""
    result = np.round(alpha * 255).astype(np.uint32) << np.uint32(24)
    for shift in (16, 8, 0):
        part = (colors >> np.uint32(shift)) & np.uint32(255)
        result |= np.round(part * alpha).astype(np.uint32) << np.uint32(shift)
    return np.asarray(result, np.uint32)
