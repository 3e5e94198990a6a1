"""Find more like this: exact cosine search over stored frames."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.scores import PATCH_S
from yamnet_gui.core.spans import TimeSpan

from .frames import EmbeddingTrack, Floats, Frames, Rows, Segment
from .pooling import pooled

_FIRST_LOOK = 8
_LOOK_FURTHER = 8
_FEW_ROWS = 64
_MANY_ROWS = 8192
_GROUPS = 16384
_HIDDEN = -2.0
_ROUNDING = 5e-6


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
        silence: Floats | None = None,
    ) -> "Query":
        """From examples; each is the embedding (numbers,) or the frames (n, numbers) of one span.

        The frames of an example are pooled (`pooled`, where `silence` is explained), so that a
        long example does not weigh more than a short one. Raises ValueError where there is no
        positive example, or nothing but zeros.
        """
        towards = _mean_direction(positives, silence)
        if towards is None:
            raise ValueError("at least one example is needed")
        away = _mean_direction(negatives, silence)
        direction = towards if away is None else towards - push * away
        length = float(np.linalg.norm(direction))
        if not length > 0:
            raise ValueError("the examples are silent or cancel each other")
        return cls((direction / length).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Match:
    """A span that resembles the query. `row` is its best frame, `score` the cosine there.

    `score` lies in [-1, 1]; it ranks, and is not a probability.
    """

    track: EmbeddingTrack
    span: TimeSpan
    score: float
    row: int


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What to leave out of the matches: a span of a recording, or (None) all of it."""

    recording: str
    span: TimeSpan | None = None


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
    scores = _Scores(frames, query)
    for item in exclude:
        scores.hide(frames.rows_in(item.recording, item.span))
    look = min(scores.open, limit * _FIRST_LOOK)
    while True:
        rows, cosines = scores.best(look)
        matches = _neighbourhoods(scores, rows, cosines, limit, lowest, apart_s, share)
        enough = len(matches) == limit or not len(rows) or cosines[-1] < lowest
        if enough or look == scores.open:
            return matches
        look = min(scores.open, look * _LOOK_FURTHER)


def top_rows(frames: Frames, query: Query, count: int) -> tuple[Rows, NDArray[np.float64]]:
    """The `count` best single frames and their exact cosines, best first; equal ones by row."""
    scores = _Scores(frames, query)
    return scores.best(min(count, scores.open))


def cosines(frames: Frames, query: Query) -> Floats:
    """The cosine of every row with the query in single precision, float32 (rows,)."""
    if frames.vectors.dtype == np.float16:
        from .kernels import half_products

        dots = half_products(np.asarray(frames.vectors), query.direction)
    else:
        dots = np.asarray(frames.vectors, np.float32) @ query.direction
    return np.asarray(dots * frames.scales, np.float32)


def exact_cosines(frames: Frames, query: Query, rows: Rows) -> NDArray[np.float64]:
    """Cosines of some rows in double precision, from the stored numbers; float64 (n,)."""
    direction = query.direction.astype(np.float64)
    direction /= np.linalg.norm(direction)
    if frames.vectors.dtype == np.float16 and len(rows) > _FEW_ROWS:
        from .kernels import half_cosines

        return half_cosines(np.asarray(frames.vectors), rows, direction)
    wide = frames.vectors[rows].astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    dots = wide @ direction
    return np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)


