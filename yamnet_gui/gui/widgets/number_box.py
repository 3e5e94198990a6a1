"""A field for a number: shown with a decimal point, typed with a point or a comma."""

import re

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")


class NumberBox(QDoubleSpinBox):
    """Numbers look the same here as in tables and tracks, whatever the language of the system.

    Where whole numbers are asked for, commas between groups of three digits are left out.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        state = super().validate(self._plain(text), position)[0]
        return state, text, position

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(self._plain(text))

    def _plain(self, text: str) -> str:
        if not self.decimals():
            return _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
        return text.replace(",", ".")
