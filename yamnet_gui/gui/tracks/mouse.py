"""What the mouse does in a track: pan, zoom, seek, select, and drags that the track handles."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.widgets.plain_text import plain_tip

if TYPE_CHECKING:
    from .track import Track

_DRAG_PIXELS = 4
_PAN_PER_NOTCH = 0.1
_ZOOM_PER_NOTCH = 0.8


class _Drag(Enum):
    NONE = auto()
    PRESSED = auto()
    SELECTING = auto()
    OWN = auto()


class TrackMouse:
    """Interprets the mouse of one track, which knows what lies under it and owns the signals."""

    def __init__(self, track: Track) -> None:
        self._track = track
        self._drag = _Drag.NONE
        self._pressed = QPointF()
        self._press_time = 0.0
        self._moved = False
        self._extending = False  # the selection that is there, with its frequencies
        self._press_hz: float | None = None  # of a box that is being selected
        self._before: tuple[TimeSpan | None, tuple[float, float] | None] = (None, None)

    @property
    def dragging(self) -> bool:
        """Whether a button is held that was pressed in the track."""
        return self._drag is not _Drag.NONE

    def cancel(self) -> None:
        """Ends what is dragged as if it had not begun; moving on and releasing do nothing."""
        drag, self._drag = self._drag, _Drag.NONE
        if drag is _Drag.OWN:
            self._track.cancel_drag()
        elif drag is _Drag.SELECTING:
            self._track.timeline.set_selection(*self._before)
        QToolTip.hideText()

    def wheel(self, event: QWheelEvent) -> None:
        position = self._track.area_position(event.position())
        vertical, sideways = event.angleDelta().y() / 120, event.angleDelta().x() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._track.timeline.zoom(_ZOOM_PER_NOTCH**vertical, self._track.time_at(position.x()))
        else:
            by = -(vertical + sideways) * _PAN_PER_NOTCH * self._track.timeline.view.duration_s
            self._track.timeline.pan(by)
        event.accept()

    def press(self, event: QMouseEvent) -> None:
        self._track.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is not Qt.MouseButton.LeftButton or self._track.timeline.duration_s <= 0:
            return
        position = self._track.area_position(event.position())
        self._pressed = position
        self._press_time = self._track.time_at(position.x())
        self._press_hz, self._moved = None, False
        self._before = (self._track.timeline.selection, self._track.timeline.band_hz)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            selected = self._track.timeline.selection
            at = self._track.timeline.cursor_s
            if selected is not None:
                far_end = abs(selected.end_s - self._press_time) < abs(
                    selected.start_s - self._press_time
                )
                at = selected.start_s if far_end else selected.end_s
            self._press_time = at
            self._drag, self._extending = _Drag.SELECTING, True
            self._select_to(position)
        else:
            self._extending = False
            adding = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            own = not adding and self._track.press(position)
            self._drag = _Drag.OWN if own else _Drag.PRESSED
            if adding or self._track.box_tool:
                self._press_hz = self._track.hertz_at(position.y())
        event.accept()

    def move(self, event: QMouseEvent) -> None:
        position = self._track.area_position(event.position())
        if self._drag is _Drag.NONE:
            self._hover(event, position)
        elif self._drag is _Drag.OWN:
            self._moved = self._moved or self._way(position) >= _DRAG_PIXELS
            if self._moved or not self._track.clicks_edges:
                self._track.drag(position)
        else:
            along = abs(position.x() - self._pressed.x())
            moved = along if self._press_hz is None else self._way(position)
            if self._drag is _Drag.PRESSED and moved >= _DRAG_PIXELS:
                self._drag = _Drag.SELECTING
            if self._drag is _Drag.SELECTING:
                self._select_to(position)
                span = self._track.timeline.selection
                if span is not None:
                    text = f"{span.duration_s:.3f} s"
                    if band := self._track.timeline.band_hz:
                        text += f", {grouped(band[0])} – {grouped(band[1])} Hz"
                    QToolTip.showText(
                        event.globalPosition().toPoint(), plain_tip(text), self._track
                    )
        event.accept()

    def release(self, event: QMouseEvent) -> None:
        position = self._track.area_position(event.position())
        drag, self._drag = self._drag, _Drag.NONE
        if drag is _Drag.OWN:
            self._track.drop(position)
            if self._track.clicks_edges and not self._moved:
                self._click(event, position)
        elif drag is _Drag.PRESSED:
            self._click(event, position)
        event.accept()

    def double_click(self, event: QMouseEvent) -> None:
        hit = self._track.event_at(self._track.area_position(event.position()))
        if hit:
            self._track.event_opened.emit(hit)
        event.accept()

    def context_menu(self, event: QContextMenuEvent) -> None:
        position = self._track.area_position(QPointF(event.pos()))
        time_s = self._track.time_at(position.x())
        self._track.menu_requested.emit(event.globalPos(), time_s, self._track.event_at(position))
        event.accept()

    def _way(self, position: QPointF) -> float:
        way = position - self._pressed
        return max(abs(way.x()), abs(way.y()))

    def _hover(self, event: QMouseEvent, position: QPointF) -> None:
        fraction = 1 - position.y() / max(self._track.area.height(), 1)
        self._track.pointer_moved.emit(self._track.time_at(position.x()), fraction)
        self._track.viewport().setCursor(self._track.hover_shape(position))
        text = self._track.hover_text(position)
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(text), self._track)
        else:
            QToolTip.hideText()

    def _click(self, event: QMouseEvent, position: QPointF) -> None:
        hit = self._track.event_at(position)
        adding = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if hit:
            self._track.event_clicked.emit(hit, adding)
        elif not adding:
            self._track.timeline.set_selection(None)
            if self._track.clears_events:
                self._track.event_clicked.emit("", False)
        if not hit or not adding:
            self._track.seek_requested.emit(self._track.time_at(position.x()))

    def _select_to(self, position: QPointF) -> None:
        time_s = min(max(self._track.time_at(position.x()), 0.0), self._track.timeline.duration_s)
        start = min(max(self._press_time, 0.0), self._track.timeline.duration_s)
        span = TimeSpan(min(start, time_s), max(start, time_s))
        hertz = self._track.hertz_at(position.y())
        if self._press_hz is not None and hertz is not None:
            low, high = sorted((self._press_hz, hertz))
            band = (low, high) if low < high else None
        else:
            band = self._track.timeline.band_hz if self._extending else None
        self._track.timeline.set_selection(span, band)
