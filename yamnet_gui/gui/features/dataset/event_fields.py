"""What the table of the events of all recordings is filtered by, as the user enters it."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from yamnet_gui.gui.panels.event_table_model import STATE_CHOICES
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.widgets.channel_box import ChannelBox
from yamnet_gui.gui.widgets.fields import SearchField, TimeOfDayField
from yamnet_gui.gui.widgets.number_box import MinimumScoreBox
from yamnet_gui.labels.project import EventFilter


class EventFields(QWidget):
    """Text, state, channel, score, and the time of day where times are those of the clock."""

    changed = Signal()
    typed = Signal()  # the same, and more letters may follow at once

    def __init__(self, timeline: Timeline, parent: QWidget) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self.search = SearchField("Filter by class, recording or note", self)
        self.search.textChanged.connect(self.typed)
        self.states = QComboBox(self)
        self.states.setAccessibleName("Filter by state")
        self.states.addItems([text for text, _ in STATE_CHOICES])
        self.states.setMinimumContentsLength(9)
        self.states.currentIndexChanged.connect(self.changed)
        self.channel = ChannelBox(self)
        self.channel.chosen.connect(self.changed)
        self.least = MinimumScoreBox(self)
        self.least.valueChanged.connect(self.changed)
        self.time_of_day = TimeOfDayField(self)
        self.time_of_day.setVisible(timeline.by_clock)
        self.time_of_day.changed.connect(self.typed)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.states, 1)
        line.addWidget(self.channel, 1)
        line.addWidget(self.least)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addLayout(line)
        layout.addWidget(self.time_of_day)

    def within(self, scope: EventFilter) -> EventFilter:
        """A filter, and what is entered on top of it."""
        least = self.least.value()
        of_day = self.time_of_day.value if self._timeline.by_clock else None
        return replace(
            scope,
            states=STATE_CHOICES[self.states.currentIndex()][1] or scope.states,
            min_score=least if least > 0 else None,
            text=self.search.text(),
            time_of_day=scope.time_of_day or of_day,
            channels=self.channel.value,
        )

    def clear(self) -> None:
        """Leaves nothing out any more, and says nothing of it."""
        for field in (self.search, self.time_of_day):
            with QSignalBlocker(field):
                field.clear()
        with QSignalBlocker(self.least):
            self.least.setValue(0.0)
        self.clear_choices()

    def clear_choices(self) -> None:
        """All states and channels, without saying so."""
        with QSignalBlocker(self.states):
            self.states.setCurrentIndex(0)
        with QSignalBlocker(self.channel):
            self.channel.choose_all()

    def set_from_dataset(self, *, on: bool) -> None:
        """Decisions are the project's, so that a dataset has no states to filter by."""
        self.states.setEnabled(not on)
        self.states.setToolTip("Decisions are in the project: look through that" if on else "")
        self.clear_choices()

    def follow_clock(self) -> bool:
        """Shows the time of day where times are those of the clock; whether that is new."""
        by_clock = self._timeline.by_clock
        new = by_clock != self.time_of_day.isVisibleTo(self)
        self.time_of_day.setVisible(by_clock)
        return new
