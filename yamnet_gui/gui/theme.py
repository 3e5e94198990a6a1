"""Colours: palettes for dark and light, classes, review states, and tinted icons."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.resources import resource_path

from .class_colors import apart, color_in_series, color_of_class, color_of_label

FIELDS = ("QLineEdit", "QAbstractSpinBox", "QComboBox", "QTextEdit", "QPlainTextEdit", "QListView")
"""Kinds of widgets with a frame around what is typed or listed; not those whose headers would take
the colour of the frame where they are empty."""
_SIZES = (16, 20, 24, 32, 40, 48)
"""Pixels of an icon that is 16, 20 or 24 high, on usual and on fine screens."""
_LEFT = tuple(accumulate(_SIZES[:-1], initial=0))


class ThemeChoice(StrEnum):
    """What the user chose: follow the system, or always one of the two."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of the tracks. Everything else takes the palette made from them."""

    dark: bool
    window: str
    base: str
    alternate: str
    button: str
    text: str
    dim_text: str
    line: str
    frame: str
    grid: str
    accent: str
    accent_text: str
    waveform: str
    waveform_second: str
    cursor: str
    warning: str
    error: str

    def palette(self) -> QPalette:
        """A Qt palette for every widget."""
        palette = QPalette()
        role = QPalette.ColorRole
        for which, name in (
            (role.Window, self.window),
            (role.WindowText, self.text),
            (role.Base, self.base),
            (role.AlternateBase, self.alternate),
            (role.Text, self.text),
            (role.Button, self.button),
            (role.ButtonText, self.text),
            (role.BrightText, self.error),
            (role.ToolTipBase, self.button),
            (role.ToolTipText, self.text),
            (role.PlaceholderText, self.dim_text),
            (role.Highlight, self.accent),
            (role.HighlightedText, self.accent_text),
            (role.Link, self.accent),
            (role.Light, self.line),
            (role.Midlight, self.button),
            (role.Mid, self.line),
            (role.Dark, self.grid),
            (role.Shadow, "#000000"),
        ):
            palette.setColor(which, QColor(name))
        off = QPalette.ColorGroup.Disabled
        for which in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(off, which, QColor(self.dim_text))
        palette.setColor(off, role.Highlight, QColor(self.line))
        return palette

    def field_palette(self) -> QPalette:
        """The palette of `FIELDS`: Fusion draws their frames darker than the window by a factor of
        1.4, which cannot be seen on a dark window, and takes its colour for nothing else."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(self.frame).lighter(140))
        return palette


DARK = Theme(
    dark=True,
    window="#1e2124",
    base="#16181a",
    alternate="#1b1e20",
    button="#2a2e32",
    text="#e4e6e8",
    dim_text="#9aa1a8",
    line="#3a3f44",
    frame="#666d74",
    grid="#2b2f33",
    accent="#4c9be8",
    accent_text="#0b1620",
    waveform="#6fb1ea",
    waveform_second="#8fc9a8",
    cursor="#ffffff",
    warning="#e8b04c",
    error="#f07a6a",
)
LIGHT = Theme(
    dark=False,
    window="#f3f4f5",
    base="#ffffff",
    alternate="#f7f8f9",
    button="#e8eaec",
    text="#1c2024",
    dim_text="#5c646c",
    line="#c3c8cd",
    frame="#aeaeaf",
    grid="#e3e6e9",
    accent="#1f6fbf",
    accent_text="#ffffff",
    waveform="#2b6cb0",
    waveform_second="#2f855a",
    cursor="#111111",
    warning="#8a5a00",
    error="#b3261e",
)

_own_colors: dict[str, str] = {}
_apart: dict[int, str] = {}
_settled: dict[int, str] = {}
_class_names: dict[str, int] = {}
_STATE_MARKS = {
    ReviewState.UNREVIEWED: "○",
    ReviewState.ACCEPTED: "✓",
    ReviewState.REJECTED: "✗",
    ReviewState.UNCERTAIN: "?",
}


def system_theme() -> Theme:
    """The theme that the system asks for now."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def theme_for(choice: ThemeChoice) -> Theme:
    if choice is ThemeChoice.SYSTEM:
        return system_theme()
    return DARK if choice is ThemeChoice.DARK else LIGHT


