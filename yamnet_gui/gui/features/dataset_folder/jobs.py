"""Questions to a dataset in the background. All of them run in one thread, one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.text import counted, grouped, printable
from yamnet_gui.dataset import Dataset, DatasetEvent, DatasetEvents
from yamnet_gui.dataset.taking import take_recordings
from yamnet_gui.labels.project import EventFilter, Project, Sort

ROWS = 1000
"""So many events are listed: more are better found by a filter than by scrolling."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open dataset, what is in it in words, and what is wrong with it in a glance ("")."""

    dataset: Dataset
    events: DatasetEvents
    summary: str
    problem: str


@dataclass(frozen=True, slots=True)
class OpenDatasetJob:
    """Opens a dataset. Raises DatasetError."""

    folder: Path

    def run(self) -> Iterator[Opened]:
        dataset = Dataset(self.folder)
        ((recordings, hours),) = dataset.ask(
            "SELECT count(*), coalesce(sum(analysed_to_s - analysed_from_s), 0) / 3600"
            " FROM recordings"
        )
        events = counted(dataset.manifest.rows("events"), "event")
        words = f"{counted(recordings, 'recording')}, {grouped(hours, 1)} h, {events}"
        missing = len(dataset.missing)
        problem = f"{counted(missing, 'file')} of it missing or cut off" if missing else ""
        yield Opened(dataset, DatasetEvents(dataset), f"{printable(self.folder)}: {words}", problem)


@dataclass(frozen=True, slots=True)
class Page:
    """The first events in an order, and how many there are."""

    rows: tuple[DatasetEvent, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ListEventsJob:
    """Lists events: first those that are seen, then their number. Raises DatasetError."""

    events: DatasetEvents
    wanted: EventFilter
    sort: Sort

    def run(self) -> Iterator[Page]:
        rows = tuple(self.events.page(self.wanted, self.sort, 0, ROWS))
        if len(rows) < ROWS:
            yield Page(rows, len(rows))
            return
        yield Page(rows, self.events.count(self.wanted))


@dataclass(frozen=True, slots=True)
class Taken:
    """What came into the project, and where the event that was asked for first is there."""

    recordings: int
    events: int
    recording_id: str
    event: DatasetEvent


@dataclass(frozen=True, slots=True)
class TakeJob:
    """Takes the recordings of some events into the project. Raises DatasetError, ProjectError."""

    project: Project
    opened: Opened
    chosen: tuple[DatasetEvent, ...]

    def run(self) -> Iterator[Taken]:
        name = printable(self.opened.dataset.folder.name)
        ids = list(dict.fromkeys(row.recording for row in self.chosen))
        count, events = take_recordings(self.project, self.opened.events, ids, f"take from {name}")
        first = self.chosen[0]
        recording = self.project.recordings.at(Path(first.file))
        yield Taken(count, events, recording.id if recording is not None else "", first)


@dataclass(frozen=True, slots=True)
class CloseDatasetJob:
    """Closes a dataset in the thread that asks it."""

    opened: Opened

    def run(self) -> Iterator[None]:
        self.opened.dataset.close()
        yield None
