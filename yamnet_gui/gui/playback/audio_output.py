"""What makes a request audible, and the output that only counts time."""

import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from .values import PlaybackRequest

Clock = Callable[[], float]
"""Seconds on a clock that never goes back."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far an output is: seconds in the recording, and whether the request has ended."""

    position_s: float
    ended: bool = False


class AudioOutput(QObject):
    """Plays one request at a time. Lives in the GUI thread and never blocks it."""

    failed = Signal(str)
    """The recording cannot be read any further; the message says why."""
    lost = Signal(str)
    """The device stopped working; the message says what happened."""

    silent_reason = ""
    """Why nothing is heard; empty where there is sound."""

    @abstractmethod
    def start(self, request: PlaybackRequest, at_s: float) -> None:
        """Plays `request` from `at_s`, dropping whatever played before."""

    @abstractmethod
    def reshape(self, request: PlaybackRequest) -> None:
        """Continues where it is with the bounds and the loop of `request`."""

    @abstractmethod
    def halt(self) -> None:
        """Falls silent at once."""

    @abstractmethod
    def reading(self) -> Reading:
        """Where the sound that is heard now lies in the recording."""

    @abstractmethod
    def set_volume(self, volume: float) -> None:
        """Loudness from 0 to 1 on a linear scale of amplitude."""

    def release(self) -> None:
        """Releases the file; the next start opens it again."""

    @abstractmethod
    def close(self) -> None:
        """Falls silent and releases the device, the file and the thread."""


class NullAudioOutput(AudioOutput):
    """Keeps time by a clock where there is no sound."""

    def __init__(
        self, reason: str, clock: Clock = time.monotonic, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.silent_reason = reason
        self._clock = clock
        self._request: PlaybackRequest | None = None
        self._from_s = 0.0
        self._began = 0.0

    def start(self, request: PlaybackRequest, at_s: float) -> None:
        self._request, self._from_s, self._began = request, at_s, self._clock()

    def reshape(self, request: PlaybackRequest) -> None:
        self.start(request, self.reading().position_s)

    def halt(self) -> None:
        self._from_s = self.reading().position_s
        self._request = None

    def reading(self) -> Reading:
        if self._request is None:
            return Reading(self._from_s)
        span = self._request.span
        elapsed_s = self._clock() - self._began
        position_s = self._from_s + elapsed_s * self._request.speed.factor
        if position_s < span.end_s:
            return Reading(position_s)
        if not self._request.loop or self._request.empty:
            return Reading(span.end_s, ended=True)
        return Reading(span.start_s + (position_s - span.end_s) % span.duration_s)

    def set_volume(self, volume: float) -> None:
        """Silence has no loudness."""

    def close(self) -> None:
        self._request = None
