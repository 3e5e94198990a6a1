"""Plays recordings: the file's own samples at its own rate, or a clock where there is no sound."""

from PySide6.QtCore import QObject

from .outputs import Outputs, SilentOutputs
from .player import Player
from .values import Device, PlayState, Speed

__all__ = ["Device", "PlayState", "Player", "Speed", "make_player"]


def make_player(parent: QObject | None = None) -> Player:
    """A player with sound where the machine has any, otherwise one that only keeps time.

    `Player.silent_reason` says why there is no sound.
    """
    return Player(_outputs(), parent)


def _outputs() -> Outputs:
    try:
        from .qt_sound import SoundOutputs
    except ImportError as error:
        return SilentOutputs(
            f"No sound: Qt's sound library cannot be loaded ({error}). "
            "Install libpulse0 (Debian, Ubuntu) or pulseaudio-libs (Fedora) and start again."
        )
    return SoundOutputs()
