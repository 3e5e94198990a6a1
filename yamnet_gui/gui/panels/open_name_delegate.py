"""Writes the name of the open recording in the list of recordings."""

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from yamnet_gui.gui.widgets.table_model import Index


class OpenNameDelegate(QStyledItemDelegate):
    """Bold where there is room for that; else no name is cut for it that others like it are not."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if not option.font.bold():
            return
        style = option.widget.style()
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, option.widget) + 1
        room = option.rect.width() - 2 * margin
        if QFontMetrics(option.font).horizontalAdvance(option.text) > room:
            option.font.setBold(False)
