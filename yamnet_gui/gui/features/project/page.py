"""The page of a project: its state, the next step, and what was done lately."""

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted
from yamnet_gui.gui.jobs.project import corrected_tip
from yamnet_gui.gui.widgets.centred_page import centred_page
from yamnet_gui.gui.widgets.escape import leave_by_escape
from yamnet_gui.gui.widgets.file_names import ELIDED
from yamnet_gui.gui.widgets.fonts import follow_font, set_relative_font
from yamnet_gui.gui.widgets.labels import ElidedLabel, heading
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.labels.project import Overview, Task

from .page_parts import DayBars, Share

_TITLES = {
    Task.ADD: "Add recordings…",
    Task.ADD_FOLDER: "Add a folder…",
    Task.FIND: "Find missing recordings…",
    Task.ANALYSE: "Analyse all recordings",
    Task.REVIEW: "Review",
    Task.EXPORT: "Export events…",
    Task.LOWER: "Change the rules",
}


_WIDE = 520
"""Pixels from which on five numbers and two buttons stand side by side."""


class ProjectPage(QWidget):
    """Asks for tasks; decides and reads nothing itself."""

    task_requested = Signal(object)  # Task
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._build()
        leave_by_escape(self, self.back_requested.emit)

    def _build(self) -> None:
        self._next = Task.ADD
        self.title = ElidedLabel("", self, mode=ELIDED)
        set_relative_font(self.title, self, 1.7)
        self.place = ElidedLabel("", self, dim=True, mode=ELIDED)
        self.back = QPushButton("Back to the recording", self)
        self.back.clicked.connect(self.back_requested)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.back)
        self.recordings = Share("recordings", self, one="recording")
        self.analysed = Share("analysed", self)
        self.reviewed = Share("reviewed", self)
        self.failed = Share("failed", self)
        self.missing = Share("missing", self)
        self.events = Share("events reviewed", self)
        self._numbers = QGridLayout()
        self._numbers.setSpacing(6)
        self.next = QPushButton(self)
        self.next.setDefault(True)
        follow_font(self, lambda: self.next.setMinimumHeight(self.fontMetrics().height() * 2))
        self.next.clicked.connect(lambda: self.task_requested.emit(self._next))
        self.others = {task: QPushButton(title, self) for task, title in _TITLES.items()}
        self._buttons = buttons = QGridLayout()
        buttons.setSpacing(8)
        for task, button in self.others.items():
            button.clicked.connect(lambda _on=False, task=task: self.task_requested.emit(task))
        self.bars = DayBars(self)
        self.steps = [ElidedLabel("", self) for _ in range(8)]
        self.none = PlainLabel("Nothing was done yet.", self)
        self.none.setForegroundRole(QPalette.ColorRole.PlaceholderText)

        column = QWidget(self)
        column.setMaximumWidth(640)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(24, 18, 24, 18)
        inside.setSpacing(4)
        inside.addLayout(head)
        inside.addWidget(self.place)
        inside.addSpacing(10)
        inside.addLayout(self._numbers)
        inside.addWidget(self.events)
        inside.addSpacing(8)
        inside.addLayout(buttons)
        inside.addWidget(heading("Steps of the last two weeks", self))
        inside.addWidget(self.bars)
        inside.addWidget(heading("Last steps", self))
        inside.addWidget(self.none)
        for line in self.steps:
            inside.addWidget(line)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(centred_page(column, self))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Numbers and buttons side by side as far as there is room, without gaps."""
        shares = (self.recordings, self.analysed, self.reviewed, self.failed, self.missing)
        across = 5 if self.width() >= _WIDE else 2
        shown = [share for share in shares if not share.isHidden()]
        for place, share in enumerate(shown):
            self._numbers.addWidget(share, place // across, place % across)
        for column in range(5):
            self._numbers.setColumnStretch(column, int(column < min(across, len(shown))))
        pair = 2 if self.width() >= _WIDE else 1
        self._buttons.addWidget(self.next, 0, 0, 1, pair)
        offered = [button for button in self.others.values() if not button.isHidden()]
        for place, button in enumerate(offered, start=pair):
            self._buttons.addWidget(button, place // pair, place % pair)

    def sizeHint(self) -> QSize:
        return QSize(760, 560)

    def set_project(self, path: Path, *, recording: str) -> None:
        """Names the project, and the recording to go back to; "" for none."""
        self.title.setText(path.stem, str(path))
        self.place.setText(str(path.parent))
        self.back.setVisible(bool(recording))
        self.back.setToolTip(plain_tip(f"Back to {recording} (Esc)"))

    def show_overview(self, now: Overview) -> None:
        """Shows these numbers."""
        self.recordings.set_value(now.recordings)
        self.analysed.set_value(now.analysed, now.recordings)
        self.reviewed.set_value(now.reviewed_recordings, now.recordings)
        self.failed.set_value(now.failed, now.recordings, alarm=True)
        self.missing.set_value(now.missing, now.recordings, alarm=True)
        self.failed.setVisible(now.failed > 0)
        self.missing.setVisible(now.missing > 0)
        self.events.set_value(now.reviewed, now.events)
        self.events.setToolTip(plain_tip(corrected_tip(now.corrected)))
        self.next.setText(_next_title(now))
        self._next = now.next_task
        for task, button in self.others.items():
            button.setVisible(_offered(task, now) and task is not now.next_task)
        self._arrange()
        self.bars.set_days(now.days)
        steps = [
            (f"{e.utc.astimezone():%Y-%m-%d %H:%M}", e.title, e.reviewer, e.action)
            for e in now.steps
        ]
        for row, line in enumerate(self.steps):
            line.setVisible(row < len(steps))
            if row < len(steps):
                when, title, who, action = steps[row]
                did = f"{action}: {title}" if action in ("undo", "redo") else title
                did = did[:1].upper() + did[1:]
                line.setText("   ".join(part for part in (when, did, who) if part))
        self.none.setVisible(not steps)


def _next_title(now: Overview) -> str:
    """The next task, with what it is about."""
    if now.next_task is Task.ANALYSE:
        rest = "the rest: " if now.analysed else ""
        return f"Analyse {rest}{counted(now.waiting, 'recording')}"
    if now.next_task is Task.REVIEW:
        return f"Review {counted(now.events - now.reviewed, 'event')}"
    return _TITLES[now.next_task]


def _offered(task: Task, now: Overview) -> bool:
    """Whether a task makes sense now."""
    return {
        Task.ADD: not now.read_only,
        Task.ADD_FOLDER: not now.read_only,
        Task.FIND: now.missing > 0 and not now.read_only,
        Task.ANALYSE: False,  # all of it is done, or it is the next one
        Task.REVIEW: now.events > now.reviewed and not now.read_only,
        Task.EXPORT: now.events > 0,
        Task.LOWER: False,
    }[task]
