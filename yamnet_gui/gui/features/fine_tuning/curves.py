"""The curves of training: loss of the training set and of the held-out recordings, and F1."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from yamnet_gui.fine_tuning.outcome import pass_text
from yamnet_gui.gui.theme import series_color
from yamnet_gui.yamnet import EpochFigures

_LEFT, _BOTTOM, _TOP, _RIGHT = 52, 36, 26, 44
_LEAST_PASSES = 4


class TrainingCurves(QWidget):
    """Losses by the left axis, F1 (0 to 1) by the right one; a line marks the best pass."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._passes: tuple[EpochFigures, ...] = ()
        self._best = 0
        self.setAccessibleName("Curves of training")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_passes(self, passes: Sequence[EpochFigures], best: int) -> None:
        """All passes so far, and the best of them (0: none yet)."""
        self._passes, self._best = tuple(passes), best
        if passes:
            last = passes[-1]
            self.setAccessibleDescription(
                f"After pass {last.epoch}: {pass_text(last)}; best pass {best}"
            )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, 280)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        dim = palette.color(QPalette.ColorRole.PlaceholderText)
        box = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        losses = [v for p in self._passes for v in (p.loss, p.held_out_loss) if math.isfinite(v)]
        most = _ceiling(max(losses, default=1.0))
        self._axes(painter, box, most, dim)
        last = max([p.epoch for p in self._passes] + [_LEAST_PASSES])
        if self._best:
            x = box.left() + self._best / last * box.width()
            painter.setPen(QPen(dim, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        lines = (
            ("loss", [p.loss / most for p in self._passes], series_color(0)),
            ("held-out loss", [p.held_out_loss / most for p in self._passes], series_color(1)),
            ("held-out F1", [p.f1 for p in self._passes], series_color(2)),
        )
        x = box.left()
        for name, values, color in lines:
            self._line(painter, box, values, last, color)
            painter.setPen(QPen(color, 3))
            painter.drawLine(QPointF(x, 12), QPointF(x + 18, 12))
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QPointF(x + 24, 16), name)
            x += width + 44

    def _axes(self, painter: QPainter, box: QRectF, most: float, dim: QColor) -> None:
        line = self.palette().color(QPalette.ColorRole.Mid)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for share in (0.0, 0.5, 1.0):
            y = box.bottom() - share * box.height()
            painter.setPen(QPen(line, 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(dim)
            painter.drawText(QRectF(0, y - 9, _LEFT - 6, 18), right, f"{most * share:.3g}")
            painter.drawText(QRectF(box.right() + 6, y - 9, _RIGHT, 18), left, f"{share:g}")
        below = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        text = "passes over the training set"
        if self._best:
            text += f"; the best so far: {self._best}"
        painter.drawText(QRectF(box.left(), box.bottom() + 8, box.width(), 18), below, text)

    def _line(
        self, painter: QPainter, box: QRectF, values: Sequence[float], last: int, color: QColor
    ) -> None:
        places = [
            QPointF(
                box.left() + one.epoch / last * box.width(),
                box.bottom() - min(value, 1.0) * box.height(),
            )
            for one, value in zip(self._passes, values, strict=True)
            if math.isfinite(value)
        ]
        painter.setPen(QPen(color, 1.8))
        painter.drawPolyline(QPolygonF(places))
        painter.setBrush(color)
        for place in places:
            painter.drawEllipse(place, 2.4, 2.4)


def _ceiling(value: float) -> float:
    """A round number from `value` on: the top of an axis."""
    if value <= 0:
        return 1.0
    step = 10 ** math.floor(math.log10(value))
    return next(k * step for k in (1, 2, 5, 10) if k * step >= value - 1e-12)
