"""Labels: one that shortens its text to the room it has, and headings."""

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

KINDS = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
"""Between a kind of sound and one below it."""


class ElidedLabel(QWidget):
    """One line of text that ends in … where it does not fit; the tip then has all of it.

    With a `separator` whole parts in front of one are left out first.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        dim: bool = False,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        separator: str = "",
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self._tip = ""
        self._dim = dim
        self._mode = mode
        self._separator = separator
        self._align = align | Qt.AlignmentFlag.AlignVCenter
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        return self._text

    def setText(self, text: str, tip: str = "") -> None:
        """Shows another text; `tip` is shown instead of the whole text."""
        if (text, tip) == (self._text, self._tip):
            return
        before = self.sizeHint()
        self._text, self._tip = text, tip
        self.setAccessibleName(text)
        self._set_tip()
        if self.sizeHint() != before:  # else the whole window would be laid out as before
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = min(self.sizeHint().width(), metrics.averageCharWidth() * 4)
        return QSize(width, metrics.height() + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_tip()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        role = QPalette.ColorRole
        palette = self.palette()
        painter.setPen(palette.color(role.PlaceholderText if self._dim else role.WindowText))
        painter.drawText(self.rect(), self._align, self.shown_text())

    def shown_text(self) -> str:
        """The text as far as there is room for it."""
        metrics, text = self.fontMetrics(), self._text
        while self._separator and metrics.horizontalAdvance(text) > self.width():
            _, found, rest = text.removeprefix(f"…{self._separator}").partition(self._separator)
            if not found:
                break
            text = f"…{self._separator}{rest}"
        return metrics.elidedText(text, self._mode, self.width())

    def _set_tip(self) -> None:
        fits = self.fontMetrics().horizontalAdvance(self._text) <= self.width()
        tip = self._tip or ("" if fits else self._text)
        if plain_tip(tip) != self.toolTip():
            self.setToolTip(plain_tip(tip))


class RunningLabel(ElidedLabel):
    """Figures that change many times a second: every digit has the room of the widest one, so that
    what stands beside them stays where it is."""

    _widest = ("", "")  # a font, and the widest digit of it

    def sizeHint(self) -> QSize:
        metrics, font = self.fontMetrics(), self.font().key()
        if self._widest[0] != font:
            self._widest = font, max("0123456789", key=metrics.horizontalAdvance)
        text = re.sub("[0-9]", self._widest[1], self.text())
        return QSize(metrics.horizontalAdvance(text) + 2, metrics.height() + 2)


def heading(text: str, parent: QWidget) -> QLabel:
    """The dim heading of a part of a panel."""
    label = PlainLabel(text, parent)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setContentsMargins(0, 6, 0, 0)
    return label
