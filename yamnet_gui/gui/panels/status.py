"""The line at the bottom: progress, cursor, model, whether everything is saved."""

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.widgets.buttons import IconButton
from yamnet_gui.gui.widgets.fonts import follow_font
from yamnet_gui.gui.widgets.labels import ElidedLabel, RunningLabel

_STEPS = 1000
_MESSAGE_S = 10
_LONGEST = 60
"""Characters of what the line says of the model, and of the project."""


class StatusBar(QWidget):
    """Progress with time left and cancel │ cursor and pointer │ model, device │ saved."""

    cancel_requested = Signal()

    def __init__(self, timeline: Timeline, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self.message = ElidedLabel("", self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName("Progress")
        self.left = ElidedLabel("", self, dim=True)
        self.cancel = IconButton("stop", "Cancel", "Cancel the running task", self)
        self.cancel.clicked.connect(self.cancel_requested)
        self.cursor_time = RunningLabel("", self)
        self.pointer = ElidedLabel("", self, dim=True)
        self.model = ElidedLabel("", self, dim=True, align=Qt.AlignmentFlag.AlignRight)
        self.saved = ElidedLabel("", self, dim=True, align=Qt.AlignmentFlag.AlignRight)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 1, 8, 1)
        layout.setSpacing(8)
        layout.addWidget(self.message, 5)
        layout.addWidget(self.bar)
        layout.addWidget(self.left)
        layout.addWidget(self.cancel)
        layout.addWidget(_line(self))
        layout.addWidget(self.cursor_time, 1)
        layout.addWidget(self.pointer, 4)
        layout.addWidget(_line(self))
        layout.addWidget(self.model)
        layout.addWidget(_line(self))
        layout.addWidget(self.saved)
        for label in (self.model, self.saved):  # whole where there is room, else shortened
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        follow_font(self, self._fit)
        self.left.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.cursor_time.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        timeline.cursor_changed.connect(self._show_cursor)
        timeline.recording_changed.connect(self._show_cursor)
        timeline.time_text_changed.connect(self._show_cursor)
        self._remark = self._running = ""
        self._leave = Debounced(self, _MESSAGE_S * 1000, self._clear_remark)
        self.clear_progress()
        self._show_cursor()

    def show_message(self, text: str) -> None:
        """A remark on what a key did, for a while; what is shown after it stays.

        What is running gets its place back, and keeps its bar meanwhile. One that is longer than
        its place takes that of the pointer as well.
        """
        if self._running:
            self.message.setText(text or self._running)
        else:
            self.clear_progress(text)
        self._remark = text
        needed = self.message.fontMetrics().horizontalAdvance(text)
        self.pointer.setVisible(needed <= self.message.width())
        self._leave.start()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.bar.setFixedHeight(max(6, metrics.height() // 2))
        for label in (self.model, self.saved):
            label.setMaximumWidth(metrics.averageCharWidth() * _LONGEST)

    def _clear_remark(self) -> None:
        if self.message.text() == self._remark:
            self.message.setText(self._running)
            self.pointer.show()

    def set_progress(
        self, text: str, fraction: float | None = None, left_s: float | None = None
    ) -> None:
        """Shows what is running; without a `fraction` (0 to 1) nobody knows how far it is."""
        remarked = self._running and self._leave.active and self.message.text() == self._remark
        self._running = text
        if not remarked:
            self.message.setText(text)
            self.pointer.show()
        if fraction is None:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(round(min(max(fraction, 0.0), 1.0) * _STEPS))
        self.left.setText("" if left_s is None else time_left(left_s))
        for widget in (self.bar, self.left, self.cancel):
            widget.show()

    def clear_progress(self, text: str = "") -> None:
        """Nothing is running; `text` may have the outcome."""
        self._running = ""
        self.message.setText(text)
        self.pointer.show()
        self.left.setText("")
        self.bar.setRange(0, _STEPS)
        for widget in (self.bar, self.left, self.cancel):
            widget.hide()

    def set_pointer(self, text: str) -> None:
        """What lies under the mouse: time, frequency, level."""
        self.pointer.setText(text)

    def set_model(self, text: str, tip: str = "") -> None:
        """Which weights and which device."""
        self.model.setText(text, tip)

    def set_saved(self, text: str, tip: str = "") -> None:
        """Whether everything is saved, and where."""
        self.saved.setText(text, tip)

    def sizeHint(self) -> QSize:
        return QSize(900, self.fontMetrics().height() + 10)

    def _show_cursor(self) -> None:
        timeline, text = self._timeline, ""
        if timeline.duration_s > 0:
            date, _, zone = timeline.date_text(timeline.cursor_s).partition(" ")
            text = f"{date} {timeline.time_text(timeline.cursor_s)} {zone}".strip()
        self.cursor_time.setText(text)


def time_left(seconds: float) -> str:
    """What remains, in the roughness that such guesses deserve."""
    if not math.isfinite(seconds) or seconds < 0:
        return ""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 60:
        return f"{math.ceil(seconds / 5) * 5} s left"
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return f"{minutes} min left"
    return f"{minutes // 60} h {minutes % 60} min left"


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setFrameShape(QFrame.Shape.VLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    return line
