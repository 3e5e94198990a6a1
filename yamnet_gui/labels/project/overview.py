"""How far a project is: what is analysed and reviewed, what to do next, what was done when."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from yamnet_gui.core.stopping import until_stopped

from .filters import EventFilter
from .models import HistoryEntry, Recording, RecordingState
from .project import Project

_ALL = EventFilter()

DAYS = 14
"""Days of activity that are counted, today included."""
_RECENT = 8


class Task(StrEnum):
    """What brings a project further."""

    ADD = "add"
    ADD_FOLDER = "add folder"
    FIND = "find"
    ANALYSE = "analyse"
    REVIEW = "review"
    EXPORT = "export"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Overview:
    """Numbers of recordings and events. `waiting`: neither analysed nor failed, and there.

    `reviewed_recordings`: those all of whose events are decided. `events` and `reviewed` are
    without the former labels of corrected events, of which there are `corrected`. `days`: steps of
    the user on each of the last `DAYS` days, oldest first, by this computer's clock. `steps`: the
    newest first.
    """

    recordings: int = 0
    analysed: int = 0
    failed: int = 0
    missing: int = 0
    waiting: int = 0
    reviewed_recordings: int = 0
    events: int = 0
    reviewed: int = 0
    corrected: int = 0
    read_only: bool = False
    days: tuple[tuple[date, int], ...] = ()
    steps: tuple[HistoryEntry, ...] = ()

    @property
    def next_task(self) -> Task:
        """What to do next; a project that takes no decisions can only be exported."""
        if self.read_only and self.events:
            return Task.EXPORT
        if not self.recordings:
            return Task.ADD
        if self.missing == self.recordings:
            return Task.FIND
        if self.waiting:
            return Task.ANALYSE
        if self.reviewed < self.events:
            return Task.REVIEW
        return Task.EXPORT if self.events else Task.LOWER


def is_waiting(recording: Recording) -> bool:
    """Whether a recording is neither analysed nor failed."""
    return recording.state not in (RecordingState.ANALYSED, RecordingState.FAILED)


def overview(
    project: Project,
    is_there: Callable[[Path], bool],
    now: datetime,
    wanted: EventFilter = _ALL,
) -> Overview:
    """Counts recordings, the events that are wanted, and steps. `is_there`: whether a recording
    lies at a path.

    Raises ProjectError.
    """
    counts = project.events.recording_counts(wanted)
    corrected = sum(project.events.corrected(counts).values())
    analysed = failed = missing = waiting = done = 0
    recordings = project.recordings.all()
    for recording in until_stopped(recordings):
        there = is_there(project.recordings.locate(recording))
        missing += not there
        if recording.state is RecordingState.ANALYSED:
            analysed += 1
        elif recording.state is RecordingState.FAILED:
            failed += 1
        waiting += there and is_waiting(recording)
        count = counts.get(recording.id)
        done += count is not None and 0 < count.total == count.reviewed
    today = now.astimezone().date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day).astimezone()
    per_day = Counter(t.astimezone().date() for t in project.history.times_since(since))
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return Overview(
        recordings=len(recordings),
        analysed=analysed,
        failed=failed,
        missing=missing,
        waiting=waiting,
        reviewed_recordings=done,
        events=sum(count.total for count in counts.values()) - corrected,
        reviewed=sum(count.reviewed for count in counts.values()) - corrected,
        corrected=corrected,
        read_only=project.read_only,
        days=tuple((day, per_day[day]) for day in days),
        steps=tuple(project.history.steps(_RECENT, of_user=True)),
    )
