"""The samples of a course, in the order in which they are heard."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import AudioSource

from .values import PlaybackRequest

SHORTEST_BLOCK_S = 0.02


@dataclass(frozen=True, slots=True)
class Block:
    """Samples as float32 (n, channels) that begin with frame `first` of the recording."""

    first: int
    samples: NDArray[np.float32]


class LoopedReader:
    """Reads a course block by block, from `at_frame` to its end or round and round."""

    def __init__(self, source: AudioSource, course: PlaybackRequest, at_frame: int) -> None:
        self._source = source
        self._course = course
        self._next = at_frame
        self._short_loop: NDArray[np.float32] | None = None

    def next(self, count: int) -> Block | None:
        """Up to `count` samples; None when the course has ended.

        A loop shorter than a block comes repeated within it, so that its length costs nothing.
        Raises RecordingError where the file cannot be read.
        """
        course = self._course
        if course.empty:
            return None
        if self._next >= course.end_frame:
            if not course.loop:
                return None
            self._next = course.first_frame
        first = self._next
        if course.loop and first == course.first_frame and self._is_short():
            return Block(first, self._repeated())
        samples = self._source.read(first, min(count, course.end_frame - first))
        if len(samples) == 0:  # the file is shorter than it said
            return self._after_short_file(first)
        self._next = first + len(samples)
        return Block(first, samples)

    def _is_short(self) -> bool:
        frames = self._course.end_frame - self._course.first_frame
        return frames < SHORTEST_BLOCK_S * self._course.sample_rate_hz

    def _repeated(self) -> NDArray[np.float32]:
        if self._short_loop is None:
            first, end = self._course.first_frame, self._course.end_frame
            once = self._source.read(first, end - first)
            wanted = int(SHORTEST_BLOCK_S * self._course.sample_rate_hz)
            self._short_loop = np.tile(once, (-(-wanted // max(len(once), 1)), 1))
        return self._short_loop

    def _after_short_file(self, first: int) -> Block | None:
        if not self._course.loop or first == self._course.first_frame:
            return None
        self._next = self._course.first_frame
        return self.next(self._course.sample_rate_hz)
