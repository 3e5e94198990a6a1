"""Recordings of a dataset into a project, where they are reviewed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yamnet_gui.core.events import Event, LabelledRecording, ReviewState
from yamnet_gui.core.files import whole_path
from yamnet_gui.core.negatives import is_negative
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.notation import written
from yamnet_gui.labels.exchange.project_tables import import_command, plan_for_project
from yamnet_gui.labels.project import (
    Command,
    Project,
    ProjectEvent,
    Recording,
    RecordingState,
    answer,
    correct_labels,
    group,
    set_state,
)

from .events import DatasetEvent, DatasetEvents

Locate = Callable[[str], Path]
"""Where the file of a recording is that the dataset names so."""


@dataclass(frozen=True, slots=True)
class Taking:
    """The step that brings recordings, and the events of all that were asked for after it.

    `events`: by the path that the dataset has, the recording's id in the project, and its events
    there by their ids. `recordings` and `new_events`: how many the step brings.
    """

    command: Command
    events: Mapping[str, tuple[str, dict[str, Event]]]
    recordings: int
    new_events: int


@dataclass(frozen=True, slots=True)
class Steps:
    """One step of undo, and how many of the chosen events it changes."""

    command: Command
    changed: int


def take_recordings(
    project: Project,
    events: DatasetEvents,
    recordings: Sequence[str],
    title: str,
    locate: Locate = path_of,
) -> tuple[int, int]:
    """Copies recordings by their ids with all of their events, as one step of undo that has this
    title; how many recordings and events were new. Raises DatasetError, ProjectError."""
    taking = taken(project, events.of_recordings(recordings), title, locate)
    project.apply(taking.command)
    return taking.recordings, taking.new_events


def taken(
    project: Project, labelled: Iterable[LabelledRecording], title: str, locate: Locate = path_of
) -> Taking:
    """What copies recordings with all of their events, not yet applied.

    All events of a recording come together: a recording that was half here and half there would be
    counted twice. What the project has of a recording stands; one that is only listed there has
    nothing yet. Raises ProjectError.
    """
    present = by_path(project)
    events: dict[str, tuple[str, dict[str, Event]]] = {}
    new: dict[Path, LabelledRecording] = {}
    places: dict[str, Path] = {}
    for one in labelled:
        file = written(one.recording.path)
        here = whole_path(locate(file))
        recording = present.get(here)
        if recording is not None and not _only_listed(project, recording):
            events[file] = recording.id, {e.id: e for e in project.events.of(recording.id)}
            continue
        new[here] = replace(one, recording=replace(one.recording, path=here))
        places[file] = here
    if not new:
        return Taking(Command(title, ()), events, 0, 0)
    plan = plan_for_project(project, list(new.values()))
    command = import_command(project, plan, add_missing=True, title=title)
    ids = {here: recording.id for here, recording in present.items()}
    for change in command.changes:
        if isinstance(change.new, Recording):
            ids[project.recordings.locate(change.new)] = change.new.id
    brought: dict[str, dict[str, Event]] = {}
    for change in command.changes:
        if isinstance(change.new, Event):
            brought.setdefault(change.recording_id, {})[change.key] = change.new
    for file, here in places.items():
        events[file] = ids[here], brought.get(ids[here], {})
    return Taking(command, events, len(new), sum(map(len, brought.values())))


def decided(
    project: Project,
    taking: Taking,
    chosen: Sequence[DatasetEvent],
    state: ReviewState,
    reviewer: str,
    class_index: Mapping[str, int],
) -> Steps:
    """Brings recordings and gives the events that the dataset has there a state, as one step.

    Where the project has other detections of the recording, the event of the same class at the same
    place is meant; without one there, it is made. `class_index`: of labels.
    """
    items: dict[tuple[str, str], ProjectEvent] = {}
    steps: list[Command] = []
    for one in chosen:
        recording_id, events = taking.events[one.file]
        event = event_of(one, events.values())
        if event is not None:
            items[recording_id, event.id] = ProjectEvent(recording_id, event)
        elif state is not ReviewState.UNREVIEWED:
            span = TimeSpan(one.onset_s, one.offset_s)
            steps.append(
                answer(
                    (), recording_id, span, one.label, state,
                    class_index=class_index.get(one.label), channel=one.channel, reviewer=reviewer,
                ).command
            )  # fmt: skip
    if items or not steps:
        steps.append(set_state(items.values(), state, reviewer))
    return Steps(group(steps[-1].title, [taking.command, *steps]), sum(s.count for s in steps))


def relabelled(
    project: Project,
    taking: Taking,
    chosen: Sequence[DatasetEvent],
    label: tuple[str, int | None, str],
    reviewer: str,
    ontology: Ontology,
) -> Steps:
    """Brings recordings and corrects the label of events, as one step; see `decided`."""
    items: dict[tuple[str, str], ProjectEvent] = {}
    for one in chosen:
        recording_id, events = taking.events[one.file]
        event = event_of(one, events.values())
        if event is not None:
            items[recording_id, event.id] = ProjectEvent(recording_id, event)
    known = [item for item in items.values() if project.recordings.knows(item.recording_id)]
    step = correct_labels(
        items.values(),
        *label,
        reviewer=reviewer,
        ontology=ontology,
        touched_beside=lambda _items: project.events.touched_beside(known),
    )
    return Steps(group(step.title, [taking.command, step]), len(items))


def by_path(project: Project) -> dict[Path, Recording]:
    """The recordings of a project by where they are."""
    return {
        project.recordings.locate(recording): recording for recording in project.recordings.all()
    }


def event_of(one: DatasetEvent, events: Iterable[Event]) -> Event | None:
    """What the project has for an event of a dataset: of the same class (before anybody corrected
    it) and channel, the one that shares most time with it; None where none does."""
    best, most = None, 0.0
    for event in events:
        if is_negative(event):
            continue  # what a correction left: it is not the class
        before = event.original
        label = before.label if before is not None else event.label
        if label != one.label or event.channel != one.channel:
            continue
        start, end = event.onset_s, event.offset_s
        if before is not None:
            start, end = before.onset_s, before.offset_s
        shared = min(end, one.offset_s) - max(start, one.onset_s)
        if shared > most:
            best, most = event, shared
    return best


def _only_listed(project: Project, recording: Recording) -> bool:
    return recording.state is not RecordingState.ANALYSED and not project.events.of(recording.id)
