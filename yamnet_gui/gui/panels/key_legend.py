"""What the keys do with the event that is shown, until somebody dismisses it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QWidget

from yamnet_gui.gui.widgets.buttons import IconButton
from yamnet_gui.gui.widgets.plain_text import PlainLabel


class KeyLegend(QWidget):
    """A line of keys with a button that sends it away; empty, it is not there."""

    dismissed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = PlainLabel(self)
        self.text.setWordWrap(True)
        self.text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        close = IconButton("close", "×", "Dismiss; Settings › Review brings the keys back", self)
        close.clicked.connect(self.dismissed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
