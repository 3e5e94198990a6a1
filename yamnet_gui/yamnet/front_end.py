"""Waveform to log-mel frames, as matrix products.

The published front end takes the magnitude of a 512-point Fourier transform of 400 windowed
samples. A magnitude does not depend on where time starts, so we count it from the middle of the
window. About that middle the periodic Hann window is symmetric (and its first value is zero), so
the cosine part needs only the sum of the samples left and right of the middle and the sine part
only their difference: two products with half as many terms each. Only the bins under the mel bands
are computed.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .parameters import (
    FFT_LENGTH,
    LOG_OFFSET,
    MEL_BANDS,
    MEL_HIGH_HZ,
    MEL_LOW_HZ,
    SAMPLE_RATE_HZ,
    STFT_HOP,
    STFT_WINDOW,
)

Floats = NDArray[np.float32]

BLOCK_FRAMES = 512
"""STFT frames computed in one go. Blocks begin at multiples of it, counted from the start of the
recording, and always have this size, so that a frame's value never depends on where the caller
began or on how the samples arrived."""

_MIDDLE = STFT_WINDOW // 2


def mel_matrix() -> NDArray[np.float64]:
    """Weights of the FFT's bins in each mel band, (FFT_LENGTH / 2 + 1, 64).

    Triangles of height 1 on the HTK mel scale, mel = 1127 ln(1 + f / 700), whose edges are spaced
    evenly between 125 and 7500 Hz, as `tf.signal.linear_to_mel_weight_matrix` defines them.
    """
    edges = np.linspace(_mel(MEL_LOW_HZ), _mel(MEL_HIGH_HZ), MEL_BANDS + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    bins = _mel(np.arange(FFT_LENGTH // 2 + 1) * (SAMPLE_RATE_HZ / FFT_LENGTH))[:, np.newaxis]
    rising = (bins - low) / (centre - low)
    falling = (high - bins) / (high - centre)
    weights: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    weights[0] = 0.0  # the transform's constant part never counts
    return weights


def _mel(hz: float | NDArray[np.floating]) -> NDArray[np.float64]:
    return 1127.0 * np.log1p(np.asarray(hz) / 700.0)


@cache
def _matrices() -> tuple[Floats, Floats, Floats]:
    """Windowed cosines and sines, each (200 or 199 offsets, bins), and mel weights (bins, 64)."""
    mel = mel_matrix()
    used = np.flatnonzero(mel.any(axis=1))
    offsets = np.arange(_MIDDLE)  # from the middle of the window outwards
    window = 0.5 + 0.5 * np.cos(2 * np.pi * offsets / STFT_WINDOW)
    window[0] /= 2  # the middle sample is its own mirror image and would count twice
    angles = 2 * np.pi * np.outer(offsets, used) / FFT_LENGTH
    cosines = window[:, np.newaxis] * np.cos(angles)
    sines = window[:, np.newaxis] * np.sin(angles)
    matrices = (cosines, sines, mel[used])
    for matrix in (ready := [np.ascontiguousarray(m, dtype=np.float32) for m in matrices]):
        matrix.flags.writeable = False
    return ready[0], ready[1], ready[2]


class LogMel:
    """A stream of samples to a stream of log-mel frames with exact state between blocks.

    `first_frame` is the STFT frame, counted from the start of the recording, at whose first sample
    (160 · first_frame) the stream begins; it decides where blocks are cut, so that a stream taken
    up in the middle gives the same bits as one from the start.
    """

    def __init__(self, first_frame: int = 0) -> None:
        self._samples = np.zeros((BLOCK_FRAMES - 1) * STFT_HOP + STFT_WINDOW, np.float32)
        self._skip = first_frame % BLOCK_FRAMES  # frames before the stream began
        self._filled = self._skip * STFT_HOP
        self._spectrum = _Spectrum(self._samples)

    def push(self, samples: NDArray[np.float32]) -> Iterator[Floats]:
        """Takes float32 samples (n,) at 16 kHz; gives finished frames, float32 (≤ 512, 64) each.

        Samples that are not finite count as zero.
        """
        room = len(self._samples)
        start = 0
        while start < len(samples):
            part = samples[start : start + room - self._filled]
            self._samples[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            start += len(part)
            if self._filled == room:
                yield self._block(BLOCK_FRAMES)
                kept = STFT_WINDOW - STFT_HOP
                self._samples[:kept] = self._samples[-kept:]
                self._filled = kept
                self._skip = 0

    def finish(self) -> Iterator[Floats]:
        """The frames that end within the samples still held; further samples must not follow."""
        frames = max(0, (self._filled - STFT_WINDOW) // STFT_HOP + 1)
        if frames > self._skip:
            self._samples[self._filled :] = 0
            yield self._block(frames)

    def _block(self, frames: int) -> Floats:
        if not np.isfinite(self._samples.sum(dtype=np.float64)):
            np.nan_to_num(self._samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        return self._spectrum()[self._skip : frames]


class _Spectrum:
    """Log-mel frames of a buffer of samples that others fill."""

    def __init__(self, samples: Floats) -> None:
        step = samples.strides[0]
        shape, strides = (BLOCK_FRAMES, _MIDDLE), (STFT_HOP * step, step)
        view = np.lib.stride_tricks.as_strided
        self._right = view(samples[_MIDDLE:], shape, strides, writeable=False)
        self._left = view(samples[_MIDDLE:], shape, (strides[0], -step), writeable=False)
        self._cosines, self._sines, self._mel = _matrices()
        bins = self._cosines.shape[1]
        self._folded = np.empty(shape, np.float32)
        self._real = np.empty((BLOCK_FRAMES, bins), np.float32)
        self._imaginary = np.empty((BLOCK_FRAMES, bins), np.float32)

    def __call__(self) -> Floats:
        """Log-mel of every frame in the buffer, float32 (512, 64), in an array of its own."""
        np.add(self._right, self._left, out=self._folded)
        np.matmul(self._folded, self._cosines, out=self._real)
        np.subtract(self._right, self._left, out=self._folded)
        np.matmul(self._folded, self._sines, out=self._imaginary)
        np.square(self._real, out=self._real)
        np.square(self._imaginary, out=self._imaginary)
        np.add(self._real, self._imaginary, out=self._real)
        np.sqrt(self._real, out=self._real)
        mel = self._real @ self._mel
        mel += np.float32(LOG_OFFSET)
        return np.log(mel, out=mel)


def log_mel(waveform: NDArray[np.float32]) -> Floats:
    """Log-mel frames of a whole waveform (n,) at 16 kHz: float32 (1 + (n − 400) // 160, 64)."""
    stream = LogMel()
    samples = np.asarray(waveform, dtype=np.float32)
    rows = [*stream.push(samples), *stream.finish()]
    return np.concatenate(rows) if rows else np.empty((0, MEL_BANDS), np.float32)
