"""A quiet box of titles, each with a value."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QWidget,
)

from yamnet_gui.gui.widgets.plain_text import plain_tip


class ChoiceBox(QComboBox):
    """A quiet box of titles, each with a value."""

    chosen = Signal(str)

    def __init__(self, name: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(plain_tip(tip))
        self.setMinimumContentsLength(7)
        self.activated.connect(lambda row: self.chosen.emit(self.itemData(row)))

    def show_choices(self, groups: Sequence[Sequence[tuple[str, str]]], value: str) -> None:
        """(value, title) in groups, and which of them holds."""
        self.clear()
        for group in groups:
            if self.count() and group:
                self.insertSeparator(self.count())
            for key, title in group:
                self.addItem(title, key)
        self.setCurrentIndex(self.findData(value))
