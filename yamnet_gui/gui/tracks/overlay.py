"""What runs through every track: events as bands, the selection, the cursor."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from yamnet_gui.core.events import Event, EventList
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme, class_color

from .layer import Layer, argb, draw_pixels
from .plot_view import PlotArea

_MARK_PIXELS = 2


def event_columns(events: EventList, timeline: Timeline, width: int) -> NDArray[np.bool_]:
    """Which of `width` pixel columns events touch; every event touches one at least."""
    view = timeline.view
    onsets, offsets = events.bounds.T
    visible = (onsets <= view.end_s) & (offsets >= view.start_s)
    per_second = width / view.duration_s
    first = np.floor((onsets[visible] - view.start_s) * per_second)
    last = np.ceil((offsets[visible] - view.start_s) * per_second)
    first = np.clip(first, 0, width - 1).astype(np.int64)
    last = np.clip(last, first + 1, width).astype(np.int64)
    opened = np.bincount(first, minlength=width + 1)
    closed = np.bincount(last, minlength=width + 1)
    return np.cumsum(opened[:width] - closed[:width]) > 0


class BandsLayer(Layer):
    """Events and the selection as bands behind or over a track's own drawing."""

    def __init__(
        self,
        area: PlotArea,
        timeline: Timeline,
        document: Document,
        selection: EventSelection,
        theme: Theme,
    ) -> None:
        super().__init__(area, timeline, z=20, cached=False)
        self._document = document
        self._selection = selection
        self._marks: NDArray[np.uint32] | None = None
        self.height_of: Callable[[float], float] | None = None
        """Height (0 to 1 from the bottom) of a frequency, where the track has an axis of them."""
        self.theme = theme

    def redraw(self) -> None:
        self._marks = None
        super().redraw()

    def draw(self, painter: QPainter, scale: float) -> None:
        height = self.height
        if self._marks is None or self._marks.shape[1] != self.width:
            touched = event_columns(self._document.events, self.timeline, self.width)
            color = np.uint32(argb(self.theme.accent, 0.55))
            row = np.where(touched, color, np.uint32(0))
            self._marks = np.repeat(row[None], _MARK_PIXELS, axis=0)
        draw_pixels(painter, self._marks, 1.0)
        for event_id in self._selection.ids[:50]:
            event = self._document.events.get(event_id)
            if event is not None:
                self._band(painter, event.onset_s, event.offset_s, height, event)
        selected = self.timeline.selection
        if selected is not None:
            fill = QColor(self.theme.accent)
            fill.setAlphaF(0.22)
            left, right = self.x_of(selected.start_s), self.x_of(selected.end_s)
            painter.fillRect(QRectF(left, 0, max(right - left, 1), height), fill)
            painter.setPen(QPen(QColor(self.theme.accent), 1))
            for x in (left, right):
                painter.drawLine(round(x), 0, round(x), height)

    def _band(
        self, painter: QPainter, start_s: float, end_s: float, height: int, event: Event
    ) -> None:
        left, right = self.x_of(start_s), self.x_of(end_s)
        if right < 0 or left > self.width:
            return
        color = class_color(event.class_index, event.label)
        fill = QColor(color)
        fill.setAlphaF(0.16)
        painter.fillRect(QRectF(left, 0, max(right - left, 1), height), fill)
        painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
        for x in (left, right):
            painter.drawLine(round(x), 0, round(x), height)
        if self.height_of is not None:
            for hertz in (event.low_hz, event.high_hz):
                if hertz is not None:
                    y = round(height * (1 - self.height_of(hertz)))
                    painter.drawLine(round(left), y, round(right), y)


class CursorLayer(Layer):
    """The cursor: a narrow item that moves, so that playing repaints only its own columns."""

    _HALF = 2

    def __init__(self, area: PlotArea, timeline: Timeline, theme: Theme) -> None:
        super().__init__(area, timeline, z=30, cached=False)
        self.theme = theme
        self.follow()

    def boundingRect(self) -> QRectF:
        return QRectF(-self._HALF, 0, 2 * self._HALF, self.height)

    def follow(self) -> None:
        """Moves to the timeline's cursor."""
        x = self.x_of(self.timeline.cursor_s)
        inside = self.timeline.duration_s > 0 and -1 <= x <= self.width
        self.setVisible(inside)
        if inside:
            self.setPos(min(round(x), self.width - 1), 0)

    def draw(self, painter: QPainter, scale: float) -> None:
        painter.setPen(QPen(QColor(self.theme.cursor), 1))
        painter.drawLine(0, 0, 0, self.height)
