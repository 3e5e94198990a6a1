"""Buttons, check boxes and radio buttons that can be seen on light and dark windows."""

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPalette, QPen, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from yamnet_gui.gui.theme import icon
from yamnet_gui.gui.widgets.plain_text import plain_tip

from .drawing import draw_radio, draw_tick


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
        box = QRectF(square.center().x() - 6, square.center().y() - 6, 13, 13)
        text, base = palette.color(role.WindowText), palette.color(role.Window)
        draw_tick(painter, box, self.isChecked(), text, base)
        option.rect = style.subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, self)
        style.drawControl(QStyle.ControlElement.CE_CheckBoxLabel, option, painter, self)
        if self.hasFocus():
            painter.setPen(QPen(palette.color(role.Highlight), 1))
            painter.drawRoundedRect(box.adjusted(-2.5, -2.5, 2.5, 2.5), 3, 3)


class RadioBox(QRadioButton):
    """A radio button whose empty circle can be seen on dark windows too."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        style = self.style()
        place = style.subElementRect(QStyle.SubElement.SE_RadioButtonIndicator, option, self)
        role = QPalette.ColorRole
        palette = self.palette()
        circle = QRectF(place.center().x() - 6, place.center().y() - 6, 13, 13)
        text, base = palette.color(role.WindowText), palette.color(role.Window)
        draw_radio(painter, circle, self.isChecked(), text, base)
        option.rect = style.subElementRect(QStyle.SubElement.SE_RadioButtonContents, option, self)
        style.drawControl(QStyle.ControlElement.CE_RadioButtonLabel, option, painter, self)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(palette.color(role.Highlight), 1))
            painter.drawEllipse(circle.adjusted(-2.5, -2.5, 2.5, 2.5))


class DialogButtons(QDialogButtonBox):
    """The buttons of a dialog, without the pictures that some desktops put on them: those have
    colours of their own, and black ones cannot be seen on dark buttons."""

    def showEvent(self, event: QShowEvent) -> None:
        for button in self.buttons():
            button.setIcon(QIcon())
        super().showEvent(event)


class IconButton(QToolButton):
    """A flat button with the icon `name`, tinted again when the palette changes.

    Where there is no such icon it shows the sign `fallback`.
    """

    def __init__(self, name: str, fallback: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self._fallback = fallback
        self.setAutoRaise(True)
        self.setToolTip(plain_tip(title))
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
