"""The size of all text, and what follows it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

_USUAL, _PERCENT = "usual_font", "text_percent"


def set_text_size(percent: int) -> None:
    """Makes all text this large, in percent of what the system says."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return
    usual = application.property(_USUAL)
    if not isinstance(usual, QFont):
        usual = QFont(application.font())
        application.setProperty(_USUAL, usual)
    application.setProperty(_PERCENT, percent)
    font = _scaled(usual, percent / 100)
    if font == application.font():
        return
    application.setFont(font)
    for window in application.topLevelWidgets():  # Qt says it only while its event loop runs
        QApplication.sendEvent(window, QEvent(QEvent.Type.ApplicationFontChange))
    for widget in application.allWidgets():  # Qt forgets how low a box may be with its style alone
        if isinstance(widget, QComboBox):
            QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def text_scale() -> float:
    """How large text is, as a factor of its usual size; for what is measured in pixels."""
    application = QApplication.instance()
    percent = application.property(_PERCENT) if application is not None else None
    return percent / 100 if isinstance(percent, int) else 1.0


def follow_font(widget: QWidget, apply: Callable[[], object]) -> None:
    """Calls `apply` now, and whenever the widget gets another font."""
    _FontFollower(widget, apply)
    apply()


def set_relative_font(label: QWidget, of: QWidget, factor: float, *, bold: bool = False) -> None:
    """Gives a label the font of another widget, so many times as large, also later on."""

    def apply() -> None:
        font = _scaled(of.font(), factor)
        font.setBold(bold)
        label.setFont(font)

    follow_font(of, apply)


class _FontFollower(QObject):
    def __init__(self, widget: QWidget, apply: Callable[[], object]) -> None:
        super().__init__(widget)
        self._apply = apply
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FontChange:
            self._apply()
        return False


def _scaled(font: QFont, factor: float) -> QFont:
    scaled = QFont(font)
    if font.pointSizeF() > 0:
        scaled.setPointSizeF(font.pointSizeF() * factor)
    else:
        scaled.setPixelSize(round(font.pixelSize() * factor))
    return scaled
