"""What delegates and small widgets paint: bars, swatches, ticks, row backgrounds."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from .colors import blended


def row_height(metrics: QFontMetrics) -> int:
    """Height of a dense row that can still be hit easily with the mouse."""
    return metrics.height() + 6


def draw_bar(painter: QPainter, box: QRectF, value: float, color: QColor, back: QColor) -> None:
    """A thin horizontal bar that is filled for `value` of its length (0 to 1)."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back)
    painter.drawRoundedRect(box, 1.5, 1.5)
    width = box.width() * min(max(value, 0.0), 1.0)
    if width > 0.5:
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(box.x(), box.y(), width, box.height()), 1.5, 1.5)


def draw_swatch(painter: QPainter, box: QRectF, color: QColor, filled: bool = True) -> None:
    """A small square in a class's colour, hollow where the class has no row in the tracks."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if filled:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(box, 2, 2)
    else:
        painter.setPen(QPen(color, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.6, 0.6, -0.6, -0.6), 2, 2)


def draw_tick(painter: QPainter, box: QRectF, on: bool, text: QColor, base: QColor) -> None:
    """A tick box that stands out from its background in every palette, on whole pixels."""
    box = QRectF(box.toRect())  # else its lines would be spread over two of them
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(blended(text, base, 0.9 if on else 0.6), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    if on:
        painter.setPen(QPen(text, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        x, y, side = box.x(), box.y(), box.width()
        points = [(0.25, 0.52), (0.43, 0.70), (0.76, 0.30)]
        painter.drawPolyline([QPointF(x + a * side, y + b * side) for a, b in points])


def draw_radio(painter: QPainter, box: QRectF, on: bool, text: QColor, base: QColor) -> None:
    """The same for one of several choices: a circle, with a dot where it is chosen."""
    box = QRectF(box.toRect())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(blended(text, base, 0.9 if on else 0.6), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(text)
        painter.drawEllipse(box.adjusted(3.5, 3.5, -3.5, -3.5))


def draw_row_background(
    painter: QPainter, option: QStyleOptionViewItem, widget: QWidget | None
) -> None:
    """Selection, hover and alternate colour behind a cell that a delegate paints itself."""
    style = widget.style() if widget else None
    if style is not None:
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
