"""The lowest and highest sample of every block of a recording, at every zoom level at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.errors import as_recording_error
from yamnet_gui.core.storage.files import real_path
from yamnet_gui.core.storage.statuses import status_of

from .array_file import read_arrays, write_arrays
from .hashing import text_key
from .source import READING, AudioSource

BASE_FRAMES = 256
"""Samples in a bin of the finest level."""
FACTOR = 4
"""Bins of one level that make a bin of the next."""
_BLOCK_FRAMES = BASE_FRAMES * FACTOR**4 * 8
_KIND = "peaks 1"


@dataclass(frozen=True, slots=True)
class PeakPyramid:
    """Peaks of a recording, or of its first `ready_frames` samples while they are being made.

    `levels[k]`: int16 (channels, 2, bins), lowest and highest sample (full scale 32768) of each
    block of 256 · 4^k samples, rounded outward. Read-only.
    """

    sample_rate_hz: int
    frames: int
    channels: int
    ready_frames: int
    levels: tuple[NDArray[np.int16], ...]

    def columns(
        self, channel: int, first_frame: float, frames_per_column: float, count: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Lowest and highest sample in each of `count` columns, float32 (count,) in [-1, 1].

        Column c is [first_frame + c · frames_per_column, … + frames_per_column). Every bin that
        it touches counts in full, so no sample is ever lost between columns. NaN where there is
        no sound, or none yet. Costs the same at any zoom.
        """
        level = self._level(frames_per_column)
        bin_frames = BASE_FRAMES * FACTOR**level
        data = self.levels[level][channel]
        valid = self._ready_bins(level)
        edges = (first_frame + np.arange(count + 1) * frames_per_column) / bin_frames
        starts = np.clip(np.floor(edges[:-1]), 0, valid).astype(np.int64)
        ends = np.clip(np.ceil(edges[1:]), 0, valid).astype(np.int64)
        low, high = _reduced(data, starts, ends)
        return low / np.float32(32768), high / np.float32(32768)

    def save(self, path: Path) -> None:
        """Writes the finished pyramid. Raises ValueError while it is unfinished, OSError."""
        if self.ready_frames < self.frames:
            raise ValueError("the peaks are not finished")
        facts = {"rate": self.sample_rate_hz, "frames": self.frames, "channels": self.channels}
        write_arrays(path, _KIND, facts, list(self.levels))

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """The pyramid in a file, memory-mapped; None where there is none or it is damaged."""
        try:
            facts, levels = read_arrays(path, _KIND)
            rate, frames, channels = (int(facts[k]) for k in ("rate", "frames", "channels"))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        shapes = [(channels, 2, bins) for bins in _bins_of_levels(frames)]
        if [level.shape for level in levels] != shapes:
            return None
        return cls(rate, frames, channels, frames, tuple(levels))

    def _level(self, frames_per_column: float) -> int:
        level = 0
        while (
            level + 1 < len(self.levels)
            and BASE_FRAMES * FACTOR ** (level + 1) <= frames_per_column
        ):
            level += 1
        return level

    def _ready_bins(self, level: int) -> int:
        if self.ready_frames >= self.frames:
            return self.levels[level].shape[2]
        return self.ready_frames // (BASE_FRAMES * FACTOR**level)


