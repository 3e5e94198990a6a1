"""Hearing a place of any recording of the project without opening it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.settings import Settings

from . import Player, PlayState


class Audition(QObject):
    """Plays a span: by the window's player where its recording is open, else by one of its own.

    Only one of the two is ever heard. The second is made when it is first wanted.
    """

    def __init__(
        self,
        player: Player,
        settings: Settings,
        make: Callable[[], Player],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._player = player
        self._settings = settings
        self._make = make
        self._other: Player | None = None
        self._here: TimeSpan | None = None  # what the window's player was asked to play
        player.state_changed.connect(self._on_state)

    @property
    def path(self) -> Path | None:
        """What the second player has open."""
        return self._other.path if self._other is not None else None

    @property
    def playing(self) -> bool:
        """Whether a place that was asked for is heard now."""
        return self._playing_here or (
            self._other is not None and self._other.state is PlayState.PLAYING
        )

    @property
    def _playing_here(self) -> bool:
        player = self._player
        asked = self._here is not None and player.span == self._here
        return asked and player.state is PlayState.PLAYING

    def play(self, path: Path, span: TimeSpan, info: RecordingInfo | None = None) -> None:
        """Plays a span of a recording; with its `info` the file is not opened here."""
        if path == self._player.path:
            self.stop()
            self._player.play(span)
            self._here = span
            return
        if self._player.state is PlayState.PLAYING:
            self._player.pause()
        if self._other is None:
            self._other = self._make()
            self._other.notice.connect(self._player.notice)
        other = self._other
        if other.path != path:
            other.open(path, info)
        other.sound.set_volume(self._settings.value("volume"))
        other.sound.set_device(self._settings.value("output_device") or None)
        other.play(span, loop=False)

    def stop(self) -> None:
        """Silence, as far as it was asked for here."""
        if self._playing_here:
            self._player.pause()
        self._silence_other()

    def _silence_other(self) -> None:
        if self._other is not None and self._other.state is PlayState.PLAYING:
            self._other.stop()

    def close(self) -> None:
        if self._other is not None:
            self._other.close()
            self._other = None

    def _on_state(self, state: PlayState) -> None:
        if state is PlayState.PLAYING:
            self._silence_other()
