"""What runs through every track: events as bands, the selection, the cursor."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from yamnet_gui.core.events import Event, EventList
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme, class_color

from .layer import Layer, runs


def column_runs(events: EventList, timeline: Timeline, width: int) -> list[tuple[int, int]]:
    """Pixel columns [first, last) that events touch; one column at least for each event."""
    view = timeline.view
    bounds = events.bounds
    bounds = bounds[(bounds[:, 0] <= view.end_s) & (bounds[:, 1] >= view.start_s)]
    if not len(bounds):
        return []
    edges = (bounds - view.start_s) / view.duration_s * width
    first = np.clip(np.floor(edges[:, 0]), 0, width - 1).astype(int)
    last = np.clip(np.ceil(edges[:, 1]), first + 1, width).astype(int)
    steps = np.zeros(width + 1, np.int32)
    np.add.at(steps, first, 1)
    np.subtract.at(steps, last, 1)
    return list(runs(np.cumsum(steps[:width]) > 0))


class BandsLayer(Layer):
    """Events and the selection as bands behind or over a track's own drawing."""

    def __init__(
        self,
        area: pg.ViewBox,
        timeline: Timeline,
        document: Document,
        selection: EventSelection,
        theme: Theme,
    ) -> None:
        super().__init__(area, timeline, z=20)
        self._document = document
        self._selection = selection
        self.theme = theme

    def draw(self, painter: QPainter, scale: float) -> None:
        height = self.height
        mark = QColor(self.theme.accent)
        mark.setAlphaF(0.55)
        for first, last in column_runs(self._document.events, self.timeline, self.width):
            painter.fillRect(QRectF(first, 0, last - first, 2), mark)
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


class CursorLayer(Layer):
    """The cursor: a narrow item that moves, so that playing repaints only its own columns."""

    _HALF = 2

    def __init__(self, area: pg.ViewBox, timeline: Timeline, theme: Theme) -> None:
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
