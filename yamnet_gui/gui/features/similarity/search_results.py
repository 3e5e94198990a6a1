"""The table of similar sounds: its keys, and how its cells are painted."""

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.widgets.colors import state_color, theme_of
from yamnet_gui.gui.widgets.drawing import draw_bar, draw_row_background
from yamnet_gui.gui.widgets.file_names import FileNameDelegate
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.gui.widgets.tables import QuietTable

from .hits import Hit
from .model import HIT_ROLE, SimilarColumn

_KEYS = {
    Qt.Key.Key_A: "accept",
    Qt.Key.Key_R: "reject",
    Qt.Key.Key_U: "uncertain",
    Qt.Key.Key_Backspace: "unreview",
    Qt.Key.Key_Plus: "more",
    Qt.Key.Key_Equal: "more",
    Qt.Key.Key_Minus: "less",
    Qt.Key.Key_Space: "play",
    Qt.Key.Key_N: "next",
    Qt.Key.Key_P: "previous",
}

_STEPPING = frozenset({"next", "previous"})


class SearchResultsTable(QuietTable):
    """Handles the shortcuts of the review itself while it has the focus."""

    key_pressed = Signal(str)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._name(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = self._name(event)
        if name is None or name == "open":
            super().keyPressEvent(event)
        elif name in _STEPPING or not event.isAutoRepeat():  # held down, a key decides once
            self.key_pressed.emit(name)

    def _name(self, event: QKeyEvent) -> str | None:
        held = event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        if held != Qt.KeyboardModifier.NoModifier or not self.currentIndex().isValid():
            return None
        key = Qt.Key(event.key())
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return "open"
        if shifted and key is not Qt.Key.Key_Plus:
            return None
        return _KEYS.get(key)


class HitDelegate(FileNameDelegate):
    """Paints the similarity as a bar next to its number; rejected rows are dimmed."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        hit: Hit | None = index.data(HIT_ROLE)
        if hit is not None and hit.state is ReviewState.REJECTED:
            dim = option.palette.color(QPalette.ColorRole.PlaceholderText)
            option.palette.setColor(QPalette.ColorRole.Text, dim)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.column() not in (SimilarColumn.SCORE, SimilarColumn.STATE):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        hit: Hit = index.data(HIT_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette: QPalette = option.palette
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        painter.save()
        draw_row_background(painter, option, option.widget)
        painter.setPen(palette.color(role))
        box = option.rect
        if index.column() == SimilarColumn.STATE:
            if not selected:
                painter.setPen(state_color(hit.state, palette))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, state_mark(hit.state))
        else:
            number = option.fontMetrics.horizontalAdvance("0.00") + 6
            theme = theme_of(palette)
            bar = QRectF(box.x() + 4, box.center().y() - 2, box.width() - number - 10, 4)
            color = QColor(theme.accent_text if selected else theme.accent)
            draw_bar(painter, bar, max(0.0, min(hit.score, 1.0)), color, QColor(theme.line))
            painter.setPen(palette.color(role))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box.adjusted(0, 0, -5, 0), right, f"{hit.score:.2f}")
        painter.restore()
