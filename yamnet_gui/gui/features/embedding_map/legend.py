"""The legend of a map: names with their colours, or a scale of scores."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QIcon,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QWidget

from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.widgets.file_names import ELIDED
from yamnet_gui.gui.widgets.plain_text import plain_tip

from .colors import Kind, score_table
from .points import Shape


class MapLegend(QListWidget):
    """What each colour means; choosing one dims the others."""

    kind_chosen = Signal(object)  # code, None for all

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend of the map")
        self.setToolTip("Click a colour to dim the others; Esc shows all")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setSpacing(1)
        self.setTextElideMode(ELIDED)
        self.setIconSize(QSize(10, 10))
        self.itemSelectionChanged.connect(self._on_chosen)
        self._kinds: tuple[Kind, ...] = ()

    def set_kinds(self, kinds: Sequence[Kind]) -> None:
        self.blockSignals(True)
        self.clear()
        self._kinds = tuple(kinds)
        for kind in kinds:
            number = grouped(kind.count)
            item = QListWidgetItem(f"{kind.name}  {number}")
            item.setData(Qt.ItemDataRole.UserRole, kind.code)
            item.setIcon(_swatch(kind.color, kind.shape))
            item.setToolTip(plain_tip(f"{kind.name}: {counted(kind.count, 'point')}"))
            self.addItem(item)
        self.blockSignals(False)
        self.setVisible(bool(kinds))
        self.updateGeometry()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return self._kinds

    def sizeHint(self) -> QSize:
        return QSize(200, min(self._lines(), 5) * (self.fontMetrics().height() + 6) + 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _lines(self) -> int:
        """How many lines the names need at this width."""
        width, lines, at = max(self.width() - 20, 60), 1, 0
        for row in range(self.count()):
            wide = self.fontMetrics().horizontalAdvance(self.item(row).text()) + 28
            if at and at + wide > width:
                lines, at = lines + 1, 0
            at += wide
        return lines

    def _on_chosen(self) -> None:
        items = self.selectedItems()
        self.kind_chosen.emit(items[0].data(Qt.ItemDataRole.UserRole) if items else None)


def _swatch(color: QColor, shape: Shape) -> QIcon:
    """A square that is full, hollow or small, as the points are."""
    picture = QPixmap(10, 10)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    if shape is Shape.DOT:
        painter.fillRect(3, 3, 5, 5, color)
    elif shape is Shape.RING:
        painter.setPen(QPen(color, 2))
        painter.drawRect(1, 1, 8, 8)
    else:
        painter.fillRect(picture.rect(), color)
    painter.end()
    return QIcon(picture)


class ScoreScale(QWidget):
    """The colours of scores from 0 to 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self.setAccessibleName("Colours of scores")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str) -> None:
        self._title = title
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        high = self.fontMetrics().height()
        bar = QRectF(4, high + 3, self.width() - 8, 8)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, color in enumerate(score_table()[::15].tolist()):
            gradient.setColorAt(min(place * 15 / 255, 1.0), QColor.fromRgb(color))
        painter.fillRect(bar, gradient)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        top = QRectF(4, 0, self.width() - 8, high)
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(top, Qt.AlignmentFlag.AlignHCenter, self._title)
        painter.drawText(top, Qt.AlignmentFlag.AlignRight, "1")
