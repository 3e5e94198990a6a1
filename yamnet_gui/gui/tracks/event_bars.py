"""Draws events as labelled bars in lanes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.text import counted, grouped, listed
from yamnet_gui.gui.state.grouping import Grouping
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme
from yamnet_gui.gui.widgets.fonts import text_scale

from .bar_style import BarStyle
from .event_density import Density, dense_blocks
from .event_lanes import Lanes
from .layer import Layer, draw_codes, image_of, tint
from .plot_view import PlotArea

_LABEL_PIXELS = 26
_LABEL_MARGIN = 8
_STRUCK_PIXELS = 8


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
        self._rows: tuple[int, ...] | None = None
        self._lanes = Lanes.of(grouping.shown)
        self._density = Density()
        self._dragged: str | None = None
        self._styles: dict[tuple[object, ...], BarStyle] = {}
        self._styled_font = ""
        self._selected: tuple[tuple[Lanes, tuple[str, ...]], NDArray[np.bool_]] | None = None
        self.theme = theme
        self.scrolled = 0.0
        self.loading = False

    @property
    def lanes(self) -> Lanes:
        """The events as they are drawn."""
        return self._lanes

    def set_rows(self, rows: Sequence[int] | None) -> None:
        """A row for each of these classes; None for as few lanes as possible."""
        chosen = None if rows is None else tuple(rows)
        if chosen != self._rows:
            self._rows = chosen
            self.arrange()

    def arrange(self) -> None:
        """Arranges the shown events in lanes again."""
        if self._dragged is None or not self._follow_dragged(self._dragged):
            self._lanes = Lanes.of(self._grouping.shown, self._rows)
        self._styles = {}  # colours of classes may be other ones
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
        scale = text_scale()
        return min(max(self.height / self._lanes.count, 15.0 * scale), 22.0 * scale)

    def scroll_by(self, pixels: float) -> None:
        """Shows other lanes where they do not fit all."""
        most = max(self._lanes.count * self.lane_height - self.height, 0.0)
        self.scrolled = min(max(self.scrolled + pixels, 0.0), most)
        self.redraw()

    def draw(self, painter: QPainter, scale: float) -> None:
        lanes = self._lanes
        if not lanes.events:
            if self.timeline.duration_s > 0:
                text = "loading events…" if self.loading else "no events"
                self.draw_message(painter, text, self.theme.dim_text)
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
        dense = np.zeros(len(visible), bool)
        by_class = bool(lanes.rows)
        where = lanes.lanes[visible[narrow]] if by_class else np.zeros(narrow.sum(), np.int32)
        dense[narrow] = dense_blocks(left[narrow], where, width)
        self._density = Density.of(lanes, visible[dense], left[dense], right[dense], width)
        plain = narrow & ~dense
        self._draw_narrow(painter, visible[plain], left[plain], right[plain], scale)
        self._draw_density(painter)
        font = painter.font()
        font.setPixelSize(max(8, min(round(13 * text_scale()), int(self.lane_height) - 4)))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        selected = self._selected_bars()
        if self._styled_font != font.key():
            self._styles, self._styled_font = {}, font.key()
        styles, tall = self._styles, self.lane_height
        for i, x0, x1 in zip(
            visible[~narrow].tolist(), left[~narrow].tolist(), right[~narrow].tolist(), strict=True
        ):
            event = lanes.events[i]
            key = (event.class_index, event.label, event.state, event.channel)
            if key not in styles:
                styles[key] = BarStyle.of(event, self.theme, metrics)
            area = QRectF(
                max(x0, -4),
                int(lanes.lanes[i]) * tall - self.scrolled + 1,
                min(x1, width + 4) - max(x0, -4),
                max(2.0, tall - 2),
            )
            self._draw_bar(painter, metrics, event, area, styles[key])
            if selected[i]:
                self._frame(painter, i, x0, x1 - x0)
        framed = narrow & selected[visible]
        self._frame_narrow(painter, visible[framed], left[framed], right[framed])
        self._draw_scroll(painter)

    def _selected_bars(self) -> NDArray[np.bool_]:
        """Which of the bars are selected; bool (bars,). Asked for with every frame."""
        source = (self._lanes, self._selection.ids)
        if self._selected is None or any(
            a is not b for a, b in zip(source, self._selected[0], strict=True)
        ):
            ids = set(map(self._grouping.shown_id, self._selection.ids))
            chosen = np.zeros(len(self._lanes.events), bool)
            if ids:
                chosen[:] = [event.id in ids for event in self._lanes.events]
            self._selected = source, chosen
        return self._selected[1]

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

    def _draw_density(self, painter: QPainter) -> None:
        """Where there are more bars than pixels: how many, by class."""
        if not self._density.labels:
            return
        if self._lanes.rows:
            height = max(2, int(self.lane_height) - 2)
            picture = image_of(self._density.rows(), 1.0)
            for lane in range(self._lanes.count):
                target = QRectF(0, self.lane_top(lane) + 1, self.width, height)
                painter.drawImage(target, picture, QRectF(0, lane, picture.width(), 1))
        else:
            stacks = self._density.stacks(self.height)
            draw_codes(painter, stacks, (*self._density.colors, 0), 1.0)

    def dense_text(self, position: QPointF) -> str:
        """What lies under a position where bars are drawn as a density; "" elsewhere."""
        lane = int((position.y() + self.scrolled) / self.lane_height)
        counts = self._density.at(position.x(), lane if self._lanes.rows else None)
        if not counts:
            return ""
        total = sum(counts.values())
        names = [f"{label} {grouped(n)}" for label, n in list(counts.items())[:6]]
        more = f" and {grouped(len(counts) - 6)} more" if len(counts) > 6 else ""
        return f"{counted(total, 'event')} here: {listed(names)}{more}. Zoom in to see them."

    def _draw_scroll(self, painter: QPainter) -> None:
        """A thin mark at the right where lanes lie outside."""
        whole = self._lanes.count * self.lane_height
        if whole <= self.height:
            return
        color = QColor(self.theme.dim_text)
        color.setAlphaF(0.6)
        top = self.scrolled / whole * self.height
        tall = self.height / whole * self.height
        tint(painter, QRectF(self.width - 4, top, 3, tall), color)

    def _draw_bar(
        self,
        painter: QPainter,
        metrics: QFontMetricsF,
        event: Event,
        area: QRectF,
        style: "BarStyle",
    ) -> None:
        painter.fillRect(area, style.fill)
        if event.state is ReviewState.REJECTED:
            painter.setPen(QPen(style.line, 1))
            middle = area.center().y()
            painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
        start = max(area.left(), 0.0)
        room = min(area.right(), self.width) - start - _LABEL_MARGIN
        if room >= _LABEL_PIXELS and area.height() >= 9:
            text = style.fitting(room, metrics)
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
        """Frames of bars without room for a label: all may be selected, so that those that touch
        share one."""
        if not len(which):
            return
        tall = self.lane_height
        lanes, starts, ends = _joined(
            self._lanes.lanes[which], left, np.maximum(right, left + 3), self.width
        )
        frames = [
            QRectF(x0 - 1, lane * tall - self.scrolled, x1 - x0 + 1, max(2.0, tall - 2) + 1)
            for lane, x0, x1 in zip(lanes.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.text), 1))
        painter.drawRects(frames)

    def hit(self, position: QPointF) -> Event | None:
        """The event under a position; short ones within three pixels."""
        if self.dense_text(position):
            return None  # no bar of them can be told from its neighbours
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


def _joined(
    lanes: NDArray[np.int32], left: NDArray[np.float64], right: NDArray[np.float64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Lanes, left and right edges of frames around bars; those that touch in a lane share one.

    All edges in pixels; what is out of sight is cut off.
    """
    reach = width + 16.0  # of a lane, where all of them follow each other on one line
    starts = lanes * reach + np.clip(left, -4, width + 4)
    ends = lanes * reach + np.clip(right, -4, width + 4)
    order = np.argsort(starts)
    starts, latest = starts[order], np.maximum.accumulate(ends[order])
    first = np.append(True, starts[1:] > latest[:-1] + 1)
    last = np.append(np.flatnonzero(first)[1:] - 1, len(starts) - 1)
    where = lanes[order][first].astype(np.int64)
    return where, starts[first] - where * reach, latest[last] - where * reach
