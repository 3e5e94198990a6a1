"""How a card is painted: thumbnail with the marks of its sound, state, class, score, place."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPalette, QPen

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.theme import class_color, state_mark
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.colors import state_color, theme_of

from .grid import CardLook
from .items import GalleryItem
from .model import channel_words
from .sources import REMOVED
from .thumbnail_job import Thumbnail, ThumbnailRequest

_MARGIN = 3
_BAR = 3
_TWO_LINES_FROM = 120
"""Pixels across from which there is room for the recording's name below the class."""
_FADED = 0.35
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE
_WRAPPED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
_DRAWING_S = 0.007
"""Of the 16.7 ms of a frame. The rest is drawn in the next ones."""
_DRAWN_BYTES = 40 * 2**20
"""Memory of drawn cards: some screens of them, whatever their size."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of one card: its sound, and the span that its thumbnail shows."""

    item: GalleryItem
    shown: TimeSpan
    request: ThumbnailRequest


class CardPainter:
    """Paints cards of what `card_of` gives, with pictures from `thumbnail_of`.

    A card is drawn once and then copied, so that scrolling costs little; in a frame only so many
    are drawn as it has time for.
    """

    def __init__(
        self,
        card_of: Callable[[int], Card | None],
        thumbnail_of: Callable[[ThumbnailRequest], Thumbnail | None],
    ) -> None:
        self._card_of = card_of
        self._thumbnail_of = thumbnail_of
        self.absent = REMOVED
        """What stands on a card of which nothing is known."""
        self._size = QSize(160, 120)
        self._picture = QSize(160, 80)
        self._line = 16
        self._two_lines = True
        self._drawn: OrderedDict[tuple[int, bool], tuple[int, QImage]] = OrderedDict()
        self._version = 0
        self._until = 0.0
        self._ratio = 1.0
        self.set_fonts(QFont(), QPalette())

    @property
    def picture(self) -> QSize:
        """Pixels of a thumbnail."""
        return self._picture

    def set_fonts(self, font: QFont, palette: QPalette) -> None:
        """Font and colours of the view."""
        self._font, self._palette = font, palette
        metrics = QFontMetrics(font)
        self._metrics = metrics
        self._line = metrics.height() + 1
        self._mark_wide = metrics.horizontalAdvance("✗") + 5
        self._score_wide = metrics.horizontalAdvance("0.00") + 4
        self._theme = theme_of(palette)
        self._drawn.clear()

    def size_for(self, wide: int) -> QSize:
        """The size of cards from now on, whose thumbnails are so many pixels wide."""
        self._picture = QSize(wide, wide // 2)
        self._two_lines = wide >= _TWO_LINES_FROM
        lines = self._line * (2 if self._two_lines else 1)
        self._size = QSize(wide + 2 * _MARGIN, wide // 2 + _BAR + 2 * _MARGIN + lines + 1)
        self._drawn.clear()
        return self._size

    def forget(self, row: int) -> None:
        """Draws this one again; until then it stays as it was."""
        for selected in (False, True):
            drawn = self._drawn.get((row, selected))
            if drawn is not None:
                self._drawn[row, selected] = (-1, drawn[1])

    def forget_all(self, *, others: bool = False) -> None:
        """Draws all again; `others`: the rows stand for other sounds, and nothing stays."""
        self._version += 1
        if others:
            self._drawn.clear()

    def begin(self) -> None:
        """A frame begins, and with it the time to draw in."""
        self._until = time.perf_counter() + _DRAWING_S

    def paint(self, painter: QPainter, box: QRect, row: int, look: CardLook) -> bool:
        """Paints a card; False where there was no time to draw it as it is now."""
        ratio = painter.device().devicePixelRatioF()
        if ratio != self._ratio:
            self._ratio = ratio
            self._drawn.clear()
        version, image = self._drawn.get((row, look.selected), (-1, None))
        finished = version == self._version
        if not finished and time.perf_counter() < self._until:
            image, finished = self._draw(row, look.selected), True
            self._drawn[row, look.selected] = (self._version, image)
            self._drawn.move_to_end((row, look.selected))
            while len(self._drawn) * image.sizeInBytes() > _DRAWN_BYTES:  # all of one size
                self._drawn.popitem(last=False)
        if image is not None:
            painter.drawImage(box.topLeft(), image)
        else:
            painter.fillRect(box, QColor(self._theme.window))
        role = QPalette.ColorRole
        if look.hovered:
            painter.setPen(self._palette.color(role.Highlight))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        if look.current:
            painter.setPen(QPen(self._palette.color(role.Text), 1, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        return finished

    def _draw(self, row: int, selected: bool) -> QImage:
        ratio, theme, palette = self._ratio, self._theme, self._palette
        image = QImage(self._size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        back = palette.color(QPalette.ColorRole.Highlight) if selected else QColor(theme.window)
        image.fill(back)
        painter = QPainter(image)
        painter.setFont(self._font)
        card = self._card_of(row)
        if card is None:
            painter.setPen(QColor(theme.accent_text if selected else theme.dim_text))
            painter.drawText(QRect(QPoint(), self._size), _WRAPPED, self.absent)
        else:
            picture = QRect(QPoint(_MARGIN, _MARGIN), self._picture)
            self._draw_picture(painter, picture, card)
            self._draw_sound(painter, picture, card)
            self._draw_words(painter, picture, card.item, selected)
        painter.end()
        return image

    def _draw_picture(self, painter: QPainter, place: QRect, card: Card) -> None:
        thumbnail = self._thumbnail_of(card.request)
        rejected = card.item.state is ReviewState.REJECTED
        painter.fillRect(place, QColor(self._theme.base))
        if thumbnail is None:
            painter.setPen(QColor(self._theme.dim_text))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "…")
        elif thumbnail.image is None:
            painter.setPen(QColor(self._theme.warning))
            painter.drawText(place.adjusted(4, 2, -4, -2), _WRAPPED, f"⚠ {thumbnail.problem}")
        else:
            if rejected:
                painter.setOpacity(_FADED)
            painter.drawImage(place, thumbnail.image)
            painter.setOpacity(1.0)

    def _draw_sound(self, painter: QPainter, place: QRect, card: Card) -> None:
        """Where the sound lies in the thumbnail: lines at its bounds, a bar of its class below."""
        shown, item, sound = card.shown, card.item, card.item.place.span
        scale = place.width() / shown.duration_s
        left = place.x() + max(sound.start_s - shown.start_s, 0.0) * scale
        right = place.x() + min(sound.end_s - shown.start_s, shown.duration_s) * scale
        light, dark = QColor(255, 255, 255, 180), QColor(0, 0, 0, 120)  # seen on every colour
        for at, edge_s in ((left, sound.start_s), (right - 1, sound.end_s)):
            if shown.start_s < edge_s < shown.end_s:
                for x, line in ((round(at) - 1, dark), (round(at), light)):
                    painter.fillRect(QRect(x, place.y(), 1, place.height()), line)
        bar = QRectF(left, place.bottom() + 1, max(right - left, 2.0), _BAR)
        painter.fillRect(bar, class_color(item.class_index, item.label))

    def _draw_words(
        self, painter: QPainter, picture: QRect, item: GalleryItem, selected: bool
    ) -> None:
        role = QPalette.ColorRole
        text = self._palette.color(role.HighlightedText if selected else role.Text)
        dim = text if selected else self._palette.color(role.PlaceholderText)
        rejected = item.state is ReviewState.REJECTED
        line = QRect(picture.x(), picture.bottom() + 1 + _BAR, picture.width(), self._line)
        painter.setPen(text if selected else state_color(item.state, self._palette))
        painter.drawText(line, _MIDDLE, state_mark(item.state))
        painter.setPen(dim if rejected else text)
        score = "" if item.score is None else f"{item.score:.2f}"
        name = line.adjusted(self._mark_wide, 0, -self._score_wide if score else 0, 0)
        painter.drawText(name, _MIDDLE, self._elided(item.label or "–", name.width()))
        if score:
            painter.drawText(line, _RIGHT, score)
        if self._two_lines:
            painter.setPen(dim)
            below = line.translated(0, self._line)
            when = " · ".join([clock(item.place.span.start_s, 1), *channel_words(item), item.name])
            middle = Qt.TextElideMode.ElideMiddle
            painter.drawText(below, _MIDDLE, self._elided(when, below.width(), middle))

    def _elided(
        self, text: str, wide: int, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> str:
        return self._metrics.elidedText(text, mode, wide)
