"""The owner of the open project and of what it holds about the open recording."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.matching import merge_detections
from yamnet_gui.labels.project import Command, Project, ProjectChange, ProjectEvent, Reviewed

_MANY = 100


class StorageMode(StrEnum):
    """Where decisions are stored."""

    NOWHERE = "nowhere"
    PERSONAL = "personal"
    PROJECT = "project"
    READ_ONLY = "read only"
    SCRATCH = "scratch"


class ProjectState(QObject):
    """One project, or none while it is being opened. Every edit is on the disk when it returns.

    `stored` are the project's events of the open recording, `deleted` those that the user
    deleted. Edits raise ProjectError where they are refused; nothing has changed then.
    """

    project_changed = Signal()
    path_changed = Signal()  # the same project goes on in another file
    recording_changed = Signal()
    events_changed = Signal(object)  # tuple[Event, ...]: what was put in; () for anything else
    reviewed_changed = Signal()
    rules_changed = Signal()  # the rule sets stored in the project
    recordings_changed = Signal()  # some came, went, moved or were analysed
    label_sets_changed = Signal()
    steps_changed = Signal()
    written = Signal(object)  # tuple[ProjectChange, ...]: of one step, in the GUI thread

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
        # by a signal, because the project notifies in whichever thread wrote to it
        self.written.connect(self._on_written)

    @property
    def project(self) -> Project | None:
        return self._project

    @property
    def storage_mode(self) -> StorageMode:
        return self._storage_mode

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
            self._unsubscribe = project.subscribe(self.written.emit)
        self.forget_recording()
        self.project_changed.emit()
        self.steps_changed.emit()
        return before

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
        self.events_changed.emit(())
        self.reviewed_changed.emit()

    def forget_recording(self) -> None:
        """No recording is open, or it is not known yet which one of the project it is."""
        if self._recording_id or self._stored:
            self._recording_id = ""
            self._stored, self._deleted, self._reviewed = {}, [], Reviewed()
            self.recording_changed.emit()

    def items(self, events: Iterable[Event]) -> list[ProjectEvent]:
        """Events of the open recording as commands take them."""
        return [ProjectEvent(self._recording_id, self._as_stored(event)) for event in events]

    def apply(self, command: Command) -> None:
        """Makes one step that can be undone; detections come along with their decision."""
        self.writable().apply(command, adopt=True)

    def negatives_of(self, items: Iterable[ProjectEvent]) -> list[ProjectEvent]:
        """The "not X" that earlier corrections of these left behind."""
        return self._project.events.negatives_of(items) if self._project else []

    def combined(self, detections: EventList | None) -> EventList:
        """What the window shows: what the user touched, and the detections beside it.

        None where there are no scores: then whatever the project holds.
        """
        if detections is None:
            return self.stored
        return merge_detections(detections, self._stored.values(), self._deleted)

    def _as_stored(self, event: Event) -> Event:
        """The event as the project holds it: its probability may be shown newer."""
        stored = self._stored.get(event.id)
        if stored is None or stored.probability == event.probability:
            return event
        return stored if replace(stored, probability=event.probability) == event else event

    def writable(self) -> Project:
        """The open project. Raises ProjectError where there is none."""
        if self._project is None:
            raise ProjectError("Project", "nothing is open to store decisions in", "open a project")
        return self._project

    def _on_written(self, changes: tuple[ProjectChange, ...]) -> None:
        project = self._project
        mine = [c for c in changes if c.recording_id == self._recording_id and c.event_ids]
        if project is not None and mine and self._recording_id:
            ids = tuple(dict.fromkeys(i for change in mine for i in change.event_ids))
            self._read(project, ids)
            put = tuple(self._stored[i] for i in ids if i in self._stored)
            self.events_changed.emit(put if len(put) == len(ids) else ())
        if (
            project is not None
            and self._recording_id
            and any(c.reviewed_changed and c.recording_id == self._recording_id for c in changes)
        ):
            self._reviewed = project.recordings.reviewed(self._recording_id)
            self.reviewed_changed.emit()
        if any(c.recording_changed for c in changes):
            self.recordings_changed.emit()
        if any(c.label_sets_changed for c in changes):
            self.label_sets_changed.emit()
        if any(change.rules_changed for change in changes):
            self.rules_changed.emit()
        self.steps_changed.emit()

    def _read(self, project: Project, ids: tuple[str, ...]) -> None:
        """Reads what the project now holds of these events."""
        if len(ids) > _MANY:
            stored = project.events.of(self._recording_id)
            self._stored = {event.id: event for event in stored}
            self._deleted = project.events.deleted(self._recording_id)
            return
        deleted_ids = {event.id for event in self._deleted}
        other_deleted = False
        for event_id in ids:
            current = project.events.get(self._recording_id, event_id)
            other_deleted |= current is None or event_id in deleted_ids
            if current is None:
                self._stored.pop(event_id, None)
            else:
                self._stored[event_id] = current.event
        if other_deleted:
            self._deleted = project.events.deleted(self._recording_id)
