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

from yamnet_gui.core.scores import DEFAULT_HOP_S, ScoreTable

SCORE_FLOOR = 0.02
"""Lower scores are left out where no rule asks for them: most of the 521 classes are near 0 most of
the time, and boxes that never reach this are not worth storing."""


@dataclass(frozen=True, slots=True)
class BoxSettings:
    """`step_s`: length of either side of the step filter. Two boxes are one where the gap's mean
    is within `difference` of the weaker, or above `share` of it."""

    step_s: float = DEFAULT_HOP_S
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


def boxes(
    table: ScoreTable, smoothing_frames: int = 1, settings: BoxSettings = DEFAULT_BOXES
) -> Boxes:
    """The boxes of every class; the confidence is the highest score in the box.

    Scores are smoothed by a running mean of `smoothing_frames` (odd; 1 for none) before.
    """
    width = max(1, round(settings.step_s / table.grid.hop_s))
    parts: list[tuple[int, list[tuple[int, int, float]]]] = []
    for index in np.flatnonzero(table.scores.max(axis=0, initial=0.0) >= SCORE_FLOOR).tolist():
        scores = table.scores[:, index].astype(np.float64)
        if smoothing_frames > 1:
            mean = np.full(smoothing_frames, 1 / smoothing_frames)
            scores = np.convolve(scores, mean, "same")
        parts.append((index, class_boxes(scores, width, settings)))
    flat = [(index, *box) for index, boxes_of_class in parts for box in boxes_of_class]
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
    if not candidates:
        return []
    plain = sums.tolist()  # single numbers are faster out of a list
    merged: list[tuple[int, int]] = []
    for first, end in candidates:
        merged.append((first, end))
        while len(merged) > 1 and _one(plain, merged[-2], merged[-1], settings):
            last = merged.pop()
            merged[-1] = (merged[-1][0], last[1])
    bounds = np.array(merged).ravel()
    highest = np.maximum.reduceat(np.append(scores, 0.0), bounds)[::2].tolist()
    return [(a, b - 1, top) for (a, b), top in zip(merged, highest, strict=True)]


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
    # The steepest fall after each rise, before the next: the first place of the least change.
    owner = np.searchsorted(onsets, borders, "right") - 1
    inside = np.flatnonzero((owner >= 0) & (borders > onsets[owner]))
    segments = np.flatnonzero(np.append(True, owner[inside][1:] != owner[inside][:-1]))
    least = np.minimum.reduceat(change[inside], segments)
    falls = inside[
        change[inside] == least[np.searchsorted(segments, np.arange(len(inside)), "right") - 1]
    ]
    ends = falls[np.append(True, owner[falls][1:] != owner[falls][:-1])]
    borders_of = np.column_stack([onsets, ends]).ravel()
    strong = np.maximum.reduceat(np.append(scores, 0.0), borders_of)[::2] >= SCORE_FLOOR
    return list(zip(onsets[strong].tolist(), ends[strong].tolist(), strict=True))


def _one(sums: list[float], a: tuple[int, int], b: tuple[int, int], settings: BoxSettings) -> bool:
    """Whether the gap between two neighbours is not clearly lower than the weaker of them."""
    if b[0] <= a[1]:
        return True
    weaker = min(
        (sums[a[1]] - sums[a[0]]) / (a[1] - a[0]), (sums[b[1]] - sums[b[0]]) / (b[1] - b[0])
    )
    gap = (sums[b[0]] - sums[a[1]]) / (b[0] - a[1])
    return gap > weaker - settings.difference and gap > settings.share * weaker
