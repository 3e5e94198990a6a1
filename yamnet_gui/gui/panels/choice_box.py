"""A quiet box of titles, each with a value."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
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

    def show_choices(
        self,
        groups: Sequence[Sequence[tuple[str, str]]],
        value: str,
        tips: Mapping[str, str] | None = None,
    ) -> None:
        """(value, title) in groups, and which of them holds; `tips` by value or title."""
        tips = tips or {}
        self.clear()
        for group in groups:
            if self.count() and group:
                self.insertSeparator(self.count())
            for key, title in group:
                self.addItem(title, key)
                tip = plain_tip(tips.get(key, tips.get(title, "")))
                self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(self.findData(value))
