"""Time spans, in seconds from the start of a recording."""

import math
from dataclasses import dataclass

SHORTEST_EVENT_S = 0.001
"""No event is made shorter than this."""


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """From `start_s` (included) to `end_s` (excluded); may be empty, never negative.

    Raises ValueError where a bound is not finite or the end lies before the start.
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s)):
            raise ValueError("a time span needs finite bounds")
        if self.end_s < self.start_s:
            raise ValueError("a time span cannot end before it starts")

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def centre_s(self) -> float:
        return (self.start_s + self.end_s) / 2

    def contains(self, time_s: float) -> bool:
        return self.start_s <= time_s < self.end_s

    def overlaps(self, other: "TimeSpan") -> bool:
        """Whether the two share more than a point."""
        return self.start_s < other.end_s and other.start_s < self.end_s

    def clipped(self, start_s: float, end_s: float) -> "TimeSpan":
        """The part of this span inside [start_s, end_s]; empty at a border where there is none."""
        first = min(max(self.start_s, start_s), end_s)
        return TimeSpan(first, max(first, min(self.end_s, end_s)))

    def shifted(self, by_s: float) -> "TimeSpan":
        return TimeSpan(self.start_s + by_s, self.end_s + by_s)


@dataclass(frozen=True, slots=True)
class Box:
    """A span of time in seconds and a band of frequencies in Hz; None: not bounded there."""

    start_s: float
    end_s: float
    low_hz: float | None = None
    high_hz: float | None = None

    @property
    def band_hz(self) -> tuple[float | None, float | None]:
        return self.low_hz, self.high_hz
