"""Which tracks are shown and how high they are, from one start to the next."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from yamnet_gui.gui.main_window import MainWindow
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.tracks.stack import TrackStack
from yamnet_gui.gui.widgets.plain_text import plain_tip


class TrackVisibility(QObject):
    """An entry of the View menu for each track."""

    def __init__(
        self,
        tracks: TrackStack,
        window: MainWindow,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tracks = tracks
        self._settings = settings
        tracks.restore(settings.layout("tracks"))
        menu = window.menus["Tracks"]
        for name, track in tracks.tracks.items():
            action = menu.addAction(track.title)
            action.setToolTip(plain_tip(f"Show or hide the track {track.title}"))
            action.setCheckable(True)
            shown = settings.numbers(f"track-{name}") != [0.0]
            action.setChecked(shown)
            tracks.show_track(name, shown)
            action.toggled.connect(partial(self._show, name))
        window.closing.connect(self._store_heights)

    def _show(self, name: str, shown: bool) -> None:
        self._tracks.show_track(name, shown)
        self._settings.set_numbers(f"track-{name}", [float(shown)])

    @Slot()
    def _store_heights(self) -> None:
        self._settings.set_layout("tracks", self._tracks.state())
