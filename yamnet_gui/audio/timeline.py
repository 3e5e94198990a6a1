"""Where the decoded pieces of a sound track lie on the time line of their container."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SMALLEST_GAP_S = 0.015
_SETTLE_S = 1.0
"""A hole that later time stamps close again within this time was an unsteady clock, not a gap."""
_FIRST_PIECES, _SURE_GAP_S = 2, 0.1
"""The first pieces are cut to the codec's own delay, which their time stamps may not show."""
_RESTART_S = 1.0
"""Time stamps that fall back by more than this begin anew, as in files joined end to end."""
_LONGEST_GAP_S = 24 * 3600.0
_LONGEST_GAP_IN_STREAMS_S = 10.0
"""In formats made for broadcasts, stamps that jump by more begin anew (ffmpeg's own limit)."""
_GENERIC_INDEX, _NO_TIME_STAMPS, _RESTARTING_STAMPS = 256, 128, 512  # AVFMT_… of libavformat


def has_time_stamps(container: Any) -> bool:
    """Whether time stamps are written in the file, rather than counted by its demuxer."""
    if "ogg" in container.format.name:
        return True
    return not container.format.flags & (_GENERIC_INDEX | _NO_TIME_STAMPS)


def longest_gap_s(container: Any) -> float:
    """A jump of time stamps by more than this is no gap but the beginning of another time line."""
    restarting = container.format.flags & _RESTARTING_STAMPS and "ogg" not in container.format.name
    return _LONGEST_GAP_IN_STREAMS_S if restarting else _LONGEST_GAP_S


def delay_s(container: Any, stream: Any, first_s: float) -> float:
    """How much later than its container a sound track begins, in seconds; never negative.

    The container begins with the first picture or sound of any track, which is where players and
    captions count from. `first_s` is the time stamp of the track's first decoded sound.
    """
    if not has_time_stamps(container):
        return 0.0
    begins = [
        float(other.start_time * other.time_base)
        for other in (*container.streams.video, *container.streams.audio)
        if other.index != stream.index and other.start_time is not None and not _is_cover(other)
    ]
    begin = min([first_s, *begins])
    shortest = 1.5 * float(stream.time_base)
    own = first_s if stream.start_time is None else float(stream.start_time * stream.time_base)
    if own - begin <= shortest:
        return 0.0  # what is missing then is the codec's own delay, which its decoder cut off
    return first_s - begin if first_s - begin <= longest_gap_s(container) else 0.0


def _is_cover(stream: Any) -> bool:
    return stream.type == "video" and bool(stream.disposition & stream.disposition.attached_pic)


def placed(
    stamps_s: NDArray[np.float64],
    counts: NDArray[np.int64],
    rate: int,
    tick_s: float,
    most_s: float,
) -> NDArray[np.int64]:
    """The first sample of each piece, with silence where time stamps leave a gap.

    `stamps_s`: time stamps in seconds, NaN where a piece has none; `counts`: the samples decoded
    before each piece, ascending from 0; `tick_s`: the resolution of the stamps. Pieces follow each
    other without a gap where stamps overlap, run backwards, or jump by more than `most_s`.
    """
    if len(counts) < 2:
        return counts.copy()
    off = stamps_s - counts / rate  # how far stamps are ahead of the samples
    known = np.flatnonzero(np.isfinite(off))
    if not len(known):
        return counts.copy()
    before = np.searchsorted(known, np.arange(len(off)), side="right") - 1
    off = off[known[np.maximum(before, 0)]] - off[known[0]]
    piece_s = float(np.median(np.diff(counts))) / rate
    shortest_s = max(min(_SMALLEST_GAP_S, 0.75 * piece_s), 2.5 * tick_s)
    ahead = max(1, round(_SETTLE_S / max(piece_s, 1e-4)))
    silence = np.zeros(len(off))
    total = base = 0.0  # seconds of silence so far; where the present time line begins
    for at in (np.flatnonzero(np.abs(np.diff(off)) > shortest_s) + 1).tolist():
        here = off[at] - base
        if here < total - _RESTART_S or here > total + most_s:
            base = off[at] - total
        elif at > _FIRST_PIECES or here > total + _SURE_GAP_S:
            following = off[at : at + ahead] - base
            restart = np.flatnonzero(following < total - _RESTART_S)
            lasting = float(following[: restart[0] if len(restart) else None].min())
            if lasting > total + shortest_s:
                silence[at] = lasting - total
                total = lasting
    return counts + np.rint(np.cumsum(silence) * rate).astype(np.int64)
