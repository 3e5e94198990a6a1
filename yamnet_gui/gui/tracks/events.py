"""The track of events: bars that can be clicked, opened and dragged at their edges."""

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QWheelEvent

from yamnet_gui.core.channels import channel_name
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.grouping import Grouping
from yamnet_gui.gui.theme import Theme, class_color
from yamnet_gui.gui.times import length

from .box_drag import EDGE_PIXELS, Edges, Limits
from .event_bars import EventsLayer
from .track import Track

_NAMED_EVERY_MS = 150


class EventsTrack(Track):
    """Bars that can be clicked, opened, and whose edges can be dragged."""

    clears_events = True
    clicks_edges = True

    def __init__(
        self,
        grouping: Grouping,
        classes: ClassView,
        class_map: ClassMapState,
        *arguments: object,
    ) -> None:
        super().__init__("Events", *arguments, bands=False)  # type: ignore[arg-type, misc]
        self._classes = classes
        self._class_map = class_map
        self._by_class = False
        self._layer = EventsLayer(self.area, self.timeline, self.selection, self.theme, grouping)
        self._grouping = grouping
        self._edge: Edges | None = None
        grouping.changed.connect(self._on_events)
        self.document.loading_changed.connect(self._on_loading)
        classes.shown_changed.connect(self._on_shown)
        self.area.resized.connect(self._name_rows)
        # names that change with every step of the view could not be read
        self._naming = Debounced(self, _NAMED_EVERY_MS, self._name_rows)
        self.timeline.view_changed.connect(self._naming.start_once)
        self.selection.changed.connect(self._layer.redraw)

    def set_theme(self, theme: Theme) -> None:
        if hasattr(self, "_layer"):
            self._layer.theme = theme
        super().set_theme(theme)
        if hasattr(self, "_layer"):
            self._on_events()  # bars keep their colours

    def show_by_class(self, on: bool) -> None:
        """One row for each shown class, or as few rows as possible with a legend of colours."""
        self._by_class = on
        self._on_shown()

    @Slot()
    def _on_shown(self) -> None:
        self._layer.set_rows(self._classes.shown if self._by_class else None)
        self._name_rows()

    @Slot()
    def _on_loading(self) -> None:
        self._layer.loading = self.document.loading_events
        self._layer.redraw()

    @Slot()
    def _on_events(self) -> None:
        self.document.turns.do(self._show_events, len(self.document.events))

    def _show_events(self) -> None:
        self._layer.arrange()
        self._name_rows()

    @Slot()
    def _name_rows(self, *_view: object) -> None:
        """Beside the bars: the class of each row, or what the colours mean that are in view."""
        lanes, tall = self._layer.lanes, max(self.area.height(), 1)
        if lanes.rows:
            rows: list[tuple[float, str, QColor]] = []
            high = self._layer.lane_height
            for lane, row in enumerate(lanes.rows[: lanes.count]):
                if isinstance(row, int):
                    name, color = self._class_map.value[row].name, class_color(row)
                else:
                    name = row or "other classes"
                    color = class_color(None, row) if row else QColor(self.theme.dim_text)
                middle = self._layer.lane_top(lane) + high / 2
                rows.append((1 - middle / tall, name, color))
            self.axis.name_rows(rows)
            return
        fitting = self.axis.lines_of_key(tall, QFontMetricsF(self.font()).height())
        shown = lanes.legend(self.timeline.view, fitting)
        self.axis.explain_colors([(e.label, class_color(e.class_index, e.label)) for e in shown])

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            delta = event.angleDelta()
            self._layer.scroll_by(-(delta.y() or delta.x()) / 4)
            self._name_rows()
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

    def cancel_drag(self) -> None:
        edge, self._edge = self._edge, None
        self._put_back(edge.event if edge is not None else None)

    def hover_shape(self, position: QPointF) -> Qt.CursorShape:
        if self._edge_at(position):
            return Qt.CursorShape.SizeHorCursor
        return Qt.CursorShape.ArrowCursor

    def hover_text(self, position: QPointF) -> str:
        event = self._layer.hit(position)
        if event is None:
            return self._layer.dense_text(position)
        score = "no score" if event.score_max is None else f"score {event.score_max:.2f}"
        channel = "" if event.channel is None else f" · {channel_name(event.channel).lower()}"
        return (
            f"{event.label}\n{self.timeline.span_text(event.onset_s, event.offset_s)} "
            f"({length(event.duration_s)}) · {score} · {event.state}{channel}"
        )

    def freeze(self, event_id: str | None) -> None:
        """Leaves every bar in its lane while this event is dragged in any track; None: no more."""
        self._layer.freeze(event_id)
        self._name_rows()

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
            shortest_s = self._edge.shortest_s(self.x_of(1.0) - self.x_of(0.0))
            half_rate = timeline.sample_rate_hz / 2
            limits = Limits(timeline.duration_s, half_rate, shortest_s)
            box = self._edge.moved(self.time_at(position.x()), 0.0, limits)
            self.box_moved.emit(self._edge.event.id, box, ended)
