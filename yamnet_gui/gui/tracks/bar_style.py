"""How the bars of a class in a state look."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF

from yamnet_gui.core.channels import channel_name
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.gui.theme import Theme, class_color, state_mark
from yamnet_gui.gui.widgets.colors import blended, luminance

from .event_lanes import STRENGTH


@dataclass(frozen=True, slots=True)
class BarStyle:
    """How the bars of a class in a state look."""

    line: QColor
    fill: QColor
    ink: QColor
    text: str
    width: float
    """Pixels of the text."""

    def fitting(self, room: float, metrics: QFontMetricsF) -> str:
        """The text, shortened where it is wider than `room` in pixels."""
        if self.width <= room:
            return self.text
        return metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, room)

    @classmethod
    def of(cls, event: Event, theme: Theme, metrics: QFontMetricsF) -> "BarStyle":
        line = class_color(event.class_index, event.label)
        fill = QColor(line)
        fill.setAlphaF(STRENGTH[event.state])
        mark = "" if event.state is ReviewState.UNREVIEWED else f"{state_mark(event.state)} "
        text = mark + event.label
        if event.channel is not None:
            text += f" · {channel_name(event.channel).lower()}"
        ink = _ink_on(fill, QColor(theme.base))
        return cls(line, fill, ink, text, metrics.horizontalAdvance(text))


def _ink_on(fill: QColor, base: QColor) -> QColor:
    """Black or white, whichever reads better on a colour laid over the background.

    On every colour one of them has a contrast of at least 4.5 (WCAG 2.1, relative luminance).
    """
    seen = blended(fill, base, fill.alphaF())
    return QColor("#000000" if luminance(seen) > 0.179 else "#ffffff")
