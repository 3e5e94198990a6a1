"""The points of a map as they are drawn: coordinates, colours, emphasis, and which lie where."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from .points import MapView, PointPicture, bounds_of

_GREY = 0xFF808080
_POINTED_PIXELS = 9.0


class DrawnPoints:
    """n points in their order of drawing, and the picture of them at the last view."""

    def __init__(self) -> None:
        self.xy = np.zeros((0, 2), np.float32)
        self.emphasised: NDArray[np.bool_] | None = None
        self._colors = np.zeros(0, np.uint32)
        self._shapes: NDArray[np.int8] | None = None
        self._order = np.zeros(0, np.intp)
        self._drawn_xy, self._drawn_colors = self.xy, self._colors
        self._drawn_emphasis: NDArray[np.bool_] | None = None
        self._drawn_shapes: NDArray[np.int8] | None = None
        self._picture: PointPicture | None = None
        self._image: QImage | None = None

    def __len__(self) -> int:
        return len(self.xy)

    def set_xy(self, xy: NDArray[np.float32], base: QColor) -> bool:
        """Replaces the points, float32 (n, 2); returns whether there are as many as before.

        If not, colours and emphasis are reset. `base` is the colour of the background.
        """
        same = len(xy) == len(self.xy)
        self.xy = np.ascontiguousarray(xy, np.float32)
        if not same:
            self._colors = np.full(len(xy), _GREY, np.uint32)
            self._shapes = None
            self.emphasised = None
            # drawn in temporal order, the last recording would hide all others
            self._order = np.random.default_rng(0).permutation(len(xy))
        self.update(base)
        return same

    def set_colors(
        self, colors: NDArray[np.uint32], base: QColor, shapes: NDArray[np.int8] | None = None
    ) -> None:
        """One opaque colour 0xAARRGGBB per point, and a `Shape` each where not all are discs."""
        self._colors = np.asarray(colors, np.uint32)
        self._shapes = shapes
        self.update(base)

    def set_emphasis(self, which: NDArray[np.bool_] | None, base: QColor) -> None:
        """Points that stand out while the others are dimmed; None if all look alike."""
        self.emphasised = which if which is not None and which.any() else None
        self.update(base)

    def update(self, base: QColor) -> None:
        """Brings what is drawn into its order, so that painting a frame need not sort it."""
        self._image = None
        if len(self._colors) != len(self.xy):
            return
        self._drawn_xy = self.xy[self._order]
        self._drawn_colors = self._colors[self._order]
        self._drawn_shapes = None if self._shapes is None else self._shapes[self._order]
        self._drawn_emphasis = None
        if self.emphasised is not None:
            self._drawn_emphasis = self.emphasised[self._order]
            dimmed = _dimmed(self._drawn_colors, base)
            self._drawn_colors = np.where(self._drawn_emphasis, self._drawn_colors, dimmed)

    def forget_picture(self) -> None:
        """The view has changed: the next picture is painted again."""
        self._image = None

    def picture(
        self, view: MapView, width: int, height: int, base: QColor, ratio: float
    ) -> tuple[QImage, int]:
        """The points at a view and a size in device pixels, and the margin around the picture.

        `ratio` is the number of device pixels per pixel of the widget.
        """
        picture = self._picture
        if picture is None or (picture.width, picture.height) != (width, height):
            picture = self._picture = PointPicture(width, height)
            self._image = None
        if self._image is None:
            scaled = MapView(view.x, view.y, view.scale * ratio)
            across, down = scaled.to_pixels(self._drawn_xy, width, height)
            picture.paint(
                across,
                down,
                self._drawn_colors,
                base.rgba(),
                ratio,
                emphasised=self._drawn_emphasis,
                shapes=self._drawn_shapes,
            )
            rows, columns = picture.pixels.shape
            stride = picture.pixels.strides[0]
            data = picture.pixels.data
            self._image = QImage(data, columns, rows, stride, QImage.Format.Format_RGB32)
        return self._image, picture.margin

    def nearest(self, at: QPointF, view: MapView, width: int, height: int) -> int:
        """The point within reach of a position in the widget; -1 if there is none."""
        if not len(self):
            return -1
        across, down = view.to_pixels(self.xy, width, height)
        far = np.square(across - np.float32(at.x())) + np.square(down - np.float32(at.y()))
        if self.emphasised is not None:
            far = np.where(self.emphasised, far, far * 4 + 4)
        best = int(np.argmin(far))
        return best if far[best] <= _POINTED_PIXELS**2 else -1

    def inside(
        self, outline: QPolygonF, view: MapView, width: int, height: int
    ) -> NDArray[np.intp]:
        """Points within an outline in the widget's pixels."""
        mask = QImage(width, height, QImage.Format.Format_Grayscale8)
        mask.fill(0)
        painter = QPainter(mask)
        painter.setPen(QPen(Qt.GlobalColor.white))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawPolygon(outline, Qt.FillRule.WindingFill)
        painter.end()
        shape = (height, mask.bytesPerLine())
        painted = np.frombuffer(mask.constBits(), np.uint8).reshape(shape)
        across, down = view.to_pixels(self.xy, width, height)
        seen = np.flatnonzero((across >= 0) & (across < width) & (down >= 0) & (down < height))
        hit = painted[down[seen].astype(np.intp), across[seen].astype(np.intp)] > 0
        return seen[hit]

    def centred_on_points(self, view: MapView) -> MapView:
        """The view with its centre within the bounds of the points."""
        left, bottom, right, top = bounds_of(self.xy)
        return MapView(min(max(view.x, left), right), min(max(view.y, bottom), top), view.scale)


def _dimmed(colors: NDArray[np.uint32], base: QColor) -> NDArray[np.uint32]:
    """Colours most of the way towards the background."""
    result = np.full(len(colors), 0xFF, np.uint32) << np.uint32(24)
    for shift, behind in ((16, base.red()), (8, base.green()), (0, base.blue())):
        part = (colors >> np.uint32(shift)) & np.uint32(0xFF)
        mixed = (part * np.uint32(70) + np.uint32(behind * 186)) >> np.uint32(8)
        result |= mixed << np.uint32(shift)
    return result
