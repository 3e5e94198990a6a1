"""The samples of a request, in the order in which they are heard."""

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
    """Reads a request block by block, from `at_frame` to its end or round and round."""

    def __init__(self, source: AudioSource, request: PlaybackRequest, at_frame: int) -> None:
        self._source = source
        self._request = request
        self._next = at_frame
        self._short_loop: NDArray[np.float32] | None = None

    def next(self, count: int) -> Block | None:
        """Up to `count` samples; None when the request has ended.

        A loop shorter than a block comes repeated within it, so that its length costs nothing.
        Raises RecordingError where the file cannot be read.
        """
        request = self._request
        if request.empty:
            return None
        if self._next >= request.end_frame:
            if not request.loop:
                return None
            self._next = request.first_frame
        first = self._next
        if request.loop and first == request.first_frame and self._is_short():
            return Block(first, self._repeated())
        samples = self._source.read(first, min(count, request.end_frame - first))
        if len(samples) == 0:  # the file is shorter than its header states
            return self._after_short_file(first)
        self._next = first + len(samples)
        return Block(first, samples)

    def _is_short(self) -> bool:
        frames = self._request.end_frame - self._request.first_frame
        return frames < SHORTEST_BLOCK_S * self._request.sample_rate_hz

    def _repeated(self) -> NDArray[np.float32]:
        if self._short_loop is None:
            first, end = self._request.first_frame, self._request.end_frame
            once = self._source.read(first, end - first)
            wanted = int(SHORTEST_BLOCK_S * self._request.sample_rate_hz)
            self._short_loop = np.tile(once, (-(-wanted // max(len(once), 1)), 1))
        return self._short_loop

    def _after_short_file(self, first: int) -> Block | None:
        if not self._request.loop or first == self._request.first_frame:
            return None
        self._next = self._request.first_frame
        return self.next(self._request.sample_rate_hz)
