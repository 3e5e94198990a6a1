"""The mouse over the frequency axis: which part of the frequencies is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QRubberBand, QToolTip

from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.widgets.plain_text import plain_tip

if TYPE_CHECKING:
    from .track import Track

_ZOOM_PER_NOTCH = 0.8
_DRAG_PIXELS = 4
_HELP = "Wheel: zoom frequencies\nDrag: zoom to this part\nDouble click: all frequencies"


class FrequencyZoom:
    """The wheel zooms at the pointer, dragging marks what is zoomed to, a double click resets.

    Each method returns whether the event was over the axis, so that it is done with.
    """

    def __init__(self, track: Track, spectrogram: Spectrogram) -> None:
        self._track = track
        self._spectrogram = spectrogram
        self._pressed: float | None = None
        self._band: QRubberBand | None = None

    @property
    def dragging(self) -> bool:
        """Whether a part of the frequencies is being marked."""
        return self._pressed is not None

    def cancel(self) -> None:
        """Marks nothing any more; releasing the button does not zoom."""
        self._pressed = None
        if self._band is not None:
            self._band.hide()

    def wheel(self, event: QWheelEvent) -> bool:
        position = self._track.area_position(event.position())
        if position.x() >= 0:
            return False
        fraction = 1 - position.y() / max(self._track.area.height(), 1)
        factor = _ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120)
        self._spectrogram.zoom_frequencies(factor, min(max(fraction, 0.0), 1.0))
        event.accept()
        return True

    def press(self, event: QMouseEvent) -> bool:
        position = self._track.area_position(event.position())
        if position.x() >= 0 or event.button() is not Qt.MouseButton.LeftButton:
            return False
        self._pressed = position.y()
        event.accept()
        return True

    def move(self, event: QMouseEvent) -> bool:
        position = self._track.area_position(event.position())
        if self._pressed is not None:
            self._show(position.y())
        elif position.x() < 0 and not event.buttons():
            self._track.viewport().setCursor(Qt.CursorShape.SizeVerCursor)
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(_HELP), self._track)
        else:
            return False
        event.accept()
        return True

    def release(self, event: QMouseEvent) -> bool:
        if self._pressed is None:
            return False
        first, self._pressed = self._pressed, None
        if self._band is not None:
            self._band.hide()
        last = self._track.area_position(event.position()).y()
        if abs(last - first) >= _DRAG_PIXELS:
            hertz = [self._track.hertz_at(y) or 0.0 for y in (first, last)]
            self._spectrogram.show_band(min(hertz), max(hertz))
        event.accept()
        return True

    def double_click(self, event: QMouseEvent) -> bool:
        if self._track.area_position(event.position()).x() >= 0:
            return False
        self._spectrogram.show_all_frequencies()
        event.accept()
        return True

    def _show(self, y: float) -> None:
        if self._band is None:
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, self._track.viewport())
        first = min(max(self._pressed or 0.0, 0.0), self._track.area.height())
        last = min(max(y, 0.0), self._track.area.height())
        top, tall = min(first, last), abs(last - first)
        width = self._track.viewport().width()
        self._band.setGeometry(QRect(0, round(top), width, max(round(tall), 1)))
        self._band.show()
