"""The base of all tracks: one plotting area on the shared time axis, and its mouse."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QSizePolicy

from yamnet_gui.core.events import Event
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme

from .box_drag import BoxDrag
from .layer import Layer
from .mouse import TrackMouse
from .overlay import BandsLayer, CursorLayer
from .plot_view import PlotView


class Track(PlotView):
    """A plotting area with a left axis of fixed width. Subclasses add layers and a y axis.

    The wheel pans, with Ctrl it zooms at the pointer; dragging selects; a click seeks.
    """

    seek_requested = Signal(float)
    event_clicked = Signal(str, bool)  # id, whether to add to the selection
    event_opened = Signal(str)
    menu_requested = Signal(QPoint, float, str)  # global position, time, event id or ""
    pointer_moved = Signal(float, float)  # time, fraction of the height from the bottom
    box_moved = Signal(str, object, bool)  # event id, Box, whether the drag ended
    clears_events = False
    """Whether a click where no event is ends the selection of events."""
    clicks_edges = False
    """Whether pressing on an edge without moving it is a click like any other."""
    cursor_layer = CursorLayer
    box_tool = False
    """Whether dragging selects a box where the track has frequencies, as it does with Ctrl."""

    def __init__(
        self,
        title: str,
        timeline: Timeline,
        document: Document,
        selection: EventSelection,
        theme: Theme,
        bands: bool = True,
    ) -> None:
        super().__init__()
        self.title = title
        self.timeline = timeline
        self.document = document
        self.selection = selection
        self.theme = theme
        self._mouse = TrackMouse(self)
        self._box_drag = BoxDrag(self)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(28)
        self._bands = BandsLayer(self.area, timeline, document, selection, theme) if bands else None
        self._cursor = self.cursor_layer(self.area, timeline, theme)
        self.area.resized.connect(self.refresh)
        timeline.view_changed.connect(self.refresh)
        timeline.cursor_changed.connect(self._cursor.follow)
        timeline.selection_changed.connect(self._on_bands)
        selection.changed.connect(self._on_bands)
        document.events_changed.connect(self._on_bands)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Sets other colours."""
        self.theme = theme
        self.setBackgroundBrush(QColor(theme.base))
        self.axis.set_theme(theme)
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.base))
        self.setPalette(palette)
        if self._bands:
            self._bands.theme = theme
        self._cursor.theme = theme
        self.refresh()

    def refresh(self, _view: object = None) -> None:
        """Draws everything again."""
        self._cursor.follow()
        self.redraw_layers()

    def redraw_layers(self) -> None:
        for item in self.area.childItems():
            if isinstance(item, Layer):
                item.redraw()

    # What the mouse hits. Tracks that show events override these.

    def event_at(self, position: QPointF) -> str:
        """Id of the event under a position in pixels of the plotting area; "" for none."""
        return ""

    def press(self, position: QPointF) -> bool:
        """Whether the track handles this drag itself."""
        return False

    def drag(self, position: QPointF) -> None:
        """Called for every move of a drag that the track handles."""
        self._move_box(position, ended=False)

    def drop(self, position: QPointF) -> None:
        """Called at the end of a drag that the track handles."""
        self._move_box(position, ended=True)
        self._box_drag.end()

    def cancel_drag(self) -> None:
        """Called instead of `drop` where Escape ends a drag: all is as it was before."""
        self._put_back(self._box_drag.end())

    def hover_text(self, position: QPointF) -> str:
        """The tooltip at a position; "" for none."""
        return ""

    def hover_shape(self, position: QPointF) -> Qt.CursorShape:
        return Qt.CursorShape.ArrowCursor

    # Geometry

    def area_position(self, event_position: QPointF) -> QPointF:
        """A position in the widget as pixels of the plotting area."""
        scene = self.mapToScene(event_position.toPoint())
        return self.area.mapFromScene(scene)

    def time_at(self, x: float) -> float:
        view = self.timeline.view
        return view.start_s + x / max(self.area.width(), 1) * view.duration_s

    def x_of(self, time_s: float) -> float:
        view = self.timeline.view
        return (time_s - view.start_s) / view.duration_s * self.area.width()

    # Events of the mouse

    def hertz_at(self, y: float) -> float | None:
        """Frequency at a height in pixels from the top; None where the track has no such axis."""
        return None

    def y_of(self, hertz: float | None, otherwise: float) -> float:
        """Pixels from the top of a frequency; `otherwise`, a part of the height, without one."""
        return otherwise * self.area.height()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._mouse.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._mouse.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._mouse.context_menu(event)

    @property
    def dragging(self) -> bool:
        """Whether the mouse drags something in the track."""
        return self._mouse.dragging

    def stop_dragging(self) -> None:
        """Ends what the mouse drags, and puts it back."""
        self._mouse.cancel()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer_moved.emit(-1.0, 0.0)

    def event(self, event: QEvent) -> bool:
        # Escape ends the drag, even where the window uses the key for something else.
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.dragging
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.dragging:
            self.stop_dragging()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _put_back(self, event: Event | None) -> None:
        """Ends a drag of an event's edges with the bounds that it had."""
        if event is not None:
            self.box_moved.emit(event.id, event.box, True)

    def _move_box(self, position: QPointF, ended: bool) -> None:
        moved = self._box_drag.moved(position)
        if moved is not None:
            self.box_moved.emit(*moved, ended)

    def _on_bands(self, *_arguments: object) -> None:
        if self._bands:
            self._bands.redraw()
