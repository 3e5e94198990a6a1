"""Fields for numbers: shown with a decimal point, typed or pasted with a point or a comma."""

import re

from PySide6.QtCore import QEvent, QLocale, QObject, Qt
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QSpinBox, QWidget

from yamnet_gui.core.text import threshold_text

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


class _EscapeReverts(QObject):
    """Escape takes back what was typed since the field got the focus or Enter was pressed.

    In dialogs it closes the dialog, which takes back all of them.
    """

    def __init__(self, box: QDoubleSpinBox | QSpinBox) -> None:
        super().__init__(box)
        self._box = box
        self._before: float | None = None  # the value when typing began
        box.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusOut:
            self._before = None
        if not isinstance(event, QKeyEvent):
            return False
        reverts = event.key() == Qt.Key.Key_Escape and self._typed
        if event.type() is QEvent.Type.ShortcutOverride and reverts:
            event.accept()  # even where the window uses the key for something else
            return True
        if event.type() is not QEvent.Type.KeyPress:
            return False
        if reverts:
            self._revert()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._before = None
        elif self._before is None:
            self._before = self._box.value()
        return reverts

    @property
    def _typed(self) -> bool:
        """Whether the field holds another number, or other text, than before."""
        box, before = self._box, self._before
        if before is None or isinstance(box.window(), QDialog):
            return False
        return before != box.value() or box.text() != self._text_of_value()

    def _revert(self) -> None:
        before, self._before = self._before, None
        if isinstance(self._box, QDoubleSpinBox):
            self._box.setValue(before or 0.0)
        else:
            self._box.setValue(round(before or 0))
        self._box.selectAll()

    def _text_of_value(self) -> str:
        box = self._box
        if box.specialValueText() and box.value() == box.minimum():
            return box.specialValueText()
        text = type(box).textFromValue(box, box.value())  # type: ignore[arg-type]
        return f"{box.prefix()}{text}{box.suffix()}"


class NumberBox(QDoubleSpinBox):
    """Numbers look the same here as in tables and tracks, whatever the language of the system."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())
        _EscapeReverts(self)

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


class ThresholdField(NumberBox):
    """A threshold of scores, 0.01 to 1, applied by Enter; as fine as it is typed, to 0.001."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0.01, 1.0)
        self.setSingleStep(0.05)
        self.setDecimals(3)
        self.setKeyboardTracking(False)

    def textFromValue(self, val: float) -> str:
        return threshold_text(val)


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
        _EscapeReverts(self)

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
