"""The table model of the events of a whole project: a million rows, read when they are shown."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt

from yamnet_gui.core.channels import channel_name, channel_text
from yamnet_gui.core.events import Event
from yamnet_gui.gui.panels.event_table_model import STATE_WORDS, WEAK_MARK
from yamnet_gui.gui.state.event_pages import EventPages
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import class_color, state_mark
from yamnet_gui.gui.times import clock, date_and_zone, length, time_text
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.table_model import HeadedTableModel
from yamnet_gui.labels.project import ProjectEvent, Recording, SortKey

Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()
_HEADERS = ("Recording", "Onset", "Class", "Score", "✓", "Ch.")
_TIPS = (
    *("Sorts by recording, then onset", "", "", "Highest score of the class", "Review state"),
    "Channel that the event is of, counted from 1",
)

Fetch = Callable[[Sequence[int]], list[ProjectEvent]]
RecordingOf = Callable[[str], Recording | None]
_LATE = "…"


class Listed(Protocol):
    """Events by position, of which only those in sight are read."""

    def __len__(self) -> int: ...

    def at(self, position: int) -> ProjectEvent | None:
        """None: it has been removed meanwhile, or is being read."""

    def clear(self) -> None:
        """Reads again what is in sight."""


class ProjectColumn(IntEnum):
    """Columns of the table."""

    RECORDING = 0
    ONSET = 1
    CLASS = 2
    SCORE = 3
    STATE = 4
    CHANNEL = 5


SORT_KEYS = {
    ProjectColumn.RECORDING: SortKey.TIME,
    ProjectColumn.ONSET: SortKey.ONSET,
    ProjectColumn.CLASS: SortKey.LABEL,
    ProjectColumn.SCORE: SortKey.SCORE,
    ProjectColumn.STATE: SortKey.STATE,
    ProjectColumn.CHANNEL: SortKey.CHANNEL,
}
"""What the project sorts by for each column."""


_NUMBERS = (ProjectColumn.ONSET, ProjectColumn.SCORE, ProjectColumn.CHANNEL)


class ProjectTableModel(HeadedTableModel):
    """Rows of the project's events, in the order of a query.

    `fetch` reads events by row, `recording_of` gives their recording; both are called only for
    visible rows.
    """

    headers = _HEADERS
    tips = _TIPS

    def __init__(
        self,
        fetch: Fetch,
        recording_of: Callable[[str], Recording | None],
        timeline: Timeline,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._recording_of = self._of_project = recording_of
        self._timeline = timeline
        self._compact = True
        self._weak: Callable[[Event], bool] = lambda _event: False
        self._events = EventPages(fetch)
        self._pages: Listed = self._events
        self._count = 0

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the project by position in the table; not to be altered. None of a dataset."""
        return self._events.rows

    def set_compact(self, on: bool) -> None:
        """Whether dates go without year and seconds, for a narrow table."""
        if on != self._compact:
            self._compact = on
            self.refresh()

    def set_rows(self, rows: NDArray[np.int64]) -> None:
        """Lists these rows; if they are the same as before the view stays as it is."""
        if self._pages is self._events and np.array_equal(rows, self.rows):
            self.refresh()
            return
        self.beginResetModel()
        self._events.set_rows(rows)
        self._pages, self._recording_of, self._count = self._events, self._of_project, len(rows)
        self.endResetModel()

    def set_listed(self, listed: Listed, recording_of: RecordingOf) -> None:
        """Lists the events of a dataset, and of the project none."""
        self.beginResetModel()
        self._events.set_rows(np.empty(0, np.int64))
        self._pages, self._recording_of, self._count = listed, recording_of, len(listed)
        self.endResetModel()

    def follow_total(self) -> None:
        """What is listed was counted: rows come at the end."""
        count = len(self._pages)
        if count > self._count:
            self.beginInsertRows(_NO_PARENT, self._count, count - 1)
            self._count = count
            self.endInsertRows()

    def set_weak(self, weak: Callable[[Event], bool]) -> None:
        """Which events score less than their threshold; given again whenever rules change."""
        self._weak = weak
        if self.rowCount():
            score = ProjectColumn.SCORE
            self.dataChanged.emit(self.index(0, score), self.index(self.rowCount() - 1, score))

    def refresh(self) -> None:
        """Reads the visible rows again."""
        self._pages.clear()
        if self._count:
            self.show_rows(0, self._count - 1)

    def show_rows(self, first: int, last: int) -> None:
        """These rows were read."""
        if first <= last < self._count:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(ProjectColumn) - 1))

    def item(self, position: int) -> ProjectEvent | None:
        """The event at a position; None if it has been removed meanwhile."""
        return self._pages.at(position)

    def row_total(self) -> int:
        return self._count

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        value = super().headerData(section, orientation, role)
        if value is not None and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(ProjectColumn(section))
        return value

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = ProjectColumn(index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        wanted = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.DecorationRole,
                  Qt.ItemDataRole.ToolTipRole, ITEM_ROLE)  # fmt: skip
        if role not in wanted:
            return None
        item = self.item(index.row())
        if item is None:
            late = column is ProjectColumn.CLASS and self._pages is not self._events
            return _LATE if late and role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, column)
        if role == Qt.ItemDataRole.DecorationRole:
            event = item.event
            own = column is ProjectColumn.CLASS
            return class_color(event.class_index, event.label) if own else None
        return item if role == ITEM_ROLE else plain_tip(self._tip(item))

    def _text(self, item: ProjectEvent, column: ProjectColumn) -> str:
        event: Event = item.event
        match column:
            case ProjectColumn.RECORDING:
                return self._name_of(item)
            case ProjectColumn.ONSET:
                start = self._start_of(item)
                if start is None:
                    return clock(event.onset_s, 1)
                date = date_and_zone(start, event.onset_s)[:10]
                clocked = time_text(start, event.onset_s, 0)
                return f"{date[5:]} {clocked[:5]}" if self._compact else f"{date} {clocked}"
            case ProjectColumn.CLASS:
                return event.label
            case ProjectColumn.SCORE:
                of_project = self._pages is self._events  # a dataset has rules of its own
                mark = WEAK_MARK if of_project and self._weak(event) else ""
                return "–" if event.score_max is None else f"{mark}{event.score_max:.2f}"
            case ProjectColumn.CHANNEL:
                return channel_text(event.channel)
        return state_mark(event.state)

    def _name_of(self, item: ProjectEvent) -> str:
        recording = self._recording_of(item.recording_id)
        return recording.name if recording is not None else ""

    def _start_of(self, item: ProjectEvent) -> datetime | None:
        """When the recording of an event began, while clock times are shown."""
        recording = self._recording_of(item.recording_id) if self._timeline.by_clock else None
        return recording.recorded_at if recording is not None else None

    def _when(self, item: ProjectEvent) -> str:
        start, onset_s = self._start_of(item), item.event.onset_s
        text = time_text(start, onset_s)
        return text if start is None else f"{text}, {date_and_zone(start, onset_s)}"

    def _tip(self, item: ProjectEvent) -> str:
        event = item.event
        of = "" if event.channel is None else f", {channel_name(event.channel).lower()}"
        who = f" by {event.reviewer}" if event.reviewer else ""
        lines = [
            self._name_of(item),
            f"{event.label}, {self._when(item)}, {length(event.duration_s)}{of}",
            f"{STATE_WORDS[event.state]}{who}, {event.source.value}",
        ]
        return "\n".join([*lines, event.note] if event.note else lines)


def _alignment(column: ProjectColumn) -> Qt.AlignmentFlag:
    """Numbers stand at the right, under their header."""
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
