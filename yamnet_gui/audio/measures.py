"""What is measured in a span of a recording and a band of frequencies: levels and frequencies.

Frequencies follow the definitions of the Raven Pro User's Manual (Cornell Lab of Ornithology,
appendix on measurements): all of them are discrete frequencies of the spectrum inside the box.
Raven takes window and hop from the spectrogram on the screen; here both are fixed, so that window,
command line and notebook measure the same.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.fft import real_fft
from yamnet_gui.core.spans import TimeSpan

from .source import AudioSource

_WINDOW_S = 0.04
"""About the length of the window; the nearest power of two of samples is taken."""
_LEAST_SAMPLES = 16
"""Of fewer samples no frequency can be told."""
_LEAST_SIDE_S, _MOST_SIDE_S = 0.1, 2.0
"""How much on each side of the span is taken for noise: as much as it lasts, within these."""
_ROWS = 64
"""Windows that are read and transformed at once, so that memory does not grow with the span."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured; None where it does not exist: frequencies of silence, for example.

    `duration_s`: of the span as it was asked for (Raven: Delta Time). `peak_hz`: the frequency with
    the highest power that any window shows, the lowest of several. `centre_hz`: the lowest one that
    has half of the energy at or below it; `low_hz` and `high_hz` in the same way 5% and 95% of
    it; `bandwidth_hz`: what lies between these two (Raven: Peak Freq, Center Freq, Freq 5%, Freq
    95%, BW 90%). All lie within the band.

    Levels are those of the samples, at all frequencies, in dB relative to full scale: `peak_dbfs`
    of the largest sample of any channel, `rms_dbfs` of the mean power of all channels. -inf is
    silence; a sine of full scale has 0 and -3.01.

    `snr_db`: by how much the mean power in the band exceeds the noise in the same band, which is
    the quieter one of equally long spans right before and right after (0.1 to 2 s each); the noise
    is taken off what is in the span before both are compared. None where nothing lies beside the
    span, where that is silent, or where the span is no louder.
    """

    duration_s: float
    peak_hz: float | None = None
    centre_hz: float | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    bandwidth_hz: float | None = None
    peak_dbfs: float = -math.inf
    rms_dbfs: float = -math.inf
    snr_db: float | None = None


def measure(
    source: AudioSource,
    span: TimeSpan,
    low_hz: float | None = None,
    high_hz: float | None = None,
    channel: int | None = None,
) -> Measures:
    """Measures a span, and of its frequencies those from `low_hz` to `high_hz` (None: all).

    `channel` counts from 0; None measures all and takes the mean of their powers, so that nothing
    cancels out. A span without samples is measured at the nearest one. The recording is read in
    blocks: memory does not grow with the span. Raises RecordingError where it cannot be read,
    ValueError for a channel that it does not have, Cancelled where the work is to stop.
    """
    if channel is not None and not 0 <= channel < source.info.channels:
        raise ValueError(f"there is no channel {channel}")
    rate = source.info.sample_rate_hz
    first = min(max(round(span.start_s * rate), 0), max(source.frames - 1, 0))
    last = min(max(round(span.end_s * rate), first + 1), source.frames)
    if last <= first:
        return Measures(span.duration_s)
    windows = _Windows(rate, last - first)
    inside = windows.measured(source, first, last, channel)
    levels = {"peak_dbfs": _decibels(inside.peak**2), "rms_dbfs": _decibels(inside.power)}
    band = _band(windows.frequencies, low_hz, high_hz)
    energy = inside.mean[band]
    if windows.length < _LEAST_SAMPLES or not energy.any():
        return Measures(span.duration_s, **levels)
    frequencies, reached = windows.frequencies[band], np.cumsum(energy)
    parts = np.searchsorted(reached, np.array([0.05, 0.5, 0.95]) * reached[-1])
    low, centre, high = frequencies[parts].tolist()
    return Measures(
        span.duration_s,
        peak_hz=float(frequencies[int(np.argmax(inside.highest[band]))]),
        centre_hz=centre,
        low_hz=low,
        high_hz=high,
        bandwidth_hz=high - low,
        **levels,
        snr_db=_snr_db(float(reached[-1]), _noise(source, windows, first, last, channel, band)),
    )


@dataclass(slots=True)
class _Measured:
    """What windows showed: float64 (bins,) each, and the largest sample and mean power."""

    mean: NDArray[np.float64]
    highest: NDArray[np.float64]
    peak: float = 0.0
    power: float = 0.0


class _Windows:
    """Power spectra of Hann windows half a window apart, freed of their means.

    All lie inside what is measured, and the last one ends with it; what is shorter than a window is
    a window of its own length. `frequencies`: of the bins, float64 (bins,), Hz.
    """

    def __init__(self, rate_hz: int, samples: int) -> None:
        points = 1 << max(round(math.log2(max(rate_hz * _WINDOW_S, 1))), 1)
        self.length = min(points, samples)
        self._hop = max(self.length // 2, 1)
        # without its zeros, so that the first and the last sample count as well
        window = np.hanning(self.length + 2)[1:-1]
        self._window = (window / np.sqrt(np.square(window).sum())).astype(np.float32)
        self._points = points
        bins = np.arange(points // 2 + 1, dtype=np.float64)
        self.frequencies: NDArray[np.float64] = bins * (rate_hz / points)

    def measured(
        self, source: AudioSource, first: int, last: int, channel: int | None
    ) -> _Measured:
        """What samples [first, last) show; there are no fewer than `length`."""
        bins = len(self.frequencies)
        out = _Measured(np.zeros(bins), np.zeros(bins))
        count = (last - first - self.length) // self._hop + 1
        rest = (last - first - self.length) % self._hop
        windows = samples = 0
        for row in range(0, count, _ROWS):
            rows = min(_ROWS, count - row)
            at = first + row * self._hop
            ends = row + rows == count
            stop = last if ends else at + (rows - 1) * self._hop + self.length
            block = source.read(at, stop - at)
            if channel is not None:
                block = block[:, channel : channel + 1]
            if len(block) < stop - at:  # the file is shorter than its header states
                block = np.pad(block, ((0, stop - at - len(block)), (0, 0)))
            own = block if ends else block[: rows * self._hop]  # the others come again
            out.peak = max(out.peak, float(np.abs(own).max()))
            out.power += float(np.square(own, dtype=np.float64).sum())
            samples += own.size
            starts = [k * self._hop for k in range(rows)]
            if ends and rest:
                starts.append(len(block) - self.length)
            for column in block.T:
                self._add(out, np.stack([column[k : k + self.length] for k in starts]))
                windows += len(starts)
        out.mean /= windows
        out.power /= samples
        return out

    def _add(self, out: _Measured, rows: NDArray[np.float32]) -> None:
        padded = np.zeros((len(rows), self._points), np.float32)
        padded[:, : self.length] = (rows - rows.mean(axis=1, keepdims=True)) * self._window
        power = np.square(np.abs(real_fft()(padded)), dtype=np.float64)
        out.mean += power.sum(axis=0)
        np.maximum(out.highest, power.max(axis=0), out=out.highest)


def _band(
    frequencies: NDArray[np.float64], low_hz: float | None, high_hz: float | None
) -> NDArray[np.bool_]:
    """The bins inside the band; of a band between two bins the nearest one."""
    low = 0.0 if low_hz is None else low_hz
    high = math.inf if high_hz is None else high_hz
    band = (frequencies >= low) & (frequencies <= high)
    if not band.any():
        middle = low if high == math.inf else (low + high) / 2
        band[int(np.argmin(np.abs(frequencies - middle)))] = True
    return band


def _noise(
    source: AudioSource,
    windows: _Windows,
    first: int,
    last: int,
    channel: int | None,
    band: NDArray[np.bool_],
) -> float | None:
    """Mean power in the band on the quieter side of the span; None where nothing lies beside it."""
    rate = source.info.sample_rate_hz
    side = min(max(last - first, round(_LEAST_SIDE_S * rate)), round(_MOST_SIDE_S * rate))
    spans = ((max(first - side, 0), first), (last, min(last + side, source.frames)))
    powers = [
        float(windows.measured(source, begin, end, channel).mean[band].sum())
        for begin, end in spans
        if end - begin >= windows.length
    ]
    return min(powers, default=None)


def _snr_db(power: float, noise: float | None) -> float | None:
    if not noise or power <= noise:
        return None
    return 10 * math.log10((power - noise) / noise)


def _decibels(power: float) -> float:
    return 10 * math.log10(power) if power > 0 else -math.inf
