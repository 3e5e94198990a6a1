"""YAMNet's own view of a recording: 64 log mel bands of the sound at 16 kHz.

The front end as published: frames of 400 samples every 160, periodic Hann window, FFT of 512,
magnitude, 64 triangular bands on HTK's mel scale from 125 to 7500 Hz, log(mel + 0.001).
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .frequency import YAMNET_HIGH_HZ, YAMNET_LOW_HZ, mel
from .resample import YAMNET_RATE_HZ, Resampler
from .source import AudioSource
from .spectrogram import SpectrogramSettings, columns_inside, read_padded

FRAME = 400
HOP = 160
FFT = 512
BANDS = 64
_OFFSET = 0.001
_BLOCK_S = 30.0
_ROWS = 15
_DB_PER_NEPER = 20.0 / math.log(10.0)


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """log(mel + 0.001) of 16 kHz sound, float32 (1 + (n - 400) // 160, 64)."""
    if len(samples) < FRAME:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    magnitude = np.abs(np.fft.rfft(frames * _hann(), FFT, axis=1)).astype(np.float32)
    # products small enough for one thread: see resample
    spare = -len(magnitude) % _ROWS
    batches = np.pad(magnitude, ((0, spare), (0, 0))).reshape(-1, _ROWS, FFT // 2 + 1)
    bands = (batches @ mel_matrix()).reshape(-1, BANDS)[: len(magnitude)]
    return np.log(bands + np.float32(_OFFSET))


def log_mel_columns(
    source: AudioSource,
    settings: SpectrogramSettings,
    first_s: float,
    seconds_per_column: float,
    columns: int,
    rows: int,
) -> NDArray[np.float32]:
    """The model's view in dB (20 · log10 of mel + 0.001), float32 (rows, columns).

    Frames lie on the grid on which the model computes them, from the start of the recording; a
    column shows the loudest of those whose middle it holds, else the nearest one.
    """
    out = np.full((rows, columns), np.nan, np.float32)
    inside = columns_inside(first_s, seconds_per_column, columns, source.info.duration_s)
    band_of_row = np.minimum(np.arange(rows) * BANDS // rows, BANDS - 1)
    block = max(1, int(_BLOCK_S / seconds_per_column))
    for begin in range(inside.start, inside.stop, block):
        end = min(begin + block, inside.stop)
        edges = first_s + np.arange(begin, end + 1) * seconds_per_column
        # frame k has its middle at k · 0.01 + 0.0125 s
        places = (edges - FRAME / 2 / YAMNET_RATE_HZ) * YAMNET_RATE_HZ / HOP
        starts = np.maximum(np.ceil(places[:-1] - 1e-9), 0).astype(np.int64)
        ends = np.maximum(np.ceil(places[1:] - 1e-9), 0).astype(np.int64)
        nearest = np.maximum(np.rint((places[:-1] + places[1:]) / 2), 0).astype(np.int64)
        empty = ends <= starts
        starts[empty], ends[empty] = nearest[empty], nearest[empty] + 1
        origin, last = int(starts.min()), int(ends.max())
        values = log_mel(_at_16k(source, settings.channel, origin * HOP, last * HOP + FRAME - HOP))
        values = np.concatenate([values, values[-1:]])
        pairs = np.stack([starts - origin, ends - origin], axis=1).reshape(-1)
        loudest = np.maximum.reduceat(values, pairs, axis=0)[::2]
        out[:, begin:end] = loudest.T[band_of_row] * np.float32(_DB_PER_NEPER)
    return out


def _at_16k(source: AudioSource, channel: int | None, first: int, last: int) -> NDArray[np.float32]:
    """Samples [first, last) of the whole recording at 16 kHz, zeros beyond its end."""
    rate = source.info.sample_rate_hz
    common = math.gcd(rate, YAMNET_RATE_HZ)
    up, down = YAMNET_RATE_HZ // common, rate // common
    resampler = Resampler(rate)
    # begin where input and output coincide, so that the outputs are those of the whole file
    context = resampler.reach
    period = max(0, (first * down // up - context) // down)
    begin = period * down
    end = last * down // up + context + 2
    signal = read_padded(source, channel, begin, end)
    out = np.concatenate([resampler.push(signal), resampler.finish()])
    skip = first - period * up
    return out[skip : skip + last - first]


@lru_cache(maxsize=1)
def _hann() -> NDArray[np.float32]:
    turn = 2 * np.pi * np.arange(FRAME) / FRAME
    return (0.5 - 0.5 * np.cos(turn)).astype(np.float32)


@lru_cache(maxsize=1)
def mel_matrix() -> NDArray[np.float32]:
    """Weights (257, 64) of the FFT bins in each band; bin 0 counts nowhere."""
    bins = mel(np.arange(FFT // 2 + 1) * YAMNET_RATE_HZ / FFT)[:, None]
    low, high = mel(np.array([YAMNET_LOW_HZ, YAMNET_HIGH_HZ]))
    borders = np.linspace(low, high, BANDS + 2)
    rise = (bins - borders[:-2]) / np.diff(borders)[:-1]
    fall = (borders[2:] - bins) / np.diff(borders)[1:]
    weights = np.maximum(0.0, np.minimum(rise, fall))
    weights[0] = 0.0
    return weights.astype(np.float32)
