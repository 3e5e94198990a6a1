"""What every part of the review needs: the selected events, and steps that go into the project."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.controllers.project_manager import ProjectManager
from yamnet_gui.gui.dialogs.class_picker import LabelChoice, used_labels
from yamnet_gui.gui.jobs.review import ApplyJob
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.event_order import EventOrder
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.top_classes import EventScores
from yamnet_gui.labels.project import MOST_COUNTED, Command, Project, ProjectEvent

_WAIT_S = 0.3
"""How long a step waits for what the project is doing, before it is refused."""


class EventEditor(QObject):
    """Makes steps on events of the open recording, one at a time."""

    message = Signal(str)  # why nothing happened, or what did
    failed = Signal(object)  # UserError
    decided = Signal()  # a step was made
    changed_many = Signal(str)  # what a step did to several events

    def __init__(
        self,
        document: Document,
        selection: EventSelection,
        project: ProjectState,
        settings: Settings,
        order: EventOrder,
        projects: ProjectManager,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.selection = selection
        self.project = project
        self._settings = settings
        self._order = order
        self._projects = projects
        self.last_label: LabelChoice | None = None
        """The label that the user gave last, in this or another recording."""

    @property
    def selected(self) -> list[Event]:
        """The selected events, the current one first."""
        events = map(self.document.events.get, self.selection.ids)
        return [event for event in events if event is not None]

    @property
    def current(self) -> Event | None:
        """The selected event that keys act on first."""
        return self.selection.current_in(self.document.events)

    @property
    def scores_of(self) -> EventScores:
        """The scores of any class within events of the open recording, as far as they are there."""
        return EventScores(self.recording_id, self.document.buffers)

    @property
    def recording_id(self) -> str:
        """The open recording in the project; "" until it was looked up."""
        return self.project.recording_id

    @property
    def reviewer(self) -> str:
        """Who decides, as the settings say."""
        return str(self._settings.value("reviewer")).strip()

    @property
    def used_labels(self) -> Sequence[str]:
        """Labels that the user gave in this recording, most used first."""
        return used_labels(e.label for e in self.document.events if e.touched)

    @property
    def ready(self) -> bool:
        """Whether the project knows the open recording; shows why not."""
        if self.recording_id:
            return True
        if self.project.project is None:
            self.message.emit("One moment: the project is still being opened.")
        else:
            self.message.emit("One moment: the recording is still being looked up in the project.")
        return False

    def items(self, events: Iterable[Event]) -> list[ProjectEvent]:
        """Events of the open recording as commands take them."""
        return self.project.items(events)

    @property
    def busy(self) -> str:
        """Why no step can be made now, in words; "" where one can.

        A large step is made in the background; nothing is decided until it is on the disk.
        """
        project = self.project.project
        if self._projects.storing or (project is not None and project.busy(_WAIT_S)):
            return "the step before is still being stored."
        return ""

    def apply(self, command: Command, then: Callable[[], None] | None = None) -> bool:
        """Makes a step and calls `then`; False where it was refused, and the user is shown why.

        A large one is made in the background; `then` is called once it is stored.
        """
        if not self._free():
            return False
        report = self._reporter()  # by what is listed before the step
        if command.count >= MOST_COUNTED:
            self._in_background(lambda: command, report, then)
            return True
        try:
            self.project.apply(command)
        except ProjectError as error:
            self.failed.emit(error)
            return False
        self._on_made(report(command), then)
        return True

    def apply_to(
        self,
        events: Sequence[Event],
        build: Callable[[list[ProjectEvent]], Command],
        then: Callable[[], None] | None = None,
        *,
        items: Callable[[], list[ProjectEvent]] | None = None,
    ) -> bool:
        """The step that `build` makes of events of the open recording; see `apply`.

        Of many events it is built in the background as well. `items`: the events as the project
        held them earlier (`ProjectState.items_later`).
        """
        if not self._free():
            return False
        later = items or self.project.items_later(events)
        if len(events) < MOST_COUNTED:
            return self.apply(build(later()), then)
        self._in_background(lambda: build(later()), self._reporter(), then)
        return True

    def apply_in_turn(self, build: Callable[[Project], Command]) -> None:
        """The step that `build` makes of what the project holds, after those that are being stored.

        For what took time to type: it is never refused, only stored later.
        """
        project = self.project.project
        if self.ready and project is not None:
            self._in_background(lambda: build(project), self._reporter(), None)

    def _free(self) -> bool:
        if not self.ready:
            return False
        busy = self.busy
        if busy:
            self.message.emit(f"Not done: {busy}")
        return not busy

    def _in_background(
        self,
        build: Callable[[], Command],
        report: Callable[[Command], str],
        then: Callable[[], None] | None,
    ) -> None:
        project = self.project.project
        said: list[str] = []

        def built() -> Command:
            command = build()
            said.append(report(command))  # takes a while, too
            return command

        if project is not None:
            self.message.emit("Storing a large step…")
            self._projects.run(
                ApplyJob(project, built, adopt=True),
                on_result=lambda _command: self._on_made(said[-1], then),
                finish=True,
            )

    def _on_made(self, text: str, then: Callable[[], None] | None) -> None:
        self.decided.emit()
        if text:
            self.changed_many.emit(text)
        if then is not None:
            then()

    def _reporter(self) -> Callable[[Command], str]:
        return partial(_report, self.recording_id, frozenset(self._order.ids))


def _report(recording_id: str, listed: frozenset[str], command: Command) -> str:
    """What a step did to several events, and how many of them are not listed; else ""."""
    changes = [c for c in command.changes if isinstance(c.old or c.new, Event)]
    old = {(c.recording_id, c.key) for c in changes if c.old is not None}
    count = len(old) or len(changes)
    if count < 2:
        return ""
    hidden = sum(where != recording_id or key not in listed for where, key in old)
    which = f" ({grouped(hidden)} of them not listed)" if hidden else ""
    many = counted(count, "event")
    if many in command.title:
        return f"Done: {command.title}{which}."
    return f"{many} changed{which}: {command.title}."
