"""Colours of a map's points, and what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.panels.event_table_model import STATE_WORDS
from yamnet_gui.gui.theme import class_color, series_color, state_mark
from yamnet_gui.gui.tracks.colormaps import color_table

from .jobs import STATES, MapData
from .points import Shape

OTHERS = -1
"""The code of points that share the last colour."""
CUSTOM = "custom:"
_MOST_KINDS = 12
_OTHER_COLOR = "#808890"


@dataclass(frozen=True, slots=True)
class Kind:
    """One look: its name, how many points have it, and which code of the points it is.

    `shape`: another one than a disc where a more frequent kind has the same colour.
    """

    name: str
    color: QColor
    count: int
    code: int
    shape: Shape = Shape.DISC


@dataclass(frozen=True)
class Coloring:
    """A colour 0xAARRGGBB a point; `kinds` for a legend of names, or (None) a scale of scores.

    `shapes`: a `Shape` a point; None where all are discs.
    """

    colors: NDArray[np.uint32]
    codes: NDArray[np.int32]
    kinds: tuple[Kind, ...] | None
    title: str = ""
    shapes: NDArray[np.int8] | None = None


_STATE_COLORS = {
    ReviewState.UNREVIEWED: "#56b4e9",
    ReviewState.ACCEPTED: "#009e73",
    ReviewState.REJECTED: "#d55e00",
    ReviewState.UNCERTAIN: "#f0e442",
}


def coloring_of(data: MapData, color: str) -> Coloring:
    """The points of a map coloured by "class", "state", "recording", "score", or by the score of a
    custom class ("custom:" and its label)."""
    if color.startswith(CUSTOM):
        label = color.removeprefix(CUSTOM)
        scores = data.custom_scores.get(label)
        if scores is not None:
            return by_score(scores, f"Score of {label}")
    if color == "score":
        return by_score(data.score, "Score of the detection")
    if color == "state":
        names = [f"{state_mark(s)} {STATE_WORDS[s]}" for s in STATES]
        colors = [QColor(_STATE_COLORS[s]) for s in STATES]
        return by_kind(data.state.astype(np.int32), names, colors, "no event")
    if color == "recording":
        names = [Path(path).name for _id, path in data.recordings]
        return by_kind(data.recording, names, [series_color(i) for i in range(len(names))])
    index = {
        int(place): int(i)
        for place, i in zip(data.label, data.class_index, strict=True)
        if place >= 0
    }
    colors = [
        class_color(i if (i := index.get(place, -1)) >= 0 else None, name)
        for place, name in enumerate(data.labels)
    ]
    return by_kind(data.label, data.labels, colors, "no event")


def by_kind(
    codes: NDArray[np.int32], names: Sequence[str], colors: Sequence[QColor], none: str = "none"
) -> Coloring:
    """Points coloured by a code each, -1 for none: the twelve most frequent codes in the colours
    that they have everywhere, the rest grey. Of codes that share a colour the less frequent ones
    have other shapes."""
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    own, rest = order[:_MOST_KINDS], order[_MOST_KINDS:]
    grey = QColor(_OTHER_COLOR)
    table = np.full(len(names) + 1, grey.rgba(), np.uint32)
    shown = np.full(len(names) + 1, OTHERS, np.int32)
    shapes = np.zeros(len(names) + 1, np.int8)
    kinds: list[Kind] = []
    for code in own.tolist():
        color = colors[code]
        alike = sum(kind.color.rgba() == color.rgba() for kind in kinds)
        shape = Shape(min(alike, max(Shape)))
        shapes[code] = shape
        table[code] = color.rgba()
        shown[code] = code
        kinds.append(Kind(names[code], color, int(counts[code]), code, shape))
    left = int(counts[rest].sum())
    without = int((codes < 0).sum())
    if left:
        kinds.append(Kind(f"{grouped(len(rest))} others", grey, left + without, OTHERS))
    elif without:
        kinds.append(Kind(none, grey, without, OTHERS))
    drawn = shapes[codes] if shapes.any() else None
    return Coloring(table[codes], shown[codes], tuple(kinds), shapes=drawn)


def by_score(scores: NDArray[np.float32], title: str) -> Coloring:
    """Points by a number from 0 to 1 on a perceptually uniform scale; grey where it is NaN."""
    known = np.isfinite(scores)
    places = np.clip(np.nan_to_num(scores) * 255, 0, 255).astype(np.intp)
    colors = np.where(known, score_table()[places], np.uint32(QColor(_OTHER_COLOR).rgba()))
    return Coloring(colors.astype(np.uint32), np.zeros(len(scores), np.int32), None, title)


def score_table() -> NDArray[np.uint32]:
    """256 opaque colours from 0 to 1."""
    return color_table("viridis")
