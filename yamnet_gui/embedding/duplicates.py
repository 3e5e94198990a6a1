"""Recordings, or parts of them, that occur more than once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .frames import EmbeddingTrack, Floats, Frames, Segment, widened

_PROBES = 64
_BLOCK_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another recording that sounds nearly the same. `share` of the frames of the recording asked
    about have a counterpart in `other`; `score` is the mean cosine of those pairs; the recording's
    time 0 lies at about `offset_s` of the other."""

    other: EmbeddingTrack
    share: float
    score: float
    offset_s: float


def near_duplicates(
    frames: Frames, recording: str, *, alike: float = 0.95, least_share: float = 0.5
) -> list[Duplicate]:
    """Recordings in which at least `least_share` of a recording comes back, the most alike first.

    Measured on up to 64 frames spread over the recording; a frame comes back where its cosine with
    some frame of the other is at least `alike`. Hops may differ; frames of zeros do not count.
    """
    own = frames.rows_in(recording)
    own = own[frames.scales[own] > 0]
    if not len(own):
        return []
    probes = own[np.unique(np.linspace(0, len(own) - 1, _PROBES).round().astype(int))]
    directions = frames.read(probes) * frames.scales[probes, np.newaxis]
    times = np.array([frames.span_at(int(row)).start_s for row in probes])
    nearest: dict[tuple[str, int | None], tuple[EmbeddingTrack, Floats, NDArray[np.float64]]] = {}
    for segment in frames.segments:
        if segment.track.recording == recording:
            continue
        best, where = _best(frames, segment, directions)
        at_s = segment.track.start_s + (segment.first_frame + where) * segment.track.hop_s
        key = (segment.track.recording, segment.track.channel)
        if key in nearest:
            _, earlier, earlier_s = nearest[key]
            at_s = np.where(best > earlier, at_s, earlier_s)
            best = np.maximum(best, earlier)
        nearest[key] = (segment.track, best, at_s)
    duplicates = []
    for track, best, at_s in nearest.values():
        hits = best >= alike
        share = float(hits.mean())
        if share >= least_share and hits.any():
            offset = float(np.median((at_s - times)[hits]))
            duplicates.append(Duplicate(track, share, float(best[hits].mean()), offset))
    return sorted(duplicates, key=lambda d: (-d.share, -d.score, d.other.path))


def _best(
    frames: Frames, segment: Segment, directions: Floats
) -> tuple[Floats, NDArray[np.float64]]:
    """For each direction the highest cosine in a segment, and the place of its row there."""
    best = np.full(len(directions), -2, np.float32)
    where = np.zeros(len(directions))
    for first in range(segment.first_row, segment.stop_row, _BLOCK_ROWS):
        part = slice(first, min(first + _BLOCK_ROWS, segment.stop_row))
        cosines = directions @ (widened(frames.vectors[part]) * frames.scales[part, np.newaxis]).T
        place = cosines.argmax(axis=1)
        highest = cosines[np.arange(len(place)), place]
        better = highest > best
        where[better] = (first - segment.first_row) + place[better]
        best = np.maximum(best, highest)
    return best, where
