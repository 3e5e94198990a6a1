"""The owner of the open project and of what it holds about the open recording."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import count

from PySide6.QtCore import QObject, Signal, Slot

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.matching import merge_detections
from yamnet_gui.labels.project import Command, Project, ProjectChange, ProjectEvent, Reviewed


class StorageMode(StrEnum):
    """Where decisions are stored."""

    NOWHERE = "nowhere"
    PERSONAL = "personal"
    PROJECT = "project"
    READ_ONLY = "read only"
    SCRATCH = "scratch"


@dataclass(frozen=True, slots=True)
class _Written:
    """A step, with what the project holds after it of the events and spans that it changed.

    It is read in the thread that made the step, `number` tells when: a later one is as new or
    newer. `events` are None where they could not be read. `deleted` and `reviewed` are None where
    the step did not change them.
    """

    project: Project
    changes: tuple[ProjectChange, ...]
    number: int
    recording_id: str
    ids: tuple[str, ...] = ()
    events: Mapping[str, Event] | None = None
    deleted: tuple[Event, ...] | None = None
    reviewed: Reviewed | None = None


class ProjectState(QObject):
    """One project, or none while it is being opened. Every edit is on the disk when it returns.

    `stored` are the project's events of the open recording, `deleted` those that the user
    deleted. Edits raise ProjectError where they are refused; nothing has changed then.
    """

    project_changed = Signal()
    path_changed = Signal()  # the same project goes on in another file
    recording_changed = Signal()
    # tuple[Event, ...]: what a step put in; () for any other step; None: another recording
    events_changed = Signal(object)
    reviewed_changed = Signal()
    rules_changed = Signal()  # the rule sets stored in the project
    recordings_changed = Signal()  # some came, went, moved or were analysed
    label_sets_changed = Signal()
    texts_changed = Signal()  # a calibration, say
    steps_changed = Signal()
    written = Signal(object)  # tuple[ProjectChange, ...]: of one step, in the GUI thread
    _arrived = Signal(object)  # _Written: by a signal, because any thread may write

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._storage_mode = StorageMode.NOWHERE
        self._unsubscribe: Callable[[], None] | None = None
        self._recording_id = ""
        self._stored: dict[str, Event] = {}
        self._deleted: list[Event] = []
        self._reviewed = Reviewed()
        self._reviewer = ""
        self._numbers = count(1)
        self._newest = 0
        self._arrived.connect(self._on_arrived)

    @property
    def project(self) -> Project | None:
        return self._project

    @property
    def storage_mode(self) -> StorageMode:
        return self._storage_mode

    @property
    def has_own_list(self) -> bool:
        """Whether it is a project that somebody named, and whose recordings are listed."""
        return self._storage_mode in (StorageMode.PROJECT, StorageMode.READ_ONLY)

    @property
    def recording_id(self) -> str:
        """The open recording in the project; "" until it was looked up."""
        return self._recording_id

    @property
    def stored(self) -> EventList:
        """Everything that the project holds of the open recording, touched or not."""
        return EventList.of(self._stored.values())

    @property
    def deleted(self) -> list[Event]:
        return list(self._deleted)

    @property
    def reviewed(self) -> Reviewed:
        """Segments of the open recording that are reviewed."""
        return self._reviewed

    def use(
        self, project: Project | None, storage_mode: StorageMode = StorageMode.NOWHERE
    ) -> Project | None:
        """Sets another project; returns the former one, which the caller closes."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        before, self._project = self._project, project
        self._storage_mode = storage_mode
        if project is not None:
            project.reviewer = self._reviewer
            self._unsubscribe = project.subscribe(
                lambda changes: self._arrived.emit(self._read(project, changes))
            )
        self.forget_recording()
        self.project_changed.emit()
        self.steps_changed.emit()
        return before

    def reload(self) -> None:
        """Everything of the open project is read again, as after opening it: its model changed."""
        self.forget_recording()
        self.project_changed.emit()

    def set_moved(self) -> None:
        """The open project goes on in a copy, which is a project like any other."""
        if self._storage_mode is StorageMode.PERSONAL:
            self._storage_mode = StorageMode.PROJECT
        self.path_changed.emit()

    def set_reviewer(self, name: str) -> None:
        """Who decides from now on."""
        self._reviewer = name
        if self._project is not None:
            self._project.reviewer = name

    def set_recording(
        self,
        recording_id: str,
        events: Iterable[Event],
        deleted: Iterable[Event],
        reviewed: Reviewed,
    ) -> None:
        """The open recording is this one of the project, with these events."""
        self._recording_id = recording_id
        self._stored = {event.id: event for event in events}
        self._deleted = list(deleted)
        self._reviewed = reviewed
        self.recording_changed.emit()
        self.events_changed.emit(None)
        self.reviewed_changed.emit()

    def forget_recording(self) -> None:
        """No recording is open, or it is not known yet which one of the project it is."""
        if self._recording_id or self._stored:
            self._recording_id = ""
            self._stored, self._deleted, self._reviewed = {}, [], Reviewed()
            self.recording_changed.emit()

    def items(self, events: Iterable[Event]) -> list[ProjectEvent]:
        """Events of the open recording as commands take them."""
        return _items(self._recording_id, self._stored, events)

    def items_later(self, events: Iterable[Event]) -> Callable[[], list[ProjectEvent]]:
        """The same for a worker: what it gives is of the recording that is open now."""
        return partial(_items, self._recording_id, dict(self._stored), tuple(events))

    def apply(self, command: Command) -> None:
        """Makes one step that can be undone; detections come along with their decision."""
        self.writable().apply(command, adopt=True)

    def touched_beside_reader(self) -> Callable[[Iterable[ProjectEvent]], list[ProjectEvent]]:
        """Gives what the user made or decided in the recordings of events; for any thread."""
        return self._project.events.touched_beside if self._project is not None else list

    def combined(self, detections: EventList | None) -> EventList:
        """What the window shows: what the user touched, and the detections beside it.

        None where there are no scores: then whatever the project holds.
        """
        if detections is None:
            return self.stored
        return merge_detections(detections, self._stored.values(), self._deleted)

    def writable(self) -> Project:
        """The open project. Raises ProjectError where there is none."""
        if self._project is None:
            raise ProjectError("Project", "nothing is open to store decisions in", "open a project")
        return self._project

    def _read(self, project: Project, changes: tuple[ProjectChange, ...]) -> _Written:
        """What the project holds of what a step changed in the open recording, and only of that.

        Runs in the thread that made the step, so that the window does not wait for a large one.
        """
        recording_id = self._recording_id
        step = _Written(project, changes, next(self._numbers), recording_id)
        mine = [c for c in changes if recording_id and c.recording_id == recording_id]
        ids = tuple(dict.fromkeys(i for change in mine for i in change.event_ids))
        try:
            events = project.events.some(recording_id, ids) if ids else {}
            deleted = reviewed = None
            if len(events) < len(ids) or not {e.id for e in self._deleted}.isdisjoint(ids):
                deleted = tuple(project.events.deleted(recording_id))
            if any(change.reviewed_changed for change in mine):
                reviewed = project.recordings.reviewed(recording_id)
        except ProjectError:
            return step  # the step is made; whoever shows it finds out
        return replace(step, ids=ids, events=events, deleted=deleted, reviewed=reviewed)

    @Slot(object)
    def _on_arrived(self, step: _Written) -> None:
        if step.project is not self._project:
            return
        overtaken = step.number < self._newest or step.recording_id != self._recording_id
        if overtaken or step.events is None:
            step = self._read(step.project, step.changes)
        self._newest = max(self._newest, step.number)
        if step.ids and step.events is not None:
            for event_id in step.ids if len(step.events) < len(step.ids) else ():
                if event_id not in step.events:
                    self._stored.pop(event_id, None)
            self._stored.update(step.events)
            if step.deleted is not None:
                self._deleted = list(step.deleted)
            put = (
                tuple(step.events[i] for i in step.ids) if len(step.events) == len(step.ids) else ()
            )
            self.events_changed.emit(put)
        if step.reviewed is not None:
            self._reviewed = step.reviewed
            self.reviewed_changed.emit()
        changes = step.changes
        if any(c.recording_changed for c in changes):
            self.recordings_changed.emit()
        if any(c.label_sets_changed for c in changes):
            self.label_sets_changed.emit()
        if any(change.rules_changed for change in changes):
            self.rules_changed.emit()
        if any(change.texts_changed for change in changes):
            self.texts_changed.emit()
        self.steps_changed.emit()
        self.written.emit(changes)


def _items(
    recording_id: str, stored: Mapping[str, Event], events: Iterable[Event]
) -> list[ProjectEvent]:
    return [ProjectEvent(recording_id, _as_stored(stored.get(e.id), e)) for e in events]


def _as_stored(stored: Event | None, event: Event) -> Event:
    """The event as the project holds it: its probability may be shown newer."""
    if stored is None or stored.probability == event.probability:
        return event
    return stored if replace(stored, probability=event.probability) == event else event
