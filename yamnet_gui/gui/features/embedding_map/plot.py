"""A plane of very many points to explore: pan, zoom, point at, lasso."""

from enum import StrEnum

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QWidget

from yamnet_gui.gui.background.debounced import Debounced

from .canvas import MapCanvas
from .points import MapView

_ZOOM_PER_NOTCH = 1.25
_PAN_PER_KEY = 0.12
_DRAG_PIXELS = 4
_HOVER_MS = 60
_DIRECTIONS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
_OWN_KEYS = {
    *_DIRECTIONS,
    *(Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0),
    *(Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Escape),
}


class Tool(StrEnum):
    """What dragging with the left button does."""

    LASSO = "lasso"
    PAN = "pan"


class MapPlot(MapCanvas):
    """Points to explore. The wheel zooms at the pointer, the right button always pans.

    With the keyboard: arrows go from point to point (with Shift they pan), + − 0 zoom, Enter
    chooses, Space plays, Escape clears the lasso.
    """

    pointed = Signal(int)  # the point under the pointer or reached by keys; -1 for none
    chosen = Signal(int)
    lassoed = Signal(object)  # NDArray[np.intp]: the points inside; empty: cleared
    play_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.LASSO
        self._pressed: QPointF | None = None
        self._panning = False
        self._hover_at = QPointF()
        self._hover = Debounced(self, _HOVER_MS, self._point_at)
        self.setMouseTracking(True)

    # Mouse

    def pan(self, across: float, down: float) -> None:
        """Moves the points by pixels."""
        view = self.view
        self.set_view(MapView(view.x - across / view.scale, view.y + down / view.scale, view.scale))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & (
                Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            )
            if plain and event.key() in _OWN_KEYS and self.count:
                event.accept()
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if notches:
            self.zoom(_ZOOM_PER_NOTCH**notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        left = event.button() is Qt.MouseButton.LeftButton
        self._panning = not left or self.tool is Tool.PAN
        self._lasso = []

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is None:
            self._hover_at = at
            self._hover.start()
        elif self._panning:
            self.pan(at.x() - self._pressed.x(), at.y() - self._pressed.y())
            self._pressed = at
            self._lasso = [at]  # not a click
        elif self._lasso or (at - self._pressed).manhattanLength() >= _DRAG_PIXELS:
            self._lasso = [*(self._lasso or [self._pressed]), at]
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, lasso = self._pressed, self._lasso
        self._pressed, self._lasso = None, []
        if pressed is None:
            return
        if len(lasso) > 2 and not self._panning:
            self.lassoed.emit(
                self.points.inside(QPolygonF(lasso), self.view, self.width(), self.height())
            )
        elif not lasso and event.button() is Qt.MouseButton.LeftButton:
            index = self.nearest(event.position())
            self.set_current(index)
            if index >= 0:
                self.chosen.emit(index)
            else:
                self.lassoed.emit(np.zeros(0, np.intp))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover.stop()
        if self._pressed is None and self._current >= 0:
            self.set_current(-1)
            self.pointed.emit(-1)
        super().leaveEvent(event)

    def _point_at(self) -> None:
        index = self.nearest(self._hover_at)
        if index != self._current:
            self.set_current(index)
            self.pointed.emit(index)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _DIRECTIONS:
            across, down = _DIRECTIONS[key]
            if shifted:
                reach = _PAN_PER_KEY * min(self.width(), self.height())
                self.pan(-across * reach, -down * reach)
            else:
                self._step(across, down)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_ZOOM_PER_NOTCH)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _ZOOM_PER_NOTCH)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.chosen.emit(self._current)
        elif key == Qt.Key.Key_Space and self._current >= 0:
            self.play_requested.emit(self._current)
        elif key == Qt.Key.Key_Escape and self._lasso:
            self._pressed, self._lasso = None, []
            self.update()
        elif key == Qt.Key.Key_Escape:
            self.lassoed.emit(np.zeros(0, np.intp))
        else:
            super().keyPressEvent(event)

    def _step(self, across: float, down: float) -> None:
        """To the nearest point on that side; the first step starts in the middle."""
        if not self.count:
            return
        columns, rows = self._view.to_pixels(self.points.xy, self.width(), self.height())
        if self._current >= 0:
            start = (columns[self._current], rows[self._current])
        else:
            start = (np.float32(self.width() / 2), np.float32(self.height() / 2))
        dx, dy = columns - start[0], rows - start[1]
        along = dx * np.float32(across) + dy * np.float32(down)
        aside = np.abs(dx * np.float32(down)) + np.abs(dy * np.float32(across))
        cost = np.where((along > 0.5) & (aside <= along), along + 2 * aside, np.inf)
        if self._current < 0:
            cost = np.square(dx) + np.square(dy)
        best = int(np.argmin(cost))
        if not np.isfinite(cost[best]):
            return
        self.set_current(best)
        place = self.place_of(best).toPoint()
        if not self.rect().contains(place):
            away = QPoint(self.width() // 2, self.height() // 2) - place
            self.pan(away.x(), away.y())
        self.pointed.emit(best)
