"""Parts of the project page: numbers with a bar, and the activity of the last days."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.widgets.colors import blended
from yamnet_gui.gui.widgets.drawing import draw_bar
from yamnet_gui.gui.widgets.fonts import set_relative_font
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip


class Share(QWidget):
    """A number of all, in words and as a bar."""

    def __init__(self, name: str, parent: QWidget, one: str = "") -> None:
        """`one`: the name of exactly one, where it is another."""
        super().__init__(parent)
        self.number = PlainLabel("–", self)
        set_relative_font(self.number, self, 1.5)
        self.words = PlainLabel(name, self)
        self.words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._name, self._one = name, one
        self._fraction: float | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(0)
        layout.addWidget(self.number)
        layout.addWidget(self.words)

    def set_value(self, value: int, total: int | None = None, *, alarm: bool = False) -> None:
        """`total`: of how many; None where it is the whole itself. `alarm`: in red."""
        self._fraction = None if total is None else value / max(total, 1)
        self.number.setText(grouped(value))
        self.words.setText(self._words(value, total))
        role = QPalette.ColorRole
        self.number.setForegroundRole(role.BrightText if alarm and value else role.WindowText)
        self.setAccessibleName(f"{grouped(value)} {self.words.text()}")
        self.update()

    def _words(self, value: int, total: int | None) -> str:
        if total is not None:
            return f"of {grouped(total)} {self._name}"
        return self._one if value == 1 and self._one else self._name

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._fraction is None:
            return
        role = QPalette.ColorRole
        accent = self.palette().color(role.Link)
        back = blended(self.palette().color(role.Text), self.palette().color(role.Base), 0.14)
        box = QRectF(0, self.height() - 5, self.width() - 12, 3)
        draw_bar(QPainter(self), box, self._fraction, accent, back)


class DayBars(QWidget):
    """Steps of each day as bars; the tip names day and number."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._days: tuple[tuple[date, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Steps of the last days")

    @property
    def days(self) -> tuple[tuple[date, int], ...]:
        return self._days

    def set_days(self, days: Sequence[tuple[date, int]]) -> None:
        self._days = tuple(days)
        lines = [f"{day:%a %Y-%m-%d}: {counted(n, 'step')}" for day, n in days if n]
        self.setToolTip(plain_tip("\n".join(lines) or "No steps on these days"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, 54 + self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._days:
            return
        painter = QPainter(self)
        role, palette, metrics = QPalette.ColorRole, self.palette(), self.fontMetrics()
        wide = self.width() / len(self._days)
        most = max(max(n for _, n in self._days), 1)
        floor = self.height() - metrics.height() - 2
        quiet = palette.color(role.PlaceholderText)
        for place, (day, count) in enumerate(self._days):
            left = place * wide
            tall = max(2.0, (floor - metrics.height()) * count / most) if count else 1.0
            bar = QRectF(left + 2, floor - tall, max(wide - 4, 2), tall)
            painter.fillRect(bar, palette.color(role.Link) if count else palette.color(role.Mid))
            painter.setPen(quiet)
            center = Qt.AlignmentFlag.AlignHCenter
            if count == most:
                above = QRectF(
                    left - wide, bar.top() - metrics.height(), wide * 3, metrics.height()
                )
                painter.drawText(above, center, grouped(count))
            if place % 2 == (len(self._days) - 1) % 2:
                below = QRectF(left - wide, floor + 2, wide * 3, metrics.height())
                painter.drawText(below, center, f"{day.day}")
