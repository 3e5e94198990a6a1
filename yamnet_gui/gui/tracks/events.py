"""Events as labelled bars in lanes."""

import heapq
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QWheelEvent

from yamnet_gui.core.events import Event, EventList, ReviewState
from yamnet_gui.gui.state.grouping import Grouping
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme, class_color, state_mark
from yamnet_gui.gui.times import length

from .box_drag import EDGE_PIXELS, Edges
from .layer import Layer, argb, image_of
from .plot_view import PlotArea
from .track import Track

MOST_LANES = 16
_LABEL_PIXELS = 26
_LABEL_MARGIN = 8
_STRUCK_PIXELS = 8
_STRENGTH = {
    ReviewState.UNREVIEWED: 0.75,
    ReviewState.ACCEPTED: 1.0,
    ReviewState.UNCERTAIN: 0.6,
    ReviewState.REJECTED: 0.25,
}


@dataclass(frozen=True)
class Lanes:
    """Events in arrays for drawing: row i of each belongs to `events[i]`, sorted by onset."""

    events: tuple[Event, ...]
    onsets: NDArray[np.float64]
    offsets: NDArray[np.float64]
    lanes: NDArray[np.int32]
    colors: NDArray[np.uint32]
    struck: NDArray[np.bool_]
    count: int

    @classmethod
    def of(cls, events: EventList) -> "Lanes":
        """Puts each event in the first lane that is free at its onset."""
        bounds = events.bounds
        colors: list[int] = []
        painted: dict[tuple[int | None, str, ReviewState], int] = {}
        for event in events:
            key = (event.class_index, event.label, event.state)
            color = painted.get(key)
            if color is None:
                name = class_color(event.class_index, event.label).name()
                color = painted[key] = argb(name, _STRENGTH[event.state])
            colors.append(color)
        free: list[int] = []
        busy: list[tuple[float, int]] = []
        lanes: list[int] = []
        used = 0
        for onset, offset in bounds.tolist():
            while busy and busy[0][0] <= onset:
                heapq.heappush(free, heapq.heappop(busy)[1])
            if free:
                lane = heapq.heappop(free)
            else:
                lane, used = used, used + 1
            lanes.append(lane)
            heapq.heappush(busy, (offset, lane))
        count = min(max(used, 1), MOST_LANES)
        onsets, offsets = np.ascontiguousarray(bounds.T)
        place = np.minimum(np.array(lanes, np.int32), count - 1)
        rejected = [event.state is ReviewState.REJECTED for event in events]
        return cls(
            events.events,
            onsets,
            offsets,
            place,
            np.array(colors, np.uint32),
            np.array(rejected, bool),
            count,
        )


@dataclass(frozen=True, slots=True)
class _Style:
    """How the bars of a class in a state look."""

    line: QColor
    fill: QColor
    ink: QColor
    text: str

    @classmethod
    def of(cls, event: Event, theme: Theme) -> "_Style":
        line = class_color(event.class_index, event.label)
        fill = QColor(line)
        fill.setAlphaF(_STRENGTH[event.state])
        mark = "" if event.state is ReviewState.UNREVIEWED else f"{state_mark(event.state)} "
        return cls(line, fill, _ink_on(fill, QColor(theme.base)), mark + event.label)


def _ink_on(fill: QColor, base: QColor) -> QColor:
    """Black or white, whichever reads better on a colour laid over the background.

    On every colour one of them has a contrast of at least 4.5 (WCAG 2.1, relative luminance).
    """
    strength = fill.alphaF()
    pairs = (
        (fill.redF(), base.redF()),
        (fill.greenF(), base.greenF()),
        (fill.blueF(), base.blueF()),
    )
    red, green, blue = (_linear(strength * c + (1 - strength) * b) for c, b in pairs)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor("#000000" if luminance > 0.179 else "#ffffff")


