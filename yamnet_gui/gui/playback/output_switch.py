"""Which output plays: the chosen device, and what happens as devices come and go."""

from PySide6.QtCore import QObject, Signal, Slot

from .audio_output import AudioOutput
from .outputs import Outputs
from .values import Device


class OutputSwitch(QObject):
    """Holds the current output and replaces it when the device is changed, lost or found."""

    replaced = Signal(float)
    """Another output is in use; the former one was at this position in seconds."""
    silence_changed = Signal(str)
    """Why nothing is heard from now on; "" where there is sound again."""
    failed = Signal(str)
    """The recording cannot be read any further; the message says why."""
    notice = Signal(str)
    """What the user should know about a device that came or went."""

    def __init__(self, outputs: Outputs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outputs = outputs
        self._device_id: str | None = None
        self._wanted_id: str | None = None
        self._volume = 1.0
        self._output = self._new_output()
        outputs.setParent(self)
        outputs.changed.connect(self._on_outputs_changed)

    @property
    def output(self) -> AudioOutput:
        """The output in use."""
        return self._output

    @property
    def silent_reason(self) -> str:
        """Why nothing is heard and what to install or plug in; empty where there is sound."""
        return self._output.silent_reason

    @property
    def volume(self) -> float:
        return self._volume

    def set_volume(self, volume: float) -> None:
        """Loudness from 0 to 1."""
        self._volume = min(max(volume, 0.0), 1.0)
        self._output.set_volume(self._volume)

    def devices(self) -> list[Device]:
        """The outputs to choose from; empty where there is no sound."""
        return self._outputs.devices()

    @property
    def device_id(self) -> str | None:
        """The chosen device; None follows the system's default."""
        return self._device_id

    def set_device(self, device_id: str | None) -> None:
        """Plays on this device; None follows the system's default."""
        self._wanted_id = device_id
        if device_id != self._device_id:
            self._device_id = device_id
            self._replace()

    def close(self) -> None:
        """Closes the output and listens to devices no longer."""
        self._outputs.changed.disconnect(self._on_outputs_changed)
        self._output.close()

    def _new_output(self) -> AudioOutput:
        output = self._outputs.output(self._device_id)
        output.setParent(self)
        output.failed.connect(self.failed)
        output.lost.connect(self._on_lost)
        output.set_volume(self._volume)
        return output

    def _replace(self) -> None:
        position_s, reason = self._output.reading().position_s, self.silent_reason
        self._drop_output()
        self._output = self._new_output()
        self.replaced.emit(position_s)
        if self.silent_reason != reason:
            self.silence_changed.emit(self.silent_reason)

    def _drop_output(self) -> None:
        self._output.failed.disconnect(self.failed)
        self._output.lost.disconnect(self._on_lost)
        self._output.close()
        self._output.deleteLater()

    @Slot()
    def _on_outputs_changed(self) -> None:
        was_silent, names = self.silent_reason, {d.id: d.name for d in self.devices()}
        if self._wanted_id in names and self._device_id != self._wanted_id:
            self._device_id = self._wanted_id
            self._replace()
            self.notice.emit(f"The sound output “{names[self._device_id]}” is there again.")
        elif names and self._device_id is not None and self._device_id not in names:
            self._device_id = None
            self._replace()
            self.notice.emit(
                self.silent_reason
                or "The sound output was disconnected. Playing on the default output."
            )
        elif not self._outputs.fits(self._output, self._device_id):
            self._replace()
            if self.silent_reason and not was_silent:
                self.notice.emit(self.silent_reason)
            elif was_silent and not self.silent_reason:
                self.notice.emit("There is a sound output now: recordings can be heard.")

    @Slot(str)
    def _on_lost(self, message: str) -> None:
        """Continues on the default output, or in silence if that is what failed."""
        if self._device_id is None:
            self._outputs.give_up(message)
        self._device_id = None
        self._replace()
        self.notice.emit(self.silent_reason or f"{message} Playing on the default output.")
