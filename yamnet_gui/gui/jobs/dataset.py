"""Questions to an open dataset, and what they need of the project beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo, ReviewState
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.dataset import Dataset, DatasetEvent, DatasetEvents
from yamnet_gui.dataset.manifest import MANIFEST
from yamnet_gui.dataset.taking import Steps, Taking, by_path, decided, event_of, relabelled, taken
from yamnet_gui.gui.state.datasets import OpenedDataset
from yamnet_gui.labels.project import EventFilter, Project, Recording, Sort
from yamnet_gui.labels.project.attached_datasets import AttachedDataset

MOST_TAKEN = 10_000
"""Events that are decided on at once: each brings its whole recording."""


class DatasetChangedError(DatasetError):
    """Its files are others than when it was opened."""


def stamp_of(folder: Path) -> tuple[int, int]:
    """Another one once the files of a dataset have changed, at an address within seconds; zeros
    where it is not there."""
    try:
        status = status_of(folder / MANIFEST)
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@dataclass(frozen=True, slots=True)
class OpenDatasetJob:
    """Opens a dataset. Raises DatasetError."""

    folder: Path

    def run(self) -> Iterator[OpenedDataset]:
        stamp = stamp_of(self.folder)
        dataset = Dataset(self.folder)
        try:
            yield self._opened(dataset, stamp)
        except BaseException:  # nobody waits for it any more
            dataset.close()
            raise

    def _opened(self, dataset: Dataset, stamp: tuple[int, int]) -> OpenedDataset:
        ((recordings, hours),) = dataset.ask(
            "SELECT count(*), coalesce(sum(analysed_to_s - analysed_from_s), 0) / 3600"
            " FROM recordings"
        )
        events = counted(dataset.manifest.rows("events"), "event")
        missing = len(dataset.missing)
        return OpenedDataset(
            self.folder,
            dataset,
            DatasetEvents(dataset),
            stamp,
            f"{counted(recordings, 'recording')}, {grouped(hours, 1)} h, {events}",
            f"{counted(missing, 'file')} of it missing or damaged" if missing else "",
            {name: index for index, (name, _mid) in enumerate(dataset.info.classes)},
        )


@dataclass(frozen=True, slots=True)
class CloseDatasetJob:
    """Lets a dataset go, after all questions that were asked before."""

    opened: OpenedDataset

    def run(self) -> Iterator[None]:
        self.opened.dataset.close()
        yield None


@dataclass(frozen=True, slots=True)
class InProject:
    """What the project has for an event of a dataset: the recording's id, "" where it has none,
    and the event, None where it has none. `has_events`: of the recording, any."""

    recording_id: str = ""
    event: Event | None = None
    has_events: bool = False


def in_project(
    project: Project | None, source: AttachedDataset, rows: Sequence[DatasetEvent]
) -> tuple[InProject, ...]:
    """What the project has for each of these events. Raises ProjectError."""
    if project is None:
        return (InProject(),) * len(rows)
    known = by_path(project)
    places: dict[str, Recording | None] = {}
    events: dict[str, tuple[Event, ...]] = {}
    found = []
    for row in until_stopped(rows, 16):
        if row.file not in places:
            places[row.file] = known.get(source.locate(row.file)) if known else None
        recording = places[row.file]
        if recording is None:
            found.append(InProject())
            continue
        if recording.id not in events:
            events[recording.id] = tuple(project.events.of(recording.id))
        own = events[recording.id]
        found.append(InProject(recording.id, event_of(row, own), bool(own)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """Some events of a dataset from the `first` one in an order on; what is known of their
    recordings by id, and what the project has for each of them."""

    first: int
    rows: tuple[DatasetEvent, ...]
    infos: Mapping[str, RecordingInfo]
    known: tuple[InProject, ...]


@dataclass(frozen=True, slots=True)
class PageJob:
    """Reads a page of a table. Raises DatasetError, ProjectError."""

    opened: OpenedDataset
    source: AttachedDataset
    project: Project | None
    wanted: EventFilter
    sort: Sort
    first: int
    count: int

    def run(self) -> Iterator[DatasetPage]:
        events = self.opened.events
        rows = tuple(events.page(self.wanted, self.sort, self.first, self.count))
        infos = events.infos(list(dict.fromkeys(row.recording for row in rows)))
        yield DatasetPage(self.first, rows, infos, in_project(self.project, self.source, rows))


@dataclass(frozen=True, slots=True)
class Total:
    """How many events meet a filter, and the channels that any event is of."""

    count: int
    channels: frozenset[int | None]


@dataclass(frozen=True, slots=True)
class TotalJob:
    """Counts the events that meet a filter. Raises DatasetError."""

    opened: OpenedDataset
    wanted: EventFilter

    def run(self) -> Iterator[Total]:
        everything = self.wanted == EventFilter()
        rows = self.opened.dataset.manifest.rows("events")
        whole = everything and not self.opened.problem
        count = rows if whole else self.opened.events.count(self.wanted)
        yield Total(count, self.opened.events.channels)


@dataclass(frozen=True, slots=True)
class KnownJob:
    """Looks up again what the project has for events. Raises ProjectError."""

    project: Project | None
    source: AttachedDataset
    pages: tuple[DatasetPage, ...]

    def run(self) -> Iterator[tuple[DatasetPage, ...]]:
        yield tuple(
            replace(page, known=in_project(self.project, self.source, page.rows))
            for page in self.pages
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Events of a dataset, and their recordings with all that is in them."""

    events: tuple[DatasetEvent, ...]
    labelled: tuple[LabelledRecording, ...]


