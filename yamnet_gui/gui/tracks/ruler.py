"""The time axis."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from yamnet_gui.core.events import ReviewedSpan
from yamnet_gui.core.marks import decimals_for, time_step
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme
from yamnet_gui.gui.widgets.fonts import follow_font, text_scale

from .layer import Layer
from .plot_view import PlotArea
from .track import Track

_LEAST_PIXELS = 90
_BETWEEN_LABELS = 6


class RulerLayer(Layer):
    """Marks at round times, with as many decimals as their distance needs."""

    def __init__(self, area: PlotArea, timeline: Timeline, theme: Theme) -> None:
        super().__init__(area, timeline, z=5)
        self.theme = theme
        self.reviewed: tuple[ReviewedSpan, ...] = ()

    def draw(self, painter: QPainter, scale: float) -> None:
        if self.timeline.duration_s <= 0:
            return
        self._draw_reviewed(painter)
        height = self.height
        view = self.timeline.view
        metrics = QFontMetricsF(painter.font())
        step, decimals = self._step(metrics)
        line, text = QPen(QColor(self.theme.dim_text), 1), QPen(QColor(self.theme.text), 1)
        first = self._first_mark(step)
        number = math.floor((view.start_s - first) / step)
        while (at := first + number * step) <= view.end_s:
            x = self.x_of(at)
            painter.setPen(line)
            painter.drawLine(round(x), height - 6, round(x), height)
            for part in range(1, 5):
                minor = round(self.x_of(at + part / 5 * step))
                painter.drawLine(minor, height - 3, minor, height)
            # a mark left of the view has no label: at the edge it would name another time
            if at >= view.start_s:
                label = self.timeline.time_text(at, decimals)
                width = metrics.horizontalAdvance(label) + 2
                left = min(max(x - width / 2, 0), self.width - width)
                painter.setPen(text)
                area = QRectF(left, 0, width, height - 6)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, label)
            number += 1

    def _step(self, metrics: QFontMetricsF) -> tuple[float, int]:
        """Seconds from mark to mark, so that the labels of all have room, and their decimals.

        Labels at both ends are moved into the view by up to half their width.
        """
        view = self.timeline.view
        step = time_step(view.duration_s / self.width * _LEAST_PIXELS)
        label = self.timeline.time_text(view.end_s, decimals_for(step))
        pixels = max(_LEAST_PIXELS, 1.5 * metrics.horizontalAdvance(label) + _BETWEEN_LABELS)
        step = time_step(view.duration_s / self.width * pixels)
        return step, decimals_for(step)

    def _first_mark(self, step: float) -> float:
        """Where a mark stands near the start, so that all are at round times, also by the clock."""
        start = self.timeline.clock_start
        if start is None:
            return 0.0
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return -((start.replace(tzinfo=None) - midnight).total_seconds() % step)

    def _draw_reviewed(self, painter: QPainter) -> None:
        """A line over reviewed segments: strong for all classes, faint for some."""
        for segment in self.reviewed:
            color = QColor(self.theme.accent)
            color.setAlphaF(0.45 if segment.labels else 1.0)
            x0, x1 = self.x_of(segment.span.start_s), self.x_of(segment.span.end_s)
            painter.fillRect(QRectF(x0, 0, max(x1 - x0, 1.0), 3), color)


class RulerTrack(Track):
    """Times over all tracks, from the start of the recording or as clock times."""

    scrubbed = Signal(float)
    HEIGHT = 28

    def __init__(self, *arguments: object) -> None:
        super().__init__("Time", *arguments, bands=False)  # type: ignore[arg-type, misc]
        self._layer = RulerLayer(self.area, self.timeline, self.theme)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow_font(self, lambda: self.setFixedHeight(round(self.HEIGHT * text_scale())))
        self.document.reviewed_changed.connect(self._on_reviewed)
        self.timeline.time_text_changed.connect(self.refresh)

    def _on_reviewed(self) -> None:
        self._layer.reviewed = self.document.reviewed
        self._layer.redraw()

    def press(self, position: QPointF) -> bool:
        """Dragging over the time axis moves the cursor and plays it."""
        self._pressed_cursor_s = self.timeline.cursor_s
        self.drag(position)
        return True

    def drag(self, position: QPointF) -> None:
        self.scrubbed.emit(min(max(self.time_at(position.x()), 0.0), self.timeline.duration_s))

    def cancel_drag(self) -> None:
        self.seek_requested.emit(self._pressed_cursor_s)

    def set_theme(self, theme: Theme) -> None:
        if hasattr(self, "_layer"):
            self._layer.theme = theme
        super().set_theme(theme)