class PeakBuilder:
    """Makes the peaks of a source in one pass.

    `run` yields the fraction done after every step of a few milliseconds; `pyramid` may be taken
    at any moment, from any thread, and holds what is done by then. Does not close the source.
    """

    def __init__(self, source: AudioSource) -> None:
        self._source = source
        self._ready = 0
        channels = source.info.channels
        self._levels = [
            np.zeros((channels, 2, bins), np.int16) for bins in _bins_of_levels(source.frames)
        ]

    @property
    def pyramid(self) -> PeakPyramid:
        ready = self._ready
        views = [level.view() for level in self._levels]
        for view in views:
            view.flags.writeable = False
        info = self._source.info
        return PeakPyramid(
            info.sample_rate_hz, self._source.frames, info.channels, ready, tuple(views)
        )

    def run(self) -> Iterator[float]:
        """Works through the file. Raises RecordingError where it cannot be read."""
        frames = self._source.frames
        for first in range(0, frames, _BLOCK_FRAMES):
            low, high = self._extremes(first, min(_BLOCK_FRAMES, frames - first))
            at = first // BASE_FRAMES
            for level in self._levels:
                bins = low.shape[1]
                level[:, 0, at : at + bins] = low
                level[:, 1, at : at + bins] = high
                low, high = _coarser(low, np.minimum), _coarser(high, np.maximum)
                at //= FACTOR
            self._ready = min(first + _BLOCK_FRAMES, frames)
            yield self._ready / frames

    def _extremes(self, first: int, count: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Lowest and highest of each base bin, int16 (channels, bins)."""
        if self._source.has_int16:
            samples = self._source.read_int16(first, count)
            return _bin_extreme(samples, np.minimum), _bin_extreme(samples, np.maximum)
        block = self._source.read(first, count)
        low = np.floor(_bin_extreme(block, np.minimum) * np.float32(32768))
        high = np.ceil(_bin_extreme(block, np.maximum) * np.float32(32768))
        limits = (-32768, 32767)
        return np.clip(low, *limits).astype(np.int16), np.clip(high, *limits).astype(np.int16)


def sample_columns(
    samples: NDArray[np.float32],
    samples_first: int,
    first_frame: float,
    frames_per_column: float,
    count: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`PeakPyramid.columns` from samples themselves, for zooms finer than its finest bins.

    `samples`: float32 (n, channels), the first of them sample number `samples_first` of the
    recording. Gives lowest and highest, float32 (channels, count); a sample counts in every
    column that [its index, its index + 1) touches. NaN where there are no samples.
    """
    total = len(samples)
    edges = first_frame - samples_first + np.arange(count + 1) * frames_per_column
    starts = np.clip(np.floor(edges[:-1]), 0, total).astype(np.int64)
    ends = np.clip(np.ceil(edges[1:]), 0, total).astype(np.int64)
    low = np.full((samples.shape[1], count), np.nan, np.float32)
    high = low.copy()
    for channel in range(samples.shape[1]):
        column = np.ascontiguousarray(samples[:, channel])
        low[channel], high[channel] = _reduced(np.stack([column, column]), starts, ends)
    return low, high


def peaks_key(path: Path | str) -> str:
    """A name for the cached peaks of a file, another one when it has changed or is read otherwise.

    Raises RecordingError where the file cannot be reached.
    """
    absolute = real_path(path)
    try:
        status = status_of(file_of(Path(absolute)))
    except OSError as error:
        raise as_recording_error(path, error, "cannot be reached") from error
    return text_key(f"{absolute}\n{status.st_size}\n{status.st_mtime_ns}\nreading {READING}")


def _bins_of_levels(frames: int) -> list[int]:
    """Bins of each level, from the finest to one of at most 64 bins."""
    bins = [-(-frames // BASE_FRAMES)]
    while bins[-1] > 64:
        bins.append(-(-bins[-1] // FACTOR))
    return bins


def _bin_extreme(samples: NDArray, pick: np.ufunc) -> NDArray:
    """Lowest or highest of every 256 samples: (n, channels) to (channels, bins)."""
    rest = -len(samples) % BASE_FRAMES
    if rest:  # repeating the last sample changes no extreme
        samples = np.concatenate([samples, np.repeat(samples[-1:], rest, axis=0)])
    channels = samples.shape[1]
    half = samples.reshape(-1, BASE_FRAMES * channels)
    # Folding a bin onto itself keeps interleaved channels apart and the inner loops long, which
    # is several times faster than reducing along the time axis.
    while half.shape[1] > 8 * channels:
        middle = half.shape[1] // 2
        half = pick(half[:, :middle], half[:, middle:])
    groups = np.ascontiguousarray(half.reshape(len(half), -1, channels).transpose(1, 2, 0))
    return pick.reduce(groups, axis=0)


def _coarser(values: NDArray, pick: np.ufunc) -> NDArray:
    """The next level of (channels, bins)."""
    rest = -values.shape[1] % FACTOR
    if rest:
        values = np.concatenate([values, np.repeat(values[:, -1:], rest, axis=1)], axis=1)
    return pick.reduce(values.reshape(len(values), -1, FACTOR), axis=2)


def _reduced(
    data: NDArray, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lowest of data[0] and highest of data[1] in each [start, end); NaN where that is empty."""
    low = np.full(len(starts), np.nan, np.float32)
    high = low.copy()
    filled = starts < ends
    if filled.any():
        base = int(starts[filled].min())
        part = data[:, base : int(ends[filled].max())]
        part = np.concatenate([part, part[:, -1:]], axis=1)  # reduceat needs every index inside
        pairs = np.stack([starts[filled], ends[filled]], axis=1).reshape(-1) - base
        low[filled] = np.minimum.reduceat(part[0], pairs)[::2]
        high[filled] = np.maximum.reduceat(part[1], pairs)[::2]
    return low, high
