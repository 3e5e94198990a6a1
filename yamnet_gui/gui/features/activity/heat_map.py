"""The heat map: painted where it is visible, walked by mouse and keys."""

import math

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from yamnet_gui.core.text import grouped
from yamnet_gui.gui.widgets.colors import blended
from yamnet_gui.gui.widgets.file_names import short_name
from yamnet_gui.gui.widgets.plain_text import plain_tip

from .picture import Picture

_NARROWEST, _WIDEST = 14, 60
_SMALLEST = 0.7
"""How much smaller than other text a number may become to fit into its cell."""
_LEAST_SHARE = 0.14
"""Of the colour of a cell with one event, so that it differs from one with none."""


class HeatMap(QAbstractScrollArea):
    """Rows and columns of counts. A cell that nothing was recorded in stays empty; one without
    events is filled with the colour of the ground, and hatched where its count is not known."""

    chosen = Signal(int, int)  # row and column, by a click or Enter
    moved = Signal(int)  # the current row

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._current = (0, 0)
        self._names, self._width = 0, _WIDEST
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Activity")
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def picture(self) -> Picture | None:
        return self._picture

    @property
    def current(self) -> tuple[int, int]:
        """Row and column that keys act on."""
        return self._current

    def show_picture(self, picture: Picture) -> None:
        """Other counts; the current cell stays where it is, as far as there is one."""
        self._picture = picture
        self._current = self._inside(*self._current)
        self._fit()
        self.viewport().update()
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(320, 260)

    def cell_rect(self, row: int, column: int) -> QRect:
        """Where a cell is in the viewport."""
        left = self._names + column * self._width - self.horizontalScrollBar().value()
        top = self._head + row * self._height - self.verticalScrollBar().value()
        return QRect(left, top, self._width, self._height)

    def go_to(self, row: int, column: int) -> None:
        """Makes a cell the current one and brings it into view."""
        self._current = self._inside(row, column)
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        rect = self.cell_rect(*self._current)
        if rect.left() < self._names:
            across.setValue(across.value() - (self._names - rect.left()))
        elif rect.right() > self.viewport().width():
            across.setValue(across.value() + rect.right() - self.viewport().width() + 1)
        if rect.top() < self._head:
            down.setValue(down.value() - (self._head - rect.top()))
        elif rect.bottom() > self.viewport().height():
            down.setValue(down.value() + rect.bottom() - self.viewport().height() + 1)
        self.viewport().update()
        self._tell()
        self.moved.emit(self._current[0])

    # Geometry

    @property
    def _height(self) -> int:
        return self.fontMetrics().height() + 3

    @property
    def _head(self) -> int:
        return self.fontMetrics().height() + 6

    def _inside(self, row: int, column: int) -> tuple[int, int]:
        rows, columns = self._picture.values.shape if self._picture is not None else (0, 0)
        return min(max(row, 0), max(rows - 1, 0)), min(max(column, 0), max(columns - 1, 0))

    def _measure(self) -> None:
        """How wide the names of rows and the cells are."""
        picture, room = self._picture, self.viewport().width()
        self._names, self._width = 0, _WIDEST
        if picture is None:
            return
        widest = max(map(self.fontMetrics().horizontalAdvance, picture.rows[:200]), default=0)
        self._names = min(widest, max(room // 3, 40)) + 10
        if picture.columns:
            each = (room - self._names) // len(picture.columns)
            self._width = min(max(each, _NARROWEST), _WIDEST)

    def _fit(self) -> None:
        """Sets how far there is to scroll."""
        self._measure()
        rows, columns = self._picture.values.shape if self._picture is not None else (0, 0)
        view = self.viewport()
        for bar, whole, room, step in (
            (
                self.verticalScrollBar(),
                rows * self._height,
                view.height() - self._head,
                self._height,
            ),
            (
                self.horizontalScrollBar(),
                columns * self._width,
                view.width() - self._names,
                self._width,
            ),
        ):
            bar.setRange(0, max(0, whole - room))
            bar.setPageStep(max(room, 1))
            bar.setSingleStep(step)

    def _cell_at(self, position: QPoint) -> tuple[int, int] | None:
        picture = self._picture
        if picture is None or position.x() < self._names or position.y() < self._head:
            return None
        column = (position.x() - self._names + self.horizontalScrollBar().value()) // self._width
        row = (position.y() - self._head + self.verticalScrollBar().value()) // self._height
        rows, columns = picture.values.shape
        return (row, column) if row < rows and column < columns else None

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._picture
        painter = QPainter(self.viewport())
        palette = self.palette()
        painter.fillRect(event.rect(), palette.color(QPalette.ColorRole.Base))
        if picture is None or not picture.values.size:
            return
        rows, columns = picture.values.shape
        first_row = self.verticalScrollBar().value() // self._height
        last_row = min(rows, first_row + self.viewport().height() // self._height + 2)
        first = self.horizontalScrollBar().value() // self._width
        last = min(columns, first + self.viewport().width() // self._width + 2)
        painter.setClipRect(
            QRect(self._names, self._head, self.viewport().width(), self.viewport().height())
        )
        paint = _CellPainter(painter, picture, palette, self.font())
        left = self._names - self.horizontalScrollBar().value()
        top = self._head - self.verticalScrollBar().value()
        wide, high = self._width, self._height
        for row in range(first_row, last_row):
            for column in np.flatnonzero(picture.recorded[row, first:last]) + first:
                x, y = left + int(column) * wide, top + row * high
                paint.cell(QRect(x, y, wide - 1, high - 1), row, int(column))
        if self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.cell_rect(*self._current).adjusted(1, 1, -1, -1))
        self._paint_names(painter, picture, range(first_row, last_row), range(first, last))

    def _paint_names(
        self, painter: QPainter, picture: Picture, rows: range, columns: range
    ) -> None:
        painter.setFont(self.font())
        palette, metrics = self.palette(), self.fontMetrics()
        text = palette.color(QPalette.ColorRole.Text)
        dim = palette.color(QPalette.ColorRole.PlaceholderText)
        painter.setClipRect(QRect(0, self._head, self._names, self.viewport().height()))
        for row in rows:
            rect = self.cell_rect(row, 0)
            rect.setLeft(4)
            rect.setRight(self._names - 6)
            painter.setPen(text if row == self._current[0] else dim)
            name = metrics.elidedText(picture.rows[row], Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.setClipRect(QRect(self._names, 0, self.viewport().width(), self._head))
        painter.setPen(dim)
        widest = max(
            (metrics.horizontalAdvance(_short_name(picture.columns[c])) for c in columns),
            default=1,
        )
        every = max(1, -(-(widest + 8) // self._width))
        for column in columns:
            if column % every:
                continue
            rect = self.cell_rect(0, column)
            room = QRect(rect.left() - 40, 0, rect.width() + 80, self._head)
            where = Qt.AlignmentFlag.AlignCenter
            if every > 1:
                room, where = (
                    QRect(rect.left(), 0, every * self._width, self._head),
                    Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                )
            painter.drawText(room, where, _short_name(picture.columns[column]))

    # Mouse and keys

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
        super().changeEvent(event)

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position().toPoint())
        if cell is not None and event.button() is Qt.MouseButton.LeftButton:
            self.go_to(*cell)
            self.chosen.emit(*cell)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._cell_at(event.pos())
            if cell is None or self._picture is None:
                QToolTip.hideText()
            else:
                text = self._picture.text(*cell)
                QToolTip.showText(event.globalPos(), plain_tip(text), self.viewport())
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, column = self._current
        rows, columns = self._picture.values.shape if self._picture is not None else (0, 0)
        keys = {
            Qt.Key.Key_Left: (row, column - 1),
            Qt.Key.Key_Right: (row, column + 1),
            Qt.Key.Key_Up: (row - 1, column),
            Qt.Key.Key_Down: (row + 1, column),
            Qt.Key.Key_Home: (row, 0),
            Qt.Key.Key_End: (row, columns - 1),
            Qt.Key.Key_PageUp: (row - 10, column),
            Qt.Key.Key_PageDown: (row + 10, column),
        }
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and rows and columns:
            self.chosen.emit(row, column)
        elif key in keys and rows and columns:
            self.go_to(*keys[key])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # arrows and Enter belong to the map while it has the focus, not to the timeline
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            taken = (
                Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
                Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
                Qt.Key.Key_Return, Qt.Key.Key_Enter,
            )  # fmt: skip
            if event.key() in taken and event.modifiers() == Qt.KeyboardModifier.NoModifier:
                event.accept()
                return True
        return super().event(event)

    def _tell(self) -> None:
        picture = self._picture
        if picture is not None and picture.values.size:
            self.setAccessibleDescription(picture.text(*self._current))


class _CellPainter:
    """Paints cells that something was recorded in; colours and fonts are worked out once."""

    def __init__(self, painter: QPainter, picture: Picture, palette: QPalette, font: QFont) -> None:
        base = palette.color(QPalette.ColorRole.Base)
        text = palette.color(QPalette.ColorRole.Text)
        self._painter, self._values, self._most = painter, picture.values, picture.most
        self._ground = blended(text, base, 0.07)
        self._unknown = _hatch(blended(text, base, 0.35))
        self._front = palette.color(QPalette.ColorRole.Highlight)
        self._font, self._metrics = font, QFontMetrics(font)
        self._numbers: dict[float, tuple[QColor, QColor, str, int]] = {}

    def cell(self, rect: QRect, row: int, column: int) -> None:
        painter, value = self._painter, float(self._values[row, column])
        painter.fillRect(rect, self._ground)
        if math.isnan(value):
            painter.fillRect(rect, self._unknown)
            return
        if value <= 0:
            return
        if value not in self._numbers:
            self._numbers[value] = self._look(value)
        color, ink, number, wide = self._numbers[value]
        painter.fillRect(rect, color)
        share = min(1.0, (rect.width() - 2) / max(wide, 1))
        if share >= _SMALLEST:
            font = QFont(self._font)
            font.setPointSizeF(font.pointSizeF() * share)
            painter.setFont(font)
            painter.setPen(ink)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, number)

    def _look(self, value: float) -> tuple[QColor, QColor, str, int]:
        """Colour of the cell and of its number, which is written so and so wide."""
        share = _LEAST_SHARE + (1 - _LEAST_SHARE) * math.sqrt(value / self._most)
        color = blended(self._front, self._ground, share)
        number = _short(value)
        ink = QColor("#ffffff" if color.lightness() < 140 else "#000000")
        return color, ink, number, self._metrics.horizontalAdvance(number)


def _hatch(color: QColor) -> QBrush:
    return QBrush(color, Qt.BrushStyle.BDiagPattern)


def _short(value: float) -> str:
    if value >= 10_000:
        return f"{grouped(value / 1000)}k"
    return grouped(value, 0 if value == int(value) or value >= 10 else 1)


def _short_name(name: str) -> str:
    """Days without their year; long names of recordings without their middle."""
    if len(name) == 10 and name[4] == name[7] == "-":
        return name[5:]
    return short_name(name, 14)
