"""What the sound device pulls its samples from."""

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QIODevice, QObject

from .position_map import Mark, PositionMap
from .stream import Chunk, Stream

Encode = Callable[[NDArray[np.float32]], bytes]
"""Turns samples, float32 (n, channels), into the device's bytes."""

LONGEST_HOLD_S = 0.02


class PullDevice(QIODevice):
    """Hands a stream to the device, and remembers which frame came from where.

    Before the first sample, while reading lags behind and after the end it gives silence, so that
    the device never stops by itself and its count of frames stays the clock of the player.
    """

    def __init__(
        self,
        stream: Stream,
        encode: Encode,
        bytes_per_frame: int,
        lead_in_s: float,
        want_more: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._stream = stream
        self._encode = encode
        self._frame_bytes = bytes_per_frame
        self._want_more = want_more
        self._rate_hz = stream.output.sample_rate_hz
        self._position_map = PositionMap()
        self._pending: deque[Mark] = deque()
        self._chunk: Chunk | None = None
        self._used = 0
        self._given = 0
        self._held = 0
        self._lead_in = round(lead_in_s * self._rate_hz)
        self._mark = Mark(0, stream.at_s, 0.0)
        self._holding = True
        self._end: int | None = None

    def position_s(self, frame: float) -> float:
        """The moment of the recording that this frame at the device belongs to."""
        return self._position_map.at(frame, self._stream.at_s)

    def ended(self, frame: float) -> bool:
        """Whether the stream has ended at or before this frame."""
        return self._end is not None and frame >= self._end

    def isSequential(self) -> bool:
        return True

    def bytesAvailable(self) -> int:
        # always more than the device asks for: there is silence where there are no samples
        return self._rate_hz * self._frame_bytes

    def writeData(self, data: bytes | bytearray | memoryview, count: int) -> int:
        return -1

    def readData(self, count: int) -> bytes:
        wanted = count // self._frame_bytes
        parts: list[bytes] = []
        if self._lead_in and wanted:
            parts.append(self._silence(min(wanted, self._lead_in)))
            given = len(parts[0]) // self._frame_bytes
            self._lead_in -= given
            wanted -= given
        while wanted > 0:
            samples = self._samples(wanted)
            if samples is None:
                if not parts or self._end is not None:
                    most = wanted if self._end is not None else self._longest_hold()
                    parts.append(self._silence(min(wanted, most)))
                break
            parts.append(self._encode(samples))
            wanted -= len(samples)
        if self._stream.hungry:
            self._want_more()
        return b"".join(parts)

    def _longest_hold(self) -> int:
        return max(1, round(LONGEST_HOLD_S * self._rate_hz))

    def _samples(self, wanted: int) -> NDArray[np.float32] | None:
        while self._chunk is None or self._used >= len(self._chunk.samples):
            complete = self._stream.complete  # asked first: what was put before is still played
            self._chunk, self._used = self._stream.take(), 0
            if self._chunk is None:
                if complete and self._end is None:
                    self._end = self._given
                return None
            self._pending.extend(self._chunk.marks)
        samples = self._chunk.samples[self._used : self._used + wanted]
        self._used += len(samples)
        self._note(len(samples))
        return samples

    def _note(self, count: int) -> None:
        """Books `count` frames of the stream that begin at the device's frame `_given`."""
        produced = self._given - self._held
        if self._holding and self._mark.s_per_frame > 0:
            source_s = self._mark.source_s + (produced - self._mark.frame) * self._mark.s_per_frame
            self._position_map.add(Mark(self._given, source_s, self._mark.s_per_frame))
        self._holding = False
        while self._pending and self._pending[0].frame < produced + count:
            self._mark = self._pending.popleft()
            self._position_map.add(
                Mark(self._mark.frame + self._held, self._mark.source_s, self._mark.s_per_frame)
            )
        self._given += count

    def _silence(self, count: int) -> bytes:
        if not self._holding:
            produced = self._given - self._held
            mark = self._mark
            source_s = mark.source_s + (produced - mark.frame) * mark.s_per_frame
            self._position_map.add(Mark(self._given, source_s, 0.0))
            self._holding = True
        self._given += count
        self._held += count
        return self._encode(np.zeros((count, self._stream.output.channels), np.float32))
