"""Silence until there is a sound server, then its devices, without a restart of the program."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from .audio_output import AudioOutput
from .outputs import Outputs, SilentOutputs
from .values import Device

LOOK_AGAIN_MS = 3000


class AwaitedOutputs(Outputs):
    """Looks every few seconds whether outputs with sound can be made, and changes to them.

    `find` returns them, or None as long as there is no server; asking takes a millisecond.
    """

    def __init__(
        self, reason: str, find: Callable[[], Outputs | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._outputs: Outputs = SilentOutputs(reason, parent=self)
        self._find = find
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Asks for outputs with sound now."""
        found = self._find()
        if found is None:
            return
        self._timer.stop()
        self._outputs = found
        found.setParent(self)
        found.changed.connect(self.changed)
        self.changed.emit()

    def devices(self) -> list[Device]:
        return self._outputs.devices()

    def output(self, device_id: str | None) -> AudioOutput:
        return self._outputs.output(device_id)

    def fits(self, output: AudioOutput, device_id: str | None) -> bool:
        return self._outputs.fits(output, device_id)

    def give_up(self, message: str) -> None:
        self._outputs.give_up(message)
