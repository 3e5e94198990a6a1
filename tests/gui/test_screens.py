"""Windows on the screens that exist."""

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.screens import SIDES, TITLE_BAR, fitted, resize_within_screen

SMALL = QRect(0, 0, 1366, 768)
BESIDE = QRect(1366, 0, 1920, 1080)


@pytest.mark.parametrize(
    "window",
    [
        QRect(0, 0, 1440, 900),
        QRect(-50, -80, 600, 400),
        QRect(1300, 700, 600, 400),
        QRect(9000, 9000, 800, 600),
        QRect(-9000, 300, 4000, 3000),
    ],
)
@pytest.mark.parametrize("screens", [[SMALL], [SMALL, BESIDE], [QRect(0, 27, 683, 357)]])
def test_every_window_lies_on_a_screen_with_its_title_bar(
    window: QRect, screens: list[QRect]
) -> None:
    place = fitted(window, screens)
    whole = place.adjusted(0, 0, SIDES, TITLE_BAR)
    assert any(screen.contains(whole) for screen in screens)


def test_what_fits_stays_where_it_is() -> None:
    window = QRect(1500, 100, 800, 600)
    assert fitted(window, [SMALL, BESIDE]) == window


def test_a_window_of_a_screen_that_was_taken_away_goes_to_the_one_that_is_left() -> None:
    window = QRect(1500, 100, 1800, 900)
    place = fitted(window, [SMALL])
    assert place.size() == QSize(1366 - SIDES, 768 - TITLE_BAR)


def test_a_dialog_is_no_larger_than_most_of_its_screen(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    screen = dialog.screen().availableSize()
    resize_within_screen(dialog, QSize(300, 10 * screen.height()))
    assert dialog.width() == 300
    assert dialog.height() == round(0.9 * screen.height())
