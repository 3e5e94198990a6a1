"""What runs through every track: events as bands, the selection, the cursor."""

import weakref
from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from yamnet_gui.core.events import EventList
from yamnet_gui.core.spans import Box, TimeSpan
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme, class_color

from .layer import Layer, argb, draw_pixels
from .plot_view import PlotArea

_MARK_PIXELS = 2
_DARK, _BRIGHT = QColor(0, 0, 0), QColor(255, 255, 255)
_GRIP = 2
"""Half the width of the squares at the corners of the selected event."""


def event_columns(events: EventList, timeline: Timeline, width: int) -> NDArray[np.bool_]:
    """Which of `width` pixel columns events touch; every event touches one at least."""
    view = timeline.view
    onsets, offsets = events.bounds.T
    visible = np.flatnonzero((onsets <= view.end_s) & (offsets >= view.start_s))
    per_second = width / view.duration_s
    first = np.floor((onsets[visible] - view.start_s) * per_second)
    last = np.ceil((offsets[visible] - view.start_s) * per_second)
    first = np.minimum(np.maximum(first, 0), width - 1).astype(np.int64)
    last = np.minimum(np.maximum(last, first + 1), width).astype(np.int64)
    opened = np.bincount(first, minlength=width + 1)
    closed = np.bincount(last, minlength=width + 1)
    return np.cumsum(opened[:width] - closed[:width]) > 0


class _MarkedColumns:
    """The columns that were asked for last: the tracks of a frame all ask for the same."""

    def __init__(self) -> None:
        self._events: Callable[[], EventList | None] = lambda: None
        self._place: tuple[TimeSpan, int] | None = None
        self._touched = np.zeros(0, bool)

    def of(self, events: EventList, timeline: Timeline, width: int) -> NDArray[np.bool_]:
        place = (timeline.view, width)
        if self._events() is not events or self._place != place:
            self._touched = event_columns(events, timeline, width)
            self._events, self._place = weakref.ref(events), place
        return self._touched


_marked_columns = _MarkedColumns()


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
        self.y_of: Callable[[float | None, float], float] | None = None
        """Pixels from the top of a frequency, where the track has an axis of them; without a
        frequency the second number is the part of the height."""
        self.theme = theme

    def redraw(self) -> None:
        self._marks = None
        super().redraw()

    def draw(self, painter: QPainter, scale: float) -> None:
        if self._marks is None or self._marks.shape[1] != self.width:
            events = self._document.shown.events
            touched = _marked_columns.of(events, self.timeline, self.width)
            mark = np.uint32(argb(self.theme.accent, 0.55))
            row = np.where(touched, mark, np.uint32(0))
            self._marks = np.repeat(row[None], _MARK_PIXELS, axis=0)
        draw_pixels(painter, self._marks, 1.0)
        for event_id in reversed(self._selection.ids[:50]):
            event = self._document.events.get(event_id)
            if event is not None:
                color = class_color(event.class_index, event.label)
                self._box(painter, event.box, color, 0.16, event_id == self._selection.current)
        selected = self.timeline.selection
        if selected is not None:
            low, high = self.timeline.band_hz or (None, None)
            box = Box(selected.start_s, selected.end_s, low, high)
            self._box(painter, box, QColor(self.theme.accent), 0.16, None)

    def _box(
        self, painter: QPainter, box: Box, color: QColor, alpha: float, grips: bool | None
    ) -> None:
        """A box as far as it is in sight; `grips`: the event whose edges can be dragged, and None
        for the selection, whose lines are unbroken."""
        left, right = self.x_of(box.start_s), self.x_of(box.end_s)
        if right < 0 or left > self.width:
            return
        top, bottom = 0.0, float(self.height)
        bounded = self.y_of is not None and box.band_hz != (None, None)
        if self.y_of is not None and bounded:
            top, bottom = self.y_of(box.high_hz, 0.0), self.y_of(box.low_hz, 1.0)
        left, right = max(left, -8.0), min(right, self.width + 8.0)  # pens count dashes from there
        top, bottom = max(top, -8.0), min(bottom, self.height + 8.0)
        if bottom < top:
            return
        fill = QColor(color)
        fill.setAlphaF(alpha)
        painter.fillRect(QRectF(left, top, max(right - left, 1), max(bottom - top, 1)), fill)
        x0, x1, y0, y1 = round(left), round(right), round(top), round(bottom)
        if grips is None:  # one of two lines stands out from whatever lies below
            _outline(painter, (x0 - 1, x1 + 1), (y0 - 1, y1 + 1), bounded, QPen(_DARK, 1))
            _outline(painter, (x0, x1), (y0, y1), bounded, QPen(_BRIGHT, 1))
            return
        dashed = Qt.PenStyle.SolidLine if bounded else Qt.PenStyle.DashLine
        _outline(painter, (x0, x1), (y0, y1), bounded, QPen(color, 1, dashed))
        if grips and bounded:
            for x, y in product((x0, x1), (y0, y1)):
                painter.fillRect(QRectF(x - _GRIP, y - _GRIP, 2 * _GRIP + 1, 2 * _GRIP + 1), color)


def _outline(
    painter: QPainter, xs: tuple[int, int], ys: tuple[int, int], bounded: bool, pen: QPen
) -> None:
    """Lines at the ends of a span, and at its frequencies where it is `bounded`."""
    painter.setPen(pen)
    for x in xs:
        painter.drawLine(x, ys[0], x, ys[1])
    for y in ys if bounded else ():
        painter.drawLine(xs[0], y, xs[1], y)


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
