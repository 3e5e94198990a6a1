"""Text reads well on whatever it stands: at least 4.5 to 1, as WCAG 2.1 asks (1.4.3)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTableWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.gui.controllers.appearance import Appearance
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.theme import DARK, LIGHT, Theme, ThemeChoice, class_color
from yamnet_gui.gui.tracks.bar_style import BarStyle
from yamnet_gui.gui.widgets.colors import contrast, readable, theme_of
from yamnet_gui.gui.widgets.notices import NoticeKind, kind_color

LEAST = 4.5
ROLE = QPalette.ColorRole
PAIRS = [
    (ROLE.WindowText, ROLE.Window),
    (ROLE.Text, ROLE.Base),
    (ROLE.Text, ROLE.AlternateBase),
    (ROLE.ButtonText, ROLE.Button),
    (ROLE.ToolTipText, ROLE.ToolTipBase),
    (ROLE.PlaceholderText, ROLE.Window),
    (ROLE.PlaceholderText, ROLE.Base),
    (ROLE.PlaceholderText, ROLE.AlternateBase),
    (ROLE.HighlightedText, ROLE.Highlight),
    (ROLE.Link, ROLE.Base),
    (ROLE.Link, ROLE.Window),
]


def test_contrast_is_that_of_the_guidelines() -> None:
    """Grey #767676 is the lightest that reads on white (WCAG 2.1, 1.4.3)."""
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#767676"), QColor("white")) == pytest.approx(4.54, abs=0.005)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.005)


def laid_over(fill: QColor, base: QColor) -> QColor:
    """The colour that is seen where a translucent one lies on another."""
    strength = fill.alphaF()
    mixed = [
        strength * over + (1 - strength) * under
        for over, under in zip(fill.getRgbF()[:3], base.getRgbF()[:3], strict=True)  # type: ignore[index]
    ]
    return QColor.fromRgbF(*mixed)


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> Theme:
    return request.param


@pytest.mark.parametrize(("text", "ground"), PAIRS, ids=lambda role: role.name)
def test_text_on_every_ground(theme: Theme, text: ROLE, ground: ROLE) -> None:
    palette = theme.palette()
    assert contrast(palette.color(text), palette.color(ground)) >= LEAST


def test_headlines_of_messages(theme: Theme) -> None:
    palette = theme.palette()
    for kind in NoticeKind:
        assert contrast(kind_color(kind, palette), palette.color(ROLE.Window)) >= LEAST, kind


def test_names_on_bars_of_every_class_and_state(qapp: QApplication, theme: Theme) -> None:
    ground = QColor(theme.base)
    for index, label in enumerate(bundled_class_map().names[:60]):
        for state in ReviewState:
            event = Event("e", 0.0, 1.0, label, class_index=index, state=state)
            style = BarStyle.of(event, theme, QFontMetricsF(QFont()))
            found = contrast(style.ink, laid_over(style.fill, ground))
            assert found >= LEAST, f"{label}, {state}: {found:.2f}"


def test_names_in_the_colour_of_their_class(theme: Theme) -> None:
    palette = theme.palette()
    base = palette.color(ROLE.Base)
    for index in range(len(bundled_class_map())):
        color = class_color(index)
        shown = readable(color, palette)
        assert contrast(shown, base) >= LEAST
        assert shown == color or contrast(color, base) < LEAST


@pytest.fixture
def dark_palette(owners: Owners, qapp: QApplication, tmp_path: Path) -> Iterator[QPalette]:
    """That of a dark window; widgets that are made meanwhile have its colours."""
    shared = (Settings(tmp_path / "settings.ini", owners.parent), Spectrogram(owners.parent))
    Appearance(*shared, ThemeChoice.DARK, owners.parent)
    yield qapp.palette()
    Appearance(*shared, ThemeChoice.LIGHT, owners.parent)


@pytest.mark.parametrize("kind", [QLineEdit, QDoubleSpinBox, QComboBox, QPlainTextEdit, QListView])
def test_fields_have_a_frame_that_stands_out_from_a_dark_window(
    dark_palette: QPalette, kind: type[QWidget], qtbot: QtBot
) -> None:
    """At least 3 to 1, as WCAG 2.1 asks of controls (1.4.11)."""
    field = kind()
    qtbot.addWidget(field)
    field.resize(120, 30)
    picture = field.grab().toImage()
    edge = [picture.pixelColor(60, y) for y in range(3)]
    assert max(contrast(color, dark_palette.color(ROLE.Window)) for color in edge) >= 3.0
    assert theme_of(field.palette()) is DARK


def test_the_header_of_a_dark_table_is_dark_where_it_is_empty(
    dark_palette: QPalette, qtbot: QtBot
) -> None:
    table = QTableWidget(3, 1)
    qtbot.addWidget(table)
    table.resize(400, 100)
    header = table.horizontalHeader()
    table.show()
    empty = header.grab().toImage().pixelColor(header.width() - 5, header.height() // 2)
    assert contrast(empty, dark_palette.color(ROLE.Window)) < 1.5
