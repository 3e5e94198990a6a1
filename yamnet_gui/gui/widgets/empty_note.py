"""A word where a table lists nothing."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractItemView

from .plain_text import PlainLabel


class EmptyNote(PlainLabel):
    """Lies over the rows of a table, below its header; hidden while it says nothing."""

    def __init__(self, table: QAbstractItemView) -> None:
        super().__init__("", table.viewport())
        self._rows = table.viewport()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setMargin(16)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._rows.installEventFilter(self)
        self.hide()

    def show_text(self, text: str) -> None:
        """Says why there is nothing; "" where there is something."""
        self.setText(text)
        self.setVisible(bool(text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._rows:
            self.setGeometry(self._rows.rect())
        return False