def class_color(class_index: int | None, label: str = "") -> QColor:
    """The colour of a class: the user's own, else the one it has in every recording.

    A class that stands beside its own hue in the list has another one there and everywhere else.
    A label that has the name of a class has its colour.
    """
    own = _own_colors.get(label) if label else None
    if own is not None:
        return QColor(own)
    if class_index is None:
        class_index = _class_names.get(label)
    if class_index is None:
        return QColor(color_of_label(label))
    return QColor(_apart.get(class_index) or color_of_class(class_index))


def series_color(place: int) -> QColor:
    """The colour of one of several things that are no classes."""
    return QColor(color_in_series(place))


def set_own_colors(colors: Mapping[str, str]) -> None:
    """Colours (#rrggbb) that users gave to labels, in place of the former ones.

    Like the palette of the application they are the same in all of its windows.
    """
    _own_colors.clear()
    _own_colors.update(colors)


def set_class_names(names: Iterable[str]) -> None:
    """The names of all classes by index, custom ones too, in place of the former ones."""
    _class_names.clear()
    _class_names.update({name: index for index, name in enumerate(names)})


def keep_apart(order: Sequence[int], colored: Container[int], *, anew: bool = True) -> bool:
    """Gives neighbours of a list of classes, from the top, that are coloured there, other hues.

    Where it is not begun `anew`, classes that were coloured before stay as they are, wherever they
    stand now: only those that are new there give way. Returns whether any class has another colour.
    """
    global _apart, _settled
    before = _apart
    if anew:
        _settled = {}
    changed = apart(order, colored, _settled)
    now = {i: changed.get(i) or _settled.get(i) or color_of_class(i) for i in order if i in colored}
    _settled = {**_settled, **now}
    _apart = {i: color for i, color in _settled.items() if color != color_of_class(i)}
    return _apart != before


def state_mark(state: ReviewState) -> str:
    """One sign for a review state, so that colour is never alone."""
    return _STATE_MARKS[state]


def icon(name: str, palette: QPalette) -> QIcon:
    """The icon `resources/icons/NAME.svg` in the colours of `palette`; empty if there is none."""
    result = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        color = palette.color(group, QPalette.ColorRole.ButtonText)
        for image in _tinted(name, color.rgba()):
            result.addPixmap(QPixmap.fromImage(image), mode)
    return result


# Every call into Qt may hand Python's lock to a thread at work, and starting takes some sixty icons
# in six sizes: so all sizes are drawn side by side in one image, and nothing is drawn twice.


@lru_cache(maxsize=256)
def _shapes(name: str) -> QImage | None:
    """The icon in every size that is used, side by side; its colours are those of `_tinted`."""
    path = resource_path("icons", f"{name}.svg")
    if not path.is_file():
        return None
    renderer = QSvgRenderer(QByteArray(path.read_bytes().replace(b"currentColor", b"#000000")))
    image = QImage(sum(_SIZES), max(_SIZES), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    for left, size in zip(_LEFT, _SIZES, strict=True):
        renderer.render(painter, QRectF(left, 0, size, size))
    painter.end()
    return image


@lru_cache(maxsize=512)
def _tinted(name: str, rgba: int) -> tuple[QImage, ...]:
    """The icon in every size, in one colour, as opaque as it was."""
    shapes = _shapes(name)
    if shapes is None:
        return ()
    image = QImage(shapes)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), QColor.fromRgba(rgba))
    painter.end()
    return tuple(image.copy(left, 0, size, size) for left, size in zip(_LEFT, _SIZES, strict=True))
