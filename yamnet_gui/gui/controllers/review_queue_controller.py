"""Steps through a review queue, from one recording to the next where it leads there."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.review_queue import QueueRequest, ReviewQueue
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.labels.project import Project, ProjectEvent, Recording

from .event_navigation import EventNavigation
from .navigation import Destination, Navigator
from .queue_builder import QueueBuilder

_COUNT_MS = 200
_PIECE = 2000


class ReviewQueueController(QObject):
    """Is at one event of the queue at a time; without a queue the list of events leads."""

    message = Signal(str)
    finished = Signal()  # nothing of the queue is left undecided
    missing = Signal(object)  # Recording whose file is not there

    def __init__(
        self,
        queue: ReviewQueue,
        selection: EventSelection,
        project: ProjectState,
        builder: QueueBuilder,
        events: EventNavigation,
        navigator: Navigator,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._selection = selection
        self._project = project
        self._builder = builder
        self._events = events
        self._navigator = navigator
        self._target: Destination | None = None
        self._direction = 1
        self._counting = Debounced(self, _COUNT_MS, self._count)
        builder.built.connect(self._on_built)
        navigator.lost.connect(self._on_lost)
        project.project_changed.connect(self._on_project)
        project.recording_changed.connect(self._on_recording)
        project.steps_changed.connect(self._counting.start)
        selection.changed.connect(self._on_selection)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {"next": lambda: self.step(1), "previous": lambda: self.step(-1)}

    @property
    def active(self) -> bool:
        """Whether a queue leads the review."""
        return self._queue.active and self._project.project is not None

    @property
    def waiting(self) -> bool:
        """Whether a queue is being built or a recording opened for its next event."""
        return self._builder.busy or self._navigator.waiting

    @property
    def everywhere(self) -> bool:
        """Whether the queue leads through all recordings."""
        return self.active and self._queue.request.everywhere

    def review(self, request: QueueRequest) -> None:
        """Builds the queue and goes to its first event."""
        self._queue.set_request(request)
        self._builder.build()

    def step(self, direction: int) -> None:
        """Goes to the next (1) or previous (-1) event of the queue, or of the list."""
        if not self.active:
            self._events.step(direction)
            return
        index = self._queue.index
        if index is None:
            index = -1 if direction > 0 else len(self._queue.rows)
        self._direction = direction
        if not self._go_from(index + direction):
            which = "last" if direction > 0 else "first"
            self.message.emit(f"This is the {which} event of the queue.")

    def advance(self) -> bool:
        """After a decision: to the next undecided event, from the start after the last.

        False where there is no queue.
        """
        project = self._project.project
        if not self.active or project is None:
            return False
        self._direction = 1
        row = project.events.next_unreviewed(self._queue.row, self._queue.rows)
        if row is None:
            self._count()
            self.finished.emit()
        else:
            self._go(row)
        return True

    def _on_built(self) -> None:
        project, rows = self._project.project, self._queue.rows
        if not len(rows):
            self.message.emit("There is nothing to review: every event here is decided on.")
        elif project is not None:
            self._go(project.events.next_unreviewed(None, rows))

    def _go_from(self, index: int) -> bool:
        """Goes to the event at `index`, or the nearest further on that can be shown."""
        rows = self._queue.rows
        while 0 <= index < len(rows):
            if self._go(int(rows[index])):
                return True
            index += self._direction
        return False

    def _go(self, row: int | None) -> bool:
        project = self._project.project
        self._queue.set_row(row)
        if project is None or not row:
            return False
        items = project.events.at([row])
        return bool(items) and self._show(project, items[0])

    def _show(self, project: Project, item: ProjectEvent) -> bool:
        recording = project.recordings.get(item.recording_id)
        if recording is None:
            return False
        here = item.recording_id == self._project.recording_id
        if not here and not exists(file_of(project.recordings.locate(recording))):
            return self._skip(project, recording)
        self._target = Destination(item.recording_id, event_id=item.event.id)
        return self._navigator.go(self._target)

    def _skip(self, project: Project, recording: Recording) -> bool:
        """Leaves out a recording whose file is missing."""
        self.missing.emit(recording)
        queue = self._queue
        left_out = {
            item.row
            for first in range(0, len(queue.rows), _PIECE)
            for item in project.events.at(queue.rows[first : first + _PIECE].tolist())
            if item.recording_id == recording.id
        }
        row, index = queue.row, queue.index or 0
        rows = [int(r) for r in queue.rows if int(r) not in left_out]
        before = sum(int(r) not in left_out for r in queue.rows[:index])
        queue.set_rows(rows)
        if not rows or row is None:
            return False
        return self._go(rows[min(before, len(rows) - 1)])

    def _on_lost(self, destination: Destination) -> None:
        index = self._queue.index
        if destination is self._target and self.active and index is not None:
            self._go_from(index + self._direction)

    def _on_recording(self) -> None:
        request = self._queue.request
        if request.kind is not None and not request.everywhere and not self._navigator.pending:
            self._builder.build()

    def _on_project(self) -> None:
        self._queue.set_request(QueueRequest())

    def _on_selection(self) -> None:
        """A queue goes on from where the user has clicked."""
        project, current = self._project.project, self._selection.current
        recording_id = self._project.recording_id
        if not self.active or project is None or not current or not recording_id:
            return
        item = project.events.get(recording_id, current)
        if item is not None and item.row != self._queue.row and item.row in self._queue.rows:
            self._queue.set_row(item.row)

    def _count(self) -> None:
        """How many of the queue are left, once a few keys have been pressed."""
        project = self._project.project
        if self.active and project is not None:
            self._queue.set_left(project.events.count_unreviewed(self._queue.rows))
