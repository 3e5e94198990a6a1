"""What an empty window shows: recent projects and recordings, open, drop, the demo."""

import math
from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.gui.theme import series_color
from yamnet_gui.gui.widgets.centred_page import centred_page
from yamnet_gui.gui.widgets.colors import blended
from yamnet_gui.gui.widgets.fonts import follow_font, set_relative_font
from yamnet_gui.gui.widgets.plain_text import PlainLabel

from .recent_list import RecentList

_PICTURE_FROM = 460
"""Pixels of height from which on there is room for a picture."""


class WelcomePanel(QWidget):
    """Open, drop, demo, recent projects and recordings. Dropping itself is the window's."""

    open_requested = Signal()
    open_folder_requested = Signal()
    open_project_requested = Signal()
    new_project_requested = Signal()
    demo_requested = Signal()
    recent_requested = Signal(object)  # Path
    forget_requested = Signal(object)  # Path
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._build()

    def set_recent(self, projects: Sequence[Path], recordings: Sequence[Path]) -> None:
        """Lists these files, the newest first."""
        self.projects.set_files(projects)
        self.recordings.set_files(recordings)

    def set_missing(self, missing: Collection[Path]) -> None:
        """Says of these recent files that they are not there."""
        self.projects.set_missing(missing)
        self.recordings.set_missing(missing)

    def sizeHint(self) -> QSize:
        return QSize(760, 560)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.picture.setVisible(self.height() >= _PICTURE_FROM)

    def _build(self) -> None:
        self.picture = _Picture(self)
        title = PlainLabel("Find the sounds in a recording", self)
        title.setWordWrap(True)
        set_relative_font(title, self, 1.7)
        about = PlainLabel(
            "YAMNet detects 521 classes of sound. Review, correct and export the events it finds.",
            self,
        )
        about.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.open = QPushButton("Open a recording…", self)
        self.open.setDefault(True)
        self.open.clicked.connect(self.open_requested)
        self.open_folder = QPushButton("Open a folder…", self)
        self.open_folder.setToolTip("All recordings in a folder and its subfolders")
        self.open_folder.clicked.connect(self.open_folder_requested)
        self.open_project = QPushButton("Open a project…", self)
        self.open_project.setToolTip("Recordings with all decisions about their events")
        self.open_project.clicked.connect(self.open_project_requested)
        self.new_project = QPushButton("New project…", self)
        self.new_project.setToolTip("One file that holds your decisions about many recordings")
        self.new_project.clicked.connect(self.new_project_requested)
        self.demo = QPushButton("Try the demo", self)
        self.demo.setToolTip("A sample recording, already analysed")
        self.demo.clicked.connect(self.demo_requested)
        self._buttons = (
            *(self.open, self.open_folder, self.open_project, self.new_project),
            self.demo,
        )
        buttons = QGridLayout()
        buttons.setSpacing(8)
        for place, button in enumerate(self._buttons):
            buttons.addWidget(button, place // 2, place % 2, 1, 1 if button is not self.demo else 2)
        follow_font(self, self._fit_buttons)
        self.drop = PlainLabel("or drop a file or a folder here", self)
        for label in (about, self.drop):
            label.setWordWrap(True)
        self.drop.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.projects = RecentList("Recent projects", self)
        self.recordings = RecentList("Recent recordings", self)
        for recent in (self.projects, self.recordings):
            recent.chosen.connect(self.recent_requested)
            recent.removed.connect(self.forget_requested)

        column = QWidget(self)
        column.setMaximumWidth(600)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(24, 18, 24, 18)
        inside.setSpacing(8)
        inside.addWidget(self.picture)
        inside.addWidget(title)
        inside.addWidget(about)
        inside.addSpacing(4)
        inside.addLayout(buttons)
        inside.addWidget(self.drop)
        inside.addWidget(self.projects)
        inside.addWidget(self.recordings)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        self.area = centred_page(column, self)
        layout.addWidget(self.area)

    def _fit_buttons(self) -> None:
        for button in self._buttons:
            button.setMinimumHeight(self.fontMetrics().height() * 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole
        color = self.palette().color(role.Mid)
        painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
        box = QRectF(self.rect()).adjusted(12.5, 12.5, -12.5, -12.5)
        painter.drawRoundedRect(box, 8, 8)


class _Picture(QWidget):
    """A waveform with three events: what the program is about."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole
        base = self.palette().color(role.Base)
        quiet = blended(self.palette().color(role.Text), base, 0.28)
        events = ((0.10, 0.27, 0), (0.42, 0.55, 1), (0.70, 0.92, 2))
        columns = self.width() // 4
        for i in range(columns):
            x = i / columns
            color, loud = quiet, 0.10
            for start, end, number in events:
                if start <= x <= end:
                    inside = math.sin(math.pi * (x - start) / (end - start))
                    color, loud = _event_color(number), 0.14 + 0.8 * inside
            # Three waves that never meet again look like sound and are the same every time.
            wobble = abs(math.sin(i * 1.7) * math.sin(i * 0.61 + 1) + 0.3 * math.sin(i * 2.9))
            high = max(2.0, loud * (0.35 + 0.65 * min(wobble, 1.0)) * (self.height() - 4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(i * 4, (self.height() - high) / 2, 2.4, high), 1.2, 1.2)


def _event_color(number: int) -> QColor:
    return series_color(number)
