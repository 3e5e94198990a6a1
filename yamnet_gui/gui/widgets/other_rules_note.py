"""That other recordings have events of other rules, inside a panel or a dialog."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from .plain_text import PlainLabel, plain_tip

APPLY = "Apply to all…"
"""What the button is called, here and in the bar of messages."""
_TIP = "Shows what the present thresholds and rules would change in them, before it changes"


class OtherRulesNote(QWidget):
    """A sentence and the button that applies the rules; hidden while there is nothing to say."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = PlainLabel(self)
        self.label.setWordWrap(True)
        self.button = QPushButton(APPLY, self)
        self.button.setToolTip(plain_tip(_TIP))
        self.button.clicked.connect(self.clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        self.hide()

    def show_text(self, text: str) -> None:
        """Shows a sentence; "" for none."""
        self.label.setText(text)
        self.setVisible(bool(text))
