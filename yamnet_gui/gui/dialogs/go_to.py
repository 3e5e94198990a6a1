"""Asks for a time to go to."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.plain_text import PlainLabel

_UNITS_S = {"h": 3600.0, "m": 60.0, "min": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER = r"\d+(?:[.,]\d*)?|[.,]\d+"
_PART = re.compile(rf"({_NUMBER})\s*(h|min|ms|m|s)?\s*", re.IGNORECASE)


def parse_time(text: str) -> float | None:
    """Seconds for 1:02:03.5, 2:03, 62.5, 1h2m, 90 s, 1.5 min or 250 ms; None for anything else."""
    text = text.strip()
    if ":" in text:
        return _clock_time(text)
    total, position, smallest = 0.0, 0, float("inf")
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            return None
        number, unit = part.groups()
        # "1h30" means minutes and "2m5" seconds, as they are usually written.
        scale = _UNITS_S[unit.lower()] if unit else _next_unit(smallest)
        if scale >= smallest:
            return None
        total += float(number.replace(",", ".")) * scale
        smallest, position = scale, part.end()
    return total if text else None


def _next_unit(smallest: float) -> float:
    return 60.0 if smallest == 3600.0 else 1.0


def _clock_time(text: str) -> float | None:
    parts = text.split(":")
    if not 2 <= len(parts) <= 3 or not all(re.fullmatch(r"\d+", p) for p in parts[:-1]):
        return None
    if not re.fullmatch(_NUMBER, parts[-1]):
        return None
    values = [float(p.replace(",", ".")) for p in parts]
    if any(v >= 60 for v in values[1:]):
        return None
    total = 0.0
    for value in values:
        total = total * 60 + value
    return total


class GoToDialog(QDialog):
    """Takes a time inside the recording; `time_s` is what was entered."""

    def __init__(
        self, duration_s: float, now_s: float = 0.0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Go to time")
        self._duration_s = duration_s
        self.time_s = now_s
        self.field = QLineEdit(clock(now_s), self)
        self.field.selectAll()
        self.field.setAccessibleName("Time")
        self.field.setMinimumWidth(self.fontMetrics().averageCharWidth() * 38)
        self.field.textChanged.connect(self._on_text)
        title = PlainLabel("&Time", self)
        title.setBuddy(self.field)
        self.hint = PlainLabel(self)
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel, self)
        self.buttons.button(standard.Ok).setText("Go")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(title)
        layout.addWidget(self.field)
        layout.addWidget(self.hint)
        layout.addWidget(self.buttons)
        self._on_text(self.field.text())
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_text(self, text: str) -> None:
        time_s = parse_time(text)
        inside = time_s is not None and time_s <= self._duration_s + 5e-4
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(inside)
        if time_s is None:
            self.hint.setText("Enter a time such as 1:02:03.5, 62.5 or 1h2m")
        elif not inside:
            self.hint.setText(f"The recording ends at {clock(self._duration_s)}")
        else:
            self.time_s = min(time_s, self._duration_s)
            self.hint.setText(f"= {clock(self.time_s)} of {clock(self._duration_s)}")
