"""Edges finer than the hop: where the sound itself rises above the noise and falls back.

A detection from scores ends on the border of a centre tile. Within it (and a little beyond) the
envelope shows when something was really audible: onset and offset go to the first and last
moment at a share of the peak, and a silence in between splits the event.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .detections import Detections, with_arrays
from .envelope import ENVELOPE_STEP_S, Envelope


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """How edges are refined.

    `reach_s`: how far outwards beginning and end of a sound are looked for. `follow_s`: how much
    further one that is still going on there is followed. `edge_share`: share of the event's peak
    (in logarithm above the floor) at which it begins and ends; below it for longer than
    `silence_s`, it is split. `shortest_s`: shorter parts are left out where there are others.
    `least`: events that stand out less keep the borders of their tiles.
    """

    reach_s: float = 0.1
    follow_s: float = 0.5
    edge_share: float = 0.5
    silence_s: float = 0.4
    shortest_s: float = 0.1
    least: float = 0.5


DEFAULT_EDGES = EdgeSettings()
WITHOUT_SOUND = 494
"""The class "Silence": it begins where sounds end, so their rise and fall do not bound it."""
_ROWS_AT_ONCE = 200_000
_MIDDLE_S = 0.0125  # of an STFT window
_LOW_SHARE, _HIGH_SHARE = 0.25, 0.75  # between which the slope of an edge is taken
_STEEP_S, _SLOW_S = 0.1, 0.8
# 90 % of the errors on labelled scenes were smaller, where the slope was steep, between, slow, or
# the sound still went on where we stopped following it. On scenes left out, 88 % were.
_ONSET_UNCERTAINTY_S = np.array([0.15, 0.5, 1.15, 1.15], np.float32)
_OFFSET_UNCERTAINTY_S = np.array([1.0, 0.35, 1.15, 1.6], np.float32)


Limits = tuple[NDArray[np.float64], NDArray[np.float64]]


def middles(
    class_index: NDArray[np.integer],
    onset_s: NDArray[np.float64],
    offset_s: NDArray[np.float64],
    start_s: float,
    end_s: float,
) -> Limits:
    """Between which times (n,) each event may grow: to the middle of the gap to the next of its
    class, and to the ends of the recording. Ordered by class and time."""
    same = class_index[1:] == class_index[:-1]
    middle = (offset_s[:-1] + onset_s[1:]) / 2
    low, high = np.full(len(onset_s), start_s), np.full(len(onset_s), max(start_s, end_s))
    low[1:][same] = middle[same]
    high[:-1][same] = middle[same]
    return low, high


def refine_edges(
    detections: Detections,
    envelope: Envelope,
    settings: EdgeSettings = DEFAULT_EDGES,
    limits: Limits | None = None,
) -> Detections:
    """The detections with refined edges, split at silences, each edge with its uncertainty.

    Events stay inside the recording, never overlap others of their class that they did not
    overlap before, and none vanishes. `limits` are the times within which each may grow (None:
    half way to its neighbours).
    """
    if len(detections) == 0 or len(envelope.values) == 0:
        return detections
    if limits is None:
        grid = detections.table.grid
        limits = middles(
            detections.class_index,
            detections.onset_s,
            detections.offset_s,
            grid.start_s,
            grid.end_s,
        )
    begin, end, lowest, highest = _segments(detections, envelope, settings, limits)
    usable = np.flatnonzero(end - begin >= 2)
    # A few at a time: that needs little memory, and what it needs stays near the processor.
    place = np.cumsum(end[usable] - begin[usable]) // _ROWS_AT_ONCE
    borders = np.flatnonzero(np.append(True, place[1:] != place[:-1]))
    columns = [
        _located(part, begin, end, lowest, highest, envelope, settings, detections)
        for part in np.split(usable, borders[1:])
    ]
    return _assembled(
        detections, *(np.concatenate(column) for column in zip(*columns, strict=True))
    )


def _located(
    usable: NDArray[np.intp],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    lowest: NDArray[np.int64],
    highest: NDArray[np.int64],
    envelope: Envelope,
    settings: EdgeSettings,
    detections: Detections,
) -> tuple[
    NDArray[np.intp],
    NDArray[np.floating],
    NDArray[np.floating],
    NDArray[np.float32],
    NDArray[np.float32],
]:
    """Parts of these detections: what they belong to, onset, offset, and their uncertainty."""
    ragged = _Ragged.of(begin[usable], end[usable], envelope.values)
    owner, first, last = _parts(ragged, settings)
    strong = ragged.peak[owner] >= settings.least
    owner, first, last = owner[strong], first[strong], last[strong]
    source = usable[owner]
    steps = round(settings.follow_s / ENVELOPE_STEP_S)
    level = settings.edge_share * ragged.peak[owner]
    from_start, to_end = first - ragged.start[owner], last - ragged.start[owner]
    at_begin, at_end = from_start == 0, to_end == (end - begin)[source] - 1
    inner_start, inner_stop = begin[source] + from_start, begin[source] + to_end
    start = _followed(envelope.values, inner_start, level, at_begin, -steps, lowest[source])
    stop = _followed(envelope.values, inner_stop, level, at_end, steps, highest[source])
    rise, fall = _slopes(ragged, owner, first, last)
    lost_begin = at_begin & (inner_start - start >= steps)
    lost_end = at_end & (stop - inner_stop >= steps)
    early = _ONSET_UNCERTAINTY_S[_kind(rise, lost_begin)]
    late = _OFFSET_UNCERTAINTY_S[_kind(fall, lost_end)]
    begins = envelope.start_s + start * ENVELOPE_STEP_S + _MIDDLE_S - ENVELOPE_STEP_S / 2
    ends = envelope.start_s + stop * ENVELOPE_STEP_S + _MIDDLE_S + ENVELOPE_STEP_S / 2
    # What is cut off by the end of the recording reaches it, and not just the middle of a window.
    grid = detections.table.grid
    begins = np.where(start <= 0, grid.start_s, begins)
    ends = np.where(stop >= len(envelope.values) - 1, grid.end_s, ends)
    return source, begins, ends, early, late


def _segments(
    detections: Detections, envelope: Envelope, settings: EdgeSettings, limits: Limits
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where in the envelope each detection is looked for (begin, end) and the first and last
    frame to which it may be followed."""
    low, high = limits
    shift = envelope.start_s + _MIDDLE_S
    length = len(envelope.values)

    def first_frame(time_s: NDArray[np.float64]) -> NDArray[np.int64]:
        exact = (np.maximum(time_s, low) - shift) / ENVELOPE_STEP_S + 0.5
        return np.ceil(exact - 1e-6).astype(np.int64).clip(0, length)

    def after_last_frame(time_s: NDArray[np.float64]) -> NDArray[np.int64]:
        exact = (np.minimum(time_s, high) - shift) / ENVELOPE_STEP_S + 0.5
        return np.floor(exact + 1e-6).astype(np.int64).clip(0, length)

    return (
        first_frame(detections.onset_s - settings.reach_s),
        after_last_frame(detections.offset_s + settings.reach_s),
        first_frame(np.full(len(detections), -np.inf)),
        after_last_frame(np.full(len(detections), np.inf)) - 1,
    )