class _Scores:
    """Cosines with one query: near ones for all rows, exact ones for those that matter."""

    def __init__(self, frames: Frames, query: Query) -> None:
        self.frames = frames
        self._query = query
        coarse = frames.coarse
        if coarse is not None and len(coarse):
            from .kernels import coarse_products

            self.near = coarse_products(coarse.codes, coarse.steps, query.direction)
            self._bounds = coarse.bounds
        else:
            self.near = cosines(frames, query)
            self._bounds = np.full(len(self.near), _ROUNDING, np.float32)
        self.open = frames.live
        at = 0
        for segment in frames.segments:
            self.near[at : segment.first_row] = _HIDDEN
            at = segment.stop_row
        self.near[at:] = _HIDDEN

    def hide(self, rows: Rows) -> None:
        """Takes rows out of the search."""
        self.open -= int((self.near[rows] > _HIDDEN).sum())
        self.near[rows] = _HIDDEN

    def best(self, count: int) -> tuple[Rows, NDArray[np.float64]]:
        """The `count` best rows and their exact cosines, best first; equal ones by row.

        At least `count` rows reach the bound below, so a row that cannot reach it is not one of
        them.
        """
        if count < 1:
            return np.zeros(0, np.int64), np.zeros(0)
        rows = np.flatnonzero(self.near + self._bounds >= _reached(self.near - self._bounds, count))
        rows = rows[self.near[rows] > _HIDDEN]
        if len(rows) > max(_MANY_ROWS, 4 * count):
            nearer = self._nearer(rows)
            self.near[rows] = nearer  # a further look need not begin with the bytes again
            self._bounds = self._bounds.copy()
            self._bounds[rows] = _ROUNDING
            rows = rows[nearer + _ROUNDING >= _reached(nearer - _ROUNDING, count)]
        exact = self.exact(rows)
        order = np.lexsort((rows, -exact))[:count]
        return rows[order], exact[order]

    def slack(self, row: int) -> float:
        """How far the near cosine of a row may be off."""
        return float(self._bounds[row])

    def _nearer(self, rows: Rows) -> Floats:
        """Cosines of some rows in single precision from the stored numbers."""
        vectors, scales = self.frames.vectors, self.frames.scales[rows]
        if vectors.dtype == np.float16:
            from .kernels import half_products_at

            return half_products_at(np.asarray(vectors), rows, self._query.direction) * scales
        return np.asarray((vectors[rows] @ self._query.direction) * scales, np.float32)

    def exact(self, rows: Rows) -> NDArray[np.float64]:
        """Cosines of some rows in double precision from the stored numbers."""
        return exact_cosines(self.frames, self._query, rows)


def _reached(values: Floats, count: int) -> float:
    """A number that at least `count` of the values reach, and not many more.

    Of each of many groups the highest value is compared, which is much faster than sorting all;
    the groups are interleaved, because the best frames often follow each other.
    """
    groups = max(_GROUPS, count * 8)
    if len(values) < 4 * groups:
        return float(np.partition(values, len(values) - count)[len(values) - count])
    whole = len(values) - len(values) % groups
    highest = values[:whole].reshape(-1, groups).max(axis=0)
    return float(np.partition(highest, groups - count)[groups - count])


def _neighbourhoods(
    scores: _Scores,
    rows: Rows,
    cosines: NDArray[np.float64],
    limit: int,
    lowest: float,
    apart_s: float,
    share: float,
) -> list[Match]:
    """One match for each neighbourhood of the rows, which come best first."""
    matches: list[Match] = []
    taken: set[int] = set()
    for row, cosine in zip(rows.tolist(), cosines.tolist(), strict=True):
        if len(matches) == limit or cosine < lowest:
            break
        if row in taken:
            continue
        segment = scores.frames.segment_at(row)
        first, last = _extent(scores, segment, row, cosine * share, taken)
        margin = int(np.ceil(apart_s / segment.track.hop_s))
        low, high = max(segment.first_row, first - margin), min(segment.stop_row, last + margin + 1)
        taken.update(range(low, high))
        matches.append(Match(segment.track, _span(segment, first, last), cosine, row))
    return matches


def _extent(
    scores: _Scores, segment: Segment, row: int, bound: float, taken: set[int]
) -> tuple[int, int]:
    """First and last row around `row` that reach `bound` without a gap."""
    first = last = row
    while _reaches(scores, first - 1, segment, bound, taken):
        first -= 1
    while _reaches(scores, last + 1, segment, bound, taken):
        last += 1
    return first, last


def _reaches(scores: _Scores, row: int, segment: Segment, bound: float, taken: set[int]) -> bool:
    if not segment.first_row <= row < segment.stop_row or row in taken:
        return False
    near = float(scores.near[row])
    if near <= _HIDDEN or abs(near - bound) > scores.slack(row):
        return near >= bound
    return bool(scores.exact(np.array([row]))[0] >= bound)


def _span(segment: Segment, first: int, last: int) -> TimeSpan:
    """From the first to the last frame's centre tile, and no shorter than what a frame hears."""
    track = segment.track
    frame = segment.first_frame - segment.first_row
    middle_s = track.start_s + PATCH_S / 2
    start = middle_s + (frame + first) * track.hop_s - max(track.hop_s, PATCH_S) / 2
    end = middle_s + (frame + last) * track.hop_s + max(track.hop_s, PATCH_S) / 2
    start = max(track.start_s, start)
    return TimeSpan(start, max(start, min(end, track.end_s)))


def _mean_direction(
    examples: Sequence[Floats] | Floats, silence: Floats | None
) -> NDArray[np.float64] | None:
    """The mean of the examples' pooled directions; None where there is none but zeros."""
    directions = [pooled(np.asarray(e, np.float32), silence) for e in examples]
    known = [d for d in directions if d.any()]
    return np.mean(known, axis=0, dtype=np.float64) if known else None
