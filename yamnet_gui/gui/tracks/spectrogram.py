"""The spectrogram of what is visible, at the resolution of the screen."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QCursor, QMouseEvent, QPainter, QWheelEvent

from yamnet_gui.core.channels import channel_of_all
from yamnet_gui.core.pooling import max_rows
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme

from .colormaps import color_table
from .frequency_zoom import FrequencyZoom
from .layer import Layer, indexed_image, turned
from .plot_view import PlotArea
from .track import Track


class SpectrogramLayer(Layer):
    """Pools tiles to pixel columns by maximum, so that a short click never disappears."""

    def __init__(
        self, area: PlotArea, timeline: Timeline, spectrogram: Spectrogram, theme: Theme
    ) -> None:
        super().__init__(area, timeline, z=5)
        self._spectrogram = spectrogram
        self.theme = theme
        self.note = ""

    def draw(self, painter: QPainter, scale: float) -> None:
        if self.timeline.duration_s <= 0:
            return
        columns = max(1, round(self.width * scale))
        view = self.timeline.view
        levels = self._spectrogram.columns(view.start_s, view.end_s, columns)
        if levels is None:
            self.draw_message(painter, "computing the spectrogram …", self.theme.dim_text)
            return
        look = self._spectrogram.look
        table = color_table(look.colormap)[look.byte_table()]
        table[0] = 0  # not computed yet: shows the background
        rows, levels = max(1, round(self.height * scale)), turned(levels.T)
        if levels.shape[0] > rows:
            borders = levels.shape[0] - np.arange(rows, -1, -1) * levels.shape[0] // rows
            levels = max_rows(levels, borders[:-1], borders[1:])
        if levels.shape[0] == rows:
            painter.drawImage(QPointF(0, 0), indexed_image(levels, table.tolist(), scale))
        else:
            picture = indexed_image(levels, table.tolist(), 1.0)
            target = QRectF(0, 0, self.width, self.height)
            painter.drawImage(target, picture, QRectF(0, 0, columns, levels.shape[0]))
        self.draw_note(painter, self.note, self.theme)


class SpectrogramTrack(Track):
    """Frequencies from bottom to top on a linear, mel or logarithmic axis."""

    clicks_edges = True

    def __init__(self, spectrogram: Spectrogram, *arguments: object) -> None:
        super().__init__("Spectrogram", *arguments)  # type: ignore[arg-type]
        self._spectrogram = spectrogram
        self._layer = SpectrogramLayer(self.area, self.timeline, spectrogram, self.theme)
        self._zoom = FrequencyZoom(self, spectrogram)
        if self._bands is not None:  # events bounded in frequency show it here
            self._bands.y_of = self.y_of
            spectrogram.axis_changed.connect(self._bands.redraw)
        spectrogram.changed.connect(self._layer.redraw)
        spectrogram.axis_changed.connect(self._mark_axis)
        spectrogram.axis_changed.connect(self._say_channel)
        self.document.recording_changed.connect(self._say_channel)
        self.area.resized.connect(self._mark_axis)
        self._mark_axis()
        self._say_channel()

    def set_theme(self, theme: Theme) -> None:
        if hasattr(self, "_layer"):
            self._layer.theme = theme
        super().set_theme(theme)

    def frequency_at(self, fraction: float) -> float:
        """Frequency in Hz at a fraction of the height from the bottom."""
        return self._spectrogram.axis.frequency_at(fraction)

    def hertz_at(self, y: float) -> float | None:
        """The whole axis reaches from 0 Hz to half the sample rate at its ends.

        To a tenth of a hertz: a pixel says no more, and tables write what was drawn.
        """
        axis, height = self._spectrogram.axis, max(self.area.height(), 1)
        if axis.rate_hz <= 0:
            return None
        if self._spectrogram.zoom_hz is None and not 0 < y < height - 1:
            return 0.0 if y > 0 else axis.rate_hz / 2
        return round(axis.frequency_at(1 - y / height), 1)

    def y_of(self, hertz: float | None, otherwise: float) -> float:
        if hertz is None:
            return super().y_of(None, otherwise)
        return (1 - self._spectrogram.axis.place_of(hertz)) * self.area.height()

    def press(self, position: QPointF) -> bool:
        return self._box_drag.press(position)

    def hover_shape(self, position: QPointF) -> Qt.CursorShape:
        edges = self._box_drag.edges_at(position)
        if edges is not None:
            return edges.shape
        return Qt.CursorShape.CrossCursor if self.box_tool else Qt.CursorShape.ArrowCursor

    def use_box_tool(self, on: bool) -> None:
        """Whether dragging selects boxes without Ctrl; the pointer shows it at once."""
        self.box_tool = on
        under = self.area_position(QPointF(self.mapFromGlobal(QCursor.pos())))
        self.viewport().setCursor(self.hover_shape(under))

    # The frequency axis has a mouse of its own

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._zoom.wheel(event):
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._zoom.press(event):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._zoom.move(event):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._zoom.release(event):
            super().mouseReleaseEvent(event)

    @property
    def dragging(self) -> bool:
        return self._zoom.dragging or super().dragging

    def stop_dragging(self) -> None:
        self._zoom.cancel()
        super().stop_dragging()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._zoom.double_click(event):
            super().mouseDoubleClickEvent(event)

    def _mark_axis(self) -> None:
        marks = self._spectrogram.axis.marks(max(2, round(self.area.height() / 28)))
        self.axis.set_marks(marks)

    def _say_channel(self) -> None:
        """Names the channel whose sound is drawn, where that is not the mix."""
        recording, channel = self.document.recording, self._spectrogram.settings.channel
        count = recording.info.channels if recording is not None else 0
        self._layer.note = "" if channel is None else channel_of_all(channel, count)
        self._layer.redraw()
