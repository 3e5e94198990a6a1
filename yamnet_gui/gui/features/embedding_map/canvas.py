"""Very many points of a plane, painted: views, colours, and what lies under a place."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from .points import MapView, PointPicture, bounds_of, fitting

_POINTED_PIXELS = 9.0
_CLOSEST, _FARTHEST = 500.0, 0.3


class MapCanvas(QWidget):
    """Points in their colours: what is seen of them, what lies where. No mouse, no keys."""

    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._xy = np.zeros((0, 2), np.float32)
        self._colors = np.zeros(0, np.uint32)
        self._emphasised: NDArray[np.bool_] | None = None
        self._order = np.zeros(0, np.intp)
        self._drawn_xy, self._drawn_colors = self._xy, self._colors
        self._drawn_emphasis: NDArray[np.bool_] | None = None
        self._view = MapView()
        self._whole = 1.0
        self._fitted = True
        self._picture: PointPicture | None = None
        self._image: QImage | None = None
        self._current = -1
        self._lasso: list[QPointF] = []
        self._message = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Map")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 140)

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    @property
    def count(self) -> int:
        return len(self._xy)

    @property
    def view(self) -> MapView:
        return self._view

    @property
    def current(self) -> int:
        """The point that was pointed at last; -1 for none."""
        return self._current

    def set_message(self, text: str) -> None:
        """What is written where there are no points."""
        if text != self._message:
            self._message = text
            self.update()

    def set_points(self, xy: NDArray[np.float32], *, keep_view: bool = False) -> None:
        """Takes other points, float32 (n, 2); colours and emphasis start anew unless as many.

        `keep_view`: a part that a person looks at stays where it is.
        """
        same = len(xy) == len(self._xy)
        self._xy = np.ascontiguousarray(xy, np.float32)
        if not same:
            self._colors = np.full(len(xy), 0xFF808080, np.uint32)
            self._emphasised = None
            self._current = -1
            # Drawn in the order of time, the last recording would hide all others.
            self._order = np.random.default_rng(0).permutation(len(xy))
        self._reorder()
        self._whole = fitting(self._xy, self.width(), self.height()).scale
        if not (keep_view and same) or self._fitted:
            self.fit()
        self._changed()

    def set_colors(self, colors: NDArray[np.uint32]) -> None:
        """One opaque colour 0xAARRGGBB a point."""
        self._colors = np.asarray(colors, np.uint32)
        self._reorder()
        self._changed()

    def set_emphasis(self, which: NDArray[np.bool_] | None) -> None:
        """Points that stand out, the others step back; None where all are alike."""
        self._emphasised = which if which is not None and which.any() else None
        self._reorder()
        self._changed()

    def set_current(self, index: int) -> None:
        """Rings a point without a word to anyone."""
        if index != self._current:
            self._current = index
            self.update()

    def set_view(self, view: MapView) -> None:
        """Shows another part, not closer or farther than makes sense."""
        scale = min(max(view.scale, self._whole * _FARTHEST), self._whole * _CLOSEST)
        if scale != view.scale:
            view = MapView(self._view.x, self._view.y, scale)
        self._fitted = False
        self._view = self._near_points(view)
        self._changed()
        self.view_changed.emit()

    def fit(self) -> None:
        """Shows all points."""
        self._view = fitting(self._xy, self.width(), self.height())
        self._whole = self._view.scale
        self._fitted = True
        self._changed()
        self.view_changed.emit()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Closer by `factor`, at a place in the window or in the middle."""
        width, height = self.width(), self.height()
        place = at if at is not None else QPointF(width / 2, height / 2)
        self.set_view(self._view.zoomed(factor, place.x(), place.y(), width, height))

    def pan(self, across: float, down: float) -> None:
        """Moves the points by pixels."""
        view = self._view
        self.set_view(MapView(view.x - across / view.scale, view.y + down / view.scale, view.scale))

    def place_of(self, index: int) -> QPointF:
        """Where a point lies in the widget."""
        one = self._xy[index : index + 1]
        across, down = self._view.to_pixels(one, self.width(), self.height())
        return QPointF(float(across[0]), float(down[0]))

    def nearest(self, at: QPointF) -> int:
        """The point within reach of a place in the widget; -1 where there is none."""
        if not self.count:
            return -1
        across, down = self._view.to_pixels(self._xy, self.width(), self.height())
        far = np.square(across - np.float32(at.x())) + np.square(down - np.float32(at.y()))
        if self._emphasised is not None:
            far = np.where(self._emphasised, far, far * 4 + 4)
        best = int(np.argmin(far))
        return best if far[best] <= _POINTED_PIXELS**2 else -1

    def inside(self, outline: QPolygonF) -> NDArray[np.intp]:
        """Points within an outline in the widget's pixels."""
        width, height = self.width(), self.height()
        mask = QImage(width, height, QImage.Format.Format_Grayscale8)
        mask.fill(0)
        painter = QPainter(mask)
        painter.setPen(QPen(Qt.GlobalColor.white))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawPolygon(outline, Qt.FillRule.WindingFill)
        painter.end()
        shape = (height, mask.bytesPerLine())
        painted = np.frombuffer(mask.constBits(), np.uint8).reshape(shape)
        across, down = self._view.to_pixels(self._xy, width, height)
        seen = np.flatnonzero((across >= 0) & (across < width) & (down >= 0) & (down < height))
        hit = painted[down[seen].astype(np.intp), across[seen].astype(np.intp)] > 0
        return seen[hit]

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.count:
            painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            edges = self.rect().adjusted(16, 8, -16, -8)
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(edges, int(middle), self._message)
            return
        painter.drawImage(self.rect(), self._painted(), self._source())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if 0 <= self._current < self.count:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), 1.5))
            painter.drawEllipse(self.place_of(self._current), 7, 7)
        if len(self._lasso) > 1:
            accent = self.palette().color(QPalette.ColorRole.Highlight)
            painter.setPen(QPen(accent, 1.2))
            accent.setAlpha(40)
            painter.setBrush(accent)
            painter.drawPolygon(QPolygonF(self._lasso))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _painted(self) -> QImage:
        """The points at the present view; kept until something about them changes."""
        if self._image is not None:
            return self._image
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        picture = self._picture
        if picture is None or (picture.width, picture.height) != (width, height):
            picture = self._picture = PointPicture(width, height)
        view = MapView(self._view.x, self._view.y, self._view.scale * ratio)
        across, down = view.to_pixels(self._drawn_xy, width, height)
        base = self.palette().color(QPalette.ColorRole.Base)
        picture.paint(
            across, down, self._drawn_colors, base.rgba(), ratio, emphasised=self._drawn_emphasis
        )
        pixels = picture.pixels
        self._image = QImage(
            pixels.data,
            pixels.shape[1],
            pixels.shape[0],
            pixels.strides[0],
            QImage.Format.Format_RGB32,
        )
        return self._image

    def _source(self) -> QRect:
        assert self._picture is not None
        margin = self._picture.margin
        return QRect(margin, margin, self._picture.width, self._picture.height)

    def _changed(self) -> None:
        self._image = None
        self.update()

    def _reorder(self) -> None:
        """Keeps what is drawn in the order of drawing, so that a frame need not sort it."""
        if len(self._colors) != len(self._xy):
            return
        self._drawn_xy = self._xy[self._order]
        self._drawn_colors = self._colors[self._order]
        self._drawn_emphasis = None
        if self._emphasised is not None:
            self._drawn_emphasis = self._emphasised[self._order]
            base = self.palette().color(QPalette.ColorRole.Base)
            faint = _faded(self._drawn_colors, base)
            self._drawn_colors = np.where(self._drawn_emphasis, self._drawn_colors, faint)

    def _near_points(self, view: MapView) -> MapView:
        """Keeps the middle of the view among the points, so that nobody gets lost."""
        left, bottom, right, top = bounds_of(self._xy)
        x, y = min(max(view.x, left), right), min(max(view.y, bottom), top)
        return MapView(x, y, view.scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self._view = fitting(self._xy, self.width(), self.height())
        self._whole = fitting(self._xy, self.width(), self.height()).scale
        self._changed()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._reorder()
            self._changed()
        super().changeEvent(event)


def _faded(colors: NDArray[np.uint32], base: QColor) -> NDArray[np.uint32]:
    """Colours most of the way towards the background."""
    result = np.full(len(colors), 0xFF, np.uint32) << np.uint32(24)
    for shift, behind in ((16, base.red()), (8, base.green()), (0, base.blue())):
        part = (colors >> np.uint32(shift)) & np.uint32(0xFF)
        mixed = (part * np.uint32(70) + np.uint32(behind * 186)) >> np.uint32(8)
        result |= mixed << np.uint32(shift)
    return result
