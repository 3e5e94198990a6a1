"""Fields for numbers: shown with a decimal point, typed or pasted with a point or a comma."""

import re

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QWidget

_APART = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")
"""Between groups of three digits, as in 12 500 or 12'500."""
_NUMBER = re.compile(r"[\d.,]*\d[\d.,]*")
_BEGUN = re.compile(r"\d{1,3}([.,]\d{3})*[.,]\d{0,2}")
"""A whole number while its last group of three digits is being typed."""


def plain_number(text: str, unit: str, whole: bool) -> str:
    """The number in a text as C writes it, whatever language it was written in.

    The last of commas and points is the decimal mark where there are both; else a comma is, and a
    point. Where whole numbers are asked for, marks between groups of three digits are left out.
    `unit`: what may follow the number, also twice where it was pasted.
    """
    if unit:
        text = text.strip().removesuffix(unit).strip().removesuffix(unit)
    text = _APART.sub("", text.strip().replace("−", "-"))
    return _NUMBER.sub(lambda match: _plain(match[0], whole), text, count=1)


def with_minus_sign(number: str) -> str:
    """A number with the sign that all numbers of the window have, −3 instead of -3."""
    return number.replace("-", "\N{MINUS SIGN}")


def _plain(number: str, whole: bool) -> str:
    mark = max(".,", key=number.rfind)
    other = "," if mark == "." else "."
    if other in number:
        ahead, _, behind = number.rpartition(mark)
        return f"{_ungrouped(ahead, other)}.{behind}"
    return (_ungrouped(number, mark) if whole else number).replace(",", ".")


def _ungrouped(number: str, mark: str) -> str:
    """Without marks between groups of three digits; with any other mark as it is."""
    in_groups = re.fullmatch(rf"\d{{1,3}}(\{mark}\d{{3}})+", number)
    return number.replace(mark, "") if in_groups else number


class NumberBox(QDoubleSpinBox):
    """Numbers look the same here as in tables and tracks, whatever the language of the system."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        plain = self._plain(text)
        if not self.decimals() and _BEGUN.fullmatch(plain):
            return QValidator.State.Intermediate, text, position
        return super().validate(plain, position)[0], text, position

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(self._plain(text))

    def textFromValue(self, val: float) -> str:
        return with_minus_sign(super().textFromValue(val))

    def fixup(self, text: str) -> str:
        """Not what Qt does: it would make 15 of 1,5 where whole numbers are asked for."""
        return text

    def _plain(self, text: str) -> str:
        return plain_number(text, self.suffix().strip(), not self.decimals())


class MinimumScoreBox(NumberBox):
    """The least score of what is listed, 0 to 1; at 0 any score."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0.0, 1.0)
        self.setSingleStep(0.05)
        self.setDecimals(2)
        self.setPrefix("≥ ")
        self.setSpecialValueText("any score")
        self.setAccessibleName("Minimum score")


class WholeBox(QSpinBox):
    """The same for whole numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        plain = plain_number(text, self.suffix().strip(), True)
        if _BEGUN.fullmatch(plain):
            return QValidator.State.Intermediate, text, position
        return super().validate(plain, position)[0], text, position

    def valueFromText(self, text: str) -> int:
        return super().valueFromText(plain_number(text, self.suffix().strip(), True))

    def textFromValue(self, val: int) -> str:
        return with_minus_sign(super().textFromValue(val))

    def fixup(self, text: str) -> str:
        """Not what Qt does, as above."""
        return text
