"""Pictures of sound: exactly the columns and rows that a screen shows."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.fft import fast_length, real_fft

from .frequency import RowMap, Scale, row_edges
from .log_mel import log_mel_columns
from .memory import MemorySource
from .picture_columns import columns_inside, read_padded
from .source import AudioSource

# Cosine sums, as in F. J. Harris, "On the use of windows", Proc. IEEE 66 (1978). scipy.signal has
# them too, but importing it takes longer than the window may take to appear.
_COSINES = {
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "boxcar": (1.0,),
}
WINDOWS = tuple(_COSINES)
FLOOR_DB = -140.0
"""What digital silence shows."""
_WORK_SAMPLES = 1 << 21
"""Windowed samples transformed at a time: bounds memory."""


@dataclass(frozen=True, slots=True)
class SpectrogramSettings:
    """How a spectrogram is computed.

    The window is `window_length` samples long, or `window_s` seconds where that is None.
    `overlap` in [0, 1) is the share of a window that the next one covers again. The axis runs from
    `low_hz` to `high_hz` (None: half the sample rate). `channel` counts from 0; None mixes.
    Raises ValueError for values that make no sense.
    """

    window_length: int | None = None
    window_s: float = 0.025
    overlap: float = 0.75
    window: str = "hann"
    scale: Scale = "linear"
    low_hz: float = 0.0
    high_hz: float | None = None
    channel: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < 1:
            raise ValueError("the overlap must lie in [0, 1)")
        if self.window_s <= 0 or (self.window_length is not None and self.window_length < 8):
            raise ValueError("a window must have at least 8 samples")
        if self.window not in WINDOWS:
            raise ValueError(f"the window must be one of {', '.join(WINDOWS)}")
        if self.low_hz < 0 or (self.high_hz is not None and self.high_hz <= self.low_hz):
            raise ValueError("the frequencies must run from low to high")

    def samples(self, rate_hz: int) -> int:
        """Length of the window in samples at a sample rate."""
        return max(8, self.window_length or round(self.window_s * rate_hz))

    def band(self, rate_hz: int) -> tuple[float, float]:
        """Lowest and highest frequency of the axis in Hz at a sample rate."""
        nyquist = rate_hz / 2
        high = nyquist if self.high_hz is None else self.high_hz
        return (self.low_hz if self.low_hz < high else 0.0), high


@dataclass(frozen=True, slots=True)
class SpectrogramPreset:
    """Settings under a name, with the range of levels that suits them."""

    name: str
    settings: SpectrogramSettings
    floor_db: float = -100.0
    ceiling_db: float = -10.0


PRESETS: tuple[SpectrogramPreset, ...] = (
    SpectrogramPreset("Overview", SpectrogramSettings(window_s=0.025)),
    SpectrogramPreset(
        "Speech", SpectrogramSettings(window_s=0.012, scale="linear", high_hz=8000.0), -95, -15
    ),
    SpectrogramPreset(
        "Speech, harmonics", SpectrogramSettings(window_s=0.04, scale="mel", high_hz=8000.0)
    ),
    SpectrogramPreset("Music", SpectrogramSettings(window_s=0.09, scale="log", low_hz=30.0)),
    SpectrogramPreset(
        "Birds", SpectrogramSettings(window_s=0.011, low_hz=300.0, high_hz=12000.0), -100, -25
    ),
    SpectrogramPreset(
        "Frogs and insects", SpectrogramSettings(window_s=0.02, scale="mel", low_hz=100.0)
    ),
    SpectrogramPreset(
        "Bats", SpectrogramSettings(window_s=0.002, overlap=0.8, low_hz=10000.0), -105, -35
    ),
    SpectrogramPreset(
        "Low rumble", SpectrogramSettings(window_s=0.25, scale="log", low_hz=10, high_hz=1000.0)
    ),
    SpectrogramPreset(
        "Clicks", SpectrogramSettings(window_s=0.004, overlap=0.5, window="hann"), -95, -15
    ),
    SpectrogramPreset("What YAMNet hears", SpectrogramSettings(scale="yamnet"), -55, 25),
)
"""What the choice of presets offers, in this order."""


class CoarseSpectrogram(Protocol):
    """A stored picture of the whole recording; `SpectrogramOverview` is one."""

    @property
    def bin_s(self) -> float: ...

    def columns(
        self,
        settings: SpectrogramSettings,
        first_s: float,
        seconds_per_column: float,
        columns: int,
        rows: int,
    ) -> NDArray[np.float32]: ...


def spectrogram_columns(
    source: AudioSource,
    settings: SpectrogramSettings,
    first_s: float,
    seconds_per_column: float,
    columns: int,
    rows: int,
    overview: CoarseSpectrogram | None = None,
) -> NDArray[np.float32]:
    """The picture of a span of a recording: float32 (rows, columns) in dB, row 0 lowest.

    0 dB is a sine of full scale; for the scale "yamnet" it is the model's own log mel value as
    20 · log10. Column c shows the loudest moment of
    [first_s + c · seconds_per_column, … + seconds_per_column), so a short click stays visible at
    any zoom. NaN outside the recording and above half the sample rate. Where `overview` is given
    and a column covers at least one of its bins, nothing is read from the file. Memory stays
    bounded; raises RecordingError where the file cannot be read.
    """
    if overview is not None and seconds_per_column >= overview.bin_s:
        return overview.columns(settings, first_s, seconds_per_column, columns, rows)
    if settings.scale == "yamnet":
        return log_mel_columns(source, settings.channel, first_s, seconds_per_column, columns, rows)
    info = source.info
    rate = info.sample_rate_hz
    transform = Transform(settings.samples(rate), settings.window)
    hop = max(1.0, transform.length * (1 - settings.overlap))
    per_column = max(1, int(np.ceil(seconds_per_column * rate / hop)))
    low_hz, high_hz = settings.band(rate)
    edges = row_edges(settings.scale, low_hz, high_hz, rows)
    row_map = RowMap(edges, rate / transform.size, transform.bins)
    out = np.full((rows, columns), np.nan, np.float32)
    inside = columns_inside(first_s, seconds_per_column, columns, info.duration_s)
    block = max(1, _WORK_SAMPLES // (transform.size * per_column))
    for begin in range(inside.start, inside.stop, block):
        end = min(begin + block, inside.stop)
        power = _block(
            source, settings.channel, transform, first_s, seconds_per_column, begin, end, per_column
        )
        out[:, begin:end] = row_map(np.ascontiguousarray(decibels(power).T))
    return out


def sample_spectrogram(
    samples: NDArray[np.float32],
    rate_hz: int,
    settings: SpectrogramSettings,
    first_s: float,
    seconds_per_column: float,
    columns: int,
    rows: int,
) -> NDArray[np.float32]:
    """`spectrogram_columns` of samples in memory, float32 (n,) or (n, channels)."""
    with MemorySource(samples, rate_hz) as source:
        return spectrogram_columns(source, settings, first_s, seconds_per_column, columns, rows)


class Transform:
    """Windowed Fourier transform to power, where a sine of full scale has power 1."""

    def __init__(self, length: int, window: str) -> None:
        self.length = length
        self.size = fast_length(length)
        self._rfft = real_fft()
        self.bins = self.size // 2 + 1
        self._window = _window(length, window)

    def power(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (n, length) to (n, bins)."""
        rows = np.zeros((len(frames), self.size), np.float32)
        np.multiply(frames, self._window, out=rows[:, : self.length])
        spectrum = self._rfft(rows)
        return np.square(spectrum.real) + np.square(spectrum.imag)


