"""A drawing on a track, in pixels, over exactly the visible span of time."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme

from .plot_view import PlotArea

_TURN = QTransform().rotate(-90)


class Layer(QGraphicsItem):
    """Fills the plotting area of a track; coordinates are the area's own pixels.

    Every layer maps time to pixels by the same rule, so the same time lies in the same pixel
    column on every track. What is painted more than once is stored as a picture until `redraw`,
    so that a cursor that moves over it costs next to nothing; while the view moves each drawing is
    seen only once, and a picture of it would be work for nothing.
    """

    def __init__(
        self, area: PlotArea, timeline: Timeline, z: float = 0.0, cached: bool = True
    ) -> None:
        super().__init__(area)
        self._area = area
        self._picture: QImage | None = None
        self._stale = True
        self._seen = False  # what would be stored was already painted once
        self._cached = cached
        # paint is told which part is wanted, as only a whole drawing may be left unstored
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption, cached)
        self._measure()
        self.timeline = timeline
        self.setZValue(z)
        area.resized.connect(self._on_resized)

    @property
    def width(self) -> int:
        return self._width

    @property
    def height(self) -> int:
        return self._height

    def x_of(self, time_s: float) -> float:
        """Pixel of a time; whole numbers are borders between pixel columns."""
        view = self.timeline.view
        return (time_s - view.start_s) / view.duration_s * self.width

    def time_at(self, x: float) -> float:
        view = self.timeline.view
        return view.start_s + x / self.width * view.duration_s

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.width, self.height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        scale = widget.devicePixelRatioF() if widget else 1.0
        if not self._cached:
            self.draw(painter, scale)
            return
        whole = option.exposedRect.contains(self.boundingRect())
        if self._stale and not self._seen and whole:
            self.draw(painter, scale)
            self._seen = True
            return
        size = QSize(round(self.width * scale), round(self.height * scale))
        picture = self._picture
        if picture is None or picture.size() != size or picture.devicePixelRatio() != scale:
            picture = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
            picture.setDevicePixelRatio(scale)
            self._picture, self._stale = picture, True
        if self._stale:
            picture.fill(0)
            own = QPainter(picture)
            own.setFont(painter.font())
            self.draw(own, scale)
            own.end()
            self._stale = False
        painter.drawImage(0, 0, picture)

    def redraw(self) -> None:
        """Draws again: the view or what is shown has changed."""
        self._stale, self._seen = True, False
        self.update()

    def _measure(self) -> None:
        self._width = max(1, round(self._area.width()))
        self._height = max(1, round(self._area.height()))

    def _on_resized(self) -> None:
        self.prepareGeometryChange()
        self._measure()
        self._stale, self._seen = True, False

    def draw_note(self, painter: QPainter, text: str, theme: Theme) -> None:
        """Writes what holds for all of the area over its upper right corner; nothing for ""."""
        if not text:
            return
        metrics = QFontMetricsF(painter.font())
        wide = metrics.horizontalAdvance(text) + 12
        box = QRectF(self.width - wide - 4, 3, wide, metrics.height() + 2)
        under = QColor(theme.base)
        under.setAlphaF(0.85)
        painter.fillRect(box, under)
        painter.setPen(QColor(theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def draw_message(self, painter: QPainter, text: str, color: str) -> None:
        """Writes into an empty area why it is empty."""
        painter.setPen(QColor(color))
        painter.drawText(self.boundingRect(), Qt.AlignmentFlag.AlignCenter, text)

    def draw(self, painter: QPainter, scale: float) -> None:
        """Draws in pixels of the plotting area; `scale` is device pixels per pixel."""
        raise NotImplementedError


@lru_cache(4096)
def argb(color: str, alpha: float = 1.0) -> int:
    """A colour `#rrggbb` as premultiplied 0xAARRGGBB."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    parts = (round(v * alpha) for v in (red, green, blue))
    value = round(alpha * 255) << 24
    for shift, part in zip((16, 8, 0), parts, strict=True):
        value |= part << shift
    return value


