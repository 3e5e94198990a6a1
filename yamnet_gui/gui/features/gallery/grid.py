"""A grid of cards of one size: as many as one likes, only those in sight are ever looked at."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QRubberBand,
    QStyle,
    QStyleOptionRubberBand,
    QWidget,
)

from yamnet_gui.gui.widgets.table_model import Index

from .card_layout import CardLayout

_Flag = QItemSelectionModel.SelectionFlag
_Move = QAbstractItemView.CursorAction
_NAVIGATION = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    }
)


@dataclass(frozen=True, slots=True)
class CardLook:
    """How a card stands out: `selected`, the `current` one of the keys, under the pointer."""

    selected: bool
    current: bool
    hovered: bool


class Cards(Protocol):
    """What draws the cards, a frame at a time."""

    def begin(self) -> None:
        """A frame begins."""

    def paint(self, painter: QPainter, box: QRect, row: int, look: CardLook) -> bool:
        """Draws one; False where it takes more time than a frame has: it is asked for again."""


class CardGrid(QAbstractItemView):
    """Rows of a list model from left to right, line by line, under one vertical scroll bar.

    `CardLayout` has their places (`QListView` measures each). Letters do nothing: they are the
    window's.
    """

    entered_row = Signal(QModelIndex)
    sight_changed = Signal()  # other cards are in sight
    hovered_changed = Signal(int)  # row under the pointer, -1 for none
    zoomed = Signal(int)  # steps of the wheel with Ctrl

    def __init__(self, cards: Cards, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = cards
        self._places = CardLayout(QSize(160, 120), 0)
        self._from = QPoint()
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(0)
        self._next.timeout.connect(self._paint_rest)
        self._rest: list[QRect] = []
        self._hovered = -1
        self._band: QRect | None = None  # in pixels of the whole list
        self._cancelled = False  # the band by Escape; the button is held still
        self.setFrameShape(QAbstractItemView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.doubleClicked.connect(self.entered_row)

    # Where cards are

    @property
    def count(self) -> int:
        model = self.model()
        return model.rowCount() if model is not None else 0

    @property
    def columns(self) -> int:
        """Cards side by side."""
        return self._places.columns

    @property
    def in_sight(self) -> range:
        """Rows of which a part can be seen."""
        return self._rows_in(self.viewport().rect())

    @property
    def whole_in_sight(self) -> int:
        """How many whole cards fit the view at once; 0 where it is hidden."""
        if self.viewport().visibleRegion().isEmpty():
            return 0
        return self.columns * self._places.lines_in(self.viewport().height())

    @property
    def hovered(self) -> int:
        """The row under the pointer; -1 for none."""
        return self._hovered

    @property
    def selected(self) -> NDArray[np.int64]:
        """Rows that are selected, ascending; int64 (n,)."""
        ranges = self.selectionModel().selection().toList()  # which do not overlap
        ends = sorted((part.top(), part.bottom() + 1) for part in ranges)
        parts = [np.arange(first, stop) for first, stop in ends]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    @property
    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(part.height() for part in self.selectionModel().selection().toList())

    def set_card(self, size: QSize) -> None:
        """Another size of all cards; what is in sight stays there."""
        if size != self._places.card:
            row, sight = self.currentIndex().row(), self.in_sight
            self._places = replace(self._places, card=size)
            self.updateGeometries()
            self._scroll_to(row if row in sight else sight.start)
            self.viewport().update()
            self.sight_changed.emit()

    def update_rows(self, rows: range) -> None:
        """Paints these again, as far as they are in sight."""
        sight = self.in_sight
        for row in range(max(rows.start, sight.start), min(rows.stop, sight.stop)):
            self.viewport().update(self._box(row))

    def select_rows(self, rows: NDArray[np.int64]) -> None:
        """Selects exactly these."""
        chosen = QItemSelection()
        model = self.model()
        for part in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            if len(part):
                chosen.select(model.index(int(part[0]), 0), model.index(int(part[-1]), 0))
        self.selectionModel().select(chosen, _Flag.ClearAndSelect)

    def _box(self, row: int) -> QRect:
        """Where a card lies in the view."""
        return self._places.box(row).translated(0, -self.verticalOffset())

    def _rows_in(self, part: QRect) -> range:
        """The rows in lines of which something lies in a part of the view."""
        in_list = part.translated(0, self.verticalOffset())
        return self._places.between(in_list.top(), in_list.bottom(), self.count)

    def visualRect(self, index: Index) -> QRect:
        return self._box(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._row_at(point)
        return self.model().index(row, 0) if row >= 0 else QModelIndex()

    def _row_at(self, point: QPoint) -> int:
        return self._places.row_at(point + QPoint(0, self.verticalOffset()), self.count)

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.EnsureVisible,  # type: ignore[attr-defined]
    ) -> None:
        if index.isValid():
            self._scroll_to(index.row())

    def _scroll_to(self, row: int) -> None:
        box, bar = self._places.with_gap(row), self.verticalScrollBar()
        if box.top() < bar.value():
            bar.setValue(box.top())
        elif box.bottom() > bar.value() + self.viewport().height():
            bar.setValue(box.bottom() - self.viewport().height())

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def updateGeometries(self) -> None:
        size, bar = self.viewport().size(), self.verticalScrollBar()
        self._places = places = replace(self._places, width=size.width())
        bar.setRange(0, max(0, places.height(self.count) - size.height()))
        bar.setPageStep(places.lines_in(size.height()) * places.line)
        bar.setSingleStep(max(places.line // 3, 1))
        super().updateGeometries()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometries()
        self.sight_changed.emit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.scrollDirtyRegion(dx, dy)
        self.viewport().scroll(dx, dy)
        self._hover(self.viewport().mapFromGlobal(self.cursor().pos()), moved=False)
        self.sight_changed.emit()

    # Choosing

    def moveCursor(self, action: QAbstractItemView.CursorAction, _keys: object) -> QModelIndex:
        if not self.count:
            return QModelIndex()
        row, page = self.currentIndex().row(), max(self.whole_in_sight, self.columns)
        steps = {
            _Move.MoveLeft: -1,
            _Move.MovePrevious: -1,
            _Move.MoveRight: 1,
            _Move.MoveNext: 1,
            _Move.MoveUp: -self.columns,
            _Move.MoveDown: self.columns,
            _Move.MovePageUp: -page,
            _Move.MovePageDown: page,
            _Move.MoveHome: -self.count,
            _Move.MoveEnd: self.count,
        }
        step = steps[action]
        if row < 0:
            row = 0
        elif 0 <= row + step < self.count or abs(step) >= page or abs(step) == 1:
            row = min(max(row + step, 0), self.count - 1)
        elif step > 0 and row // self.columns < (self.count - 1) // self.columns:
            row = self.count - 1  # the last line is shorter
        return self.model().index(row, 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """What a rubber band touches, else the run from one card to another."""
        chosen, model = QItemSelection(), self.model()
        if self.state() == QAbstractItemView.State.DragSelectingState:
            part = rect.normalized().translated(0, self.verticalOffset())
            for first, last in self._places.touched(part, self.count):
                chosen.select(model.index(first, 0), model.index(last, 0))
        else:
            ends = sorted((self._row_at(rect.topLeft()), self._row_at(rect.bottomRight())))
            if ends[1] >= 0:
                first = ends[0] if ends[0] >= 0 else ends[1]
                chosen.select(model.index(first, 0), model.index(ends[1], 0))
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """All of the view: what changes is painted from what is in memory."""
        return QRegion(self.viewport().rect())

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._selected_before, self._cancelled = self.selected, False
        super().mousePressEvent(event)
        self._from = event.position().toPoint() + QPoint(0, self.verticalOffset())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._cancelled:  # Qt would begin another band
            return
        super().mouseMoveEvent(event)
        here = event.position().toPoint()
        if self.state() == QAbstractItemView.State.DragSelectingState:
            self._band = QRect(self._from, here + QPoint(0, self.verticalOffset())).normalized()
            self._autoscroll(here)
            self.viewport().update()
        else:
            self._hover(here)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._cancelled:
            self._cancelled = False
            return
        super().mouseReleaseEvent(event)
        if self._band is not None:
            self._band = None
            self.viewport().update()

    def _autoscroll(self, here: QPoint) -> None:
        """A rubber band that is drawn over the edge takes the list along."""
        beyond = min(here.y(), 0) + max(here.y() - self.viewport().height(), 0)
        if beyond:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + beyond)

    def _hover(self, here: QPoint, moved: bool = True) -> None:
        inside = self.viewport().rect().contains(here) and (moved or self.underMouse())
        row = self._row_at(here) if inside else -1
        if row != self._hovered:
            before, self._hovered = self._hovered, row
            for changed in (before, row):
                if changed >= 0:
                    self.viewport().update(self._box(changed))
            self.hovered_changed.emit(row)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._hover(QPoint(-1, -1))
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self._band is not None:
                event.accept()
                return True
            held = event.modifiers() & ~(
                Qt.KeyboardModifier.KeypadModifier
                | Qt.KeyboardModifier.ShiftModifier
                | Qt.KeyboardModifier.ControlModifier
            )
            if event.key() in _NAVIGATION and held == Qt.KeyboardModifier.NoModifier:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._band is not None:
            self._band, self._cancelled = None, True
            self.setState(QAbstractItemView.State.NoState)
            self.select_rows(self._selected_before)
            self.viewport().update()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.entered_row.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters belong to the window."""

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        region, dirty = event.region(), event.rect()
        painter.fillRect(dirty, self.palette().base())
        model, chosen = self.model(), self.selectionModel()
        some = chosen.hasSelection()
        current = self.currentIndex().row() if self.hasFocus() else -1
        self._cards.begin()
        self._rest = [box for box in self._rest if not region.intersects(box)]  # still to be done
        for row in self._rows_in(dirty):
            box = self._box(row)
            if region.intersects(box):
                selected = some and chosen.isSelected(model.index(row, 0))
                look = CardLook(selected, row == current, row == self._hovered)
                if not self._cards.paint(painter, box, row, look):
                    self._rest.append(box)
        if self._rest:
            self._next.start()
        if self._band is not None:
            option = QStyleOptionRubberBand()
            option.initFrom(self)
            option.shape = QRubberBand.Shape.Rectangle
            option.rect = self._band.translated(0, -self.verticalOffset())
            self.style().drawControl(QStyle.ControlElement.CE_RubberBand, option, painter, self)
        painter.end()

    def _paint_rest(self) -> None:
        """Cards for which the frame before had no time."""
        for box in self._rest:
            self.viewport().update(box)
