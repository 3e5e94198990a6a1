"""Paints very many points of a plane, and finds the point at a position."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from .drawn_points import DrawnPoints
from .points import MapView, fitting

_CLOSEST, _FARTHEST = 500.0, 0.3


class MapCanvas(QWidget):
    """Points in their colours, and the visible part of the plane. Handles no input."""

    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = DrawnPoints()
        self._view = MapView()
        self._whole = 1.0
        self._fitted = True
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
        return len(self.points)

    @property
    def view(self) -> MapView:
        return self._view

    @property
    def current(self) -> int:
        """The point that was pointed at last; -1 for none."""
        return self._current

    def set_message(self, text: str) -> None:
        """Sets the text that is shown while there are no points."""
        if text != self._message:
            self._message = text
            self.update()

    def set_points(self, xy: NDArray[np.float32], *, keep_view: bool = False) -> None:
        """Replaces the points, float32 (n, 2); resets colours and emphasis if their number changes.

        `keep_view`: the visible part stays.
        """
        same = self.points.set_xy(xy, self._base())
        if not same:
            self._current = -1
        self._whole = fitting(self.points.xy, self.width(), self.height()).scale
        if not (keep_view and same) or self._fitted:
            self.fit()
        self.update()

    def set_colors(
        self, colors: NDArray[np.uint32], shapes: NDArray[np.int8] | None = None
    ) -> None:
        """Sets one opaque colour 0xAARRGGBB per point, and a `Shape` each if not all are discs."""
        self.points.set_colors(colors, self._base(), shapes)
        self.update()

    def set_emphasis(self, which: NDArray[np.bool_] | None) -> None:
        """Emphasises these points and dims the others; None: all look alike."""
        self.points.set_emphasis(which, self._base())
        self.update()

    def set_current(self, index: int) -> None:
        """Rings a point, without a signal."""
        if index != self._current:
            self._current = index
            self.update()

    def set_view(self, view: MapView) -> None:
        """Shows another part of the plane, within limits of the scale."""
        scale = min(max(view.scale, self._whole * _FARTHEST), self._whole * _CLOSEST)
        if scale != view.scale:
            view = MapView(self._view.x, self._view.y, scale)
        self._fitted = False
        self._view = self.points.centred_on_points(view)
        self._changed()
        self.view_changed.emit()

    def fit(self) -> None:
        """Shows all points."""
        self._view = fitting(self.points.xy, self.width(), self.height())
        self._whole = self._view.scale
        self._fitted = True
        self._changed()
        self.view_changed.emit()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zooms in by `factor`, at a position in the widget or at its centre."""
        width, height = self.width(), self.height()
        place = at if at is not None else QPointF(width / 2, height / 2)
        self.set_view(self._view.zoomed(factor, place.x(), place.y(), width, height))

    def place_of(self, index: int) -> QPointF:
        """The position of a point in the widget."""
        one = self.points.xy[index : index + 1]
        across, down = self._view.to_pixels(one, self.width(), self.height())
        return QPointF(float(across[0]), float(down[0]))

    def nearest(self, at: QPointF) -> int:
        """The point within reach of a position in the widget; -1 if there is none."""
        return self.points.nearest(at, self._view, self.width(), self.height())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.count:
            painter.fillRect(self.rect(), self._base())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            edges = self.rect().adjusted(16, 8, -16, -8)
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(edges, int(middle), self._message)
            return
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        picture, margin = self.points.picture(self._view, width, height, self._base(), ratio)
        painter.drawImage(self.rect(), picture, QRect(margin, margin, width, height))
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

    def _base(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Base)

    def _changed(self) -> None:
        self.points.forget_picture()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self._view = fitting(self.points.xy, self.width(), self.height())
        self._whole = fitting(self.points.xy, self.width(), self.height()).scale
        self._changed()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.points.update(self._base())
            self.update()
        super().changeEvent(event)
