"""Lists whose rows are ticked."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from .drawing import draw_row_background, draw_tick, row_height
from .file_names import elided_name
from .table_model import Index


class TickDelegate(QStyledItemDelegate):
    """Rows whose empty square can be seen on dark lists too."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), row_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        widget = option.widget
        draw_row_background(painter, option, widget)
        palette = option.palette
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole
        text = palette.color(role.HighlightedText if chosen else role.Text)
        base = palette.color(role.Highlight if chosen else role.Base)
        indicator = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        square = widget.style().subElementRect(indicator, option, widget)
        box = QRectF(square.center().x() - 5.5, square.center().y() - 5.5, 13, 13)
        on = option.checkState == Qt.CheckState.Checked
        draw_tick(painter, box, on, text, base)
        room = option.rect.adjusted(square.right() + 6, 0, -4, 0)
        metrics = option.fontMetrics
        words = elided_name(metrics, option.text, room.width())
        painter.setPen(text)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class RowTickDelegate(TickDelegate):
    """Rows that are ticked by a click anywhere on the name, not on the small square alone."""

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        if not isinstance(event, QMouseEvent):
            return super().editorEvent(event, model, option, index)
        if (
            event.type() is not QEvent.Type.MouseButtonRelease
            or event.button() is not Qt.MouseButton.LeftButton
        ):
            return False
        role = Qt.ItemDataRole.CheckStateRole
        on = Qt.CheckState(index.data(role)) is Qt.CheckState.Checked
        state = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
        return model.setData(index, state, role)