def _linear(part: float) -> float:
    """Light of a part of a colour in sRGB."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


class EventsLayer(Layer):
    """Bars with the label of the class and a sign for the state of review."""

    def __init__(
        self,
        area: PlotArea,
        timeline: Timeline,
        selection: EventSelection,
        theme: Theme,
        grouping: Grouping,
    ) -> None:
        super().__init__(area, timeline, z=5)
        self._grouping = grouping
        self._selection = selection
        self._lanes = Lanes.of(grouping.shown)
        self._dragged: str | None = None
        self.theme = theme
        self.scrolled = 0.0

    def arrange(self) -> None:
        """Arranges the shown events in lanes again."""
        if self._dragged is None or not self._follow_dragged(self._dragged):
            self._lanes = Lanes.of(self._grouping.shown)
        self.scroll_by(0.0)

    def lane_top(self, lane: int) -> float:
        return lane * self.lane_height - self.scrolled

    def freeze(self, event_id: str | None) -> None:
        """Leaves every bar in its lane while the edges of this event are dragged; None: no more."""
        frozen = self._dragged is not None
        self._dragged = None if event_id is None else self._grouping.shown_id(event_id)
        if frozen and event_id is None:
            self.arrange()

    def _follow_dragged(self, event_id: str) -> bool:
        """Moves one bar within its lane; False where more has changed."""
        lanes = self._lanes
        event = self._grouping.shown.get(event_id)
        at = next((i for i, e in enumerate(lanes.events) if e.id == event_id), None)
        if event is None or at is None or len(self._grouping.shown) != len(lanes.events):
            return False
        onsets, offsets = lanes.onsets.copy(), lanes.offsets.copy()
        onsets[at], offsets[at] = event.onset_s, event.offset_s
        events = (*lanes.events[:at], event, *lanes.events[at + 1 :])
        self._lanes = replace(lanes, events=events, onsets=onsets, offsets=offsets)
        return True

    @property
    def lane_height(self) -> float:
        """Pixels of a lane: as many as there is room for, but enough to read a label."""
        return min(max(self.height / self._lanes.count, 15.0), 22.0)

    def scroll_by(self, pixels: float) -> None:
        """Shows other lanes where they do not fit all."""
        most = max(self._lanes.count * self.lane_height - self.height, 0.0)
        self.scrolled = min(max(self.scrolled + pixels, 0.0), most)
        self.redraw()

    def draw(self, painter: QPainter, scale: float) -> None:
        lanes = self._lanes
        if not lanes.events:
            if self.timeline.duration_s > 0:
                self.draw_message(painter, "no events", self.theme.dim_text)
            return
        view = self.timeline.view
        width = self.width
        per_second = width / view.duration_s
        visible = np.flatnonzero((lanes.onsets <= view.end_s) & (lanes.offsets >= view.start_s))
        left = (lanes.onsets[visible] - view.start_s) * per_second
        right = (lanes.offsets[visible] - view.start_s) * per_second
        room = np.minimum(right, width) - np.maximum(left, 0)
        narrow = room < _LABEL_PIXELS + _LABEL_MARGIN
        narrow &= ~(lanes.struck[visible] & (right - left >= _STRUCK_PIXELS))
        self._draw_narrow(painter, visible[narrow], left[narrow], right[narrow], scale)
        font = painter.font()
        font.setPixelSize(max(8, min(13, int(self.lane_height) - 4)))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        selected = set(map(self._grouping.shown_id, self._selection.ids))
        styles: dict[tuple[int | None, str, ReviewState], _Style] = {}
        tall = self.lane_height
        for i, x0, x1 in zip(
            visible[~narrow].tolist(), left[~narrow].tolist(), right[~narrow].tolist(), strict=True
        ):
            event = lanes.events[i]
            key = (event.class_index, event.label, event.state)
            if key not in styles:
                styles[key] = _Style.of(event, self.theme)
            area = QRectF(
                max(x0, -4),
                int(lanes.lanes[i]) * tall - self.scrolled + 1,
                min(x1, width + 4) - max(x0, -4),
                max(2.0, tall - 2),
            )
            self._draw_bar(painter, metrics, event, area, styles[key])
            if event.id in selected:
                self._frame(painter, i, x0, x1 - x0)
        if selected:
            which = visible[narrow]
            chosen = np.array([lanes.events[i].id in selected for i in which.tolist()], bool)
            self._frame_narrow(painter, which[chosen], left[narrow][chosen], right[narrow][chosen])
        self._draw_scroll(painter)

    def _draw_narrow(
        self,
        painter: QPainter,
        which: NDArray[np.int64],
        left: NDArray[np.float64],
        right: NDArray[np.float64],
        scale: float,
    ) -> None:
        """Paints all bars without room for a label at once: there may be thousands."""
        if not len(which):
            return
        lanes = self._lanes
        columns = max(1, round(self.width * scale))
        image = np.zeros((lanes.count, columns), np.uint32)
        first = np.clip(np.floor(left * scale), 0, columns - 1).astype(np.int64)
        last = np.clip(np.ceil(right * scale), first + 1, columns).astype(np.int64)
        lengths = last - first
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1]) + np.repeat(first - (ends - lengths), lengths)
        image[np.repeat(lanes.lanes[which], lengths), at] = np.repeat(lanes.colors[which], lengths)
        height = max(2, int(self.lane_height) - 2)
        picture = image_of(image, 1.0)
        for lane in np.unique(lanes.lanes[which]).tolist():
            target = QRectF(0, self.lane_top(lane) + 1, self.width, height)
            painter.drawImage(target, picture, QRectF(0, lane, columns, 1))

    def _draw_scroll(self, painter: QPainter) -> None:
        """A thin mark at the right where lanes lie outside."""
        whole = self._lanes.count * self.lane_height
        if whole <= self.height:
            return
        color = QColor(self.theme.dim_text)
        color.setAlphaF(0.6)
        top = self.scrolled / whole * self.height
        tall = self.height / whole * self.height
        painter.fillRect(QRectF(self.width - 4, top, 3, tall), color)

    def _draw_bar(
        self,
        painter: QPainter,
        metrics: QFontMetricsF,
        event: Event,
        area: QRectF,
        style: "_Style",
    ) -> None:
        painter.fillRect(area, style.fill)
        if event.state is ReviewState.REJECTED:
            painter.setPen(QPen(style.line, 1))
            middle = area.center().y()
            painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
        start = max(area.left(), 0.0)
        room = min(area.right(), self.width) - start - _LABEL_MARGIN
        if room >= _LABEL_PIXELS and area.height() >= 9:
            text = metrics.elidedText(style.text, Qt.TextElideMode.ElideRight, room)
            painter.setPen(style.ink)
            inside = QRectF(start + 4, area.top(), room + 2, area.height())
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, text)

    def _frame(self, painter: QPainter, i: int, x0: float, wide: float) -> None:
        top, height = self.lane_top(int(self._lanes.lanes[i])) + 1, max(2.0, self.lane_height - 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.text), 1))
        painter.drawRect(QRectF(x0 - 1, top - 1, wide + 1, height + 1))

    def _frame_narrow(
        self,
        painter: QPainter,
        which: NDArray[np.int64],
        left: NDArray[np.float64],
        right: NDArray[np.float64],
    ) -> None:
        """Frames of bars without room for a label: all may be selected, so that of those that
        begin at the same pixel, and of lanes in sight, only one is framed."""
        if not len(which):
            return
        tall = self.lane_height
        tops = self._lanes.lanes[which] * tall - self.scrolled
        places = np.stack([tops, np.floor(left)])
        _, first = np.unique(places, axis=1, return_index=True)
        first = first[(tops[first] > -tall) & (tops[first] < self.height)]
        wide = np.maximum(right - left, 3)
        frames = [
            QRectF(x0 - 1, top, x1 + 1, max(2.0, tall - 2) + 1)
            for x0, top, x1 in zip(
                left[first].tolist(), tops[first].tolist(), wide[first].tolist(), strict=True
            )
        ]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.text), 1))
        painter.drawRects(frames)

    def hit(self, position: QPointF) -> Event | None:
        """The event under a position; short ones within three pixels."""
        lane = int((position.y() + self.scrolled) / self.lane_height)
        time_s = self.time_at(position.x())
        near = 3 * self.timeline.view.duration_s / self.width
        lanes = self._lanes
        hits = np.flatnonzero(
            (lanes.lanes == lane)
            & (lanes.onsets - near <= time_s)
            & (lanes.offsets + near > time_s)
        )
        if not len(hits):
            return None
        middle = (lanes.onsets[hits] + lanes.offsets[hits]) / 2
        return lanes.events[int(hits[np.argmin(np.abs(middle - time_s))])]


class EventsTrack(Track):
    """Bars that can be clicked, opened, and whose edges can be dragged."""

    clears_events = True
    clicks_edges = True

    def __init__(self, grouping: Grouping, *arguments: object) -> None:
        super().__init__("Events", *arguments, bands=False)  # type: ignore[arg-type, misc]
        self._layer = EventsLayer(self.area, self.timeline, self.selection, self.theme, grouping)
        self._grouping = grouping
        self._edge: Edges | None = None
        grouping.changed.connect(self._layer.arrange)
        self.selection.changed.connect(self._layer.redraw)

    def set_theme(self, theme: Theme) -> None:
        if hasattr(self, "_layer"):
            self._layer.theme = theme
        super().set_theme(theme)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            delta = event.angleDelta()
            self._layer.scroll_by(-(delta.y() or delta.x()) / 4)
            event.accept()
        else:
            super().wheelEvent(event)

    def event_at(self, position: QPointF) -> str:
        event = self._layer.hit(position)
        return self._grouping.members(event.id)[0] if event else ""

    def press(self, position: QPointF) -> bool:
        self._edge = self._edge_at(position)
        return self._edge is not None

    def drag(self, position: QPointF) -> None:
        self._move(position, ended=False)

    def drop(self, position: QPointF) -> None:
        self._move(position, ended=True)
        self._edge = None

    def hover_shape(self, position: QPointF) -> Qt.CursorShape:
        if self._edge_at(position):
            return Qt.CursorShape.SizeHorCursor
        return Qt.CursorShape.ArrowCursor

    def hover_text(self, position: QPointF) -> str:
        event = self._layer.hit(position)
        if event is None:
            return ""
        score = "" if event.score_max is None else f" · score {event.score_max:.2f}"
        return (
            f"{event.label}\n{self.timeline.span_text(event.onset_s, event.offset_s)} "
            f"({length(event.duration_s)}){score} · {event.state}"
        )

    def freeze(self, event_id: str | None) -> None:
        """Leaves every bar in its lane while this event is dragged in any track; None: no more."""
        self._layer.freeze(event_id)

    def _edge_at(self, position: QPointF) -> Edges | None:
        """The edge of a selected event under a position."""
        event = self._layer.hit(position)
        if event is None or event.id not in self.selection.ids:
            return None
        onset, offset = self.x_of(event.onset_s), self.x_of(event.offset_s)
        if abs(position.x() - onset) <= EDGE_PIXELS:
            return Edges(event, onset=True)
        near = abs(position.x() - offset) <= EDGE_PIXELS
        return Edges(event, offset=True) if near else None

    def _move(self, position: QPointF, ended: bool) -> None:
        if self._edge is not None:
            timeline = self.timeline
            half_rate = timeline.sample_rate_hz / 2
            time_s = self.time_at(position.x())
            box = self._edge.moved(time_s, 0.0, timeline.duration_s, half_rate)
            self.box_moved.emit(self._edge.event.id, box, ended)
