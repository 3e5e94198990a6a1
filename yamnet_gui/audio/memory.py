"""Samples in memory that can be read like a recording."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import RecordingInfo

from .source import AudioSource


class MemorySource(AudioSource):
    """Samples float32 (n,) or (n, channels) as a source."""

    def __init__(self, samples: NDArray[np.float32], rate_hz: int, path: Path = Path()) -> None:
        samples = np.asarray(samples, np.float32)
        self._samples = samples[:, None] if samples.ndim == 1 else samples
        frames, channels = self._samples.shape
        info = RecordingInfo(path, frames / rate_hz, rate_hz, channels)
        super().__init__(info, frames, "in memory", None)

    def close(self) -> None:
        """Nothing is held open."""

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        return self._samples[first : first + count]
