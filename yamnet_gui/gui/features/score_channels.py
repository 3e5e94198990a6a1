"""Whose scores are shown where the channels of a recording were analysed each on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QActionGroup

from yamnet_gui.core.channels import channel_name

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_MENU = "Channel of scores"
_SETTING = "follow_channel"


class ScoreChannels(Feature):
    """Offers the channels in the View menu, and steps through them by a key."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._show_message = context.shell.show_message
        self._menu = context.shell.window.menus[_MENU]
        self._group = QActionGroup(self._menu)
        self._settings = context.session.settings
        self._spectrogram = context.session.spectrogram
        self._player = context.services.player
        self._waveform = context.shell.tracks.waveform
        self._followed: tuple[Path | None, int | None] = (None, None)
        self._document.scores_changed.connect(self._offer)
        self._document.scores_changed.connect(self._follow)
        self._settings.changed.connect(self._on_setting)
        self._player.mode.sound_changed.connect(self._say_played)
        self._offered: tuple[int | None, ...] | None = None
        self._offer()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"next_channel": self.show_next}

    def show_next(self) -> None:
        """The scores of the next channel; after the last one those of the first."""
        channels = self._document.channels
        if len(channels) < 2:
            self._show_message(
                "The scores are of all channels together. Settings › Analysis › Channels analyses"
                " each on its own."
            )
            return
        place = channels.index(self._document.channel)
        self._document.show_channel(channels[(place + 1) % len(channels)])
        self._show_message(f"Scores of {self._document.channel_note}.")

    @Slot()
    def _offer(self) -> None:
        channels = self._document.channels
        if channels != self._offered:
            self._offered = channels
            self._menu.clear()
            several = len(channels) > 1
            self._menu.setEnabled(several)
            for channel in channels if several else ():
                action = self._menu.addAction(channel_name(channel))
                action.setCheckable(True)
                action.setData(channel)
                action.triggered.connect(partial(self._choose, channel))
                self._group.addAction(action)
        for action in self._menu.actions():
            action.setChecked(action.data() == self._document.channel)

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == _SETTING:
            self._follow()

    @Slot()
    def _follow(self) -> None:
        """Draws and plays the channel of the scores; what is chosen afterwards stays until the
        scores are those of another one."""
        several = len(self._document.channels) > 1 and self._settings.value(_SETTING)
        channel = self._document.channel if several else None
        if channel is not None and channel >= self._player.mode.channels:
            return  # not open yet
        if (self._player.path, channel) != self._followed:
            self._followed = self._player.path, channel
            settings = replace(self._spectrogram.settings, channel=channel)
            self._spectrogram.set_settings(settings)
            self._player.mode.set_channel(channel)

    @Slot()
    def _say_played(self) -> None:
        self._waveform.show_played(self._player.mode.channel)

    def _choose(self, channel: int | None, _checked: bool = False) -> None:
        self._document.show_channel(channel)
