"""Steps through a review queue, from one recording to the next where it leads there."""

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.review_queue import QueueRequest, ReviewQueue
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.labels.project import EventFilter, Project, Recording

from .event_navigation import EventNavigation
from .navigation import Destination, Navigator
from .queue_builder import QueueBuilder

_COUNT_MS = 200


class ReviewQueueController(QObject):
    """Is at one event of the queue at a time; without a queue the list of events leads."""

    message = Signal(str)
    failed = Signal(object)  # UserError: a queue cannot be built
    finished = Signal()  # nothing of the queue is left undecided
    skipped = Signal(object, str)  # list[Recording] that are left out, and why

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
        self._undecided = False  # whether events that are decided on are passed over
        self._counting = Debounced(self, _COUNT_MS, builder.count_left)
        builder.built.connect(self._on_built)
        builder.refused.connect(self.message)
        builder.failed.connect(self.failed)
        navigator.lost.connect(self._on_lost)
        navigator.unreachable.connect(self._on_unreachable)
        navigator.stayed.connect(self._on_selection)
        project.project_changed.connect(self._on_project)
        project.recording_changed.connect(self._on_recording)
        project.steps_changed.connect(self._counting.start)
        queue.changed.connect(self._counting.start)
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

    @property
    def label(self) -> str:
        """The class that the queue leads through; "" where there is none or it is all."""
        return self._queue.request.label if self.active else ""

    def review(self, request: QueueRequest) -> None:
        """Builds the queue and goes to its first event."""
        self._queue.set_request(request)
        self._builder.build()

    def step(self, direction: int) -> None:
        """Goes to the next (1) or previous (-1) event of the queue, or of the list."""
        if not self.active:
            self._events.step(direction)
            return
        self._direction, self._undecided = direction, False
        if not self._go_on():
            which = "last" if direction > 0 else "first"
            self.message.emit(f"This is the {which} event of the queue.")

    def advance(self, *, skip: bool = False) -> bool:
        """After a decision: to the next undecided event, from the start after the last.

        Where another event was decided than the one that the queue is at, back to that one, unless
        the user wants to `skip` it. False where there is no queue.
        """
        project, row = self._project.project, self._queue.row
        if not self.active or project is None:
            return False
        left = not skip and row is not None and project.events.count_unreviewed(np.array([row]))
        self._direction, self._undecided = 1, True
        if not (left and self._go(row)):
            self._go_on_or_finish()
        return True

    def _on_built(self) -> None:
        if not len(self._queue.rows):
            self.message.emit("There is nothing to review: every event here is decided on.")
            return
        self._direction, self._undecided = 1, True
        self._go_on_or_finish()

    def _go_on_or_finish(self) -> None:
        if self._go_on():
            return
        self._builder.count_left()
        if len(self._queue.rows):
            self.finished.emit()
        else:
            self.message.emit("Nothing of this queue can be reviewed.")

    def _go_on(self) -> bool:
        """Goes to the nearest event further on that can be shown; False where there is none."""
        while (row := self._following()) is not None:
            if self._go(row):
                return True
        return False

    def _following(self) -> int | None:
        project, queue = self._project.project, self._queue
        if project is None:
            return None
        if self._undecided:
            return project.events.next_unreviewed(queue.row, queue.rows)
        index = queue.index
        if index is None:
            index = -1 if self._direction > 0 else len(queue.rows)
        index += self._direction
        return int(queue.rows[index]) if 0 <= index < len(queue.rows) else None

    def _go(self, row: int | None) -> bool:
        """Shows an event, or begins to; one that cannot be shown is left out of the queue."""
        project = self._project.project
        if project is None or row is None:
            return False
        self._queue.set_row(row)
        items = project.events.at([row])
        recording = project.recordings.get(items[0].recording_id) if items else None
        if recording is None:
            self._queue.leave_out(np.array([row]), self._direction)
            return False
        here = recording.id == self._project.recording_id
        if not here and not exists(file_of(project.recordings.locate(recording))):
            # all at once: a drive that is not there holds thousands
            self._skip(project, project.recordings.missing() or [recording], "is missing")
            return False
        self._target = Destination(recording.id, event_id=items[0].event.id)
        if self._navigator.go(self._target):
            return True
        self._queue.leave_out(np.array([row]), self._direction)
        return False

    def _skip(self, project: Project, recordings: Sequence[Recording], why: str) -> None:
        """Leaves out recordings that cannot be opened; reads none of their events."""
        ids = frozenset(recording.id for recording in recordings)
        rows = project.events.rows(EventFilter(recording_ids=ids))
        self._queue.leave_out(rows, self._direction)
        self.skipped.emit(list(recordings), why)

    def _on_lost(self, destination: Destination) -> None:
        row = self._queue.row
        if destination is self._target and self.active and row is not None:
            self._queue.leave_out(np.array([row]), self._direction)
            self._go_on_or_finish()

    def _on_unreachable(self, destination: Destination) -> None:
        project = self._project.project
        recording = project.recordings.get(destination.recording_id) if project else None
        if destination is self._target and self.active and project and recording:
            self._skip(project, [recording], "cannot be opened")
            self._go_on_or_finish()

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
        if self._navigator.pending:
            self._navigator.stay()  # who selects another event meanwhile wants to be there
        item = project.events.get(recording_id, current)
        if item is not None and item.row != self._queue.row and item.row in self._queue.rows:
            self._queue.set_row(item.row)
