"""What is known about an event, as rows of a name and a value."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QWidget,
)

from yamnet_gui.core.channels import channel_text
from yamnet_gui.core.events import Event
from yamnet_gui.core.text import grouped, threshold_text
from yamnet_gui.detection import is_weak_part
from yamnet_gui.detection.rules import ResolvedRule
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.times import length
from yamnet_gui.gui.widgets.labels import ElidedLabel
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

from .event_table_model import STATE_WORDS

_SENTENCES = {
    "Also as": (
        "Of one sound the most particular class that reaches its threshold is listed; these are"
        " broader classes of it,\nwhich may score higher. Where a broader one is right, relabel the"
        " event: / searches a class."
    ),
    "Threshold": (
        "A sound is found where it reaches the threshold somewhere, and then divided where it is"
        " silent:\na quiet part may score less."
    ),
}
"""Facts that are too long for a line, and what they mean."""


class FactsForm(QWidget):
    """Rows of a name and what is known under it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: dict[str, tuple[QLabel, ElidedLabel | QLabel]] = {}
        self._names: list[str] = []  # of the rows, from the top
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 2, 0, 2)
        self._form.setHorizontalSpacing(10)
        self._form.setVerticalSpacing(1)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        texts = dict(rows)
        row = 0
        for name in texts:
            if name not in self._rows:
                label = PlainLabel(name, self)
                label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
                value = self._value(name)
                self._rows[name] = (label, value)
                self._form.insertRow(row, label, value)
                self._names.insert(row, name)
            row = self._names.index(name) + 1
        for name, (_, value) in self._rows.items():
            value.setText(texts.get(name, ""))
            self._form.setRowVisible(value, name in texts)

    def _value(self, name: str) -> ElidedLabel | QLabel:
        tip = _SENTENCES.get(name)
        if tip is None:
            return ElidedLabel("", self)
        value = PlainLabel(self)
        value.setWordWrap(True)
        value.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        value.setToolTip(plain_tip(tip))
        return value


def event_facts(event: Event, timeline: Timeline) -> list[tuple[str, str]]:
    rows = [
        ("Time", timeline.span_text(event.onset_s, event.offset_s)),
        ("Duration", length(event.duration_s)),
        ("State", f"{state_mark(event.state)} {STATE_WORDS[event.state]}{_by(event)}"),
    ]
    if date := timeline.date_text(event.onset_s):
        rows.insert(1, ("Date", date))
    if event.score_max is not None:
        mean = "" if event.score_mean is None else f", mean {event.score_mean:.3f}"
        rows.append(("Score", f"max {event.score_max:.3f}{mean}"))
    if event.probability is not None:
        rows.append(("Probability", f"{event.probability:.2f}"))
    unsure = (event.onset_uncertainty_s, event.offset_uncertainty_s)
    if any(u is not None for u in unsure):
        texts = ["?" if u is None else f"±{grouped(u * 1000)} ms" for u in unsure]
        rows.append(("Edges", f"onset {texts[0]}, offset {texts[1]}"))
    if event.channel is not None:
        rows.append(("Channel", channel_text(event.channel)))
    rows.append(("Source", event.source.value.capitalize()))
    if event.original is not None:
        before = event.original
        times = timeline.span_text(before.onset_s, before.offset_s)
        label = f"{before.label}, " if before.label != event.label else ""
        rows.append(("Originally", label + times))
    return rows


def threshold_facts(event: Event, rule: ResolvedRule) -> list[tuple[str, str]]:
    """Why an event may score less than its threshold; nothing about all other events."""
    if not is_weak_part(event, rule):
        return []
    why = "reached by another part of the same sound"
    if event.touched:  # it stays, whatever the threshold is now
        why = "not reached: a part of a sound that reached it, or reviewed at a lower one"
    return [("Threshold", f"{threshold_text(rule.on)}, {why}")]


def _by(event: Event) -> str:
    return f" by {event.reviewer}" if event.reviewer else ""
