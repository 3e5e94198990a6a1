"""The waveform: one strip per channel, from the whole recording down to single samples."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from yamnet_gui.core.channels import channel_of_all
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme

from .layer import Layer, argb, between, draw_codes
from .plot_view import PlotArea
from .track import Track

_MOST_STRIPS = 8
_STEM_PIXELS = 6.0


class WaveformLayer(Layer):
    """Bars from the smallest to the largest sample of each pixel column, or the samples."""

    def __init__(
        self, area: PlotArea, timeline: Timeline, sound: Sound, theme: Theme, gain: float = 1.0
    ) -> None:
        super().__init__(area, timeline, z=5)
        self._sound = sound
        self.theme = theme
        self.gain = gain
        self.played: int | None = None

    def draw(self, painter: QPainter, scale: float) -> None:
        channels = min(self._sound.channels, _MOST_STRIPS)
        pyramid = self._sound.pyramid
        if not channels or pyramid is None:
            return
        strip = self.height / channels
        view = self.timeline.view
        per_pixel = view.duration_s * pyramid.sample_rate_hz / self.width
        for channel in range(channels):
            area = QRectF(0, channel * strip, self.width, strip)
            color = self.theme.waveform if channel % 2 == 0 else self.theme.waveform_second
            painter.setPen(QPen(QColor(self.theme.grid), 1))
            middle = round(area.center().y())
            painter.drawLine(0, middle, self.width, middle)
            if per_pixel < 1.0 and self._draw_samples(painter, area, channel, color):
                continue
            self._draw_bars(painter, area, channel, color, scale)
        if self.played is not None:
            heard = channel_of_all(self.played, self._sound.channels)
            self.draw_note(painter, f"{heard} is played", self.theme)

    def _draw_bars(
        self, painter: QPainter, area: QRectF, channel: int, color: str, scale: float
    ) -> None:
        columns = max(1, round(self.width * scale))
        rows = max(1, round(area.height() * scale))
        view = self.timeline.view
        peaks = self._sound.columns(channel, view.start_s, view.end_s, columns)
        if peaks is None:
            return
        bars = between(*peak_rows(*peaks, rows, self.gain), rows)
        draw_codes(painter, bars, (0, argb(color)), scale, area.top())

    def _draw_samples(self, painter: QPainter, area: QRectF, channel: int, color: str) -> bool:
        """Draws the samples themselves, as a line and close up as stems; False if not there."""
        pyramid = self._sound.pyramid
        assert pyramid is not None
        rate = pyramid.sample_rate_hz
        view = self.timeline.view
        first = max(int(view.start_s * rate) - 1, 0)
        samples = self._sound.samples(first, int(view.end_s * rate) + 3)
        if samples is None:
            return False
        values = samples[:, channel].astype(float)
        x = ((first + np.arange(len(values))) / rate - view.start_s) * self.width
        x /= view.duration_s
        y = area.center().y() - np.clip(values * self.gain, -1, 1) * area.height() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(color), 1))
        points = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        painter.drawPolyline(QPolygonF(points))
        if len(points) > 1 and x[1] - x[0] >= _STEM_PIXELS:
            middle = area.center().y()
            for point in points:
                painter.drawLine(QPointF(point.x(), middle), point)
            painter.setBrush(QColor(color))
            painter.setPen(Qt.PenStyle.NoPen)
            for point in points:
                painter.drawEllipse(point, 2.5, 2.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        return True


def peak_rows(
    low: NDArray[np.float32], high: NDArray[np.float32], rows: int, gain: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First row of each column's bar from its highest to its lowest sample, and the row below it.

    `rows` are full scale; every column has a row at least, those without peaks (NaN) have none.
    """
    half = rows / 2
    top = np.floor(half - high * (gain * half))
    bottom = np.maximum(np.ceil(half - low * (gain * half)), top + 1)
    unknown = np.isnan(top) | np.isnan(bottom)
    if unknown.any():
        top[unknown] = bottom[unknown] = rows
    return top, bottom


class WaveformTrack(Track):
    """Waveform of every channel, full scale from top to bottom of its strip."""

    clicks_edges = True

    def __init__(self, sound: Sound, *arguments: object) -> None:
        super().__init__("Waveform", *arguments)  # type: ignore[arg-type]
        self._sound = sound
        self._layer = WaveformLayer(self.area, self.timeline, sound, self.theme)
        sound.changed.connect(self._on_sound)
        self._mark_axis()

    @property
    def gain(self) -> float:
        return self._layer.gain

    def set_gain(self, gain: float) -> None:
        """Magnifies the drawing, not the sound."""
        self._layer.gain = min(max(gain, 0.1), 1000.0)
        self.refresh()

    def show_played(self, channel: int | None) -> None:
        """Says which channel, from 0, is the only one that is played; None: all of them are."""
        self._layer.played = channel
        self._layer.redraw()

    def set_theme(self, theme: Theme) -> None:
        if hasattr(self, "_layer"):
            self._layer.theme = theme
        super().set_theme(theme)

    def press(self, position: QPointF) -> bool:
        return self._box_drag.press(position)

    def hover_shape(self, position: QPointF) -> Qt.CursorShape:
        edges = self._box_drag.edges_at(position)
        return edges.shape if edges else Qt.CursorShape.ArrowCursor

    def _on_sound(self) -> None:
        self._mark_axis()
        self._layer.redraw()

    def _mark_axis(self) -> None:
        """Names the channels on the left axis."""
        channels = min(max(self._sound.channels, 1), _MOST_STRIPS)
        names = {1: ["mono"], 2: ["left", "right"]}.get(
            channels, [f"ch {i + 1}" for i in range(channels)]
        )
        marks = [(1 - (i + 0.5) / channels, name) for i, name in enumerate(names)]
        if not self._sound.channels:
            marks = []
        self.axis.set_marks(marks)
