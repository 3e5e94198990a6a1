"""What an empty window shows: open a recording, drop one, try the demo."""

import math
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.colors import blended
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

_MOST_RECENT = 6


class WelcomePanel(QWidget):
    """Open, drop, demo and the recent recordings. Dropping itself is the window's."""

    open_requested = Signal()
    demo_requested = Signal()
    recent_requested = Signal(object)  # Path

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._build()
        settings.changed.connect(self._on_setting)
        self._list_recent()

    def sizeHint(self) -> QSize:
        return QSize(760, 560)

    def _build(self) -> None:
        title = PlainLabel("Find the sounds in a recording", self)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        title.setFont(font)
        about = PlainLabel(
            "YAMNet detects 521 classes of sound. Review, correct and export the events it finds.",
            self,
        )
        about.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        about.setWordWrap(True)
        self.open = QPushButton("Open a recording…", self)
        self.open.setDefault(True)
        self.open.clicked.connect(self.open_requested)
        self.demo = QPushButton("Try the demo", self)
        self.demo.setToolTip("A sample recording, already analysed")
        self.demo.clicked.connect(self.demo_requested)
        for button in (self.open, self.demo):
            button.setMinimumHeight(self.fontMetrics().height() * 2)
            button.setMinimumWidth(self.fontMetrics().averageCharWidth() * 24)
        self.drop = PlainLabel("or drop a file or a folder here", self)
        self.drop.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.recent_title = PlainLabel("Recent", self)
        self.recent_title.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.recent = QVBoxLayout()
        self.recent.setSpacing(0)
        self.recent.setContentsMargins(-5, 0, 0, 0)  # the buttons' own margin

        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.open)
        buttons.addWidget(self.demo)
        buttons.addStretch(1)
        self.column = QWidget(self)
        inside = QVBoxLayout(self.column)
        inside.setContentsMargins(24, 24, 24, 24)
        inside.setSpacing(8)
        inside.addWidget(_Picture(self))
        inside.addSpacing(6)
        inside.addWidget(title)
        inside.addWidget(about)
        inside.addSpacing(10)
        inside.addLayout(buttons)
        inside.addWidget(self.drop)
        inside.addSpacing(12)
        inside.addWidget(self.recent_title)
        inside.addLayout(self.recent)
        self.column.setMaximumWidth(560)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(self.column, 10)
        across.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(across)
        layout.addStretch(3)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole
        color = self.palette().color(role.Mid)
        painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
        box = QRectF(self.rect()).adjusted(12.5, 12.5, -12.5, -12.5)
        painter.drawRoundedRect(box, 8, 8)

    def _on_setting(self, key: str) -> None:
        if key == "recent":
            self._list_recent()

    def _list_recent(self) -> None:
        while self.recent.count():
            item = self.recent.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        paths = self._settings.recent_files()[:_MOST_RECENT]
        for path in paths:
            self.recent.addWidget(self._link(path))
        self.recent_title.setVisible(bool(paths))

    def _link(self, path: Path) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        metrics = self.fontMetrics()
        folder = metrics.elidedText(str(path.parent), Qt.TextElideMode.ElideMiddle, 260)
        name = metrics.elidedText(path.name, Qt.TextElideMode.ElideMiddle, 220)
        button.setText(f"{name}   {folder}".replace("&", "&&"))
        button.setToolTip(plain_tip(str(path)))
        button.setAccessibleName(f"Open {path}")
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.recent_requested.emit(path))
        return button


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
    return class_color((0, 5, 2)[number])