def _followed(
    values: NDArray[np.float32],
    frames: NDArray[np.int64],
    level: NDArray[np.float32],
    going_on: NDArray[np.bool_],
    steps: int,
    limit: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Frames moved by up to `steps` (negative: back) while the envelope stays at the level."""
    if steps == 0 or not going_on.any():
        return frames
    sign = 1 if steps > 0 else -1
    chosen = np.flatnonzero(going_on)
    around = frames[chosen, None] + sign * np.arange(1, abs(steps) + 1)
    inside = (around - limit[chosen, None]) * sign <= 0
    loud = inside & (values[around.clip(0, len(values) - 1)] >= level[chosen, None])
    moved = frames.copy()
    moved[chosen] += sign * np.cumprod(loud, axis=1).sum(axis=1)
    return moved


@dataclass(frozen=True, slots=True)
class _Ragged:
    """Segments of the envelope laid end to end, each with one value below all others behind it.

    `share` is how loud it is as a share of the peak of its segment; `start` where each begins.
    """

    share: NDArray[np.float32]
    peak: NDArray[np.float32]
    start: NDArray[np.int64]

    @classmethod
    def of(
        cls, begin: NDArray[np.int64], end: NDArray[np.int64], values: NDArray[np.float32]
    ) -> "_Ragged":
        pieces: list[NDArray[np.float32]] = []
        for first, stop in zip(begin.tolist(), end.tolist(), strict=True):
            pieces += (values[first:stop], _BEHIND)
        loud = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        lengths = end - begin + 1
        start = np.cumsum(lengths) - lengths
        peak = np.maximum.reduceat(loud, start) if len(start) else np.zeros(0, np.float32)
        loud /= np.repeat(np.maximum(peak, np.float32(1e-9)), lengths)
        return cls(loud, peak, start)


_BEHIND = np.full(1, -1.0, np.float32)


def _runs(mask: NDArray[np.bool_]) -> "_Runs":
    """First and last place of each run of places in the mask."""
    if len(mask) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    borders = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    if mask[0]:
        borders = np.append(0, borders)
    if mask[-1]:
        borders = np.append(borders, len(mask))
    return borders[::2], borders[1::2] - 1


def _parts(
    ragged: _Ragged, settings: EdgeSettings
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """Owner, first and last place of the parts at or above the edge share."""
    first, last = _runs(ragged.share >= settings.edge_share)
    owner = np.searchsorted(ragged.start, first, "right") - 1
    if len(first) == 0:
        return owner, first, last
    begins = np.append(True, owner[1:] != owner[:-1])
    silent = (first[1:] - last[:-1] - 1) * ENVELOPE_STEP_S
    begins[1:] |= silent > settings.silence_s + 1e-9
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(first)) - 1
    owner, first, last = owner[starts], first[starts], last[ends]
    lengths = last - first + 1
    groups = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    longest = np.repeat(
        np.maximum.reduceat(lengths, groups), np.diff(np.append(groups, len(owner)))
    )
    keep = (lengths * ENVELOPE_STEP_S >= settings.shortest_s - 1e-9) | (lengths == longest)
    return owner[keep], first[keep], last[keep]


def _slopes(
    ragged: _Ragged,
    owner: NDArray[np.intp],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Seconds between a quarter and three quarters of the peak around onset and offset."""
    quiet = _runs(ragged.share < _LOW_SHARE)
    loud = _runs(ragged.share >= _HIGH_SHARE)
    begin = ragged.start[owner]
    end = np.append(ragged.start[1:], len(ragged.share))[owner] - 2
    quiet_before = np.maximum(_nearest_before(quiet, first), begin)
    loud_after = np.minimum(_nearest_after(loud, first), end)
    quiet_after = np.minimum(_nearest_after(quiet, last), end)
    loud_before = np.maximum(_nearest_before(loud, last), begin)
    rise = (loud_after - quiet_before) * ENVELOPE_STEP_S
    return rise, (quiet_after - loud_before) * ENVELOPE_STEP_S


def _kind(slope_s: NDArray[np.floating], lost: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.where(lost, 3, np.digitize(slope_s, [_STEEP_S, _SLOW_S]))


_Runs = tuple[NDArray[np.int64], NDArray[np.int64]]


def _nearest_before(runs: _Runs, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nearest place of a run at or before each of these; -1 where there is none."""
    first, last = runs
    ends = np.append(-1, last)[np.searchsorted(first, at, "right")]
    return np.minimum(ends, at)  # inside a run it is the place itself


def _nearest_after(runs: _Runs, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nearest place of a run at or after each of these; far away where there is none."""
    first, last = runs
    begins = np.append(first, np.iinfo(np.int64).max)[np.searchsorted(last, at, "left")]
    return np.maximum(begins, at)


def _assembled(
    detections: Detections,
    source: NDArray[np.intp],
    onset: NDArray[np.floating],
    offset: NDArray[np.floating],
    early: NDArray[np.float32],
    late: NDArray[np.float32],
) -> Detections:
    """Parts in place of what they came from; what has no part stays as it is."""
    grid = detections.table.grid
    whole = np.setdiff1d(np.arange(len(detections)), source)
    order = np.argsort(np.concatenate([source, whole]), kind="stable")
    chosen = np.concatenate([source, whole])[order]

    def column(new: NDArray, old: NDArray) -> NDArray:
        return np.concatenate([new, old[whole]])[order]

    onset_s = column(onset, detections.onset_s)
    offset_s = column(offset, detections.offset_s)
    onset_s = np.clip(onset_s, grid.start_s, max(grid.start_s, grid.end_s))
    offset_s = np.clip(offset_s, onset_s, max(grid.start_s, grid.end_s))
    result = detections.select(chosen)
    first, last, joined = _frames(result, onset_s, offset_s, source=chosen)
    for place in joined:
        offset_s[place - 1] = offset_s[place]
    late_s = column(late, detections.offset_uncertainty_s)
    late_s[joined - 1] = late_s[joined]
    last[joined - 1] = last[joined]
    refined = with_arrays(
        result,
        {
            "first_frame": first,
            "last_frame": last,
            "onset_s": onset_s,
            "offset_s": offset_s,
            "onset_uncertainty_s": column(early, detections.onset_uncertainty_s),
            "offset_uncertainty_s": late_s,
        },
    )
    return refined.select(np.delete(np.arange(len(refined)), joined)) if len(joined) else refined


def _frames(
    detections: Detections,
    onset_s: NDArray[np.float64],
    offset_s: NDArray[np.float64],
    source: NDArray[np.intp],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.intp]]:
    """First and last frame of each part, and the parts that have no frame of their own.

    The first part keeps the first frame, and so the id, of the whole. A part whose frames all
    belong to the one before (both begin in one tile) has to be joined to it.
    """
    edges = detections.table.grid.tile_edges()
    first = np.searchsorted(edges, onset_s, "right") - 1
    last = np.searchsorted(edges, offset_s, "left") - 1
    first = np.clip(first, detections.first_frame, detections.last_frame)
    number = np.arange(len(source)) - np.searchsorted(source, source, "left")
    first = np.where(number == 0, detections.first_frame, first)
    last = np.clip(last, first, detections.last_frame)
    joined = np.flatnonzero((number > 0) & (np.append(1, np.diff(first)) <= 0))
    return first.astype(np.int32), last.astype(np.int32), joined
