"""The base of all tracks: one plotting area on the shared time axis, and its mouse."""

from enum import Enum, auto

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolTip

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme

from .layer import Layer
from .overlay import BandsLayer, CursorLayer

AXIS_WIDTH = 116
"""Width of every left axis in pixels: the same on all tracks, so that times line up."""
_DRAG_PIXELS = 4
_PAN_PER_NOTCH = 0.1
_ZOOM_PER_NOTCH = 0.8


class _Drag(Enum):
    NONE = auto()
    PRESSED = auto()
    SELECTING = auto()
    OWN = auto()


class Track(pg.PlotWidget):
    """A plotting area with a left axis of fixed width. Subclasses add layers and a y axis.

    The wheel pans, with Ctrl it zooms at the pointer; dragging selects; a click seeks.
    """

    seek_requested = Signal(float)
    event_clicked = Signal(str, bool)  # id, whether to add to the selection
    event_opened = Signal(str)
    menu_requested = Signal(QPoint, float, str)  # global position, time, event id or ""
    pointer_moved = Signal(float, float)  # time, fraction of the height from the bottom

    def __init__(
        self,
        title: str,
        timeline: Timeline,
        document: Document,
        selection: EventSelection,
        theme: Theme,
        bands: bool = True,
    ) -> None:
        super().__init__(enableMenu=False)
        self.title = title
        self.timeline = timeline
        self.document = document
        self.selection = selection
        self.theme = theme
        self._drag = _Drag.NONE
        self._pressed = QPointF()
        self._press_time = 0.0
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(28)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setContentsMargins(0, 0, 0, 0)
        plot.layout.setContentsMargins(0, 0, 0, 0)
        plot.layout.setSpacing(0)
        plot.hideAxis("bottom")
        plot.getAxis("left").setWidth(AXIS_WIDTH)
        self.area: pg.ViewBox = plot.getViewBox()
        self.area.setMouseEnabled(x=False, y=False)
        self.area.setDefaultPadding(0)
        self.area.disableAutoRange()
        self.area.setXRange(0, 1, padding=0)
        self._bands = BandsLayer(self.area, timeline, document, selection, theme) if bands else None
        self._cursor = CursorLayer(self.area, timeline, theme)
        self.area.sigResized.connect(self._on_resized)
        timeline.view_changed.connect(self.refresh)
        timeline.cursor_changed.connect(self._on_cursor)
        timeline.selection_changed.connect(self._on_bands)
        selection.changed.connect(self._on_bands)
        document.events_changed.connect(self._on_bands)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Sets other colours."""
        self.theme = theme
        self.setBackground(QColor(theme.base))
        axis = self.getPlotItem().getAxis("left")
        axis.setPen(QColor(theme.line))
        axis.setTextPen(QColor(theme.dim_text))
        axis.setStyle(tickLength=-4, tickTextOffset=4, hideOverlappingLabels=True)
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.base))
        self.setPalette(palette)
        if self._bands:
            self._bands.theme = theme
        self._cursor.theme = theme
        self.refresh()

    def refresh(self, _view: TimeSpan | None = None) -> None:
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

    def drop(self, position: QPointF) -> None:
        """Called at the end of a drag that the track handles."""

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

    def wheelEvent(self, event: QWheelEvent) -> None:
        position = self.area_position(event.position())
        vertical, sideways = event.angleDelta().y() / 120, event.angleDelta().x() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.timeline.zoom(_ZOOM_PER_NOTCH**vertical, self.time_at(position.x()))
        else:
            by = -(vertical + sideways) * _PAN_PER_NOTCH * self.timeline.view.duration_s
            self.timeline.pan(by)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is not Qt.MouseButton.LeftButton or self.timeline.duration_s <= 0:
            return
        position = self.area_position(event.position())
        self._pressed = position
        self._press_time = self.time_at(position.x())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            selected = self.timeline.selection
            at = self.timeline.cursor_s
            if selected is not None:
                far_end = abs(selected.end_s - self._press_time) < abs(
                    selected.start_s - self._press_time
                )
                at = selected.start_s if far_end else selected.end_s
            self._press_time = at
            self._drag = _Drag.SELECTING
            self._select_to(position)
        else:
            self._drag = _Drag.OWN if self.press(position) else _Drag.PRESSED
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = self.area_position(event.position())
        if self._drag is _Drag.NONE:
            self._hover(event, position)
        elif self._drag is _Drag.OWN:
            self.drag(position)
        else:
            moved = abs(position.x() - self._pressed.x())
            if self._drag is _Drag.PRESSED and moved >= _DRAG_PIXELS:
                self._drag = _Drag.SELECTING
            if self._drag is _Drag.SELECTING:
                self._select_to(position)
                span = self.timeline.selection
                if span is not None:
                    text = f"{span.duration_s:.3f} s"
                    QToolTip.showText(event.globalPosition().toPoint(), text, self)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        position = self.area_position(event.position())
        drag, self._drag = self._drag, _Drag.NONE
        if drag is _Drag.OWN:
            self.drop(position)
        elif drag is _Drag.PRESSED:
            self._click(event, position)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self.event_at(self.area_position(event.position()))
        if hit:
            self.event_opened.emit(hit)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position = self.area_position(QPointF(event.pos()))
        time_s = self.time_at(position.x())
        self.menu_requested.emit(event.globalPos(), time_s, self.event_at(position))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer_moved.emit(-1.0, 0.0)

    def _hover(self, event: QMouseEvent, position: QPointF) -> None:
        fraction = 1 - position.y() / max(self.area.height(), 1)
        self.pointer_moved.emit(self.time_at(position.x()), fraction)
        self.viewport().setCursor(self.hover_shape(position))
        text = self.hover_text(position)
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
        else:
            QToolTip.hideText()

    def _click(self, event: QMouseEvent, position: QPointF) -> None:
        hit = self.event_at(position)
        adding = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if hit:
            self.event_clicked.emit(hit, adding)
        elif not adding:
            self.timeline.set_selection(None)
            self.event_clicked.emit("", False)
        if not hit or not adding:
            self.seek_requested.emit(self.time_at(position.x()))

    def _select_to(self, position: QPointF) -> None:
        time_s = min(max(self.time_at(position.x()), 0.0), self.timeline.duration_s)
        start = min(max(self._press_time, 0.0), self.timeline.duration_s)
        self.timeline.set_selection(TimeSpan(min(start, time_s), max(start, time_s)))

    def _on_resized(self, _area: pg.ViewBox) -> None:
        self.refresh()

    def _on_cursor(self, _time_s: float) -> None:
        self._cursor.follow()

    def _on_bands(self, *_arguments: object) -> None:
        if self._bands:
            self._bands.redraw()
