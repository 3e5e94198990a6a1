"""The plain values of playback."""

import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from yamnet_gui.core.spans import TimeSpan

SPEEDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
"""The playback speeds offered, ascending; 1 is as recorded."""
SLOWEST = SPEEDS[0]
FASTEST = SPEEDS[-1]


class PlayState(Enum):
    """What the player is doing."""

    STOPPED = "stopped"
    PLAYING = "playing"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Device:
    """A sound output: the id that the system knows it by, and the name that the user sees."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a recording plays: 1 is as recorded, 0.1 to 4.

    With `keep_pitch` only the time is stretched; without it the pitch moves along, as on tape.
    """

    factor: float = 1.0
    keep_pitch: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.factor) and SLOWEST <= self.factor <= FASTEST):
            raise ValueError(f"speed must lie between {SLOWEST} and {FASTEST}")


def speed_index(factor: float) -> int:
    """The index in SPEEDS of the speed nearest to `factor`."""
    return min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - factor))


@dataclass(frozen=True, slots=True)
class PlaybackRequest:
    """What is to be heard: a span of a file, how fast, how often and which channel.

    `channel` is None for all of them. `span` lies inside the recording. `band_hz`: the lowest and
    the highest frequency that are heard (None: no bound there), None for all of them.
    """

    path: Path
    sample_rate_hz: int
    channels: int
    span: TimeSpan
    loop: bool = False
    speed: Speed = Speed()
    channel: int | None = None
    band_hz: tuple[float | None, float | None] | None = None

    @property
    def first_frame(self) -> int:
        return round(self.span.start_s * self.sample_rate_hz)

    @property
    def end_frame(self) -> int:
        return round(self.span.end_s * self.sample_rate_hz)

    @property
    def empty(self) -> bool:
        return self.end_frame <= self.first_frame
