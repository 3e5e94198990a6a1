"""Whether the channels of a recording cancel each other where they are averaged."""

import numpy as np
from numpy.typing import NDArray

from .source import AudioSource

CANCELLED = (
    "the channels cancel each other where they are mixed, so most of the sound is missing there;"
    " analyse each channel separately (--channels each)"
)
"""What is said of a recording whose mix is far below its channels."""
_FAR_BELOW = 0.1
"""Of the power of the channels: 10 dB. Two channels of unrelated sound leave half of it."""
_LOOKED_AT = 1 << 14
"""Samples of each block that are looked at; the rest would say the same and take time."""
_SILENT_POWER = 1e-10
_SPOTS, _SPOT_FRAMES = 24, 1 << 12


class MixPower:
    """Adds up the power of the channels and of their mix, block after block.

    Differences of neighbouring samples are taken, so that an offset of the voltage in all
    channels, which no one hears, does not count as sound that is left.
    """

    def __init__(self) -> None:
        self._channels = self._mix = 0.0
        self._count = 0

    def add(self, samples: NDArray[np.float32]) -> None:
        """Takes samples (n, channels) that follow each other."""
        # channels by samples: sums along the short axis are many times slower
        some = np.array(samples[:_LOOKED_AT].T, np.float64, order="C")
        steps = np.diff(some, axis=1)
        self._count += steps.shape[1]
        self._mix += float(np.square(steps.mean(axis=0)).sum())
        self._channels += float(np.square(steps, out=steps).sum()) / len(steps)

    @property
    def sums(self) -> tuple[float, float, int]:
        """Power of the channels, of the mix, and how many differences it is of."""
        return self._channels, self._mix, self._count

    def add_sums(self, sums: tuple[float, float, int]) -> None:
        """Adds what another one has seen."""
        self._channels += sums[0]
        self._mix += sums[1]
        self._count += sums[2]

    @property
    def cancels(self) -> bool:
        """Whether the mix is far below the channels, which hold sound."""
        return (
            self._channels > _SILENT_POWER * max(self._count, 1)
            and self._mix < _FAR_BELOW * self._channels
        )


def cancels_in_mix(source: AudioSource) -> bool:
    """The same for a whole recording, from short pieces all over it. Raises RecordingError."""
    if source.info.channels < 2:
        return False
    power = MixPower()
    pieces = max(1, min(_SPOTS, source.frames // _SPOT_FRAMES))
    for number in range(pieces):
        power.add(source.read(source.frames * number // pieces, _SPOT_FRAMES))
    return power.cancels
