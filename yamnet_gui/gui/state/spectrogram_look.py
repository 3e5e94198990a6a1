"""Colours and levels of the spectrogram."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio.overview import SpectrogramOverview

LOWEST_DB = -128.0
STEP_DB = 0.5


@dataclass(frozen=True, slots=True)
class SpectrogramLook:
    """Colours and range of levels. `contrast` above 1 darkens the weak, below 1 lifts it."""

    colormap: str = "magma"
    floor_db: float = -100.0
    ceiling_db: float = -20.0
    contrast: float = 1.0

    def byte_table(self) -> NDArray[np.uint8]:
        """Which of 256 colours each stored byte takes."""
        decibels = LOWEST_DB + np.arange(256) * STEP_DB
        reach = max(self.ceiling_db - self.floor_db, 1.0)
        part = np.clip((decibels - self.floor_db) / reach, 0.0, 1.0)
        return np.round(part**self.contrast * 255).astype(np.uint8)

    def fitted(self, overview: SpectrogramOverview) -> "SpectrogramLook":
        """Levels from just above the recording's own noise floor to its loudest moments."""
        level = overview.levels[-1]
        ready = (
            len(level)
            if overview.finished
            else overview.ready_bins // 4 ** (len(overview.levels) - 1)
        )
        return self.fitted_to(level[:ready])

    def fitted_to(self, steps: NDArray[np.uint8]) -> "SpectrogramLook":
        """The same for any part of a spectrogram, in steps of 0.5 dB; 0 is left out."""
        values = steps[steps > 0]
        if not len(values):
            return self
        low, high = (percentile(values, percent) * STEP_DB - 127.5 for percent in (20, 99.8))
        ceiling = float(np.round(high))
        floor = float(np.round(np.clip(low, ceiling - 80, ceiling - 40)))
        return replace(self, floor_db=floor, ceiling_db=ceiling)


def percentile(values: NDArray[np.uint8], percent: float) -> float:
    """What `np.percentile` gives, which would import `numpy.ma` while the window starts."""
    counts = np.bincount(values, minlength=256).cumsum()
    place = (len(values) - 1) * percent / 100
    below = int(np.searchsorted(counts, int(place), side="right"))
    above = int(np.searchsorted(counts, min(int(place) + 1, len(values) - 1), side="right"))
    return below + (above - below) * (place - int(place))
