"""Which moment of the recording a frame at the device belongs to."""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """From output frame `frame` on, the recording runs from `source_s` at `s_per_frame`."""

    frame: int
    source_s: float
    s_per_frame: float


class PositionMap:
    """Marks in rising order, asked for frames in rising order."""

    def __init__(self) -> None:
        self._marks: deque[Mark] = deque()

    def add(self, mark: Mark) -> None:
        self._marks.append(mark)

    def at(self, frame: float, default_s: float) -> float:
        """Seconds in the recording at an output frame; `default_s` before the first mark."""
        while len(self._marks) > 1 and self._marks[1].frame <= frame:
            self._marks.popleft()
        if not self._marks or frame < self._marks[0].frame:
            return default_s
        mark = self._marks[0]
        return mark.source_s + (frame - mark.frame) * mark.s_per_frame
