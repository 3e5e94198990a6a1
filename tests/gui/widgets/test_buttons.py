"""Boxes to tick and to choose can be seen on every window, chosen or not."""

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.theme import DARK, LIGHT, Theme
from yamnet_gui.gui.widgets.buttons import RadioBox, TickBox
from yamnet_gui.gui.widgets.colors import contrast

LEAST = 3.0
"""Of the outline of a control, as WCAG 2.1 asks (1.4.11)."""


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", [RadioBox, TickBox])
def test_boxes_stand_out_from_the_window(
    qtbot: QtBot, theme: Theme, kind: type[QAbstractButton]
) -> None:
    pictures = []
    for chosen in (False, True):
        box = kind("")
        qtbot.addWidget(box)
        box.setPalette(theme.palette())
        box.setChecked(chosen)
        box.resize(24, 24)
        image = box.grab().toImage()
        window = theme.palette().color(QPalette.ColorRole.Window)
        colors = {image.pixel(x, y) for x in range(24) for y in range(24)}
        assert max(contrast(QColor(color), window) for color in colors) >= LEAST
        pictures.append(image)
    assert pictures[0] != pictures[1]
