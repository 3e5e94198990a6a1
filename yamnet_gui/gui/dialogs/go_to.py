"""Asks for a time to go to."""

import re
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from yamnet_gui.core.clock_time import DAY_S
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel

_UNITS_S = {"h": 3600.0, "m": 60.0, "min": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER = r"\d+(?:[.,]\d*)?|[.,]\d+"
_CLOCK = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T ]+)?(\d{1,2}):([0-5]\d)(?::([0-5]\d(?:[.,]\d*)?))?")
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


def parse_clock_time(text: str, start: datetime, duration_s: float) -> float | None:
    """Seconds from the start of a recording to a clock time, with or without a date before it.

    Without a date it is the first such time in the recording, or where there is none the first
    such time after its start; the zone is that of the recording. None for what is no clock time.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    day, hour, minute, second = match.groups()
    of_day_s = int(hour) * 3600 + int(minute) * 60 + float((second or "0").replace(",", "."))
    if of_day_s >= DAY_S:
        return None
    try:
        date = datetime.fromisoformat(day) if day else start.replace(tzinfo=None)
    except ValueError:
        return None
    midnight = datetime(date.year, date.month, date.day, tzinfo=start.tzinfo)
    for later in range(1 if day else 2):
        moment = midnight + timedelta(days=later, seconds=of_day_s)
        since_start = (_utc(moment) - _utc(start)).total_seconds()
        if day or since_start >= -5e-4:
            return since_start if day else max(since_start, 0.0)
    return None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment


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
    """Takes a time inside the recording, as the window writes times; `time_s` is what was entered.

    While clock times are shown, 4:30 is half past four; 270, 4m30 or 270 s count from the start.
    """

    def __init__(self, timeline: Timeline, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Go to time")
        self._timeline = timeline
        self.time_s = timeline.cursor_s
        self.field = QLineEdit(timeline.time_text(self.time_s), self)
        self.field.selectAll()
        self.field.setAccessibleName("Time")
        self.field.setMinimumWidth(self.fontMetrics().averageCharWidth() * 38)
        self.field.textChanged.connect(self._on_text)
        title = PlainLabel("&Time", self)
        title.setBuddy(self.field)
        self.hint = PlainLabel(self)
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
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
        start, duration_s = self._timeline.clock_start, self._timeline.duration_s
        time_s = parse_clock_time(text, start, duration_s) if start else None
        if time_s is None:
            time_s = parse_time(text)
        inside = time_s is not None and 0 <= time_s <= duration_s + 5e-4
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(inside)
        if time_s is None:
            clocked = "22:15, 2026-05-03 4:30:00, " if start else "1:02:03.5, "
            self.hint.setText(f"Enter a time such as {clocked}62.5 or 1h2m")
        elif not inside and start:
            self.hint.setText(
                f"The recording goes from {self._place(0.0)} to {self._place(duration_s)}"
            )
        elif not inside:
            self.hint.setText(f"The recording ends at {clock(duration_s)}")
        else:
            self.time_s = min(time_s, duration_s)
            self.hint.setText(f"= {clock(self.time_s)} of {clock(duration_s)}")

    def _place(self, time_s: float) -> str:
        timeline = self._timeline
        return f"{timeline.date_text(time_s)[:10]} {timeline.time_text(time_s, 0)}"
