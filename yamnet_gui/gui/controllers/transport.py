"""Playing: from where, how fast, how loud, and the cursor that follows."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.spans import Box, TimeSpan
from yamnet_gui.gui.playback import SPEEDS, Player, PlayState, speed_index
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.timeline import Timeline

_FOLLOW_EDGE = 0.95


class Transport(QObject):
    """Moves player and cursor together, and stores how the user likes to listen."""

    speed_changed = Signal(float)

    def __init__(
        self,
        timeline: Timeline,
        settings: Settings,
        player: Player,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._settings = settings
        self._player = player
        player.position_changed.connect(self._on_position)
        player.sound.set_volume(settings.value("volume"))
        player.mode.set_loop(settings.value("loop"))
        player.mode.set_speed(settings.value("speed"), settings.value("keep_pitch"))
        player.mode.set_band_limited(settings.value("band_limited"))

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            "play": self.play_or_pause,
            "stop": self._player.stop,
            "faster": lambda: self.step_speed(1),
            "slower": lambda: self.step_speed(-1),
        }

    def seek(self, time_s: float) -> None:
        """Puts the cursor, and what plays, at a time."""
        self._timeline.set_cursor(time_s)
        self._player.seek(self._timeline.cursor_s)
        self._keep_in_view(self._timeline.cursor_s)

    @property
    def playing(self) -> bool:
        return self._player.state is PlayState.PLAYING

    def scrub(self, time_s: float) -> None:
        """Moves the cursor and plays a moment of the sound there."""
        self._timeline.set_cursor(time_s)
        self._player.scrub(time_s)

    def play_or_pause(self) -> None:
        """Plays the selection if there is one, else on from the cursor."""
        if self._player.state is PlayState.STOPPED and self._timeline.selection is not None:
            self._player.play(self._timeline.selection, band_hz=self._timeline.band_hz)
        elif self._player.state is PlayState.STOPPED:
            self._player.play(None)
        else:
            self._player.toggle()

    def play(self, box: Box) -> None:
        """Plays the span of a box, then stops; of its frequencies only those where that is set."""
        self._player.play(TimeSpan(box.start_s, box.end_s), band_hz=box.band_hz)

    def autoplay(self, box: Box) -> None:
        """Plays a box that the user came to, unless that is switched off."""
        if self._settings.value("autoplay"):
            self.play(box)

    def set_band_limited(self, on: bool) -> None:
        self._settings.set("band_limited", on)
        self._player.mode.set_band_limited(on)

    def step_speed(self, by: int) -> None:
        """The next faster (1) or slower (-1) speed."""
        index = speed_index(self._settings.value("speed")) + by
        self.set_speed(SPEEDS[min(max(index, 0), len(SPEEDS) - 1)])

    def set_speed(self, factor: float) -> None:
        self._settings.set("speed", factor)
        self._player.mode.set_speed(factor, self._settings.value("keep_pitch"))
        self.speed_changed.emit(factor)

    def set_keep_pitch(self, on: bool) -> None:
        self._settings.set("keep_pitch", on)
        self._player.mode.set_speed(self._settings.value("speed"), on)

    def set_loop(self, loop: bool) -> None:
        self._settings.set("loop", loop)
        self._player.mode.set_loop(loop)

    def set_volume(self, volume: float) -> None:
        self._settings.set("volume", volume)
        self._player.sound.set_volume(volume)

    def _on_position(self, time_s: float) -> None:
        self._timeline.set_cursor(time_s)
        if self._settings.value("follow") and self._player.state is PlayState.PLAYING:
            view = self._timeline.view
            edge = view.start_s + _FOLLOW_EDGE * view.duration_s
            if time_s > edge or time_s < view.start_s:
                self._timeline.set_view(
                    time_s - 0.05 * view.duration_s, time_s + 0.95 * view.duration_s
                )

    def _keep_in_view(self, time_s: float) -> None:
        view = self._timeline.view
        if not view.start_s <= time_s <= view.end_s:
            self._timeline.pan(time_s - view.centre_s)
