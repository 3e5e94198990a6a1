"""What every part of the review needs: the selected events, and steps that go into the project."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event
from yamnet_gui.core.text import counted
from yamnet_gui.gui.dialogs.class_picker import used_labels
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.event_order import EventOrder
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.labels.project import Command, ProjectEvent

ONE_SCREEN = 20
"""Steps over more events than the table shows at once on a small screen report their number."""


class EventEditor(QObject):
    """Makes steps on events of the open recording, one at a time."""

    message = Signal(str)  # why nothing happened, or what did
    failed = Signal(object)  # UserError
    decided = Signal()  # a step was made
    changed_many = Signal(str)  # how many events a step changed that nobody saw all of

    def __init__(
        self,
        document: Document,
        selection: EventSelection,
        project: ProjectState,
        settings: Settings,
        order: EventOrder,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.selection = selection
        self.project = project
        self._settings = settings
        self._order = order

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

    def apply(self, command: Command) -> bool:
        """Whether the step was made; where it was refused, the user is shown why."""
        if not self.ready:
            return False
        report = self._report_on(command)  # by what is listed before the step
        try:
            self.project.apply(command)
        except ProjectError as error:
            self.failed.emit(error)
            return False
        self.decided.emit()
        if report:
            self.changed_many.emit(report)
        return True

    def _report_on(self, command: Command) -> str:
        """How many events the step changes, where they are more than fit a screen or some are not
        listed; else ""."""
        changes = [c for c in command.changes if isinstance(c.old or c.new, Event)]
        old = {(c.recording_id, c.key) for c in changes if c.old is not None}
        count = len(old) or len(changes)
        if count < 2:
            return ""
        hidden = len(old.difference((self.recording_id, one) for one in self._order.ids))
        if count <= ONE_SCREEN and not hidden:
            return ""
        which = f", {hidden:,} of them not listed" if hidden else ""
        return f"{counted(count, 'event')} changed{which}: {command.title}."
