"""Dragging the edges and corners of the selected event in a track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from yamnet_gui.core.events import Event
from yamnet_gui.core.spans import Box

if TYPE_CHECKING:
    from .track import Track

EDGE_PIXELS = 5
"""How near the pointer must be to an edge."""
_SHORTEST_S = 0.001
_NARROWEST_HZ = 1.0


@dataclass(frozen=True, slots=True)
class Edges:
    """Which edges of an event are dragged; two of them are a corner."""

    event: Event
    onset: bool = False
    offset: bool = False
    low: bool = False
    high: bool = False

    @property
    def shape(self) -> Qt.CursorShape:
        """What the pointer looks like on them."""
        if not (self.low or self.high):
            return Qt.CursorShape.SizeHorCursor
        if not (self.onset or self.offset):
            return Qt.CursorShape.SizeVerCursor
        falling = self.onset == self.high
        return Qt.CursorShape.SizeFDiagCursor if falling else Qt.CursorShape.SizeBDiagCursor

    def moved(self, time_s: float, hertz: float, duration_s: float, nyquist_hz: float) -> Box:
        """The box with these edges at a time and a frequency, inside the recording."""
        box = self.event.box
        start, end, low, high = box.start_s, box.end_s, box.low_hz, box.high_hz
        if self.onset:
            start = max(min(time_s, end - _SHORTEST_S), 0.0)
        if self.offset:
            end = max(min(time_s, duration_s), start + _SHORTEST_S)
        if self.low:
            top = nyquist_hz if high is None else high
            low = max(min(hertz, top - _NARROWEST_HZ), 0.0)
        if self.high:
            high = max(min(hertz, nyquist_hz), (low or 0.0) + _NARROWEST_HZ)
        return Box(start, end, low, high)


class BoxDrag:
    """Finds the edges of the selected event in a track, and the box while they are dragged.

    Only a track with a frequency axis has edges above and below.
    """

    def __init__(self, track: Track) -> None:
        self._track = track
        self._edges: Edges | None = None

    def area_of(self, event: Event) -> QRectF:
        """The box of an event in pixels of the plotting area; it may reach outside."""
        track = self._track
        left, right = track.x_of(event.onset_s), track.x_of(event.offset_s)
        top, bottom = track.y_of(event.high_hz, 0.0), track.y_of(event.low_hz, 1.0)
        return QRectF(left, top, right - left, bottom - top)

    def edges_at(self, position: QPointF) -> Edges | None:
        """The edges of the selected event under a position; None where there are none."""
        event = self._track.selection.current_in(self._track.document.events)
        if event is None or self._track.timeline.duration_s <= 0:
            return None
        area, x, y = self.area_of(event), position.x(), position.y()
        if not area.adjusted(-EDGE_PIXELS, -EDGE_PIXELS, EDGE_PIXELS, EDGE_PIXELS).contains(x, y):
            return None
        onset, offset = _near(x, area.left(), area.right())
        high = low = False
        if self._track.hertz_at(y) is not None:
            high, low = _near(y, area.top(), area.bottom())
        return Edges(event, onset, offset, low, high) if onset or offset or low or high else None

    def press(self, position: QPointF) -> bool:
        """Begins to drag where an edge is."""
        self._edges = self.edges_at(position)
        return self._edges is not None

    def moved(self, position: QPointF) -> tuple[str, Box] | None:
        """The dragged event and its box with the edges at a position."""
        edges, track = self._edges, self._track
        if edges is None:
            return None
        nyquist = track.timeline.sample_rate_hz / 2
        hertz = track.hertz_at(position.y()) or 0.0
        time_s = track.time_at(position.x())
        return edges.event.id, edges.moved(time_s, hertz, track.timeline.duration_s, nyquist)

    def end(self) -> None:
        self._edges = None


def _near(at: float, first: float, last: float) -> tuple[bool, bool]:
    """Whether a pixel is near the first or the last edge; of a narrow box the nearer one."""
    to_first, to_last = abs(at - first), abs(at - last)
    if min(to_first, to_last) > EDGE_PIXELS:
        return False, False
    return to_first <= to_last, to_last < to_first
