"""Hearing what a card stands for: on hovering, or by a key."""

from PySide6.QtCore import QObject

from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.playback.audition import Audition
from yamnet_gui.gui.state.settings import Settings

from .items import GalleryItem

_DWELL_MS = 160
"""The pointer must rest so long on a card: crossing the grid makes no noise."""
HOVER = "play_on_hover"


class Hearing(QObject):
    """Plays one card at a time."""

    def __init__(
        self,
        similar_sounds: SimilarSounds,
        audition: Audition,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._similar_sounds = similar_sounds
        self._audition = audition
        self._settings = settings
        self._item: GalleryItem | None = None
        self._hovering = False
        self._dwell = Debounced(self, _DWELL_MS, self._play)

    @property
    def busy(self) -> bool:
        return self._dwell.active

    def hover(self, item: GalleryItem | None) -> None:
        """The pointer is over a card; None where it left."""
        self._dwell.stop()
        if self._hovering:
            self._hovering = False
            self._audition.stop()
        if item is not None and self._settings.value(HOVER):
            self._item, self._hovering = item, True
            self._dwell.start()

    def toggle(self, item: GalleryItem) -> None:
        """Plays a card; the one that plays falls silent."""
        self._dwell.stop()
        self._hovering = False
        if self._audition.playing and item == self._item:
            self._audition.stop()
        else:
            self._item = item
            self._play()

    def stop(self) -> None:
        """Silence."""
        self._dwell.stop()
        if self._item is not None:
            self._item = None
            self._audition.stop()

    def _play(self) -> None:
        if self._item is not None:
            self._similar_sounds.play_place(self._item.place)
