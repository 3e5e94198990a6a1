"""How a recording is played: in a loop or once, how fast, which channel."""

from PySide6.QtCore import QObject, Signal

from .values import FASTEST, SLOWEST, Speed


class PlaybackMode(QObject):
    """Loop, speed, channel, and whether only the frequencies of a box are heard."""

    loop_changed = Signal()
    sound_changed = Signal()
    """Speed, channel or frequencies: what is heard is not what was read ahead."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = False
        self._speed = Speed()
        self._channel: int | None = None
        self._channels = 0
        self._band_limited = False

    @property
    def loop(self) -> bool:
        return self._loop

    @property
    def speed(self) -> Speed:
        return self._speed

    @property
    def band_limited(self) -> bool:
        """Whether of a span with bounds in frequency only those frequencies are heard."""
        return self._band_limited

    @property
    def channel(self) -> int | None:
        """The only channel that is heard, counted from 0; None for all."""
        return self._channel

    @property
    def channels(self) -> int:
        """How many channels the recording has; 0 where there is none."""
        return self._channels

    def set_recording(self, channels: int) -> None:
        """All channels of another recording are heard (0: there is none)."""
        self._channels = channels
        self.set_channel(None)

    def set_loop(self, loop: bool) -> None:
        if loop != self._loop:
            self._loop = loop
            self.loop_changed.emit()

    def set_speed(self, factor: float, keep_pitch: bool = True) -> None:
        """0.1 to 4 times as fast, with its pitch or as on tape; beyond that the nearest one.

        Raises ValueError where `factor` is not a number.
        """
        speed = Speed(min(max(factor, SLOWEST), FASTEST), keep_pitch)
        if speed != self._speed:
            self._speed = speed
            self.sound_changed.emit()

    def set_band_limited(self, on: bool) -> None:
        if on != self._band_limited:
            self._band_limited = on
            self.sound_changed.emit()

    def set_channel(self, channel: int | None) -> None:
        """Plays one channel, counted from 0; None plays all.

        Raises ValueError where the recording has no such channel.
        """
        if channel is not None and not 0 <= channel < self._channels:
            raise ValueError(f"there is no channel {channel}")
        if channel != self._channel:
            self._channel = channel
            self.sound_changed.emit()
