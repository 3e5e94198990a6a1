"""Embeddings of many recordings as one table: what search, training and maps read."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.scores import DEFAULT_HOP_S, PATCH_S, FrameGrid
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.stopping import check_stopped

from .coarse import CoarseVectors

Floats = NDArray[np.float32]
_FEW_ROWS = 2048
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EmbeddingTrack:
    """The frames of one recording, or of one channel of it, and where they lie in time.

    `recording` is the id under which the caller knows the recording; `path` is that of the
    file, for display. `channel` is None for the mix. Times in seconds, as in `FrameGrid`.
    """

    recording: str
    path: str
    end_s: float
    channel: int | None = None
    start_s: float = 0.0
    hop_s: float = DEFAULT_HOP_S

    def grid(self, count: int) -> FrameGrid:
        """The grid of the first `count` frames."""
        return FrameGrid(count, self.end_s, self.start_s, self.hop_s)


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows [first_row, first_row + count) of a table: frames `first_frame`, … of a track."""

    track: EmbeddingTrack
    first_row: int
    count: int
    first_frame: int = 0

    @property
    def stop_row(self) -> int:
        return self.first_row + self.count


@dataclass(frozen=True)
class Frames:
    """A snapshot of stored frames, read-only; more may be appended to the store meanwhile.

    `vectors`: float16 or float32 (rows, numbers), mapped from the disk where it is a store's.
    `scales`: float32 (rows,), one over each row's length (0 for a row of zeros). `coarse` speeds
    up the search and may be missing.
    `segments` are ordered by row and do not overlap; rows outside them are dead.
    """

    vectors: NDArray[np.float16] | Floats
    scales: Floats
    segments: tuple[Segment, ...]
    coarse: CoarseVectors | None = None

    @classmethod
    def of(cls, track: EmbeddingTrack, embeddings: Floats) -> "Frames":
        """The frames of one recording that is in no store."""
        vectors = np.ascontiguousarray(embeddings, np.float32)
        return cls(vectors, scales_of(vectors), (Segment(track, 0, len(vectors)),))

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def live(self) -> int:
        """How many frames there are, without the dead ones."""
        return sum(s.count for s in self.segments)

    @cached_property
    def _firsts(self) -> list[int]:
        return [s.first_row for s in self.segments]

    def segment_at(self, row: int) -> Segment:
        """The segment that holds a row. Raises IndexError for a dead row."""
        place = bisect_right(self._firsts, row) - 1
        if place < 0 or row >= self.segments[place].stop_row:
            raise IndexError(row)
        return self.segments[place]

    def track_at(self, row: int) -> EmbeddingTrack:
        return self.segment_at(row).track

    def span_at(self, row: int) -> TimeSpan:
        """The 0.96 s that a frame hears, within the analysed part."""
        segment = self.segment_at(row)
        track = segment.track
        start = track.start_s + (segment.first_frame + row - segment.first_row) * track.hop_s
        return TimeSpan(start, max(start, min(start + PATCH_S, track.end_s)))

    def rows_in(
        self, recording: str, span: TimeSpan | None = None, channel: int | str | None = "any"
    ) -> Rows:
        """Rows of a recording whose centre tiles touch `span` (None: all); int64 (n,), ascending.

        An empty span, or one between two tiles, gives the nearest frame. `channel` "any" takes
        the mix and every channel.
        """
        parts = []
        for segment in self.segments:
            track = segment.track
            if track.recording != recording or (channel != "any" and track.channel != channel):
                continue
            first, last = 0, segment.count - 1
            if span is not None:
                grid = track.grid(segment.first_frame + segment.count)
                first = grid.frame_at(span.start_s) - segment.first_frame
                last = grid.frame_at(max(span.start_s, span.end_s - 1e-9)) - segment.first_frame
                first, last = max(0, first), min(segment.count - 1, last)
            parts.append(segment.first_row + np.arange(first, last + 1, dtype=np.int64))
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def read(self, rows: Rows | Sequence[int]) -> Floats:
        """The embeddings of these rows, float32 (n, numbers)."""
        check_stopped()
        return np.asarray(self.vectors[np.asarray(rows, np.int64)], np.float32)

    def live_rows(self) -> Rows:
        """Every row that is not dead, int64 (n,), ascending."""
        parts = [np.arange(s.first_row, s.stop_row, dtype=np.int64) for s in self.segments]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def blocks(self, rows: int = 4096) -> Iterator[tuple[int, Floats]]:
        """First row and embeddings float32 of block after block, dead rows left out."""
        for segment in self.segments:
            for first in range(segment.first_row, segment.stop_row, rows):
                last = min(first + rows, segment.stop_row)
                yield first, widened(self.vectors[first:last])


def widened(rows: NDArray[np.float16] | Floats) -> Floats:
    """The rows in single precision."""
    check_stopped()  # what takes long goes through blocks of rows
    if rows.dtype == np.float32 or len(rows) < _FEW_ROWS:
        return np.asarray(rows, np.float32)
    from .kernels import widen  # compiled when first used

    return widen(np.asarray(rows, np.float16))


def scales_of(vectors: NDArray[np.float16] | Floats) -> Floats:
    """One over the Euclidean length of each row, 0 for a row of zeros; float32 (rows,)."""
    wide = vectors.astype(np.float32, copy=False)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    with np.errstate(divide="ignore"):
        return np.where(lengths > 0, 1 / lengths, 0).astype(np.float32)
