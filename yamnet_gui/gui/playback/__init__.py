"""Plays recordings: the file's own samples at its own rate, or a clock where there is no sound."""

from PySide6.QtCore import QObject

from .awaited_outputs import AwaitedOutputs
from .outputs import Outputs, SilentOutputs
from .player import Player
from .sound_server import server_is_missing
from .values import SPEEDS, Device, PlayState, Speed, speed_index

__all__ = ["SPEEDS", "Device", "PlayState", "Player", "Speed", "make_player", "speed_index"]


def make_player(parent: QObject | None = None) -> Player:
    """A player with sound where the machine has any, otherwise one that only counts time.

    `Player.silent_reason` says why there is no sound.
    """
    return Player(_outputs(), parent)


def _outputs() -> Outputs:
    # asked before Qt is, which costs a third of a second and complains on stderr
    if server_is_missing():
        return AwaitedOutputs(
            "No sound: no sound server is running. Start PulseAudio or PipeWire "
            "(Debian, Ubuntu: install pipewire-pulse or pulseaudio); it is noticed at once.",
            lambda: None if server_is_missing() else _qt_outputs(),
        )
    return _qt_outputs()


def _qt_outputs() -> Outputs:
    try:
        from .qt_sound import SoundOutputs
    except ImportError as error:
        return SilentOutputs(
            f"No sound: Qt's sound library cannot be loaded ({error}). "
            "Install libpulse0 (Debian, Ubuntu) or pulseaudio-libs (Fedora) "
            "and start the program again."
        )
    return SoundOutputs()
