"""A list of classes with their scores as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from yamnet_gui.gui.widgets.plain_text import plain_tip

from .colors import blended
from .drawing import draw_bar, draw_swatch


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One class in a list of bars: score in [0, 1] and, beside it, a second figure.

    `key` is the key that gives its label.
    """

    class_index: int
    name: str
    score: float
    color: QColor
    second: float | None = None
    key: str = ""


class ScoreBars(QWidget):
    """Classes with their scores as small bars; a click asks for a class."""

    clicked = Signal(int)
    menu_requested = Signal(QPoint, int)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ScoreRow, ...] = ()
        self._current = -1
        self._places = 0
        self._when = ""
        self._title = title
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)

    @property
    def rows(self) -> tuple[ScoreRow, ...]:
        return self._rows

    def set_rows(self, rows: Sequence[ScoreRow], places: int = 0, when: str = "") -> None:
        """Shows these; there is room for `places` rows so that nothing jumps below.

        `when`: the time that the scores are of, for who points at a bar.
        """
        rows = tuple(rows)
        self._when = when
        if rows == self._rows and places == self._places:
            return
        resized = max(len(rows), places) != max(len(self._rows), self._places)
        self._rows, self._places = rows, places
        self._current = min(self._current, len(rows) - 1)
        spoken = ", ".join(f"{r.name} {r.score:.2f}" for r in rows)
        self.setAccessibleDescription(spoken)
        if resized:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, max(len(self._rows), self._places) * self._row_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave and not self.hasFocus():
            self._set_current(-1)
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        self._set_current(row)
        self.setToolTip(plain_tip(self._tip(row)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self._rows[row].class_index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        row = self._current if by_key else self._row_at(event.pos().y())
        if 0 <= row < len(self._rows):
            position = event.globalPos()
            if by_key:
                position = self.mapToGlobal(QPoint(20, (row + 1) * self._row_height()))
            self.menu_requested.emit(position, self._rows[row].class_index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._rows:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self._set_current(min(max(self._current + step, 0), len(self._rows) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.clicked.emit(self._rows[self._current].class_index)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        role = QPalette.ColorRole
        metrics = self.fontMetrics()
        high = self._row_height()
        number = metrics.horizontalAdvance("0.00") + 4
        bar = min(max(self.width() * 0.28, 40.0), 110.0)
        back = blended(palette.color(role.WindowText), palette.color(role.Window), 0.12)
        keyed = any(row.key for row in self._rows)
        keys = metrics.horizontalAdvance("0") + 5 if keyed else 0
        for i, row in enumerate(self._rows):
            top = i * high
            if i == self._current:
                shade = blended(palette.color(role.Highlight), palette.color(role.Window), 0.22)
                painter.fillRect(0, top, self.width(), high, shade)
            middle = Qt.AlignmentFlag.AlignVCenter
            if row.key:
                painter.setPen(palette.color(role.PlaceholderText))
                painter.drawText(QRectF(0, top, keys, high), middle, row.key)
            draw_swatch(painter, QRectF(keys + 2, top + high / 2 - 4, 8, 8), row.color)
            left = self.width() - number - bar - 6
            painter.setPen(palette.color(role.WindowText))
            room = left - keys - 18
            name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, int(room - 2))
            painter.drawText(QRectF(keys + 16, top, room, high), middle, name)
            box = QRectF(left, top + high / 2 - 2.5, bar, 5)
            draw_bar(painter, box, row.score, row.color, back)
            if row.second is not None:
                x = box.x() + box.width() * min(max(row.second, 0.0), 1.0)
                painter.fillRect(
                    QRectF(x - 0.75, box.y() - 2, 1.5, 9), palette.color(role.WindowText)
                )
            painter.setPen(palette.color(role.WindowText))
            side = Qt.AlignmentFlag.AlignRight | middle
            painter.drawText(
                QRectF(self.width() - number, top, number - 2, high), side, f"{row.score:.2f}"
            )

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 5

    def _row_at(self, y: float) -> int:
        row = int(y // self._row_height())
        return row if 0 <= row < len(self._rows) else -1

    def _set_current(self, row: int) -> None:
        if row != self._current:
            self._current = row
            self.update()

    def _tip(self, number: int) -> str:
        if number < 0:
            return ""
        row = self._rows[number]
        mean = "" if row.second is None else f", mean {row.second:.3f}"
        key = f"\n{row.key} gives the event this label" if row.key else ""
        when = f"{self._when}: " if self._when else ""
        return f"{row.name}\n{when}score {row.score:.3f}{mean}{key}"
