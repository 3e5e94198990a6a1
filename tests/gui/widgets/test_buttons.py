"""Boxes to tick and to choose can be seen on every window, chosen or not."""

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialogButtonBox,
    QProxyStyle,
    QStyle,
)
from pytestqt.qtbot import QtBot

import yamnet_gui
from yamnet_gui.gui.theme import DARK, LIGHT, Theme
from yamnet_gui.gui.widgets.buttons import DialogButtons, RadioBox, TickBox
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


class PicturesOnButtons(QProxyStyle):
    """As on desktops that put pictures on the buttons of dialogs."""

    def styleHint(self, hint: QStyle.StyleHint, *rest: object) -> int:
        if hint == QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons:
            return 1
        return super().styleHint(hint, *rest)  # type: ignore[arg-type]


def test_buttons_of_dialogs_have_no_pictures_of_the_desktop(
    qtbot: QtBot, qapp: QApplication
) -> None:
    standard = QDialogButtonBox.StandardButton
    qapp.setStyle(PicturesOnButtons("fusion"))
    try:
        usual, ours = (kind(standard.Close) for kind in (QDialogButtonBox, DialogButtons))
        for box in (usual, ours):
            qtbot.addWidget(box)
            box.show()
        assert not usual.button(standard.Close).icon().isNull()
        assert ours.button(standard.Close).icon().isNull()
    finally:
        qapp.setStyle("fusion")


def test_every_dialog_has_these_buttons() -> None:
    sources = Path(yamnet_gui.__file__).parent.rglob("*.py")
    assert not [p.name for p in sources if "= QDialogButtonBox(" in p.read_text("utf-8")]
