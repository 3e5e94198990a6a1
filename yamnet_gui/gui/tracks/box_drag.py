"""Dragging the edges and corners of the selected event in a track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from yamnet_gui.core.events import Event
from yamnet_gui.core.spans import SHORTEST_EVENT_S, Box

if TYPE_CHECKING:
    from .track import Track

EDGE_PIXELS = 5
"""How near the pointer must be to an edge."""
_LEAST_PIXELS = 3
_NARROWEST_HZ = 1.0
_SHORTEST_DRAGGED_S = 0.01  # as finely as edges are found


@dataclass(frozen=True, slots=True)
class Limits:
    """The recording, and what is left at least where an edge is pulled over the other one."""

    duration_s: float
    nyquist_hz: float
    shortest_s: float
    narrowest_hz: float = 0.0


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

    def shortest_s(self, second_pixels: float) -> float:
        """What is left at least where an edge is pulled over the other one: what can be seen.

        An event that was shorter keeps its length. `second_pixels`: how many a second has.
        """
        seen = max(_SHORTEST_DRAGGED_S, _LEAST_PIXELS / second_pixels)
        return max(min(seen, self.event.duration_s), SHORTEST_EVENT_S)

    def moved(self, time_s: float, hertz: float, limits: Limits) -> Box:
        """The box with these edges at a time and a frequency, as far as they may go."""
        box = self.event.box
        start, end, low, high = box.start_s, box.end_s, box.low_hz, box.high_hz
        if self.onset:
            start = max(min(time_s, end - limits.shortest_s), 0.0)
        if self.offset:
            end = max(min(time_s, limits.duration_s), start + limits.shortest_s)
        if self.low:
            top = limits.nyquist_hz if high is None else high
            low = max(min(hertz, top - limits.narrowest_hz), 0.0)
        if self.high:
            high = max(min(hertz, limits.nyquist_hz), (low or 0.0) + limits.narrowest_hz)
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
        hertz = track.hertz_at(position.y()) or 0.0
        time_s = track.time_at(position.x())
        return edges.event.id, edges.moved(time_s, hertz, self._limits(edges))

    def end(self) -> Event | None:
        """Ends the drag; the event as it was before."""
        edges, self._edges = self._edges, None
        return edges.event if edges is not None else None

    def _limits(self, edges: Edges) -> Limits:
        track, event = self._track, edges.event
        nyquist = track.timeline.sample_rate_hz / 2
        shortest_s = edges.shortest_s(track.x_of(1.0) - track.x_of(0.0))
        low, high = event.low_hz or 0.0, nyquist if event.high_hz is None else event.high_hz
        # where the edge stands that stays, for no pixel of the axis has as many hertz as another
        stays = track.y_of(high, 0.0) if edges.low else track.y_of(low, 1.0)
        beside = track.hertz_at(stays + (_LEAST_PIXELS if edges.low else -_LEAST_PIXELS))
        seen = abs(beside - (high if edges.low else low)) if beside is not None else 0.0
        narrowest = max(min(seen, high - low), _NARROWEST_HZ)
        return Limits(track.timeline.duration_s, nyquist, shortest_s, narrowest)


def _near(at: float, first: float, last: float) -> tuple[bool, bool]:
    """Whether a pixel is near the first or the last edge; of a narrow box the nearer one."""
    to_first, to_last = abs(at - first), abs(at - last)
    if min(to_first, to_last) > EDGE_PIXELS:
        return False, False
    return to_first <= to_last, to_last < to_first
