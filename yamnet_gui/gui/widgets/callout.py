"""A note beside a part of the window that it is about."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from .plain_text import PlainLabel

_ROOM = 14
"""Pixels on every side of the box, in which its tip lies."""
_RADIUS = 6
_OWN_KEYS = (
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
)


class Callout(QWidget):
    """Lies over the window without taking room; its tip points at the part, which has a frame."""

    back = Signal()
    onward = Signal()
    closed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._part: QWidget | None = None
        self._tip: QPoint | None = None
        self._frame = _Frame(window)
        self.setAccessibleName("Tour")
        self.title = PlainLabel("", self)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.text = PlainLabel("", self)
        self.text.setWordWrap(True)
        self.place = PlainLabel("", self)
        self.place.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.back_button = QPushButton("&Back", self)
        self.back_button.clicked.connect(self.back)
        self.close_button = QPushButton("&Close", self)
        self.close_button.clicked.connect(self.closed)
        self.next_button = QPushButton("&Next", self)
        self.next_button.clicked.connect(self.onward)
        buttons = QHBoxLayout()
        buttons.addWidget(self.place)
        buttons.addStretch(1)
        for button in (self.close_button, self.back_button, self.next_button):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        margin = _ROOM + 12
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        window.installEventFilter(self)
        self.hide()

    def point_at(self, part: QWidget | None) -> None:
        """Moves beside this part of the window; None: below its middle, where nothing is begun."""
        if self._part is not None:
            self._part.removeEventFilter(self)
        self._part = part
        if part is not None:
            part.installEventFilter(self)
        self.show()
        self._place()
        self.next_button.setFocus()

    def leave(self) -> None:
        """Goes away for good."""
        self._window.removeEventFilter(self)
        if self._part is not None:
            self._part.removeEventFilter(self)
        self._frame.deleteLater()
        self.deleteLater()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().averageCharWidth() * 58 + 2 * _ROOM
        layout = self.layout()
        assert layout is not None
        return QSize(width, layout.totalHeightForWidth(width))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the part where it moves."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self.isVisible():
            self._place()

    def event(self, event: QEvent) -> bool:
        """Its keys are its own while it has the focus, whatever else they are shortcuts of."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _OWN_KEYS
            and not event.modifiers()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self.onward.emit()
        elif event.key() == Qt.Key.Key_Left and self.back_button.isEnabled():
            self.back.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        box = QRectF(self.rect()).adjusted(_ROOM, _ROOM, -_ROOM, -_ROOM)
        shape.addRoundedRect(box, _RADIUS, _RADIUS)
        if self._tip is not None:
            shape = shape.united(self._pointer(box))
        palette = self.palette()
        painter.setBrush(palette.color(QPalette.ColorRole.Window))
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 1.5))
        painter.drawPath(shape)

    def _pointer(self, box: QRectF) -> QPainterPath:
        """The triangle from the side of the box that is nearest to the part."""
        assert self._tip is not None
        tip = QRectF(self._tip.x(), self._tip.y(), 0, 0).topLeft()
        path = QPainterPath(tip)
        if tip.x() <= box.left() or tip.x() >= box.right():
            x = box.left() + 1 if tip.x() <= box.left() else box.right() - 1
            path.lineTo(x, tip.y() - _ROOM * 0.7)
            path.lineTo(x, tip.y() + _ROOM * 0.7)
        else:
            y = box.top() + 1 if tip.y() <= box.top() else box.bottom() - 1
            path.lineTo(tip.x() - _ROOM * 0.7, y)
            path.lineTo(tip.x() + _ROOM * 0.7, y)
        path.closeSubpath()
        return path

    def _place(self) -> None:
        window = self._window
        size, whole = self.sizeHint(), window.rect()
        part = self._part
        if part is None or not part.isVisible():
            self._frame.hide()
            self._tip = None
            middle = QPoint(whole.center().x(), whole.height() * 4 // 5)
            at = middle - QPoint(size.width() // 2, size.height() // 2)
        else:
            target = QRect(part.mapTo(window, QPoint(0, 0)), part.size())
            self._frame.setGeometry(target.adjusted(-3, -3, 3, 3))
            self._frame.show()
            self._frame.raise_()
            at = _beside(target, size, whole)
            self._tip = self._tip_of(QRect(at, size), target)
        self.setGeometry(QRect(at, size))
        self.raise_()
        self.update()

    def _tip_of(self, own: QRect, target: QRect) -> QPoint | None:
        """Where the tip is, in the widget; None where the note lies on the part."""
        inside = own.adjusted(_ROOM * 2, _ROOM * 2, -_ROOM * 2, -_ROOM * 2)
        middle = target.intersected(own.adjusted(0, -9999, 0, 9999)).center()
        x = min(max(middle.x(), inside.left()), inside.right()) - own.left()
        across = target.intersected(own.adjusted(-9999, 0, 9999, 0)).center()
        y = min(max(across.y(), inside.top()), inside.bottom()) - own.top()
        if own.left() >= target.right() - 4:
            return QPoint(1, y)
        if own.right() <= target.left() + 4:
            return QPoint(own.width() - 2, y)
        if own.top() >= target.bottom() - 4:
            return QPoint(x, 1)
        if own.bottom() <= target.top() + 4:
            return QPoint(x, own.height() - 2)
        return None


class _Frame(QWidget):
    """A line around a part; clicks go through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 3))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)


def _beside(target: QRect, size: QSize, whole: QRect) -> QPoint:
    """Right of the part, left of it, below or above, where there is room; else on it."""
    width, height = size.width(), size.height()
    y = min(max(target.center().y() - height // 2, 0), whole.height() - height)
    x = min(max(target.center().x() - width // 2, 0), whole.width() - width)
    if target.right() + width <= whole.right():
        return QPoint(target.right(), y)
    if target.left() - width >= 0:
        return QPoint(target.left() - width, y)
    if target.bottom() + height <= whole.bottom():
        return QPoint(x, target.bottom())
    if target.top() - height >= 0:
        return QPoint(x, target.top() - height)
    return QPoint(x, y)
