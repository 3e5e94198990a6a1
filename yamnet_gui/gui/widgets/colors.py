"""Colours that follow the palette."""

from PySide6.QtGui import QColor, QPalette

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.theme import DARK, LIGHT, Theme


def theme_of(palette: QPalette) -> Theme:
    """The theme that a palette was made from, recognised by its window colour."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def blended(top: QColor, below: QColor, share: float) -> QColor:
    """`share` of one colour over another, opaque."""
    parts = zip(top.getRgb()[:3], below.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a * share + b * (1 - share)) for a, b in parts))


def state_color(state: ReviewState, palette: QPalette) -> QColor:
    """The colour of the sign of a review state."""
    theme = theme_of(palette)
    names = {
        ReviewState.ACCEPTED: theme.waveform_second,
        ReviewState.REJECTED: theme.error,
        ReviewState.UNCERTAIN: theme.warning,
        ReviewState.UNREVIEWED: theme.dim_text,
    }
    return QColor(names[state])
