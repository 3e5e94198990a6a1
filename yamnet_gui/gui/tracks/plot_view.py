"""A plotting area beside a left axis: the place where the layers of a track are drawn."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsItem,
    QGraphicsObject,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from yamnet_gui.gui.theme import Theme
from yamnet_gui.gui.widgets.fonts import text_scale

AXIS_WIDTH = 116
"""Width of every left axis in pixels, with text of the usual size: the same on all tracks, so that
times line up."""
_TICK_PIXELS = 4
_LABEL_MARGIN = 4
_SWATCH = 8
KEY_TITLE = "Colours in view"
_KEY_LEFT, _KEY_TOP = 6, 2
_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class PlotArea(QGraphicsObject):
    """What lies right of the axis; layers are its children, in its own pixels, and end with it."""

    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._size = QSizeF(0, 0)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)

    def width(self) -> float:
        return self._size.width()

    def height(self) -> float:
        return self._size.height()

    def resize(self, size: QSizeF) -> None:
        """Takes another size in pixels."""
        self.prepareGeometryChange()
        self._size = size
        self.resized.emit()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._size.width(), self._size.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Layers paint; the area itself has nothing to show."""


class LeftAxis(QGraphicsItem):
    """A line with marks and their labels, as high as the view."""

    def __init__(self) -> None:
        super().__init__()
        self._height = 0.0
        self._small = 1.0
        self.width = AXIS_WIDTH
        self._marks: Sequence[tuple[float, str]] = ()
        self._rows: Sequence[tuple[float, str, QColor]] = ()
        self._key: Sequence[tuple[str, QColor]] = ()
        self._line = self._ink = QColor()
        # each step of time paints what lies beside it, too, which seldom changes
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def set_marks(self, marks: Sequence[tuple[float, str]], small: float = 1.0) -> None:
        """Heights, from 0 at the bottom to 1 at the top, and what to write beside each.

        `small`: the size of these letters, as a part of the usual one.
        """
        self._marks, self._small = tuple(marks), small
        self.update()

    def name_rows(self, rows: Sequence[tuple[float, str, QColor]]) -> None:
        """Heights as of marks, the name of the row that lies there, and its colour."""
        if (list(rows), ()) != (list(self._rows), self._key):
            self._rows, self._key = tuple(rows), ()
            self.update()

    def explain_colors(self, key: Sequence[tuple[str, QColor]]) -> None:
        """What colours stand for, from the top: a legend that names no row."""
        if (list(key), ()) != (list(self._key), self._rows):
            self._key, self._rows = tuple(key), ()
            self.update()

    @staticmethod
    def lines_of_key(height: float, line: float) -> int:
        """How many colours fit under the heading, with lines of this height in pixels."""
        return max(int((height - _KEY_TOP) / line) - 1, 0)

    @property
    def named(self) -> list[tuple[str, QColor]]:
        """What is written beside the area, with its colour, from the top."""
        return [*((name, color) for _, name, color in self._rows), *self._key]

    def set_theme(self, theme: Theme) -> None:
        """Sets other colours."""
        self._line, self._ink = QColor(theme.line), QColor(theme.dim_text)
        self.update()

    def resize(self, width: int, height: float) -> None:
        """Takes another size in pixels."""
        self.prepareGeometryChange()
        self.width, self._height = width, height
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.width + _TICK_PIXELS, self._height)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setPen(QPen(self._line, 1))
        painter.drawLine(self.width - 1, 0, self.width - 1, round(self._height))
        usual = painter.font()
        painter.setFont(smaller(usual, self._small))
        tall = 0.8 * QFontMetricsF(painter.font()).height()  # letters are lower than their line
        for fraction, text in self._marks:
            y = (1 - fraction) * self._height
            painter.setPen(QPen(self._line, 1))
            painter.drawLine(self.width, round(y), self.width + _TICK_PIXELS, round(y))
            if tall / 2 <= y <= self._height - tall / 2:  # else a part would be cut off
                painter.setPen(self._ink)
                room = QRectF(0, y - tall / 2, self.width - _LABEL_MARGIN, tall)
                where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(room, where | Qt.TextFlag.TextDontClip, text)
        painter.setFont(usual)
        self._paint_rows(painter, 0.8 * QFontMetricsF(usual).height())
        self._paint_key(painter)

    def _paint_rows(self, painter: QPainter, tall: float) -> None:
        metrics = QFontMetricsF(painter.font())
        room = self.width - _LABEL_MARGIN - _SWATCH - 8
        where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for fraction, text, color in self._rows:
            y = (1 - fraction) * self._height
            if not tall / 2 <= y <= self._height - tall / 2:
                continue
            right = self.width - _LABEL_MARGIN
            painter.fillRect(QRectF(right - _SWATCH, y - _SWATCH / 2, _SWATCH, _SWATCH), color)
            painter.setPen(self._ink)
            name = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            box = QRectF(0, y - tall / 2, right - _SWATCH - 4, tall)
            painter.drawText(box, where | Qt.TextFlag.TextDontClip, name)

    def _paint_key(self, painter: QPainter) -> None:
        """A heading, and names behind their colours at the left, away from the rows."""
        if not self._key:
            return
        metrics = QFontMetricsF(painter.font())
        line, left = metrics.height(), float(_KEY_LEFT)
        where = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self._ink)
        top = QRectF(left, _KEY_TOP, self.width - left, line)
        painter.drawText(top, where | Qt.TextFlag.TextDontClip, KEY_TITLE)
        text_left = left + _SWATCH + 5
        room = self.width - text_left - _LABEL_MARGIN
        for place, (text, color) in enumerate(self._key, 1):
            y = _KEY_TOP + place * line
            painter.fillRect(QRectF(left, y + (line - _SWATCH) / 2, _SWATCH, _SWATCH), color)
            name = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            box = QRectF(text_left, y, room, line)
            painter.drawText(box, where | Qt.TextFlag.TextDontClip, name)


def smaller(font: QFont, part: float) -> QFont:
    """A font of a part of its size."""
    if part >= 1 or font.pointSizeF() <= 0:
        return font
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * max(part, 0.1))
    return small


class PlotView(QGraphicsView):
    """Axis and area side by side, in pixels of the widget; both fill it whatever its size."""

    def __init__(self) -> None:
        super().__init__()
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self._by_key = False
        self.area, self.axis = PlotArea(), LeftAxis()
        self.area.setX(self.axis.width)
        self.axis.setZValue(1)
        for item in (self.area, self.axis):
            self.scene().addItem(item)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._arrange()

    def _arrange(self) -> None:
        width, height = self.viewport().width(), self.viewport().height()
        self.setSceneRect(0, 0, width, height)
        most = max(AXIS_WIDTH, width // 4)  # large names do not take the room of the sound
        self.axis.resize(min(round(AXIS_WIDTH * text_scale()), most), height)
        self.area.setX(self.axis.width)
        self.area.resize(QSizeF(max(width - self.axis.width, 0), height))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_key = event.reason() in _BY_KEY
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """A frame where the focus came by a key: who clicks knows where they are."""
        if self._by_key and self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.sceneRect().adjusted(1, 1, -1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # a view would take the arrows to scroll; they belong to the window
