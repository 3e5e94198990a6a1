"""The whole recording at a glance: waveform, density of events, the visible part."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme

from .layer import Layer, argb, between, draw_codes, draw_pixels
from .overlay import CursorLayer
from .plot_view import PlotArea
from .track import Track
from .waveform import peak_rows

_DENSITY_PIXELS = 5


class OverviewLayer(Layer):
    """Ignores the view: its columns divide the whole recording."""

    def __init__(
        self, area: PlotArea, timeline: Timeline, sound: Sound, document: Document, theme: Theme
    ) -> None:
        super().__init__(area, timeline, z=5)
        self._sound = sound
        self._document = document
        self.theme = theme

    def draw(self, painter: QPainter, scale: float) -> None:
        duration = self.timeline.duration_s
        if duration <= 0:
            return
        columns = round(self.width * scale)
        rows = max(1, round((self.height - _DENSITY_PIXELS) * scale))
        low = high = np.full(columns, np.nan)
        for channel in range(self._sound.channels):
            peaks = self._sound.columns(channel, 0.0, duration, columns)
            if peaks is not None:
                low = np.fmin(low, peaks[0])
                high = np.fmax(high, peaks[1])
        bars = between(*peak_rows(low, high, rows), rows)
        draw_codes(painter, bars, (0, argb(self.theme.waveform, 0.8)), scale)
        self._draw_density(painter, duration)

    def _draw_density(self, painter: QPainter, duration: float) -> None:
        """A strip that is the stronger, the more events lie there."""
        events = self._document.shown.events
        if not len(events):
            return
        width = self.width
        first, last = (events.bounds / duration * width).T
        first = np.clip(first.astype(np.int64), 0, width - 1)
        last = np.clip(np.ceil(last).astype(np.int64), first + 1, width)
        opened = np.bincount(first, minlength=width + 1)
        density = np.cumsum((opened - np.bincount(last, minlength=width + 1))[:width])
        strength = np.where(density > 0, 0.25 + 0.75 * density / density.max(), 0)
        # premultiplied by hand: the strength is the alpha of the accent colour
        accent = argb(self.theme.accent)
        row = np.round(strength * 255).astype(np.uint32) << 24
        for shift in (16, 8, 0):
            row |= np.round(strength * (accent >> shift & 0xFF)).astype(np.uint32) << shift
        pixels = np.repeat(row[None], _DENSITY_PIXELS - 1, axis=0)
        draw_pixels(painter, pixels, 1.0, self.height - _DENSITY_PIXELS + 1)


class ViewLayer(Layer):
    """Shades what is not visible and frames what is, with the selection over it."""

    def __init__(self, area: PlotArea, timeline: Timeline, theme: Theme) -> None:
        super().__init__(area, timeline, z=10, cached=False)
        self.theme = theme

    def draw(self, painter: QPainter, scale: float) -> None:
        duration = self.timeline.duration_s
        if duration <= 0:
            return
        view = self.timeline.view
        left = view.start_s / duration * self.width
        right = max(view.end_s / duration * self.width, left + 3)
        shade = QColor(self.theme.window)
        shade.setAlphaF(0.6)
        painter.fillRect(QRectF(0, 0, left, self.height), shade)
        painter.fillRect(QRectF(right, 0, self.width - right, self.height), shade)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.accent), 1))
        painter.drawRect(QRectF(left, 0, right - left - 1, self.height - 1))
        selected = self.timeline.selection
        if selected is not None:
            fill = QColor(self.theme.accent)
            fill.setAlphaF(0.4)
            x = selected.start_s / duration * self.width
            wide = max(selected.duration_s / duration * self.width, 1)
            painter.fillRect(QRectF(x, 0, wide, self.height), fill)


class OverviewCursor(CursorLayer):
    """The cursor in the whole recording."""

    def x_of(self, time_s: float) -> float:
        return time_s / (self.timeline.duration_s or 1.0) * self.width


class OverviewTrack(Track):
    """A click jumps, dragging moves the visible part, the wheel with Ctrl zooms."""

    cursor_layer = OverviewCursor
    HEIGHT = 54

    def __init__(self, sound: Sound, *arguments: object) -> None:
        super().__init__("Overview", *arguments, bands=False)  # type: ignore[arg-type, misc]
        self._layer = OverviewLayer(self.area, self.timeline, sound, self.document, self.theme)
        self._view_layer = ViewLayer(self.area, self.timeline, self.theme)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.HEIGHT)
        sound.changed.connect(self._on_content)
        self.timeline.recording_changed.connect(self._on_content)
        self.document.events_changed.connect(self._on_content)
        self.timeline.selection_changed.connect(self._on_selection)

    def set_theme(self, theme: Theme) -> None:
        if hasattr(self, "_layer"):
            self._layer.theme = theme
            self._view_layer.theme = theme
            self._layer.redraw()
        super().set_theme(theme)

    def refresh(self, _view: object = None) -> None:
        """The picture of the whole stays as it is; only what is visible has changed."""
        self._cursor.follow()
        if hasattr(self, "_view_layer"):
            self._view_layer.update()

    def time_at(self, x: float) -> float:
        return x / max(self.area.width(), 1) * self.timeline.duration_s

    def press(self, position: QPointF) -> bool:
        self._pressed_view = self.timeline.view
        self.drag(position)
        return True

    def cancel_drag(self) -> None:
        self.timeline.set_view(self._pressed_view.start_s, self._pressed_view.end_s)

    def drag(self, position: QPointF) -> None:
        view = self.timeline.view
        self.timeline.pan(self.time_at(position.x()) - view.centre_s)

    def _on_selection(self, _span: TimeSpan | None) -> None:
        self._view_layer.update()

    def _on_content(self) -> None:
        self._layer.redraw()