def draw_pixels(
    painter: QPainter, pixels: NDArray[np.uint32], scale: float, top: float = 0.0
) -> None:
    """Draws premultiplied 0xAARRGGBB values, shape (rows, columns), from the left edge on."""
    pixels = np.ascontiguousarray(pixels, np.uint32)
    rows, columns = pixels.shape
    image = QImage(
        pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied
    )  # on the array's own memory: it is drawn before the array goes
    image.setDevicePixelRatio(scale)
    painter.drawImage(QPointF(0, top), image)


def tint(painter: QPainter, area: QRectF, color: QColor) -> None:
    """Fills an area, to the nearest pixel, with a transparent colour.

    Left to Qt, areas of many rows go to a pool of threads, and a frame waits until these have a
    processor.
    """
    pixels = area.toRect()
    if pixels.isEmpty():
        return
    fill = QImage(pixels.size(), QImage.Format.Format_ARGB32_Premultiplied)
    fill.fill(color)
    painter.drawImage(pixels.topLeft(), fill)


def draw_codes(
    painter: QPainter,
    codes: NDArray[np.uint8],
    colors: Sequence[int],
    scale: float,
    top: float = 0.0,
) -> None:
    """The same with a byte for a pixel, an index into a few premultiplied colours."""
    image = _coded(np.ascontiguousarray(codes), colors)
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    # looked up as they are: Qt takes the colours of a table for ones that are not premultiplied
    image.reinterpretAsFormat(QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    painter.drawImage(QPointF(0, top), image)


def between(start: NDArray[np.float64], stop: NDArray[np.float64], rows: int) -> NDArray[np.uint8]:
    """1 in the rows [start, stop) of each column and 0 elsewhere: (columns,) to (rows, columns).

    Starts and stops are whole numbers, with stop ≥ start; what lies outside is cut off.
    """
    first = np.minimum(np.maximum(start, 0), rows).astype(np.uint16)
    last = np.minimum(np.maximum(stop, 0), rows).astype(np.uint16)
    row = np.arange(rows, dtype=np.uint16)[:, None]
    # rows above the start wrap around to large numbers, which saves a second comparison
    return (row - first < last - first).view(np.uint8)


def image_of(pixels: NDArray[np.uint32], scale: float) -> QImage:
    """A picture from premultiplied 0xAARRGGBB values, shape (rows, columns), top row first."""
    pixels = np.ascontiguousarray(pixels, np.uint32)
    rows, columns = pixels.shape
    image = QImage(
        pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied
    ).copy()
    image.setDevicePixelRatio(scale)
    return image


def indexed_image(levels: NDArray[np.uint8], colors: Sequence[int], scale: float) -> QImage:
    """A picture of levels, shape (rows, columns), top row first, each an index into `colors`.

    Qt looks the colours up while it draws, which is faster than doing so here.
    """
    levels = np.ascontiguousarray(levels)
    image = _coded(levels, colors).convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    return image


def turned(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bytes (columns, rows) as (rows, columns), the last row on top; faster than with NumPy."""
    levels = np.ascontiguousarray(levels)
    columns, rows = levels.shape
    image = QImage(levels.data, rows, columns, rows, QImage.Format.Format_Grayscale8)
    image = image.transformed(_TURN)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(rows, image.bytesPerLine())
    return lines[:, :columns].copy()


def coded_image(levels: NDArray[np.uint8], colors: Sequence[int]) -> QImage:
    """The same with a byte for a pixel: a quarter of the memory, a little slower to draw."""
    levels = np.ascontiguousarray(levels)
    return _coded(levels, colors).copy()


def _coded(levels: NDArray[np.uint8], colors: Sequence[int]) -> QImage:
    """On the memory of `levels`, contiguous, which must outlive it."""
    rows, columns = levels.shape
    image = QImage(levels.data, columns, rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(colors)
    return image
