"""Small widgets that panels and dialogs share."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHeaderView,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QTreeView,
    QWidget,
)

from yamnet_gui.gui.theme import DARK, LIGHT, Theme, icon

Index = QModelIndex | QPersistentModelIndex


def theme_of(palette: QPalette) -> Theme:
    """The theme that a palette was made from, told by its window colour."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def blended(top: QColor, below: QColor, share: float) -> QColor:
    """`share` of one colour over another, opaque."""
    parts = zip(top.getRgb()[:3], below.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a * share + b * (1 - share)) for a, b in parts))


class ElidedLabel(QWidget):
    """One line of text that ends in … where it does not fit; the tip then has all of it."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        dim: bool = False,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self._tip = ""
        self._dim = dim
        self._mode = mode
        self._align = align | Qt.AlignmentFlag.AlignVCenter
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        return self._text

    def setText(self, text: str, tip: str = "") -> None:
        """Shows another text; `tip` is shown instead of the whole text."""
        if (text, tip) == (self._text, self._tip):
            return
        self._text, self._tip = text, tip
        self.setAccessibleName(text)
        self._set_tip()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = min(metrics.horizontalAdvance(self._text) + 2, metrics.averageCharWidth() * 4)
        return QSize(width, metrics.height() + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_tip()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        role = QPalette.ColorRole
        palette = self.palette()
        painter.setPen(palette.color(role.PlaceholderText if self._dim else role.WindowText))
        text = self.fontMetrics().elidedText(self._text, self._mode, self.width())
        painter.drawText(self.rect(), self._align, text)

    def _set_tip(self) -> None:
        fits = self.fontMetrics().horizontalAdvance(self._text) <= self.width()
        self.setToolTip(self._tip or ("" if fits else self._text))


class SearchField(QLineEdit):
    """A field that filters a list: Escape empties it, Down and Enter go on to the list."""

    left_down = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(True)

    def event(self, event: QEvent) -> bool:
        # Escape must empty the field even where the window uses the key for something else.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.text()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        else:
            super().keyPressEvent(event)


class QuietTable(QTableView):
    """A table of rows in which letters do nothing: they are the window's shortcuts."""

    entered_row = Signal(QModelIndex)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(row_height(self.fontMetrics()))
        self.horizontalHeader().setHighlightSections(False)
        self.doubleClicked.connect(self.entered_row)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            # The header asks of every row whether it is selected to paint its borders; with an
            # empty selection of its own it stays quick when fifty thousand rows are selected.
            self.horizontalHeader().setSelectionModel(QItemSelectionModel(model, self))

    def keyboardSearch(self, search: str) -> None:
        """Letters belong to the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.entered_row.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class QuietTree(QTreeView):
    """A tree in which letters do nothing: they are the window's shortcuts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setIndentation(14)

    def keyboardSearch(self, search: str) -> None:
        """Letters belong to the window."""


class TickBox(QCheckBox):
    """A check box whose empty square can be seen on dark windows too."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        style = self.style()
        square = style.subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        role = QPalette.ColorRole
        palette = self.palette()
        box = QRectF(square.center().x() - 5.5, square.center().y() - 5.5, 13, 13)
        text, base = palette.color(role.WindowText), palette.color(role.Window)
        draw_tick(painter, box, self.isChecked(), text, base)
        option.rect = style.subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, self)
        style.drawControl(QStyle.ControlElement.CE_CheckBoxLabel, option, painter, self)
        if self.hasFocus():
            painter.setPen(QPen(palette.color(role.Highlight), 1))
            painter.drawRoundedRect(box.adjusted(-2.5, -2.5, 2.5, 2.5), 3, 3)


def row_height(metrics: QFontMetrics) -> int:
    """Height of a dense row that can still be hit with a finger of the mouse."""
    return metrics.height() + 6


class IconButton(QToolButton):
    """A flat button with the icon `name`, tinted anew when the palette changes.

    Where there is no such icon it shows the sign `fallback`.
    """

    def __init__(self, name: str, fallback: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self._fallback = fallback
        self.setAutoRaise(True)
        self.setToolTip(title)
        self.setAccessibleName(title)
        self._tint()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def show_icon(self, name: str) -> None:
        """Another drawing, where the button does something else now."""
        if name != self._name:
            self._name = name
            self._tint()

    def _tint(self) -> None:
        drawing = icon(self._name, self.palette())
        self.setIcon(drawing)
        self.setText(self._fallback if drawing.isNull() else "")


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
    """A tick box that can be told from its background in every palette."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(blended(text, base, 0.5 if not on else 0.9), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    if on:
        painter.setPen(QPen(text, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        x, y, side = box.x(), box.y(), box.width()
        points = [(0.25, 0.52), (0.43, 0.70), (0.76, 0.30)]
        painter.drawPolyline([QPointF(x + a * side, y + b * side) for a, b in points])


def draw_row_background(
    painter: QPainter, option: QStyleOptionViewItem, widget: QWidget | None
) -> None:
    """Selection, hover and alternate colour behind a cell that a delegate paints itself."""
    style = widget.style() if widget else None
    if style is not None:
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)


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
        self._title = title
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)

    @property
    def rows(self) -> tuple[ScoreRow, ...]:
        return self._rows

    def set_rows(self, rows: Sequence[ScoreRow], places: int = 0) -> None:
        """Shows these; room is kept for `places` rows so that nothing jumps below."""
        rows = tuple(rows)
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
        self.setToolTip(self._tip(row))

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
        return f"{row.name}\nscore {row.score:.3f}{mean}{key}"
