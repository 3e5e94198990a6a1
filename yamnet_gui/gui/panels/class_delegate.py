"""How rows of the list of classes are painted and edited."""

from PySide6.QtCore import (
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from yamnet_gui.gui.widgets.colors import blended
from yamnet_gui.gui.widgets.drawing import (
    draw_bar,
    draw_row_background,
    draw_swatch,
    draw_tick,
    row_height,
)
from yamnet_gui.gui.widgets.number_box import ThresholdField
from yamnet_gui.gui.widgets.table_model import Index

from .class_cells import SHOWN_ROLE, ClassColumn
from .class_table_model import CLASS_ROLE, SCORE_ROLE


class ClassDelegate(QStyledItemDelegate):
    """Paints the swatch and the bar, and edits thresholds in a spin box."""

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QDoubleSpinBox:
        box = ThresholdField(parent)
        box.setFrame(False)
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        box.setAccessibleName("Threshold of the class")
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # Scores that arrive refresh open editors; what is being typed must stay.
        if isinstance(editor, QDoubleSpinBox) and not editor.property("filled"):
            editor.setValue(index.data(Qt.ItemDataRole.EditRole))
            editor.setProperty("filled", True)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), row_height(option.fontMetrics))

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.data(CLASS_ROLE) is None:
            dim = option.palette.color(QPalette.ColorRole.PlaceholderText)
            option.palette.setColor(QPalette.ColorRole.Text, dim)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        # Asks the model for no more than is painted: half of a frame would go into the rest.
        class_index = index.model().data(index, CLASS_ROLE)  # without a way through Qt and back
        column = index.column()
        if class_index is None and column == ClassColumn.NAME:
            super().paint(painter, option, index)
            return
        option.state &= ~QStyle.StateFlag.State_HasFocus
        painter.save()
        if column == ClassColumn.NAME:
            self._paint_name(painter, option, index, class_index)
        elif column == ClassColumn.BEST:
            self._paint_best(painter, option, index, class_index)
        else:
            self._paint_figure(painter, option, index, class_index)
        painter.restore()

    def _paint_figure(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        class_index: int | None,
    ) -> None:
        """A number as the style would paint it."""
        draw_row_background(painter, option, option.widget)
        data = index.model().data
        shown = data(index)
        if not shown:
            return
        font = data(index, Qt.ItemDataRole.FontRole)
        if font is not None:
            painter.setFont(font)
        text, _base = _colors(option)
        dim = option.palette.color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(text if class_index is not None else dim)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(option.rect.adjusted(3, 0, -3, 0), side, str(shown))

    def _paint_name(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        class_index: int,
    ) -> None:
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
        draw_row_background(painter, option, option.widget)
        element = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        tick = option.widget.style().subElementRect(element, option, option.widget)
        text, base = _colors(option)
        middle = tick.center().y() + 0.5
        box = QRectF(tick.center().x() - 5.5, middle - 6, 12, 12)
        data = index.model().data
        ticked = Qt.CheckState(data(index, Qt.ItemDataRole.CheckStateRole))
        draw_tick(painter, box, ticked is Qt.CheckState.Checked, text, base)
        swatch = QRectF(box.right() + 6, middle - 4, 8, 8)
        color = data(index, Qt.ItemDataRole.DecorationRole) or blended(text, base, 0.4)
        draw_swatch(painter, swatch, color, data(index, SHOWN_ROLE))
        place = option.rect.adjusted(0, 0, -2, 0)
        place.setLeft(round(swatch.right()) + 5)
        name = option.fontMetrics.elidedText(
            data(index), Qt.TextElideMode.ElideRight, place.width()
        )
        painter.setPen(text)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_best(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        class_index: int | None,
    ) -> None:
        draw_row_background(painter, option, option.widget)
        data = index.model().data
        score = data(index, SCORE_ROLE)
        if score is not None:
            text, base = _colors(option)
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            box = QRectF(option.rect).adjusted(5, 0, -5, 0)
            colored = class_index is not None and not selected
            own = data(index, Qt.ItemDataRole.DecorationRole) if colored else text
            color = own or blended(text, base, 0.4)
            bar = QRectF(box.x(), box.bottom() - 3.5, box.width(), 2.5)
            draw_bar(painter, bar, score, color, blended(text, base, 0.14))
            painter.setPen(text)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box.adjusted(0, 0, 0, -3), side, f"{score:.2f}")


def _colors(option: QStyleOptionViewItem) -> tuple[QColor, QColor]:
    """Text and background of a cell."""
    role = QPalette.ColorRole
    if option.state & QStyle.StateFlag.State_Selected:
        return option.palette.color(role.HighlightedText), option.palette.color(role.Highlight)
    return option.palette.color(role.Text), option.palette.color(role.Base)
