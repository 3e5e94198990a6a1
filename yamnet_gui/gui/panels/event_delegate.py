"""How rows of the table of events are painted."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.theme import class_color, state_mark
from yamnet_gui.gui.widgets.colors import state_color
from yamnet_gui.gui.widgets.drawing import draw_row_background, draw_swatch
from yamnet_gui.gui.widgets.table_model import Index

from .event_columns import EventColumn
from .event_table_model import EVENT_ROLE, STATE_WORDS


class EventDelegate(QStyledItemDelegate):
    """Paints class and state; rejected events stand back."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        event = index.data(EVENT_ROLE)
        if event is not None and event.state is ReviewState.REJECTED:
            palette = option.palette
            dim = palette.color(QPalette.ColorRole.PlaceholderText)
            palette.setColor(QPalette.ColorRole.Text, dim)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        column = index.column()
        if column not in (EventColumn.CLASS, EventColumn.STATE):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        event = index.data(EVENT_ROLE)
        box = option.rect
        palette: QPalette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        color = palette.color(role)
        painter.save()
        draw_row_background(painter, option, option.widget)
        metrics: QFontMetrics = option.fontMetrics
        middle = Qt.AlignmentFlag.AlignVCenter
        if column == EventColumn.CLASS:
            swatch = QRectF(box.x() + 5, box.center().y() - 3.5, 8, 8)
            rejected = event.state is ReviewState.REJECTED
            draw_swatch(
                painter, swatch, class_color(event.class_index, event.label), filled=not rejected
            )
            place = box.adjusted(19, 0, -2, 0)
            text = metrics.elidedText(event.label, Qt.TextElideMode.ElideRight, place.width())
            painter.setPen(color)
            painter.drawText(place, middle, text)
        else:
            mark, word = state_mark(event.state), STATE_WORDS[event.state]
            place = box.adjusted(5, 0, -2, 0)
            space = metrics.horizontalAdvance("✓") + 7
            painter.setPen(color if selected else state_color(event.state, palette))
            if metrics.horizontalAdvance(word) + space <= place.width():
                painter.drawText(place, middle, mark)
                painter.setPen(color)
                painter.drawText(place.adjusted(space, 0, 0, 0), middle, word)
            else:
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, mark)
        painter.restore()
