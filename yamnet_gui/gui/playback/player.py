"""The transport: what plays, where it is, and what every key does to it."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot

from yamnet_gui.audio import open_audio
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.spans import TimeSpan

from .band_filter import Band
from .output_switch import OutputSwitch
from .outputs import Outputs
from .playback_mode import PlaybackMode
from .values import PlaybackRequest, PlayState

TICK_MS = 16
SNIPPET_S = 0.08
"""Length of what is heard while the cursor is dragged."""


class Player(QObject):
    """Plays spans of one recording. All times are seconds in the recording.

    `mode` says how (loop, speed, channel), `sound` on which device and how loud.
    """

    position_changed = Signal(float)
    state_changed = Signal(object)
    finished = Signal()
    notice = Signal(str)

    def __init__(self, outputs: Outputs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sound = OutputSwitch(outputs, self)
        self.mode = PlaybackMode(self)
        self._info: RecordingInfo | None = None
        self._path: Path | None = None
        self._state = PlayState.STOPPED
        self._cursor_s = 0.0
        self._began_s = 0.0
        self._span: TimeSpan | None = None
        self._band_hz: Band | None = None
        self._closed = False
        self._snippet = False
        self._next_snippet_s: float | None = None
        self._said_silent = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.sound.replaced.connect(self._restart)
        self.sound.failed.connect(self._on_failed)
        self.sound.notice.connect(self.notice)
        self.sound.silence_changed.connect(self._on_silence)
        self.mode.loop_changed.connect(self._reshape)
        self.mode.sound_changed.connect(lambda: self._restart(self.position_s))
        if application := QCoreApplication.instance():
            # Qt aborts where a thread is still running when it is torn down
            application.aboutToQuit.connect(self.close)

    @property
    def state(self) -> PlayState:
        return self._state

    @property
    def position_s(self) -> float:
        """Where the sound that is heard now lies in the recording; the cursor when stopped."""
        if self._state is PlayState.PLAYING:
            return self.sound.output.reading().position_s
        return self._cursor_s

    @property
    def span(self) -> TimeSpan | None:
        """The span that plays; None for the whole recording."""
        return self._span

    @property
    def path(self) -> Path | None:
        return self._path

    def open(self, path: Path | None, info: RecordingInfo | None = None) -> None:
        """Opens a recording, stopped at its start; None closes it.

        With its `info` the file is not touched until it plays; without, it is opened here for a
        moment. A file that cannot be read leaves the player empty and emits `notice`.
        """
        self._halt(PlayState.STOPPED)
        self.sound.output.release()
        self._path, self._info, self._span = None, None, None
        self._band_hz = None
        if path is not None:
            try:
                self._info = info or _info(path)
                self._path = path
            except RecordingError as error:
                self.notice.emit(str(error))
        self.mode.set_recording(self._info.channels if self._info else 0)
        self._began_s = 0.0
        self._move_to(0.0)

    def play(
        self,
        span: TimeSpan | None = None,
        *,
        loop: bool | None = None,
        band_hz: Band | None = None,
    ) -> None:
        """Plays a span from its start, or the whole recording from the cursor.

        `loop` repeats it without a gap; None leaves the mode as it is. `band_hz`: its frequencies,
        the only ones that are heard where the mode says so.
        """
        if self._path is None:
            return
        self._span, self._band_hz = span, band_hz
        bounds = self._bounds()
        at_s = bounds.start_s if span is not None else self.position_s
        if at_s >= bounds.end_s:
            at_s = bounds.start_s
        if loop is not None:
            self.mode.set_loop(loop)
        self._began_s = at_s
        self._start(at_s)
        if self.sound.silent_reason and not self._said_silent:
            self._said_silent = True  # once, where somebody wanted to hear something
            self.notice.emit(self.sound.silent_reason)

    def pause(self) -> None:
        if self._state is PlayState.PLAYING:
            self._halt(PlayState.PAUSED)
            self.position_changed.emit(self._cursor_s)

    def toggle(self) -> None:
        """Play, pause and resume on one key."""
        match self._state:
            case PlayState.PLAYING:
                self.pause()
            case PlayState.PAUSED:
                self._start(self._cursor_s)
            case PlayState.STOPPED:
                self.play()

    def stop(self) -> None:
        """Falls silent; the cursor goes back to where playback started."""
        if self._state is not PlayState.STOPPED:
            self._halt(PlayState.STOPPED)
            self._move_to(self._began_s)

    def seek(self, position_s: float) -> None:
        """Moves to a time; playback continues there, without its span if the time lies outside."""
        position_s = min(max(position_s, 0.0), self._duration_s)
        if self._span is not None and not self._span.contains(position_s):
            self._span, self._band_hz = None, None
        self._began_s = position_s
        self._restart(position_s)
        self._move_to(position_s)

    def scrub(self, position_s: float) -> None:
        """Moves to a time and plays a moment of it; while playing the same as `seek`."""
        self.seek(position_s)
        if self._state is PlayState.PLAYING or self._path is None:
            return
        if self._snippet:
            self._next_snippet_s = self._cursor_s
        else:
            self._start_snippet(self._cursor_s)

    def set_span(self, span: TimeSpan | None) -> None:
        """Moves the bounds of what plays, without going back to its start."""
        if span != self._span:
            self._span = span
            self._reshape()

    @Slot()
    def close(self) -> None:
        """Stops, and releases device, file and thread. The player cannot be used afterwards."""
        if not self._closed:
            self._closed = True
            self._halt(PlayState.STOPPED)
            self.sound.close()
            self._path = None

    @property
    def _duration_s(self) -> float:
        return self._info.duration_s if self._info is not None else 0.0

    def _bounds(self) -> TimeSpan:
        whole = TimeSpan(0.0, self._duration_s)
        return whole if self._span is None else self._span.clipped(0.0, self._duration_s)

    def _request(self, snippet: TimeSpan | None = None) -> PlaybackRequest:
        assert self._path is not None, "a recording is open"
        assert self._info is not None
        return PlaybackRequest(
            path=self._path,
            sample_rate_hz=self._info.sample_rate_hz,
            channels=self._info.channels,
            span=snippet or self._bounds(),
            loop=self.mode.loop and snippet is None,
            speed=self.mode.speed,
            channel=self.mode.channel,
            band_hz=self._band_hz if self.mode.band_limited and snippet is None else None,
        )

    def _start(self, at_s: float) -> None:
        self._snippet, self._next_snippet_s = False, None
        self.sound.output.start(self._request(), at_s)
        self._timer.start()
        self._set_state(PlayState.PLAYING)

    @Slot(float)
    def _restart(self, at_s: float) -> None:
        if self._state is PlayState.PLAYING:
            self._start(at_s)

    @Slot()
    def _reshape(self) -> None:
        if self._state is PlayState.PLAYING:
            self.sound.output.reshape(self._request())

    def _start_snippet(self, at_s: float) -> None:
        self._snippet = True
        bounds = TimeSpan(at_s, at_s + SNIPPET_S).clipped(0.0, self._duration_s)
        self.sound.output.start(self._request(bounds), at_s)
        self._timer.start()

    def _halt(self, state: PlayState) -> None:
        self._cursor_s = self.position_s
        self._timer.stop()
        self.sound.output.halt()
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
        reading = self.sound.output.reading()
        if self._snippet:
            if reading.ended:
                following_s = self._next_snippet_s
                self._halt(self._state)
                if following_s is not None:
                    self._start_snippet(following_s)
            return
        self.position_changed.emit(reading.position_s)
        if reading.ended and self._state is PlayState.PLAYING:
            self._halt(PlayState.STOPPED)
            self.finished.emit()

    @Slot(str)
    def _on_silence(self, reason: str) -> None:
        self._said_silent = bool(reason)  # why devices went is said by who noticed it

    @Slot(str)
    def _on_failed(self, message: str) -> None:
        self._halt(PlayState.STOPPED)
        self.notice.emit(message)


def _info(path: Path) -> RecordingInfo:
    with open_audio(path) as source:
        return source.info
