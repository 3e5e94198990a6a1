"""Waveform to log-mel frames.

The published scores come from a single-precision Fourier transform, and on pure tones its rounding
errors show: far from the tone they are all there is, and log-mel values computed by any other
route (in double precision, or as a product with a windowed DFT matrix) are off by up to 0.004.
SciPy's real transform of float32 gives the same bits as TensorFlow's for the same bits of input,
and over blocks of frames takes less than half the time of the matrix product. Window and mel
weights are TensorFlow's own, since a single last bit of the window is enough to see the difference.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.fft import real_fft
from yamnet_gui.core.model_parameters import (
    FFT_LENGTH,
    LOG_OFFSET,
    MEL_BANDS,
    STFT_HOP,
    STFT_WINDOW,
)
from yamnet_gui.core.resources import resource_path
from yamnet_gui.core.threads import BLAS_THREADS

Floats = NDArray[np.float32]

BLOCK_FRAMES = 512
"""STFT frames computed in one go. Blocks begin at multiples of it, counted from the start of the
recording, and always have this size, so that a frame's value never depends on where the caller
began or on how the samples arrived."""
_AT_ONCE = 16
"""Transforms that the widest processors run in one register."""


@cache
def window_and_mel() -> tuple[Floats, Floats]:
    """The periodic Hann window (400,) and the mel weights of the bins that count (240, 64).

    As `tf.signal.hann_window` and `tf.signal.linear_to_mel_weight_matrix` of TensorFlow 2.21 gave
    them on x86-64: stored, since TensorFlow takes seconds to load, and any other way to compute
    them gives other last bits.
    """
    with np.load(resource_path("front_end.npz"), allow_pickle=False) as stored:
        window, mel = stored["window"], stored["mel"]
    window.flags.writeable = mel.flags.writeable = False
    return window, mel


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
                overlap = STFT_WINDOW - STFT_HOP
                self._samples[:overlap] = self._samples[-overlap:]
                self._filled = overlap
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
        with BLAS_THREADS.one():  # the last bits of the product depend on their number
            return self._spectrum(self._skip, frames)


class _Spectrum:
    """Log-mel frames of a buffer of samples that others fill."""

    def __init__(self, samples: Floats) -> None:
        self._rfft = real_fft()
        frames = np.lib.stride_tricks.sliding_window_view(samples, STFT_WINDOW)
        self._frames = frames[::STFT_HOP]
        self._window, self._mel = window_and_mel()
        self._bins = len(self._mel)
        self._padded = np.zeros((BLOCK_FRAMES, FFT_LENGTH), np.float32)
        self._magnitude = np.zeros((BLOCK_FRAMES, self._bins), np.float32)

    def __call__(self, first: int, last: int) -> Floats:
        """Log-mel of the frames [first, last) in the buffer, float32 (n, 64), in a new array."""
        # rows are transformed some at a time, and those left over may round in another way
        rows = slice(first // _AT_ONCE * _AT_ONCE, -(-last // _AT_ONCE) * _AT_ONCE)
        np.multiply(self._frames[rows], self._window, out=self._padded[rows, :STFT_WINDOW])
        spectrum = self._rfft(self._padded[rows])
        np.abs(spectrum[:, : self._bins], out=self._magnitude[rows])
        # always of all rows, since the last bits of a product depend on their number
        mel: Floats = (self._magnitude @ self._mel)[first:last]
        mel += np.float32(LOG_OFFSET)
        return np.log(mel, out=mel)


def log_mel(waveform: NDArray[np.float32]) -> Floats:
    """Log-mel frames of a whole waveform (n,) at 16 kHz: float32 (1 + (n − 400) // 160, 64)."""
    stream = LogMel()
    samples = np.asarray(waveform, dtype=np.float32)
    rows = [*stream.push(samples), *stream.finish()]
    return np.concatenate(rows) if rows else np.empty((0, MEL_BANDS), np.float32)
