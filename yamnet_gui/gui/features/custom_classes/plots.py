"""Small plots about a custom class: its learning curve and its confusion matrix."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from yamnet_gui.core.text import grouped
from yamnet_gui.gui.widgets.plain_text import plain_tip

_LEFT, _BOTTOM, _TOP, _RIGHT = 34, 34, 8, 10
_MOST_NAMES = 12


class LearningCurve(QWidget):
    """F1 (0 to 1) over the number of examples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[tuple[int, float], ...] = ()
        self.setAccessibleName("Learning curve")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_points(self, points: Sequence[tuple[int, float]]) -> None:
        """Pairs of examples and F1; NaN where no F1 could be computed."""
        self._points = tuple((n, f) for n, f in points if np.isfinite(f))
        words = ", ".join(f"{f:.2f} with {grouped(n)}" for n, f in self._points)
        self.setAccessibleDescription(f"F1 {words}" if words else "")
        self.setToolTip(plain_tip(f"F1 on held-out recordings: {words}" if words else ""))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 130)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._points:
            return
        painter = QPainter(self)
        palette = self.palette()
        dim = palette.color(QPalette.ColorRole.PlaceholderText)
        line = palette.color(QPalette.ColorRole.Mid)
        box = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in (0.0, 0.5, 1.0):
            y = box.bottom() - value * box.height()
            painter.setPen(QPen(line, 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(dim)
            painter.drawText(QRectF(0, y - 9, _LEFT - 6, 18), right, f"{value:g}")
        most = max(n for n, _ in self._points)
        places = [
            QPointF(box.left() + n / most * box.width(), box.bottom() - f * box.height())
            for n, f in self._points
        ]
        below = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        for (n, _), place in zip(self._points, places, strict=True):
            painter.drawText(QRectF(place.x() - 30, box.bottom() + 2, 60, 16), below, grouped(n))
        painter.drawText(
            QRectF(box.left(), box.bottom() + 17, box.width(), 16), below, "examples → F1"
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = palette.color(QPalette.ColorRole.Highlight)
        painter.setPen(QPen(accent, 1.6))
        painter.drawPolyline(QPolygonF(places))
        painter.setBrush(accent)
        for place in places:
            painter.drawEllipse(place, 2.8, 2.8)


class ConfusionMatrix(QWidget):
    """Rows are what an example is, columns what it was classified as; numbers of examples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts = np.zeros((0, 0), np.int64)
        self.setAccessibleName("Confusion matrix")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_counts(self, names: Sequence[str], counts: NDArray[np.int64]) -> None:
        """int64 (n, n) for n names; of many classes, those that are confused most."""
        if len(names) > _MOST_NAMES:
            wrong = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
            shown = np.sort(np.argsort(-wrong, kind="stable")[:_MOST_NAMES])
            names, counts = [names[i] for i in shown], counts[np.ix_(shown, shown)]
        self._names, self._counts = tuple(names), counts
        entries = [
            f"{counts[i, j]} of {a} classified as {b}"
            for i, a in enumerate(self._names)
            for j, b in enumerate(self._names)
            if counts[i, j]
        ]
        self.setAccessibleDescription("; ".join(entries[:40]))
        self.setToolTip(
            plain_tip("Rows: true class. Columns: predicted class.\n" + "\n".join(entries[:20]))
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        size = len(self._names)
        return QSize(240, (size + 1) * self._row() + 4 if size else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        size = len(self._names)
        if not size:
            return
        painter = QPainter(self)
        palette = self.palette()
        metrics = QFontMetrics(self.font())
        longest = max(metrics.horizontalAdvance(n) for n in self._names) + 12
        head = min(longest, self.width() * 2 // 5)
        cell = min((self.width() - head) / size, 70.0)
        row, middle = self._row(), Qt.AlignmentFlag.AlignVCenter
        text = palette.color(QPalette.ColorRole.Text)
        dim = palette.color(QPalette.ColorRole.PlaceholderText)
        totals = np.maximum(self._counts.sum(axis=1), 1)
        for i, name in enumerate(self._names):
            painter.setPen(dim)
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, round(cell) - 2)
            top = QRectF(head + i * cell, 0, cell, row)
            painter.drawText(top, Qt.AlignmentFlag.AlignCenter, short)
            side = QRectF(0, (i + 1) * row, head - 8, row)
            long = metrics.elidedText(name, Qt.TextElideMode.ElideRight, round(head) - 8)
            painter.setPen(text)
            painter.drawText(side, middle | Qt.AlignmentFlag.AlignRight, long)
            for j in range(size):
                count = int(self._counts[i, j])
                box = QRectF(head + j * cell, (i + 1) * row, cell, row).adjusted(1, 1, -1, -1)
                painter.fillRect(box, self._shade(count / totals[i], i == j))
                painter.setPen(text if count else dim)
                painter.drawText(
                    box, Qt.AlignmentFlag.AlignCenter, grouped(count) if count else "·"
                )

    def _shade(self, share: float, right: bool) -> QColor:
        palette = self.palette()
        role = QPalette.ColorRole.Highlight if right else QPalette.ColorRole.BrightText
        color = QColor(palette.color(role))
        color.setAlphaF(0.08 + 0.5 * float(share) if share else 0.04)
        return color

    def _row(self) -> int:
        return self.fontMetrics().height() + 8
