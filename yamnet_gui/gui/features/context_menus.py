"""Context menus of tracks and events, and the menu of channels to play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_TRACK_ACTIONS = (
    "draw",
    "find_similar",
    "play_selected",
    "zoom_event",
    "zoom_all",
    "clear_selection",
)
_EVENT_ACTIONS = (
    *("accept", "reject", "uncertain", "unreview", "|", "find_class", "split", "merge"),
    *("delete", "|", "accept_above", "reject_below", "|", "find_similar"),
    *("play_selected", "zoom_event"),
)


class ContextMenus(Feature):
    """Shows the actions for the place or event that was right-clicked."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_view = context.session.class_view
        self._document = context.session.document
        self._selection = context.session.selection
        self._player = context.services.player
        self._event_navigation = context.services.event_navigation
        self._transport = context.services.transport
        self._events_panel = context.shell.events
        self._tracks = context.shell.tracks
        self._window = context.shell.window
        self._tracks.menu_requested.connect(self._track_menu)
        self._events_panel.menu_requested.connect(self._event_menu)
        self._channels = self._window.menus["Play"].addMenu("C&hannel")
        self._channels.setEnabled(False)
        self._channels.triggered.connect(self._choose_channel)
        self._document.recording_changed.connect(self._offer_channels)
        self._player.mode.sound_changed.connect(self._tick_channel)

    def _track_menu(self, at: QPoint, time_s: float, event_id: str) -> None:
        if event_id:
            self._event_menu(at, event_id)
            return
        menu = QMenu(self._window)
        menu.addAction("Play from here", lambda: self._play_from(time_s))
        self._add(menu, _TRACK_ACTIONS)
        menu.popup(at)

    def _event_menu(self, at: QPoint, event_id: str) -> None:
        if event_id and event_id not in self._selection.ids:
            self._selection.select((event_id,))
        menu = QMenu(self._window)
        self._add(menu, _EVENT_ACTIONS)
        event = self._event_navigation.current
        if event is not None and event.class_index is not None:
            index = event.class_index
            menu.addAction("Show the score of its class", lambda: self._class_view.choose(index))
        menu.popup(at)

    def _add(self, menu: QMenu, names: tuple[str, ...]) -> None:
        for name in names:
            if name == "|":
                menu.addSeparator()
            else:
                menu.addAction(self._window.actions_by_id[name])

    def _play_from(self, time_s: float) -> None:
        self._transport.seek(time_s)
        self._player.play(None)

    def _offer_channels(self) -> None:
        """Offers the channels to play: all, or a single one."""
        recording = self._document.recording
        if recording is None:
            return
        count = recording.info.channels
        self._channels.clear()
        self._channels.setEnabled(count > 1)
        names = {2: ("Left", "Right")}.get(count, tuple(f"Channel {i + 1}" for i in range(count)))
        for index, name in enumerate(("All", *names)):
            action = self._channels.addAction(name)
            action.setCheckable(True)
            action.setData(None if index == 0 else index - 1)
        self._tick_channel()

    def _choose_channel(self, chosen: QAction) -> None:
        self._player.mode.set_channel(chosen.data())
        self._tick_channel()

    @Slot()
    def _tick_channel(self) -> None:
        """Marks what is heard, whoever chose it."""
        for action in self._channels.actions():
            action.setChecked(action.data() == self._player.mode.channel)