@lru_cache(maxsize=16)
def _window(length: int, name: str) -> NDArray[np.float32]:
    turns = 2 * np.pi * np.arange(length) / length
    window = np.zeros(length)
    for order, weight in enumerate(_COSINES[name]):
        window += (-1) ** order * weight * np.cos(order * turns)
    return (window * (2.0 / window.sum())).astype(np.float32)


def decibels(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """10 · log10 of power, not below FLOOR_DB."""
    return np.float32(10.0) * np.log10(np.maximum(power, np.float32(10.0 ** (FLOOR_DB / 10))))


def _block(
    source: AudioSource,
    channel: int | None,
    transform: Transform,
    first_s: float,
    seconds_per_column: float,
    begin: int,
    end: int,
    per_column: int,
) -> NDArray[np.float32]:
    """Power (columns, bins) of columns [begin, end), the loudest of `per_column` moments each."""
    rate = source.info.sample_rate_hz
    moments = begin + (np.arange((end - begin) * per_column) + 0.5) / per_column
    centres = (first_s + moments * seconds_per_column) * rate
    starts = np.rint(centres - transform.length / 2).astype(np.int64)
    best: NDArray[np.float32] | None = None
    powers: list[NDArray[np.float32]] = []
    # a single column may cover more moments than fit: they are taken in turns
    limit = max(per_column if end - begin > 1 else 1, _WORK_SAMPLES // transform.size)
    for at in range(0, len(starts), limit):
        part = starts[at : at + limit]
        power = transform.power(_frames(source, channel, part, transform.length))
        if end - begin == 1:
            loudest = power.max(axis=0, keepdims=True)
            best = loudest if best is None else np.maximum(best, loudest)
        else:
            powers.append(power.reshape(-1, per_column, power.shape[1]).max(axis=1))
    return best if best is not None else np.concatenate(powers)


def _frames(
    source: AudioSource, channel: int | None, starts: NDArray[np.int64], length: int
) -> NDArray[np.float32]:
    """float32 (n, length) of one signal from each start on, silence outside the file."""
    origin, stop = int(starts[0]), int(starts[-1]) + length
    signal = read_padded(source, channel, origin, stop)
    return np.lib.stride_tricks.sliding_window_view(signal, length)[starts - origin]
