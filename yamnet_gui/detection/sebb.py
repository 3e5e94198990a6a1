"""Sound event bounding boxes: extent first, confidence after.

After Ebbers, Germain, Wichern, Le Roux: "Sound Event Bounding Boxes" (Interspeech 2024), worked
out from the text of the paper. Where the score of a class changes most (the response of a step
filter has a local extremum), a box begins or ends. Neighbours whose gap is not clearly lower than
themselves become one. Every box has one confidence, so that a threshold selects boxes and never
stretches one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.scores import DEFAULT_HOP_S

from .prepared import PreparedScores

_FLOOR = 0.02  # boxes that never reach this are not worth keeping


@dataclass(frozen=True, slots=True)
class BoxSettings:
    """`step_s`: length of either side of the step filter. Two boxes are one where the gap's mean
    is within `difference` of the weaker, or above `share` of it."""

    step_s: float = 0.48
    difference: float = 0.3
    share: float = 0.6


DEFAULT_BOXES = BoxSettings()


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of all classes, ordered by class and time; frames include first and last."""

    classes: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    confidence: NDArray[np.float32]

    def of_classes(self, chosen: NDArray[np.int64], class_count: int) -> "Boxes":
        wanted = np.zeros(class_count, bool)
        wanted[chosen] = True
        keep = wanted[self.classes]
        return Boxes(self.classes[keep], self.first[keep], self.last[keep], self.confidence[keep])


def boxes(prepared: PreparedScores, settings: BoxSettings = DEFAULT_BOXES) -> Boxes:
    """The boxes of every class; the confidence is the highest score in the box."""
    table = prepared.table
    smooth = prepared.smoothing_frames(DEFAULT_HOP_S)  # 1 at the published hop
    width = max(1, round(settings.step_s / table.grid.hop_s))
    highest = table.scores.max(axis=0) if len(table.scores) else np.zeros(0, np.float32)
    parts: list[tuple[int, list[tuple[int, int, float]]]] = []
    for index in np.flatnonzero(highest >= _FLOOR).tolist():
        scores = table.scores[:, index].astype(np.float64)
        if smooth > 1:
            scores = np.convolve(scores, np.full(smooth, 1 / smooth), "same")
        parts.append((index, class_boxes(scores, width, settings)))
    flat = [(index, *box) for index, found in parts for box in found]
    columns = list(zip(*flat, strict=True)) if flat else [(), (), (), ()]
    return Boxes(
        np.array(columns[0], np.int64),
        np.array(columns[1], np.int64),
        np.array(columns[2], np.int64),
        np.array(columns[3], np.float32),
    )


def class_boxes(
    scores: NDArray[np.float64], width: int, settings: BoxSettings = DEFAULT_BOXES
) -> list[tuple[int, int, float]]:
    """(first, last, confidence) of the boxes of one class; `width` in frames."""
    sums = np.append(0.0, np.cumsum(scores))
    candidates = _candidates(scores, sums, width)
    merged: list[tuple[int, int]] = []
    for first, end in candidates:
        merged.append((first, end))
        while len(merged) > 1 and _one(sums, merged[-2], merged[-1], settings):
            last = merged.pop()
            merged[-1] = (merged[-1][0], last[1])
    return [(a, b - 1, float(scores[a:b].max())) for a, b in merged]


def _candidates(
    scores: NDArray[np.float64], sums: NDArray[np.float64], width: int
) -> list[tuple[int, int]]:
    """First and end (excluded) frames between a steepest rise and the steepest fall after it."""
    count = len(scores)
    borders = np.arange(count + 1)
    after = sums[np.minimum(borders + width, count)] - sums[borders]
    before = sums[borders] - sums[np.maximum(borders - width, 0)]
    change = (after - before) / width  # beyond the ends there is silence
    previous = np.append(-np.inf, change[:-1])
    following = np.append(change[1:], -np.inf)
    onsets = np.flatnonzero((change > 0) & (change > previous) & (change >= following))
    if len(onsets) == 0:
        return []
    ends = []
    for start, stop in zip(onsets.tolist(), [*onsets[1:].tolist(), count + 1], strict=True):
        ends.append(start + 1 + int(np.argmin(change[start + 1 : stop])))
    highest = np.maximum.reduceat(np.append(scores, 0.0), np.column_stack([onsets, ends]).ravel())[
        ::2
    ]
    return [
        (a, b)
        for a, b, top in zip(onsets.tolist(), ends, highest.tolist(), strict=True)
        if top >= _FLOOR
    ]


def _one(
    sums: NDArray[np.float64], a: tuple[int, int], b: tuple[int, int], settings: BoxSettings
) -> bool:
    def mean(first: int, end: int) -> float:
        return float(sums[end] - sums[first]) / (end - first)

    if b[0] <= a[1]:
        return True
    weaker = min(mean(*a), mean(*b))
    gap = mean(a[1], b[0])
    return gap > weaker - settings.difference and gap > settings.share * weaker