@dataclass(frozen=True, slots=True)
class ChosenJob:
    """Reads the events at these ranges (first, past the last) of an order, and their recordings.

    Raises DatasetError.
    """

    opened: OpenedDataset
    wanted: EventFilter
    sort: Sort
    ranges: tuple[tuple[int, int], ...]

    def run(self) -> Iterator[Chosen]:
        read = self.opened.events
        events = [
            event
            for first, end in self.ranges
            for event in read.page(self.wanted, self.sort, first, end - first)
        ]
        yield chosen_of(self.opened, events)


def chosen_of(opened: OpenedDataset, events: Sequence[DatasetEvent]) -> Chosen:
    """Events with their recordings. Raises DatasetError."""
    ids = list(dict.fromkeys(event.recording for event in events))
    return Chosen(tuple(events), tuple(opened.events.of_recordings(ids)))


@dataclass(frozen=True, slots=True)
class TakingJob:
    """Takes recordings into the project and does something with the chosen events, as one step.

    Yields how many events changed. Raises ProjectError.
    """

    project: Project
    chosen: Chosen
    source: AttachedDataset
    step: Callable[[Taking], Steps]

    def run(self) -> Iterator[int]:
        taking = taken(self.project, self.chosen.labelled, "", self.source.locate)
        steps = self.step(taking)
        self.project.apply(steps.command)
        yield steps.changed


def decision_job(
    project: Project,
    chosen: Chosen,
    source: AttachedDataset,
    state: ReviewState,
    reviewer: str,
    class_index: Mapping[str, int],
) -> TakingJob:
    """Gives events of a dataset a state in the project."""

    def step(taking: Taking) -> Steps:
        return decided(project, taking, chosen.events, state, reviewer, class_index)

    return TakingJob(project, chosen, source, step)


def relabelling_job(
    project: Project,
    chosen: Chosen,
    source: AttachedDataset,
    label: tuple[str, int | None, str],
    reviewer: str,
    ontology: Ontology,
) -> TakingJob:
    """Corrects the label of events of a dataset in the project."""

    def step(taking: Taking) -> Steps:
        return relabelled(project, taking, chosen.events, label, reviewer, ontology)

    return TakingJob(project, chosen, source, step)
