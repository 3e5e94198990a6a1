"""The frequency axis of the spectrogram."""

from dataclasses import dataclass

import numpy as np

from yamnet_gui.audio.frequency import frequency_at, height_of
from yamnet_gui.audio.spectrogram import SpectrogramSettings
from yamnet_gui.core.model_parameters import MEL_HIGH_HZ, MEL_LOW_HZ

_ROUND_HZ = tuple(m * 10**e for e in range(6) for m in (1, 2, 5))
_YAMNET_RANGE_HZ = (MEL_LOW_HZ, MEL_HIGH_HZ)


@dataclass(frozen=True, slots=True)
class FrequencyAxis:
    """Frequencies in Hz and heights from 0 (bottom) to 1 (top); 0 Hz rate: no recording."""

    settings: SpectrogramSettings
    rate_hz: int = 0

    @property
    def range_hz(self) -> tuple[float, float]:
        """Lowest and highest frequency."""
        if self.settings.scale == "yamnet":
            return _YAMNET_RANGE_HZ
        return self.settings.band(self.rate_hz)

    def frequency_at(self, fraction: float) -> float:
        """Frequency in Hz at a height of 0 (bottom) to 1 (top); 0 without a recording."""
        if self.rate_hz <= 0:
            return 0.0
        return self._frequency(min(max(fraction, 0.0), 1.0))

    def zoomed(self, factor: float, fraction: float) -> tuple[float, float]:
        """The range of frequencies `factor` times as high on the axis, with the one at a height of
        `fraction` in its place; it may reach below 0 Hz."""
        return (
            self._frequency(fraction - fraction * factor),
            self._frequency(fraction + (1 - fraction) * factor),
        )

    def _frequency(self, fraction: float) -> float:
        at = np.array([fraction])
        return float(frequency_at(at, self.settings.scale, *self.range_hz)[0])

    def height_of(self, hertz: float) -> float:
        """Height from 0 (bottom) to 1 (top) of a frequency; 0 without a recording."""
        return min(max(self.place_of(hertz), 0.0), 1.0)

    def place_of(self, hertz: float) -> float:
        """The height, also below 0 and above 1 for frequencies that the axis does not show."""
        if self.rate_hz <= 0:
            return 0.0
        at = height_of(np.array([max(hertz, 0.0)]), self.settings.scale, *self.range_hz)
        return float(at[0])

    def marks(self, most: int) -> list[tuple[float, str]]:
        """At most about `most` marks of the frequency axis: (height from 0 to 1, text)."""
        if self.rate_hz <= 0:
            return []
        low, high = self.range_hz
        values = np.array([r for r in _ROUND_HZ if low <= r <= high], float)
        if self.settings.scale == "linear" or len(values) < 3:  # a narrow range has none of these
            step = next((r for r in _ROUND_HZ if (high - low) / r <= most), _ROUND_HZ[-1])
            values = np.arange(np.ceil(low / step), high / step + 1e-9) * step
        heights = height_of(values, self.settings.scale, low, high)
        marks: list[tuple[float, str]] = []
        for height, value in zip(heights.tolist(), values.tolist(), strict=True):
            apart = not marks or height - marks[-1][0] >= 0.8 / most
            if 0.03 <= height <= 0.97 and apart:
                text = f"{value / 1000:g} kHz" if value >= 1000 else f"{value:g} Hz"
                marks.append((height, text))
        return marks
