"""What every decision needs: the selected events, the project, and somebody to tell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import ProjectError, UserError
from yamnet_gui.core.events import Event
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.gui.controllers.review_queue_controller import ReviewQueueController
from yamnet_gui.gui.controllers.transport import Controller
from yamnet_gui.gui.dialogs.class_picker import LabelChoice, used_labels
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.label_sets import LabelSets
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.labels import project as edits

AskLabel = Callable[[str, Sequence[str]], LabelChoice | None]
Confirm = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Asks:
    """Questions that only a window can put. `label`: title and labels to offer first.

    `confirm`: the question and the word on the button.
    """

    label: AskLabel
    confirm: Confirm


class Steps(QObject):
    """Makes, undoes and redoes steps on the selected events of the open recording."""

    told = Signal(str)  # why nothing happened, or what did
    failed = Signal(object)  # UserError
    edge_dragged = Signal(float)  # the event's length while its edge is dragged, in seconds
    decided = Signal()  # a step was made
    show_class = Signal()  # a class is searched for, and there is no event to give it to

    def __init__(
        self,
        document: Document,
        timeline: Timeline,
        selection: EventSelection,
        classes: ClassView,
        project: ProjectState,
        controller: Controller,
        settings: Settings,
        class_map: ClassMapState,
        ontology: Ontology,
        asks: Asks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._timeline = timeline
        self._selection = selection
        self._classes = classes
        self._project = project
        self._controller = controller
        self._settings = settings
        self._class_map = class_map
        self._ontology = ontology
        self.asks = asks
        self._walk: ReviewQueueController | None = None
        self._own: LabelSets | None = None
        self._dragged: Event | None = None

    def walk_by(self, walk: ReviewQueueController) -> None:
        """Goes on by a queue where one is made."""
        self._walk = walk

    def label_by(self, own: LabelSets) -> None:
        """Digits give the labels of the chosen set where there is one."""
        self._own = own

    def undo(self) -> None:
        self._turn("Undone", self._project.undo)

    def redo(self) -> None:
        self._turn("Done again", self._project.redo)

    def selected(self) -> list[Event]:
        """The selected events, the current one first."""
        found = (self._document.events.get(i) for i in self._selection.ids)
        return [event for event in found if event is not None]

    def _turn(
        self,
        word: str,
        step: Callable[[], tuple[str, tuple[edits.ProjectChange, ...]] | None],
    ) -> None:
        try:
            done = step()
        except UserError as error:
            self.failed.emit(error)
            return
        if done is None:
            return
        title, changes = done
        mine = [c for c in changes if c.recording_id == self._project.recording_id]
        ids = [i for c in mine for i in c.event_ids if i in self._document.events]
        events = [e for e in map(self._document.events.get, ids) if e is not None]
        shown = [e.id for e in events if not edits.is_negative(e)] or ids
        if shown:
            self._selection.select(shown)
            event = self._document.events.get(shown[0])
            if event is not None:
                self._timeline.reveal(event.span)
        away = next((c for c in changes if c not in mine and c.recording_id), None)
        elsewhere = away.recording_id if away else ""
        if away and away.event_ids and not shown and self._walk is not None:
            self._walk.show(elsewhere, away.event_ids[0])
        project = self._project.project
        recording = project.recordings.get(elsewhere) if project and elsewhere else None
        where = f" in {recording.name}" if recording else ""
        self.told.emit(f"{word}: {title}{where}")

    def _choice_of(self, class_index: int) -> LabelChoice:
        found = self._class_map.value[class_index]
        return LabelChoice(found.name, found.index, found.mid)

    def _used(self) -> Sequence[str]:
        """Labels that people gave in this recording, most used first."""
        return used_labels(e.label for e in self._document.events if e.touched)

    @property
    def _reviewer(self) -> str:
        return str(self._settings.value("reviewer")).strip()

    def _items(self, events: Iterable[Event]) -> list[edits.ProjectEvent]:
        return self._project.items(events)

    def _ready(self) -> bool:
        if self._project.recording_id:
            return True
        if self._project.project is None:
            self.told.emit("One moment: the project is still being opened.")
        else:
            self.told.emit("One moment: the recording is still being looked up in the project.")
        return False

    def _do(self, command: edits.Command) -> bool:
        """Whether the step was made; where it was refused, a person is told why."""
        if not self._ready():
            return False
        try:
            self._project.apply(command)
        except ProjectError as error:
            self.failed.emit(error)
            return False
        self.decided.emit()
        return True
