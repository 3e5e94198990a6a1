"""Building review queues, counting, and steps that change many events."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import counted
from yamnet_gui.gui.state.review_queue import QueueRequest, Rows
from yamnet_gui.labels.project import (
    ClassCounts,
    Command,
    EventFilter,
    Project,
    ProjectChange,
    ProjectEvent,
    QueueKind,
    Sort,
    correct_labels,
    group,
    mark_reviewed_segments,
    set_state,
)
from yamnet_gui.labels.project.count_samples import sample_rows
from yamnet_gui.labels.project.event_commands import ScoresOf
from yamnet_gui.labels.project.stabilities import least_stable
from yamnet_gui.quality.agreement import disagreement_rows

_PIECE = 2000


@dataclass(frozen=True, slots=True)
class BuildQueueJob:
    """The rows of the events to review, in order; int64 (n,)."""

    project: Project
    request: QueueRequest
    recording_id: str
    threshold: float
    seed: int = 0
    one_per_sound: bool = False

    def run(self) -> Iterator[Rows]:
        if self.request.kind is not None:
            wanted = EventFilter(
                labels=frozenset([self.request.label]) if self.request.label else None,
                states=frozenset([ReviewState.UNREVIEWED]),
                recording_ids=None if self.request.everywhere else frozenset([self.recording_id]),
                one_per_sound=self.one_per_sound,
                channels=self.request.channels,
            )
            if self.request.kind is QueueKind.STABILITY:
                yield least_stable(self.project, wanted)
                return
            if self.request.kind is QueueKind.SAMPLE:
                yield sample_rows(self.project, wanted)
                return
            if self.request.kind is QueueKind.DISAGREEMENTS:
                yield disagreement_rows(self.project, wanted)
                return
            yield self.project.events.queue(
                self.request.kind, wanted, seed=self.seed, threshold=self.threshold
            )


@dataclass(frozen=True, slots=True)
class CountLeftJob:
    """How many of these rows are unreviewed events."""

    project: Project
    rows: Rows

    def run(self) -> Iterator[int]:
        yield self.project.events.count_unreviewed(self.rows)


@dataclass(frozen=True, slots=True)
class CountClassesJob:
    """How far the review of every class is, over all recordings; of the events that are shown."""

    project: Project
    one_per_sound: bool = False

    def run(self) -> Iterator[list[ClassCounts]]:
        yield self.project.events.class_counts(EventFilter(one_per_sound=self.one_per_sound))


@dataclass(frozen=True, slots=True)
class CountCorrectedJob:
    """How many former labels of corrected events a project has, as rejected events."""

    project: Project

    def run(self) -> Iterator[int]:
        events = self.project.events
        yield sum(events.corrected(events.recording_counts()).values())


@dataclass(frozen=True, slots=True)
class ChannelsJob:
    """The channels that events of the project are of, from 0; None among them for the mix."""

    project: Project

    def run(self) -> Iterator[frozenset[int | None]]:
        yield self.project.events.channels()


@dataclass(frozen=True, slots=True)
class ApplyJob:
    """Applies a large command in the background; yields it when stored. Raises ProjectError.

    `build` makes the command. `adopt`: see `Project.apply`.
    """

    project: Project
    build: Callable[[], Command]
    adopt: bool = False

    def run(self) -> Iterator[Command]:
        command = self.build()
        self.project.apply(command, adopt=self.adopt)
        yield command


@dataclass(frozen=True, slots=True)
class TurnJob:
    """Undoes (`back`) or redoes a step; yields its title and what changed. Raises ProjectError."""

    project: Project
    back: bool

    def run(self) -> Iterator[tuple[str, tuple[ProjectChange, ...]]]:
        turned = self.project.turn(back=self.back)
        if turned is not None:
            yield turned


@dataclass(frozen=True, slots=True)
class MarkQueueJob:
    """Marks the spans of the events of a queue as reviewed, each for its class, as one step.

    Yields how many segments. Raises ProjectError.
    """

    project: Project
    rows: Rows
    reviewer: str

    def run(self) -> Iterator[int]:
        spans_by_class: dict[tuple[str, str], list[TimeSpan]] = {}
        count = 0
        for first in range(0, len(self.rows), _PIECE):
            for item in self.project.events.at(self.rows[first : first + _PIECE].tolist()):
                if item.event.state is not ReviewState.UNREVIEWED:
                    before = item.event.original
                    label = before.label if before is not None else item.event.label
                    spans_by_class.setdefault((item.recording_id, label), []).append(
                        item.event.span
                    )
                    count += 1
        by_recording: dict[str, dict[str, list[TimeSpan]]] = {}
        for (recording_id, label), spans in spans_by_class.items():
            by_recording.setdefault(recording_id, {})[label] = spans
        commands = [
            mark_reviewed_segments(
                recording_id,
                self.project.recordings.reviewed(recording_id),
                by_label,
                self.reviewer,
            )
            for recording_id, by_label in by_recording.items()
        ]
        if commands:
            self.project.apply(group(f"mark {counted(count, 'segment')} as reviewed", commands))
        yield count


@dataclass(frozen=True, slots=True)
class Listed:
    """Events that meet a filter, how many are `shown` without it, and how many others would meet it
    but are `left_out`, because events of more particular classes stand for them.

    `channels`: those that any event is of, from 0; None in it for what is of the mix.
    """

    rows: Rows
    shown: int
    left_out: int
    channels: frozenset[int | None]


@dataclass(frozen=True, slots=True)
class QueryJob:
    """Rows of the events that meet a filter, sorted, and what a table of them says beside it."""

    project: Project
    wanted: EventFilter
    sort: Sort

    def run(self) -> Iterator[Listed]:
        events = self.project.events
        shown = EventFilter(one_per_sound=self.wanted.one_per_sound)
        rows = events.rows(self.wanted, self.sort)
        every = events.count(replace(self.wanted, one_per_sound=False))
        yield Listed(rows, events.count(shown), every - len(rows), events.channels())


@dataclass(frozen=True, slots=True)
class DecideJob:
    """Gives many events a state, as one step; yields how many changed. Raises ProjectError."""

    project: Project
    rows: Rows
    state: ReviewState
    reviewer: str

    def run(self) -> Iterator[int]:
        command = set_state(_items(self.project, self.rows), self.state, self.reviewer)
        self.project.apply(command)
        yield command.count


@dataclass(frozen=True, slots=True)
class RelabelJob:
    """Corrects the label of many events, as one step; yields how many changed.

    `label`: its text, class index and mid. `scores_of`: of the class within events, as far as it is
    known. Raises ProjectError.
    """

    project: Project
    rows: Rows
    label: tuple[str, int | None, str]
    reviewer: str
    ontology: Ontology
    scores_of: ScoresOf

    def run(self) -> Iterator[int]:
        command = correct_labels(
            _items(self.project, self.rows),
            *self.label,
            reviewer=self.reviewer,
            ontology=self.ontology,
            touched_beside=self.project.events.touched_beside,
            scores_of=self.scores_of,
        )
        if command.changes:
            self.project.apply(command)
        yield len(
            {
                (c.recording_id, c.key)
                for c in command.changes
                if isinstance(c.new, Event) and c.old is not None
            }
        )


def _items(project: Project, rows: Rows) -> list[ProjectEvent]:
    return [
        item
        for first in range(0, len(rows), _PIECE)
        for item in project.events.at(rows[first : first + _PIECE].tolist())
    ]
