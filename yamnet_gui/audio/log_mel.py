"""YAMNet's own view of a recording: 64 log mel bands of the sound at 16 kHz.

The front end as published: frames of 400 samples every 160, periodic Hann window, FFT of 512,
magnitude, 64 triangular bands on HTK's mel scale from 125 to 7500 Hz, log(mel + 0.001).
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import (
    FFT_LENGTH,
    LOG_OFFSET,
    MEL_BANDS,
    MEL_HIGH_HZ,
    MEL_LOW_HZ,
    SAMPLE_RATE_HZ,
    STFT_HOP,
    STFT_WINDOW,
)

from .frequency import mel
from .picture_columns import columns_inside, read_padded
from .resample import Resampler
from .source import AudioSource

_BLOCK_S = 30.0
_ROWS = 15
_DB_PER_NEPER = 20.0 / math.log(10.0)


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """log(mel + 0.001) of 16 kHz sound, float32 (1 + (n - 400) // 160, 64)."""
    if len(samples) < STFT_WINDOW:
        return np.zeros((0, MEL_BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, STFT_WINDOW)[::STFT_HOP]
    magnitude = np.abs(np.fft.rfft(frames * _hann(), FFT_LENGTH, axis=1)).astype(np.float32)
    # products small enough for one thread: see resample
    spare = -len(magnitude) % _ROWS
    batches = np.pad(magnitude, ((0, spare), (0, 0))).reshape(-1, _ROWS, FFT_LENGTH // 2 + 1)
    bands = (batches @ mel_matrix()).reshape(-1, MEL_BANDS)[: len(magnitude)]
    return np.log(bands + np.float32(LOG_OFFSET))


def log_mel_columns(
    source: AudioSource,
    channel: int | None,
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
    band_of_row = np.minimum(np.arange(rows) * MEL_BANDS // rows, MEL_BANDS - 1)
    block = max(1, int(_BLOCK_S / seconds_per_column))
    for begin in range(inside.start, inside.stop, block):
        end = min(begin + block, inside.stop)
        edges = first_s + np.arange(begin, end + 1) * seconds_per_column
        # frame k has its middle at k · 0.01 + 0.0125 s
        places = (edges - STFT_WINDOW / 2 / SAMPLE_RATE_HZ) * SAMPLE_RATE_HZ / STFT_HOP
        starts = np.maximum(np.ceil(places[:-1] - 1e-9), 0).astype(np.int64)
        ends = np.maximum(np.ceil(places[1:] - 1e-9), 0).astype(np.int64)
        nearest = np.maximum(np.rint((places[:-1] + places[1:]) / 2), 0).astype(np.int64)
        empty = ends <= starts
        starts[empty], ends[empty] = nearest[empty], nearest[empty] + 1
        origin, last = int(starts.min()), int(ends.max())
        values = log_mel(
            _at_16k(
                source,
                channel,
                origin * STFT_HOP,
                last * STFT_HOP + STFT_WINDOW - STFT_HOP,
            )
        )
        values = np.concatenate([values, values[-1:]])
        pairs = np.stack([starts - origin, ends - origin], axis=1).reshape(-1)
        loudest = np.maximum.reduceat(values, pairs, axis=0)[::2]
        out[:, begin:end] = loudest.T[band_of_row] * np.float32(_DB_PER_NEPER)
    return out


def _at_16k(source: AudioSource, channel: int | None, first: int, last: int) -> NDArray[np.float32]:
    """Samples [first, last) of the whole recording at 16 kHz, zeros beyond its end."""
    rate = source.info.sample_rate_hz
    common = math.gcd(rate, SAMPLE_RATE_HZ)
    up, down = SAMPLE_RATE_HZ // common, rate // common
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
    turn = 2 * np.pi * np.arange(STFT_WINDOW) / STFT_WINDOW
    return (0.5 - 0.5 * np.cos(turn)).astype(np.float32)


@lru_cache(maxsize=1)
def mel_matrix() -> NDArray[np.float32]:
    """Weights (257, 64) of the FFT_LENGTH bins in each band; bin 0 counts nowhere."""
    bins = mel(np.arange(FFT_LENGTH // 2 + 1) * SAMPLE_RATE_HZ / FFT_LENGTH)[:, None]
    low, high = mel(np.array([MEL_LOW_HZ, MEL_HIGH_HZ]))
    borders = np.linspace(low, high, MEL_BANDS + 2)
    rise = (bins - borders[:-2]) / np.diff(borders)[:-1]
    fall = (borders[2:] - bins) / np.diff(borders)[1:]
    weights = np.maximum(0.0, np.minimum(rise, fall))
    weights[0] = 0.0
    return weights.astype(np.float32)
