"""Which thumbnails are wanted: of what is in sight, as the spectrogram of the timeline looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.spectrogram import Spectrogram

from .items import GalleryItem, shown_span
from .painter import Card, CardPainter
from .thumbnail_job import ThumbnailLook, ThumbnailRequest
from .thumbnails import Thumbnails

if TYPE_CHECKING:
    from .panel import GalleryPanel

_ASK_MS = 60
"""While the list is moved, what is wanted is looked up so often."""
_MOST_KNOWN = 4000


class Pictures(QObject):
    """Asks for the thumbnails of a panel, and has it painted as they come."""

    def __init__(self, spectrogram: Spectrogram, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._spectrogram = spectrogram
        self._panel: GalleryPanel | None = None
        self._span_s = 0.0
        self._known: dict[int, Card] = {}
        self._rows: dict[ThumbnailRequest, list[int]] = {}
        self.thumbnails = Thumbnails(self)
        self.painter = CardPainter(self.card, self.thumbnails.get)
        self._ask = Debounced(self, _ASK_MS, self._want)
        self.thumbnails.arrived.connect(self._on_arrived)
        spectrogram.axis_changed.connect(self.set_look)
        spectrogram.changed.connect(self.set_look)

    @property
    def busy(self) -> bool:
        return self._ask.active or self.thumbnails.busy

    def attach(self, panel: GalleryPanel) -> None:
        """Serves this panel from now on."""
        self._panel = panel
        self._span_s = panel.span_s
        panel.model.modelReset.connect(lambda: self.forget_cards(others=True))
        panel.model.dataChanged.connect(lambda *_: self.forget_cards())
        panel.grid.sight_changed.connect(self._on_moved)

    def close(self) -> None:
        self._ask.stop()
        self.thumbnails.close()

    def set_seen(self, on: bool) -> None:
        """Whether the panel can be seen: else nothing is computed, and no file is open."""
        if on:
            self.set_look()
            self._want()
        else:
            self._ask.stop()
            self.thumbnails.stop()

    def set_span(self, seconds: float) -> None:
        """How many seconds each thumbnail shows."""
        self._span_s = seconds
        self.forget_cards()

    def set_look(self) -> None:
        """Thumbnails are drawn as the spectrogram of the timeline is, in the size of the cards."""
        panel = self._panel
        if panel is None or not panel.isVisible():
            return
        size, ratio = self.painter.picture, panel.devicePixelRatioF()
        look = ThumbnailLook(
            self._spectrogram.settings,
            self._spectrogram.look,
            self._spectrogram.automatic,
            max(round(size.width() * ratio), 1),
            max(round(size.height() * ratio), 1),
        )
        before = self.thumbnails.look
        if look.fitted and before.fitted and look.settings.scale != "yamnet":
            # levels of the open recording make no difference
            levels = replace(before.look, colormap=look.look.colormap, contrast=look.look.contrast)
            look = replace(look, look=levels)
        if look != before:
            self.thumbnails.set_look(look)
            self.forget_cards()

    def forget_pictures(self) -> None:
        """Computes all again: recordings may have come back."""
        self.thumbnails.clear()
        self.forget_cards()

    def forget_cards(self, *, others: bool = False) -> None:
        """Draws all cards again; `others`: the rows stand for other sounds."""
        self._known.clear()
        self.painter.forget_all(others=others)
        if self._panel is not None:
            self._panel.grid.viewport().update()
        self._ask.start_in(0)

    def card(self, row: int) -> Card | None:
        """What is known of a card; None where its sound is gone."""
        card = self._known.get(row)
        if card is None and self._panel is not None:
            item = self._panel.model.item(row)
            if item is not None:
                if len(self._known) > _MOST_KNOWN:
                    self._known.clear()
                card = self._known[row] = self._card_of(item)
        return card

    def _card_of(self, item: GalleryItem) -> Card:
        shown: TimeSpan = shown_span(item.place.span, self._span_s)
        request = ThumbnailRequest(
            item.place.path, shown.start_s, shown.duration_s, item.place.channel
        )
        return Card(item, shown, request)

    def _on_moved(self) -> None:
        self.thumbnails.moved()
        self._ask.start_once()

    def _want(self) -> None:
        """Asks for what is in sight, then for a screen on, then for one back."""
        panel = self._panel
        if panel is None or not panel.isVisible():
            return
        sight, count = panel.grid.in_sight, panel.grid.count
        ahead = range(sight.stop, min(sight.stop + len(sight), count))
        behind = range(max(sight.start - len(sight), 0), sight.start)
        self._rows = {}
        for part in (sight,) if self.thumbnails.moving else (sight, ahead, behind):
            for row in part:
                card = self.card(row)
                if card is not None:
                    self._rows.setdefault(card.request, []).append(row)
        self.thumbnails.want(tuple(self._rows))
        if self.thumbnails.moving:
            self._ask.start_once()  # and the screens beside it once the list rests

    def _on_arrived(self, request: ThumbnailRequest) -> None:
        for row in self._rows.get(request, ()):
            self.painter.forget(row)
            if self._panel is not None:
                self._panel.grid.update_rows(range(row, row + 1))
