"""The mouse on a track, as the user moves it."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from yamnet_gui.gui.tracks.track import Track

NONE = Qt.KeyboardModifier.NoModifier


def place(track: Track, time_s: float, height: float = 0.5) -> QPointF:
    """Where a time lies in the widget of a track."""
    area = track.area.sceneBoundingRect()
    return QPointF(area.left() + track.x_of(time_s), area.top() + height * area.height())


def mouse(track: Track, kind: QEvent.Type, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
    moving = kind is QEvent.Type.MouseMove
    button = Qt.MouseButton.NoButton if moving else Qt.MouseButton.LeftButton
    event = QMouseEvent(
        kind,
        at,
        track.viewport().mapToGlobal(at),
        button,
        Qt.MouseButton.LeftButton,
        keys,
    )
    QApplication.sendEvent(track.viewport(), event)


def click(track: Track, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
    mouse(track, QEvent.Type.MouseButtonPress, at, keys)
    mouse(track, QEvent.Type.MouseButtonRelease, at, keys)


def drag(track: Track, first: QPointF, last: QPointF) -> None:
    mouse(track, QEvent.Type.MouseButtonPress, first)
    mouse(track, QEvent.Type.MouseMove, (first + last) / 2)
    mouse(track, QEvent.Type.MouseMove, last)
    mouse(track, QEvent.Type.MouseButtonRelease, last)
