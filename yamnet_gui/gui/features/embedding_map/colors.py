"""Colours of a map's points, and what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QIcon,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QWidget

from yamnet_gui.gui.theme import class_color

OTHERS = -1
_MOST_KINDS = 12
_OTHER_COLOR = "#808890"


@dataclass(frozen=True, slots=True)
class Kind:
    """One colour: its name, how many points have it, and which code of the points it is."""

    name: str
    color: QColor
    count: int
    code: int


@dataclass(frozen=True)
class Coloring:
    """A colour 0xAARRGGBB a point; `kinds` for a legend of names, or (None) a scale of scores."""

    colors: NDArray[np.uint32]
    codes: NDArray[np.int32]
    kinds: tuple[Kind, ...] | None
    title: str = ""


def by_kind(
    codes: NDArray[np.int32], names: Sequence[str], colors: Sequence[QColor], none: str = "none"
) -> Coloring:
    """Points by a number each, -1 for none. The most frequent twelve have a colour of their own;
    the rest are grey."""
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    own, rest = order[:_MOST_KINDS], order[_MOST_KINDS:]
    grey = QColor(_OTHER_COLOR)
    table = np.full(len(names) + 1, grey.rgba(), np.uint32)
    shown = np.full(len(names) + 1, OTHERS, np.int32)
    kinds = []
    mine = _told_apart([colors[code] for code in own.tolist()])
    for code, color in zip(own.tolist(), mine, strict=True):
        table[code] = color.rgba()
        shown[code] = code
        kinds.append(Kind(names[code], color, int(counts[code]), code))
    left = int(counts[rest].sum())
    without = int((codes < 0).sum())
    if left:
        kinds.append(Kind(f"{len(rest)} others", grey, left + without, OTHERS))
    elif without:
        kinds.append(Kind(none, grey, without, OTHERS))
    return Coloring(table[codes], shown[codes], tuple(kinds))


def _told_apart(colors: Sequence[QColor]) -> list[QColor]:
    """The colours, each once: the first to have one keeps it, a later one takes a free one."""
    taken: set[int] = set()
    for_later = {color.rgba() for color in colors}
    free = [c for c in map(class_color, range(_MOST_KINDS)) if c.rgba() not in for_later]
    result = []
    for color in colors:
        mine = color if color.rgba() not in taken or not free else free.pop(0)
        taken.add(mine.rgba())
        result.append(mine)
    return result


def by_score(scores: NDArray[np.float32], title: str) -> Coloring:
    """Points by a number from 0 to 1 on a perceptually uniform scale; grey where there is none."""
    known = np.isfinite(scores)
    places = np.clip(np.nan_to_num(scores) * 255, 0, 255).astype(np.intp)
    colors = np.where(known, score_table()[places], np.uint32(QColor(_OTHER_COLOR).rgba()))
    return Coloring(colors.astype(np.uint32), np.zeros(len(scores), np.int32), None, title)


def score_table() -> NDArray[np.uint32]:
    """256 opaque colours from 0 to 1 (viridis, which ships with pyqtgraph)."""
    rgb = pg.colormap.get("viridis").getLookupTable(nPts=256, alpha=False).astype(np.uint32)
    table = (np.uint32(0xFF) << 24) | (rgb[:, 0] << 16) | (rgb[:, 1] << 8) | rgb[:, 2]
    return np.asarray(table, np.uint32)


class MapLegend(QListWidget):
    """What each colour means; choosing one lets the others step back."""

    kind_chosen = Signal(object)  # code, None for all

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend of the map")
        self.setToolTip("Choose a colour to let the others step back; Esc shows all")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setSpacing(1)
        self.setIconSize(QSize(10, 10))
        self.itemSelectionChanged.connect(self._on_chosen)
        self._kinds: tuple[Kind, ...] = ()

    def set_kinds(self, kinds: Sequence[Kind]) -> None:
        self.blockSignals(True)
        self.clear()
        self._kinds = tuple(kinds)
        for kind in kinds:
            number = f"{kind.count:,}".replace(",", "\u202f")
            item = QListWidgetItem(f"{kind.name}  {number}")
            item.setData(Qt.ItemDataRole.UserRole, kind.code)
            item.setIcon(_swatch(kind.color))
            item.setToolTip(f"{kind.name}: {kind.count} points")
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
        """How many lines the names take at this width."""
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


def _swatch(color: QColor) -> QIcon:
    picture = QPixmap(10, 10)
    picture.fill(color)
    return QIcon(picture)


class ScoreScale(QWidget):
    """The colours from 0 to 1."""

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
