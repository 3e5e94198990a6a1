"""Colours that follow the palette."""

from PySide6.QtGui import QColor, QPalette

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.theme import DARK, LIGHT, Theme

LEAST_CONTRAST = 4.5
"""Of text and what it stands on (WCAG 2.1, 1.4.3)."""


def theme_of(palette: QPalette) -> Theme:
    """The theme that a palette was made from, recognised by its base colour."""
    return DARK if palette.color(QPalette.ColorRole.Base).lightness() < 128 else LIGHT


def blended(top: QColor, below: QColor, share: float) -> QColor:
    """`share` of one colour over another, opaque."""
    parts = zip(top.getRgb()[:3], below.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a * share + b * (1 - share)) for a, b in parts))


def luminance(color: QColor) -> float:
    """Relative luminance of an opaque colour, 0 to 1 (WCAG 2.1)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(p) for p in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """How well one colour reads on another, 1 to 21 (WCAG 2.1); text needs 4.5."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(color: QColor, palette: QPalette) -> QColor:
    """A colour for text on the base of a palette: as much of it as can be read."""
    text = palette.color(QPalette.ColorRole.Text)
    base = palette.color(QPalette.ColorRole.Base)
    for tenth in range(10, 0, -1):
        mixed = blended(color, text, tenth / 10)
        if contrast(mixed, base) >= LEAST_CONTRAST:
            return mixed
    return text


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
