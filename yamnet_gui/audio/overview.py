"""A coarse spectrogram of a whole recording, made once, from which wide views are drawn at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.pooling import max_rows

from .array_file import read_arrays, write_arrays
from .frequency import RowMap, row_edges
from .mono import mixed
from .source import AudioSource
from .spectrogram import SpectrogramSettings, Transform, decibels

ROWS = 256
BIN_S = 0.2
FACTOR = 4
_KIND = "spectrogram 1"
_LOW_DB = -127.5
_STEP_DB = 0.5
_BLOCK_BINS = 16
_PREFERRED_WINDOW_S = 0.021


@dataclass(frozen=True, slots=True)
class SpectrogramOverview:
    """Loudest power per time bin and frequency row, in half decibels above -127.5 dB.

    `levels[k]`: uint8 (bins, 256), each bin `bin_s` · 4^k long; row r holds the frequencies from
    r to r + 1 times `row_hz`. `ready_bins` of the finest level are filled. Read-only.
    """

    duration_s: float
    bin_s: float
    row_hz: float
    ready_bins: int
    levels: tuple[NDArray[np.uint8], ...]

    @property
    def finished(self) -> bool:
        return self.ready_bins >= len(self.levels[0])

    def columns(
        self,
        settings: SpectrogramSettings,
        first_s: float,
        seconds_per_column: float,
        columns: int,
        rows: int,
    ) -> NDArray[np.float32]:
        """As `spectrogram_columns`, from what is stored; NaN where there is nothing yet.

        Of the settings, scale and frequencies count; the mix of all channels is shown.
        """
        level = self._level(seconds_per_column)
        bin_s = self.bin_s * FACTOR**level
        valid = len(self.levels[level]) if self.finished else self.ready_bins // FACTOR**level
        edges = (first_s + np.arange(columns + 1) * seconds_per_column) / bin_s
        starts = np.clip(np.floor(edges[:-1] + 1e-9), 0, valid).astype(np.int64)
        ends = np.clip(np.ceil(edges[1:] - 1e-9), 0, valid).astype(np.int64)
        out = np.full((rows, columns), np.nan, np.float32)
        filled = starts < ends
        if filled.any():
            base, last = int(starts[filled].min()), int(ends[filled].max())
            part = self.levels[level][base:last]
            pairs = np.stack([starts[filled], ends[filled]], axis=1).reshape(-1) - base
            padded = np.concatenate([part, part[-1:]])  # reduceat needs every index inside
            loudest = np.maximum.reduceat(padded, pairs, axis=0)[::2]
            values = loudest.T * np.float32(_STEP_DB) + np.float32(_LOW_DB)
            low_hz, high_hz = settings.band(round(self.row_hz * ROWS * 2))
            edges_hz = row_edges(settings.scale, low_hz, high_hz, rows)
            # a stored row stands for its middle
            row_map = RowMap(np.maximum(edges_hz - self.row_hz / 2, 0), self.row_hz, ROWS)
            out[:, filled] = row_map(np.ascontiguousarray(values))
        return out

    def steps(
        self,
        settings: SpectrogramSettings,
        first_s: float,
        seconds_per_column: float,
        columns: int,
        rows: int,
    ) -> NDArray[np.uint8]:
        """As `columns`, in steps of 0.5 dB: uint8 (columns, rows), 1 for -127.5 dB and below.

        0 where there is nothing. Rows show the loudest stored row that they touch. Several times
        faster than `columns`, for drawing while the user pans and zooms.
        """
        level = self._level(seconds_per_column)
        bin_s = self.bin_s * FACTOR**level
        valid = len(self.levels[level]) if self.finished else self.ready_bins // FACTOR**level
        edges = (first_s + np.arange(columns + 1) * seconds_per_column) / bin_s
        starts = np.clip(np.floor(edges[:-1] + 1e-9), 0, valid).astype(np.int64)
        ends = np.clip(np.ceil(edges[1:] - 1e-9), 0, valid).astype(np.int64)
        out = np.zeros((columns, rows), np.uint8)
        filled = starts < ends
        if not filled.any():
            return out
        loudest = max_rows(self.levels[level], starts[filled], ends[filled])
        low_hz, high_hz = settings.band(round(self.row_hz * ROWS * 2))
        edges_hz = row_edges(settings.scale, low_hz, high_hz, rows) / self.row_hz
        low = np.clip(np.floor(edges_hz[:-1] + 1e-9), 0, ROWS - 1).astype(np.int64)
        picked = loudest[:, low]
        high = np.clip(np.ceil(edges_hz[1:] - 1e-9), low + 1, ROWS).astype(np.int64)
        for wide in range(1, int((high - low).max())):
            np.maximum(picked, loudest[:, np.minimum(low + wide, high - 1)], out=picked)
        picked = np.minimum(picked, 254) + np.uint8(1)
        picked[:, edges_hz[:-1] >= ROWS] = 0
        out[filled] = picked
        return out

    def _level(self, seconds_per_column: float) -> int:
        level = 0
        while (
            level + 1 < len(self.levels)
            and self.bin_s * FACTOR ** (level + 1) <= seconds_per_column
        ):
            level += 1
        return level

    def save(self, path: Path) -> None:
        """Writes the finished overview. Raises ValueError while it is unfinished, OSError."""
        if not self.finished:
            raise ValueError("the overview is not finished")
        facts = {"duration_s": self.duration_s, "bin_s": self.bin_s, "row_hz": self.row_hz}
        write_arrays(path, _KIND, facts, list(self.levels))

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """The overview in a file, memory-mapped; None where there is none or it is damaged."""
        try:
            facts, levels = read_arrays(path, _KIND)
            duration_s, bin_s, row_hz = (
                float(facts[key]) for key in ("duration_s", "bin_s", "row_hz")
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not levels or any(level.ndim != 2 or level.shape[1] != ROWS for level in levels):
            return None
        return cls(duration_s, bin_s, row_hz, len(levels[0]), tuple(levels))


class OverviewBuilder:
    """Makes the overview of a source in one pass, as `PeakBuilder` makes the peaks.

    Windows are about 21 ms long (a power of two samples, at least 512) and overlap by half.
    """

    def __init__(self, source: AudioSource) -> None:
        self._source = source
        rate = source.info.sample_rate_hz
        self._size = max(2 * ROWS, 1 << round(np.log2(_PREFERRED_WINDOW_S * rate)))
        self._hop = self._size // 2
        self._hops_per_bin = max(1, round(BIN_S * rate / self._hop))
        self._bin_frames = self._hops_per_bin * self._hop
        self._transform = Transform(self._size, "hann")
        bins = [max(1, -(-source.frames // self._bin_frames))]
        while bins[-1] > 512:
            bins.append(-(-bins[-1] // FACTOR))
        self._levels = [np.zeros((count, ROWS), np.uint8) for count in bins]
        self._ready = 0

    @property
    def overview(self) -> SpectrogramOverview:
        """What is done by now; may be taken at any moment, from any thread."""
        ready = self._ready
        views = [level.view() for level in self._levels]
        for view in views:
            view.flags.writeable = False
        info = self._source.info
        return SpectrogramOverview(
            info.duration_s,
            self._bin_frames / info.sample_rate_hz,
            info.sample_rate_hz / 2 / ROWS,
            ready,
            tuple(views),
        )

    def run(self) -> Iterator[float]:
        """Works through the file, yielding the fraction done. Raises RecordingError."""
        total = len(self._levels[0])
        margin = self._size - self._hop
        tail = np.zeros(margin // 2, np.float32)  # the first window is centred half a hop in
        for first in range(0, total, _BLOCK_BINS):
            count = min(_BLOCK_BINS, total - first)
            begin = first * self._bin_frames + (margin // 2 if first else 0)
            need = count * self._bin_frames + margin - len(tail)
            signal = np.concatenate([tail, self._read(begin, need)])
            tail = signal[-margin:]
            self._store(first, self._loudest(signal, count))
            self._ready = first + count
            yield self._ready / total

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        """`count` samples of the mix, silence after the end."""
        source = self._source
        out = np.zeros(count, np.float32)
        if first < source.frames:
            samples = mixed(source.read(first, count))
            out[: len(samples)] = samples
        return out

    def _loudest(self, signal: NDArray[np.float32], count: int) -> NDArray[np.uint8]:
        """uint8 (count, 256) from the samples of `count` bins and the margin around them."""
        frames = np.lib.stride_tricks.sliding_window_view(signal, self._size)[:: self._hop]
        power = self._transform.power(frames[: count * self._hops_per_bin])
        loudest = power.reshape(count, self._hops_per_bin, -1).max(axis=1)
        rows = loudest[:, 1:].reshape(count, ROWS, -1).max(axis=2)
        levels = (decibels(rows) - np.float32(_LOW_DB)) / np.float32(_STEP_DB)
        return np.clip(np.rint(levels), 0, 255).astype(np.uint8)

    def _store(self, first: int, values: NDArray[np.uint8]) -> None:
        self._levels[0][first : first + len(values)] = values
        for finer, coarser in zip(self._levels, self._levels[1:], strict=False):
            begin = first // FACTOR
            first_fine, last_fine = begin * FACTOR, first + len(values)
            starts = np.arange(first_fine, last_fine, FACTOR) - first_fine
            part = np.maximum.reduceat(finer[first_fine:last_fine], starts, axis=0)
            coarser[begin : begin + len(part)] = part
            first, values = begin, part
