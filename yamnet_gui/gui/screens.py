"""Windows that fit the screens that exist."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

TITLE_BAR, SIDES = 38, 8
"""Pixels that the frame of a window takes at most, above and below it and at its sides; it is not
known before the window is shown."""


def fit(window: QWidget) -> None:
    """Makes a window so small and moves it so far that a screen holds it with its frame."""
    place = fitted(QRect(window.pos(), window.size()), available_screens())
    window.resize(place.size())
    window.move(place.topLeft())


def resize_to_hint(dialog: QWidget) -> None:
    """The size that a dialog hints at, or most of its screen.

    Left alone Qt makes a dialog with wrapped lines as low as its layout allows.
    """
    resize_within_screen(dialog, dialog.sizeHint())


def resize_within_screen(dialog: QWidget, size: QSize) -> None:
    """This size, or most of the screen where that is smaller."""
    dialog.resize(size.boundedTo(dialog.screen().availableSize() * 0.9))


def grow_to_content(dialog: QWidget) -> None:
    """Makes a dialog as high as its wrapped lines need now; Qt would cut what is longer."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        needed = layout.totalHeightForWidth(dialog.width())
        most = round(dialog.screen().availableSize().height() * 0.9)
        if dialog.height() < needed:
            dialog.resize(dialog.width(), min(needed, most))


def fitted(window: QRect, screens: Sequence[QRect]) -> QRect:
    """Where `window`, a corner of its frame and the size inside, fits one of `screens`.

    It stays on the screen of which it covers most; where it covers none it goes to the first.
    """
    if not screens:
        return QRect(window)
    covered = [window.intersected(screen) for screen in screens]
    areas = [max(part.width(), 0) * max(part.height(), 0) for part in covered]
    room = screens[areas.index(max(areas))].adjusted(0, 0, -SIDES, -TITLE_BAR)
    result = QRect(window.topLeft(), window.size().boundedTo(room.size()))
    result.moveLeft(min(max(result.left(), room.left()), room.right() + 1 - result.width()))
    result.moveTop(min(max(result.top(), room.top()), room.bottom() + 1 - result.height()))
    return result


def available_screens() -> list[QRect]:
    """What windows may cover of each screen, the main one first."""
    main = QGuiApplication.primaryScreen()
    others = [screen for screen in QGuiApplication.screens() if screen is not main]
    return [screen.availableGeometry() for screen in ([main] if main else []) + others]
