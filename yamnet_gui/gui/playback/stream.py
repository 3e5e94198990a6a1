"""A request on its way from the reading thread to the device."""

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import AudioSource

from .filter_chain import FilterChain, OutputFormat
from .looped_reader import LoopedReader
from .position_map import Mark
from .values import PlaybackRequest

AHEAD_S = 2.0
"""How much is read ahead, so that a slow disk or a busy computer causes no gaps."""
READ_S = 0.1


@dataclass(frozen=True, slots=True)
class Chunk:
    """Samples for the device, float32 (n, channels), and the marks of what went into them.

    The frames of the marks count from the start of the stream.
    """

    samples: NDArray[np.float32]
    marks: tuple[Mark, ...]


class Stream:
    """A bounded queue for one start of the player. A new start has a new stream.

    One thread puts, one takes; `cancel` makes whoever still fills it give up.
    """

    def __init__(self, request: PlaybackRequest, at_s: float, output: OutputFormat) -> None:
        self.request = request
        self.at_s = at_s
        self.output = output
        self._lock = threading.Lock()
        self._chunks: deque[Chunk] = deque()
        self._frames = 0
        self._complete = False
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        self._cancelled = True

    @property
    def frames(self) -> int:
        """Frames that are ready."""
        return self._frames

    @property
    def complete(self) -> bool:
        """Whether nothing more will be put."""
        return self._complete

    @property
    def full(self) -> bool:
        return self._frames >= AHEAD_S * self.output.sample_rate_hz

    @property
    def hungry(self) -> bool:
        """Whether it is time to read on."""
        return not self._complete and self._frames < AHEAD_S * self.output.sample_rate_hz / 2

    def put(self, chunk: Chunk) -> None:
        with self._lock:
            self._chunks.append(chunk)
            self._frames += len(chunk.samples)

    def finish(self) -> None:
        self._complete = True

    def take(self) -> Chunk | None:
        """The next chunk, None while there is none."""
        with self._lock:
            if not self._chunks:
                return None
            chunk = self._chunks.popleft()
            self._frames -= len(chunk.samples)
            return chunk


class StreamFiller:
    """Reads, converts and puts: everything that happens to the samples of one stream."""

    def __init__(self, source: AudioSource, stream: Stream) -> None:
        request = stream.request
        self._stream = stream
        self._rate_hz = request.sample_rate_hz
        self._reader = LoopedReader(source, request, round(stream.at_s * self._rate_hz))
        self._filters = FilterChain(request, stream.output)
        self._s_per_frame = 1 / (self._filters.frames_out_per_in * self._rate_hz)
        self._fed = 0

    def fill(self) -> None:
        """Puts until the stream is full, has ended or was cancelled.

        Raises RecordingError where the file cannot be read.
        """
        stream = self._stream
        while not (stream.full or stream.complete or stream.cancelled):
            block = self._reader.next(max(1, round(READ_S * self._rate_hz)))
            if block is None:
                stream.put(Chunk(self._filters.finish(), ()))
                stream.finish()
                return
            mark = Mark(
                round(self._fed * self._filters.frames_out_per_in),
                block.first / self._rate_hz,
                self._s_per_frame,
            )
            self._fed += len(block.samples)
            stream.put(Chunk(self._filters.feed(block.samples), (mark,)))
