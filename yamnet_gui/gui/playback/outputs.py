"""Where outputs come from: the sound devices of the machine, or none."""

import time
from abc import abstractmethod

from PySide6.QtCore import QObject, Signal

from .audio_output import AudioOutput, Clock, NullAudioOutput
from .values import Device


class Outputs(QObject):
    """Makes an output for any of the sound devices of the machine."""

    changed = Signal()
    """A device came or went, or another one became the default."""

    @abstractmethod
    def devices(self) -> list[Device]:
        """The devices to choose from."""

    @abstractmethod
    def output(self, device_id: str | None) -> AudioOutput:
        """An output on this device, or on the default one; a silent one where there is none."""

    @abstractmethod
    def fits(self, output: AudioOutput, device_id: str | None) -> bool:
        """Whether `output` still plays where `output(device_id)` would."""

    @abstractmethod
    def give_up(self, message: str) -> None:
        """Makes only silent outputs from now on, until devices change."""


class SilentOutputs(Outputs):
    """No devices: every output is a silent clock."""

    def __init__(
        self, reason: str, clock: Clock = time.monotonic, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reason = reason
        self._clock = clock

    def devices(self) -> list[Device]:
        return []

    def output(self, device_id: str | None) -> AudioOutput:
        return NullAudioOutput(self._reason, self._clock)

    def fits(self, output: AudioOutput, device_id: str | None) -> bool:
        return True

    def give_up(self, message: str) -> None:
        self._reason = message
