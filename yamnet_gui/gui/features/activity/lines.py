"""The counts of a few classes as lines over the same columns."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from yamnet_gui.core.marks import count_marks
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.colors import readable
from yamnet_gui.gui.widgets.plain_text import plain_tip

from .picture import Picture

_OTHERS = 4
"""How many of the first rows are drawn besides the current one."""
_LEFT, _TOP, _RIGHT = 44, 6, 8


class Lines(QWidget):
    """A line is broken where nothing was recorded; estimates have a band of 90%."""

    def __init__(self, class_map: ClassMapState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._class_map = class_map
        self._picture: Picture | None = None
        self._row = 0
        self.setAccessibleName("Activity as lines")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_picture(self, picture: Picture, row: int) -> None:
        self._picture = picture
        self._row = row
        self.update()

    def show_row(self, row: int) -> None:
        """The row that is drawn in front."""
        self._row = row
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 130)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 80)

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows that are drawn, the current one last."""
        picture = self._picture
        if picture is None or not picture.values.size:
            return ()
        several = len(set(picture.labels)) > 1  # else a row is a day of one class
        others = [r for r in range(len(picture.rows)) if r != self._row][: _OTHERS * several]
        return (*others[::-1], min(self._row, len(picture.rows) - 1))

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.text_at(event.pos().x())
            QToolTip.showText(event.globalPos(), plain_tip(text), self)
            return True
        return super().event(event)

    def text_at(self, x: float) -> str:
        """Time, class and number of the line in front at this many pixels from the left."""
        picture, rows = self._picture, self.rows
        wide = self.width() - _LEFT - _RIGHT
        if picture is None or not rows or not _LEFT <= x < _LEFT + wide:
            return ""
        column = int((x - _LEFT) / wide * len(picture.columns))
        return picture.text(rows[-1], column)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        picture, rows = self._picture, self.rows
        if picture is None or not rows:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        bottom = self.height() - metrics.height() - 4
        plot = QRectF(_LEFT, _TOP + metrics.height(), self.width() - _LEFT - _RIGHT, 1.0)
        plot.setBottom(max(bottom, plot.top() + 1))
        shown = picture.values[list(rows)]
        most = max(float(np.nanmax(shown, initial=0.0)), 1.0)
        if picture.high is not None:
            most = max(most, float(np.nanmax(picture.high[rows[-1]], initial=0.0)))
        marks = count_marks(most, 2)
        most = float(marks[-1])
        dim = palette.color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
        heights = [plot.bottom() - mark / most * plot.height() for mark in marks]
        for y in heights:
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(dim)
        for y, mark in zip(heights, marks, strict=True):
            painter.drawText(
                QRectF(0, y - 8, _LEFT - 6, 16),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                grouped(mark),
            )
        for row in rows:
            self._draw_row(painter, picture, row, plot, most, front=row == rows[-1])
        self._draw_ends(painter, picture, plot)
        name = picture.rows[rows[-1]]
        if picture.labels[rows[-1]] != name:
            name = f"{picture.labels[rows[-1]]}, {name}"
        left = plot.left()
        front = palette.color(QPalette.ColorRole.Text)
        names = [(name, front), *(self._named(picture, row) for row in rows[-2::-1])]
        for text, color in names:
            room = plot.right() - left
            if room < 40:
                break
            painter.setPen(color)
            clipped = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(
                QRectF(left, 2, room, metrics.height()), Qt.AlignmentFlag.AlignLeft, clipped
            )
            left += metrics.horizontalAdvance(clipped) + 14

    def _named(self, picture: Picture, row: int) -> tuple[str, QColor]:
        """The name of a thin line, and its colour dark or light enough to be read."""
        label = picture.labels[row]
        return label, readable(self._color(label), self.palette())

    def _draw_row(
        self, painter: QPainter, picture: Picture, row: int, plot: QRectF, most: float, front: bool
    ) -> None:
        color = self._front if front else self._color(picture.labels[row])
        values = picture.values[row]
        count = len(values)
        x = plot.left() + (np.arange(count) + 0.5) / count * plot.width()

        def height(numbers: np.ndarray) -> np.ndarray:
            return plot.bottom() - numbers / most * plot.height()

        known = ~np.isnan(values)
        runs = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
        for first, end in runs.reshape(-1, 2).tolist():
            some = slice(first, end)
            if front and picture.low is not None and picture.high is not None:
                band = QColor(color)
                band.setAlphaF(0.2)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(band)
                above = _points(x[some], height(picture.high[row][some]))
                below = _points(x[some], height(picture.low[row][some]))
                painter.drawPolygon(QPolygonF([*above, *below[::-1]]))
            points = _points(x[some], height(values[some]))
            painter.setPen(QPen(color, 2.0 if front else 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(points))
            if (front and count <= 60) or len(points) == 1:
                painter.setBrush(color)
                for point in points:
                    painter.drawEllipse(point, 2.0, 2.0)

    def _color(self, label: str) -> QColor:
        entry = self._class_map.value.find(label)
        return class_color(entry.index if entry is not None else None, label)

    @property
    def _front(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Highlight)

    def _draw_ends(self, painter: QPainter, picture: Picture, plot: QRectF) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        under = QRectF(plot.left(), plot.bottom() + 2, plot.width(), self.fontMetrics().height())
        painter.drawText(under, Qt.AlignmentFlag.AlignLeft, picture.columns[0])
        if len(picture.columns) > 1:
            painter.drawText(under, Qt.AlignmentFlag.AlignRight, picture.columns[-1])


def _points(x: np.ndarray, y: np.ndarray) -> list[QPointF]:
    return [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
