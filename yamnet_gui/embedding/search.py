"""Find more like this: exact cosine search over stored frames."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.scores import PATCH_S
from yamnet_gui.core.spans import TimeSpan

from .frames import Floats, Frames, Rows, Stretch, Track
from .product import products

_FIRST_LOOK = 32


@dataclass(frozen=True)
class Query:
    """What is looked for: `direction` is float32 (numbers,), of length 1.

    The mean of the positive examples' directions, less `push` times that of the negative ones.
    """

    direction: Floats

    @classmethod
    def of(
        cls,
        positives: Sequence[Floats] | Floats,
        negatives: Sequence[Floats] | Floats = (),
        push: float = 0.5,
    ) -> "Query":
        """From examples; each is the embedding (numbers,) or the frames (n, numbers) of one span.

        The frames of an example are pooled to their mean, so that a long example does not weigh
        more than a short one. Raises ValueError where there is no positive example, or nothing
        but zeros.
        """
        towards = _mean_direction(positives)
        if towards is None:
            raise ValueError("at least one example is needed")
        away = _mean_direction(negatives)
        direction = towards if away is None else towards - push * away
        length = float(np.linalg.norm(direction))
        if not length > 0:
            raise ValueError("the examples are silent or cancel each other")
        return cls((direction / length).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Match:
    """A stretch that resembles the query. `row` is its best frame, `score` the cosine there.

    `score` lies in [-1, 1]; it ranks, and is no probability.
    """

    track: Track
    span: TimeSpan
    score: float
    row: int


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What shall not be found: a span of a recording, or (None) all of it."""

    recording: str
    span: TimeSpan | None = None


def cosines(frames: Frames, query: Query) -> Floats:
    """The cosine of every row with the query, float32 (rows,); -2 for dead rows."""
    found = products(frames.vectors, query.direction)
    found *= frames.scales
    _hide_dead(frames, found)
    return found


def find_similar(
    frames: Frames,
    query: Query,
    limit: int = 100,
    *,
    exclude: Iterable[Exclusion] = (),
    lowest: float = -1.0,
    apart_s: float = 1.0,
    share: float = 0.9,
) -> list[Match]:
    """The best matches, best first: at most `limit`, none below `lowest`.

    Each is the best frame of its neighbourhood, with the frames beside it that reach `share` of
    its cosine; nothing within `apart_s` of a match gives another one. The order is exact: that of
    every frame's cosine computed in double precision from the stored numbers.
    """
    scores = cosines(frames, query)
    for item in exclude:
        scores[frames.rows_in(item.recording, item.span)] = -2
    return _merged(frames, query, scores, limit, lowest, apart_s, share)


def top_rows(frames: Frames, query: Query, count: int) -> tuple[Rows, NDArray[np.float64]]:
    """The `count` best single frames and their exact cosines, best first."""
    scores = cosines(frames, query)
    return _exact_top(frames, query, scores, min(count, frames.live))


def _exact_top(
    frames: Frames, query: Query, scores: Floats, count: int
) -> tuple[Rows, NDArray[np.float64]]:
    """Takes somewhat more than `count` by the single precision scores, and orders those exactly.

    Single precision is off by less than `_SLACK`, so that no row of the exact best is left out.
    """
    if count < 1:
        return np.zeros(0, np.int64), np.zeros(0)
    bound = np.partition(scores, len(scores) - count)[len(scores) - count]
    rows = np.flatnonzero(scores >= max(bound - _SLACK, -1.5))
    exact = exact_cosines(frames, query, rows)
    order = np.lexsort((rows, -exact))[:count]
    return rows[order].astype(np.int64), exact[order]


_SLACK = 2e-5


def exact_cosines(frames: Frames, query: Query, rows: Rows) -> NDArray[np.float64]:
    """Cosines of some rows in double precision, float64 (n,)."""
    found = np.zeros(len(rows))
    direction = query.direction.astype(np.float64)
    direction /= np.linalg.norm(direction)
    for first in range(0, len(rows), 4096):
        part = rows[first : first + 4096]
        wide = frames.vectors[part].astype(np.float64)
        lengths = np.linalg.norm(wide, axis=1)
        dots = wide @ direction
        found[first : first + 4096] = np.divide(
            dots, lengths, out=np.zeros_like(dots), where=lengths > 0
        )
    return found


def _merged(
    frames: Frames,
    query: Query,
    scores: Floats,
    limit: int,
    lowest: float,
    apart_s: float,
    share: float,
) -> list[Match]:
    matches: list[Match] = []
    taken = np.zeros(len(scores), bool)
    look = limit * _FIRST_LOOK
    while True:
        rows, exact = _exact_top(frames, query, scores, min(look, int((scores > -1.5).sum())))
        matches = []
        taken[:] = False
        for row, score in zip(rows.tolist(), exact.tolist(), strict=True):
            if len(matches) == limit or score < lowest:
                return matches
            if taken[row]:
                continue
            stretch = frames.stretch_at(row)
            first, last = _extent(scores, stretch, row, score * share, taken)
            _take(taken, stretch, first, last, apart_s)
            matches.append(Match(stretch.track, _span(stretch, first, last), score, row))
        if len(rows) >= int((scores > -1.5).sum()):
            return matches
        look *= 8


def _extent(
    scores: Floats, stretch: Stretch, row: int, bound: float, taken: NDArray[np.bool_]
) -> tuple[int, int]:
    """First and last row around `row` that reach `bound` without a gap."""
    first = last = row
    while first > stretch.first_row and scores[first - 1] >= bound and not taken[first - 1]:
        first -= 1
    while last + 1 < stretch.stop_row and scores[last + 1] >= bound and not taken[last + 1]:
        last += 1
    return first, last


def _take(
    taken: NDArray[np.bool_], stretch: Stretch, first: int, last: int, apart_s: float
) -> None:
    margin = int(np.ceil(apart_s / stretch.track.hop_s))
    low, high = max(stretch.first_row, first - margin), min(stretch.stop_row, last + margin + 1)
    taken[low:high] = True


def _span(stretch: Stretch, first: int, last: int) -> TimeSpan:
    """From the first to the last frame's centre tile, and no shorter than what a frame hears."""
    track = stretch.track
    frame = stretch.first_frame - stretch.first_row
    middle_s = track.start_s + PATCH_S / 2
    start = middle_s + (frame + first) * track.hop_s - max(track.hop_s, PATCH_S) / 2
    end = middle_s + (frame + last) * track.hop_s + max(track.hop_s, PATCH_S) / 2
    start = max(track.start_s, start)
    return TimeSpan(start, max(start, min(end, track.end_s)))


def _hide_dead(frames: Frames, scores: Floats) -> None:
    at = 0
    for stretch in frames.stretches:
        scores[at : stretch.first_row] = -2
        at = stretch.stop_row
    scores[at:] = -2


def _mean_direction(examples: Sequence[Floats] | Floats) -> NDArray[np.float64] | None:
    """The mean of the examples' pooled directions; None where there is none but silence."""
    directions = []
    for example in examples:
        pooled = np.atleast_2d(np.asarray(example, np.float64)).mean(axis=0)
        length = np.linalg.norm(pooled)
        if length > 0:
            directions.append(pooled / length)
    return np.mean(directions, axis=0) if directions else None
