"""The transport: what plays, where it is, and what every key does to it."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot

from yamnet_gui.audio import open_audio
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.spans import TimeSpan

from .audio_output import AudioOutput
from .outputs import Outputs
from .values import FASTEST, SLOWEST, Device, PlaybackRequest, PlayState, Speed

TICK_MS = 16
SNIPPET_S = 0.08
"""Length of what is heard while the cursor is dragged."""


class Player(QObject):
    """Plays spans of one recording. All times are seconds in the recording.

    `outputs` makes the voices: real ones, or one that only keeps time.
    """

    position_changed = Signal(float)
    state_changed = Signal(object)
    finished = Signal()
    notice = Signal(str)
    devices_changed = Signal()

    def __init__(self, outputs: Outputs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outputs = outputs
        self._device_id: str | None = None
        self._volume = 1.0
        self._path: Path | None = None
        self._rate_hz = 0
        self._channels = 0
        self._duration_s = 0.0
        self._state = PlayState.STOPPED
        self._cursor_s = 0.0
        self._began_s = 0.0
        self._span: TimeSpan | None = None
        self._loop = False
        self._speed = Speed()
        self._channel: int | None = None
        self._closed = False
        self._snippet = False
        self._next_snippet_s: float | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._output = self._new_output()
        outputs.setParent(self)
        outputs.changed.connect(self._outputs_changed)
        if application := QCoreApplication.instance():
            # Qt aborts where a thread is still running when it is torn down
            application.aboutToQuit.connect(self.close)

    # What is known

    @property
    def silent_reason(self) -> str:
        """Why nothing is heard and what to install or plug in; empty where there is sound."""
        return self._output.silent_reason

    @property
    def state(self) -> PlayState:
        return self._state

    @property
    def position_s(self) -> float:
        """Where the sound that is heard now lies in the recording; the cursor when stopped."""
        if self._state is PlayState.PLAYING:
            return self._output.reading().position_s
        return self._cursor_s

    @property
    def span(self) -> TimeSpan | None:
        """The span that plays; None for the whole recording."""
        return self._span

    @property
    def loop(self) -> bool:
        return self._loop

    @property
    def speed(self) -> Speed:
        return self._speed

    @property
    def volume(self) -> float:
        return self._volume

    @property
    def channel(self) -> int | None:
        return self._channel

    @property
    def duration_s(self) -> float:
        return self._duration_s

    @property
    def path(self) -> Path | None:
        return self._path

    # The recording

    def open(self, path: Path | None, info: RecordingInfo | None = None) -> None:
        """Takes a recording, stopped at its start; None takes it away.

        With its `info` the file is not touched until it plays; without, it is opened here for a
        moment. A file that cannot be read leaves the player empty and is told by `notice`.
        """
        self._halt(PlayState.STOPPED)
        self._output.release()
        self._path, self._rate_hz, self._channels, self._duration_s = None, 0, 0, 0.0
        self._span, self._channel = None, None
        if path is not None:
            try:
                info = info or _info(path)
                self._rate_hz, self._channels = info.sample_rate_hz, info.channels
                self._path, self._duration_s = path, info.duration_s
            except RecordingError as error:
                self.notice.emit(str(error))
        self._began_s = 0.0
        self._move_to(0.0)

    # Transport

    def play(self, span: TimeSpan | None = None, *, loop: bool | None = None) -> None:
        """Plays a span from its start, or the whole recording from the cursor.

        `loop` repeats it without a gap; None keeps what `set_loop` said.
        """
        if self._path is None:
            return
        if loop is not None:
            self._loop = loop
        self._span = span
        bounds = self._bounds()
        at_s = bounds.start_s if span is not None else self.position_s
        if at_s >= bounds.end_s:
            at_s = bounds.start_s
        self._began_s = at_s
        self._start(at_s)

    def pause(self) -> None:
        if self._state is PlayState.PLAYING:
            self._halt(PlayState.PAUSED)
            self.position_changed.emit(self._cursor_s)

    def resume(self) -> None:
        """Goes on where it was paused."""
        if self._state is PlayState.PAUSED:
            self._start(self._cursor_s)

    def toggle(self) -> None:
        """Play, pause and resume on one key."""
        match self._state:
            case PlayState.PLAYING:
                self.pause()
            case PlayState.PAUSED:
                self.resume()
            case PlayState.STOPPED:
                self.play()

    def stop(self) -> None:
        """Falls silent; the cursor goes back to where playing began."""
        if self._state is not PlayState.STOPPED:
            self._halt(PlayState.STOPPED)
            self._move_to(self._began_s)

    def seek(self, position_s: float) -> None:
        """Moves to a time; playing goes on there, without its span if the time lies outside."""
        position_s = min(max(position_s, 0.0), self._duration_s)
        if self._span is not None and not self._span.contains(position_s):
            self._span = None
        self._began_s = position_s
        if self._state is PlayState.PLAYING:
            self._start(position_s)
        self._move_to(position_s)

    def scrub(self, position_s: float) -> None:
        """Moves to a time and lets a moment of it be heard; while playing the same as `seek`."""
        self.seek(position_s)
        if self._state is PlayState.PLAYING or self._path is None:
            return
        if self._snippet:
            self._next_snippet_s = self._cursor_s
        else:
            self._start_snippet(self._cursor_s)

    def set_span(self, span: TimeSpan | None) -> None:
        """Moves the bounds of what plays, without going back to its start."""
        if span == self._span:
            return
        self._span = span
        self._reshape()

    # Ways of playing

    def set_loop(self, loop: bool) -> None:
        if loop != self._loop:
            self._loop = loop
            self._reshape()

    def set_speed(self, factor: float, keep_pitch: bool = True) -> None:
        """0.1 to 4 times as fast, with its pitch or as on tape; beyond that the nearest one.

        Raises ValueError where `factor` is not a number.
        """
        speed = Speed(min(max(factor, SLOWEST), FASTEST), keep_pitch)
        if speed != self._speed:
            position_s = self.position_s
            self._speed = speed
            self._restart(position_s)

    def set_channel(self, channel: int | None) -> None:
        """Plays one channel, counted from 0; None plays all.

        Raises ValueError where the recording has no such channel.
        """
        if channel is not None and not 0 <= channel < self._channels:
            raise ValueError(f"there is no channel {channel}")
        if channel != self._channel:
            position_s = self.position_s
            self._channel = channel
            self._restart(position_s)

    def set_volume(self, volume: float) -> None:
        """Loudness from 0 to 1."""
        self._volume = min(max(volume, 0.0), 1.0)
        self._output.set_volume(self._volume)

    def devices(self) -> list[Device]:
        """The outputs to choose from; empty where there is no sound."""
        return self._outputs.devices()

    @property
    def device_id(self) -> str | None:
        """The chosen output; None follows the system's default."""
        return self._device_id

    def set_device(self, device_id: str | None) -> None:
        """Plays on this output; None follows the system's default."""
        if device_id != self._device_id:
            self._device_id = device_id
            self._change_output()

    @Slot()
    def close(self) -> None:
        """Stops, and gives back device, file and thread. The player cannot be used afterwards."""
        if self._closed:
            return
        self._closed = True
        self._halt(PlayState.STOPPED)
        self._outputs.changed.disconnect(self._outputs_changed)
        self._output.close()
        self._path = None

    # Within

    def _bounds(self) -> TimeSpan:
        whole = TimeSpan(0.0, self._duration_s)
        return whole if self._span is None else self._span.clipped(0.0, self._duration_s)

    def _course(self, bounds: TimeSpan | None = None) -> PlaybackRequest:
        assert self._path is not None, "a recording is open"
        return PlaybackRequest(
            path=self._path,
            sample_rate_hz=self._rate_hz,
            channels=self._channels,
            span=bounds or self._bounds(),
            loop=self._loop and bounds is None,
            speed=self._speed,
            channel=self._channel,
        )

    def _start(self, at_s: float) -> None:
        self._snippet, self._next_snippet_s = False, None
        self._output.start(self._course(), at_s)
        self._timer.start()
        self._set_state(PlayState.PLAYING)

    def _restart(self, at_s: float) -> None:
        if self._state is PlayState.PLAYING:
            self._start(at_s)

    def _reshape(self) -> None:
        if self._state is PlayState.PLAYING:
            self._output.reshape(self._course())

    def _start_snippet(self, at_s: float) -> None:
        self._snippet = True
        bounds = TimeSpan(at_s, at_s + SNIPPET_S).clipped(0.0, self._duration_s)
        self._output.start(self._course(bounds), at_s)
        self._timer.start()

    def _halt(self, state: PlayState) -> None:
        self._cursor_s = self.position_s
        self._timer.stop()
        self._output.halt()
        self._snippet, self._next_snippet_s = False, None
        self._set_state(state)

    def _move_to(self, position_s: float) -> None:
        self._cursor_s = position_s
        self.position_changed.emit(position_s)

    def _set_state(self, state: PlayState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    @Slot()
    def _tick(self) -> None:
        reading = self._output.reading()
        if self._snippet:
            if reading.ended:
                self._snippet_ended()
            return
        self.position_changed.emit(reading.position_s)
        if reading.ended and self._state is PlayState.PLAYING:
            self._halt(PlayState.STOPPED)
            self.finished.emit()

    def _snippet_ended(self) -> None:
        following_s = self._next_snippet_s
        self._timer.stop()
        self._output.halt()
        self._snippet, self._next_snippet_s = False, None
        if following_s is not None:
            self._start_snippet(following_s)

    # Devices that come and go

    def _new_output(self) -> AudioOutput:
        output = self._outputs.output(self._device_id)
        output.setParent(self)
        output.failed.connect(self._output_failed)
        output.lost.connect(self._output_lost)
        output.set_volume(self._volume)
        return output

    def _change_output(self) -> None:
        position_s = self.position_s
        self._drop_output()
        self._output = self._new_output()
        self._restart(position_s)

    def _drop_output(self) -> None:
        self._output.failed.disconnect(self._output_failed)
        self._output.lost.disconnect(self._output_lost)
        self._output.close()
        self._output.deleteLater()

    @Slot()
    def _outputs_changed(self) -> None:
        self.devices_changed.emit()
        was_silent = self.silent_reason
        if self._device_id is not None and self._device_id not in (
            device.id for device in self.devices()
        ):
            self._device_id = None
            self._change_output()
            self.notice.emit(
                self.silent_reason or "The sound output is gone; playing on the default one."
            )
        elif not self._outputs.fits(self._output, self._device_id):
            self._change_output()
            if self.silent_reason and not was_silent:
                self.notice.emit(self.silent_reason)

    @Slot(str)
    def _output_failed(self, sentence: str) -> None:
        self._halt(PlayState.STOPPED)
        self.notice.emit(sentence)

    @Slot(str)
    def _output_lost(self, sentence: str) -> None:
        """Goes on with the default output, or in silence if that is what failed."""
        position_s = self.position_s
        self._drop_output()
        if self._device_id is None:
            self._outputs.give_up(sentence)
        self._device_id = None
        self._output = self._new_output()
        self._restart(position_s)
        self.notice.emit(self.silent_reason or f"{sentence} Playing on the default output.")


def _info(path: Path) -> RecordingInfo:
    with open_audio(path) as source:
        return source.info
