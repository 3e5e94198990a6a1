"""Lets only a band of frequencies through, without a click at its start and its end."""

import numpy as np
from numpy.typing import NDArray

Band = tuple[float | None, float | None]
"""Lowest and highest frequency in Hz; None: no bound there."""

_ORDER = 8
_NARROWEST_HZ = 20.0
"""Narrower filters ring longer than they tell anything."""
_FADE_S = 0.005
_TAIL_S = 0.02


class BandFilter:
    """A Butterworth filter in second-order sections, from block to block.

    The first moments fade in, and `finish` gives what still rings, fading out: where the sound is
    cut the filter would answer with a click.
    """

    def __init__(self, rate_hz: int, band_hz: Band, channels: int) -> None:
        # imported when it is first needed, in the reading thread: it takes a moment
        from scipy import signal

        self._filter = signal.sosfilt
        self._sections = signal.butter(_ORDER, *_shape(rate_hz, band_hz), fs=rate_hz, output="sos")
        self._state = np.zeros((len(self._sections), 2, channels))
        self._fade = max(1, round(_FADE_S * rate_hz))
        self._tail = max(1, round(_TAIL_S * rate_hz))
        self._fed = 0

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next samples, float32 (n, channels), filtered."""
        filtered, self._state = self._filter(
            self._sections, samples.astype(np.float64), axis=0, zi=self._state
        )
        if self._fed < self._fade:
            at = self._fed + np.arange(len(filtered))
            filtered *= np.sin(np.pi / 2 * np.minimum(at / self._fade, 1.0))[:, None] ** 2
        self._fed += len(filtered)
        return np.ascontiguousarray(filtered, np.float32)

    def finish(self) -> NDArray[np.float32]:
        """What rings on after the last sample."""
        rest = self.feed(np.zeros((self._tail, self._state.shape[2]), np.float32))
        fading = np.cos(np.linspace(0, np.pi / 2, len(rest))) ** 2
        return (rest * fading[:, None]).astype(np.float32)


def _shape(rate_hz: int, band_hz: Band) -> tuple[float | tuple[float, float], str]:
    """The corner frequencies and the kind of filter; a band too narrow is widened."""
    nyquist = rate_hz / 2
    low, high = band_hz[0] or 0.0, nyquist if band_hz[1] is None else band_hz[1]
    lack = max(_NARROWEST_HZ - (high - low), 0.0) / 2
    low, high = low - lack, high + lack
    least, most = _NARROWEST_HZ / 2, nyquist - _NARROWEST_HZ / 2
    if low <= least:
        return min(max(high, 2 * least), most), "lowpass"
    if high >= most:
        return min(low, most - least), "highpass"
    return (low, high), "bandpass"


def limits(band_hz: Band | None, rate_hz: int) -> bool:
    """Whether anything lies outside the band."""
    if band_hz is None:
        return False
    low, high = band_hz
    return bool((low or 0.0) > 0 or (high is not None and high < rate_hz / 2))
