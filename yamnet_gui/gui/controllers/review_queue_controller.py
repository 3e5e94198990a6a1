"""Goes through a review queue, from one recording to the next where it leads there."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle
from yamnet_gui.gui.jobs.review import BuildQueueJob, DecideJob
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.review_queue import QueueRequest, ReviewQueue, Rows
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.labels.project import Project, ProjectEvent, Recording

from .project_manager import ProjectManager
from .recording_loader import RecordingLoader
from .transport import Controller

_COUNT_MS = 200


class ReviewQueueController(QObject):
    """Builds the queue that a person wishes for and stands at one event of it at a time.

    The event stands in the open recording, or its recording is being opened (`waiting`).
    """

    told = Signal(str)
    finished = Signal()  # nothing of the queue is left undecided
    missing = Signal(object)  # Recording whose file is not there

    def __init__(
        self,
        queue: ReviewQueue,
        document: Document,
        selection: EventSelection,
        project: ProjectState,
        projects: ProjectManager,
        rules: Rules,
        controller: Controller,
        opener: RecordingLoader,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.queue = queue
        self._document = document
        self._selection = selection
        self._project = project
        self._projects = projects
        self._rules = rules
        self._controller = controller
        self._opener = opener
        self._building: JobHandle | None = None
        self._target: ProjectEvent | None = None
        self._direction = 1
        self._counting = Debounced(self, _COUNT_MS, self._count)
        controller.walk_by(self.step)
        project.project_changed.connect(self._on_project)
        project.recording_changed.connect(self._on_recording)
        project.steps_changed.connect(self._counting.start)
        document.events_changed.connect(self._arrive)
        selection.changed.connect(self._on_selection)
        opener.opened.connect(self._on_opened)
        opener.failed.connect(self._on_failed)

    @property
    def active(self) -> bool:
        """Whether a queue leads the review."""
        return self.queue.active and self._project.project is not None

    @property
    def waiting(self) -> bool:
        """Whether a queue is being built or a recording opened for its next event."""
        return self._building is not None or self._target is not None

    @property
    def everywhere(self) -> bool:
        """Whether the queue leads through all recordings."""
        return self.active and self.queue.wish.everywhere

    def decide(self, rows: Rows, state: ReviewState, reviewer: str) -> None:
        """Decides on many events beside the work, as one step, then goes on."""
        project = self._project.project
        if project is not None:
            job = DecideJob(project, rows, state, reviewer)
            self._projects.run(job, on_result=lambda _count: self._went())

    # Making

    def wish(self, wish: QueueRequest) -> None:
        """Builds the queue and goes to its first event."""
        self.queue.set_wish(wish)
        self.build()

    def build(self) -> None:
        """Makes the queue of the present wish anew."""
        self._target = None
        if self._building is not None:
            self._building.cancel()
            self._building = None
        project, wish = self._project.project, self.queue.wish
        if project is None or wish.kind is None:
            return
        if not wish.everywhere and not self._project.recording_id:
            return  # built when the recording is found
        self._projects.store_detections()
        threshold = self._rules.rule_set.default.on or 0.5
        job = BuildQueueJob(
            project, wish, self._project.recording_id, threshold, secrets.randbelow(2**31)
        )
        self._building = self._projects.run(job, on_result=self._take, on_done=self._built)

    def _take(self, rows: Rows) -> None:
        self.queue.set_rows(rows)
        if not len(rows):
            self.told.emit("There is nothing to review: every event here is decided on.")
            return
        self._go(self._first())

    def _built(self) -> None:
        self._building = None

    def _first(self) -> int | None:
        project = self._project.project
        return project.events.next_unreviewed(None, self.queue.rows) if project else None

    def _went(self) -> None:
        self.go_on()

    # Going

    def step(self, direction: int) -> bool:
        """Goes to the next or previous event of the queue; False where there is no queue."""
        if not self.active:
            return False
        place = self.queue.place
        if place is None:
            place = -1 if direction > 0 else len(self.queue.rows)
        self._direction = direction
        if not self._go_from(place + direction):
            self.told.emit(
                "This is the last event of the queue."
                if direction > 0
                else "This is the first event of the queue."
            )
        return True

    def go_on(self) -> bool:
        """After a decision: to the next undecided event, from the start after the last.

        False where there is no queue.
        """
        project = self._project.project
        if not self.active or project is None:
            return False
        self._direction = 1
        row = project.events.next_unreviewed(self.queue.row, self.queue.rows)
        if row is None:
            self._count()
            self.finished.emit()
        else:
            self._go(row)
        return True

    def show(self, recording_id: str, event_id: str) -> bool:
        """Goes to an event of any recording; False where the project does not hold it."""
        project = self._project.project
        item = project.events.get(recording_id, event_id) if project else None
        if item is None:
            return False
        return self._show(item)

    def _go_from(self, place: int) -> bool:
        """Goes to the event at `place`, or the nearest further on that can be shown."""
        rows = self.queue.rows
        while 0 <= place < len(rows):
            if self._go(int(rows[place])):
                return True
            place += self._direction
        return False

    def _go(self, row: int | None) -> bool:
        project = self._project.project
        items: Sequence[ProjectEvent] = project.events.at([row]) if project and row else ()
        self.queue.set_row(row)
        return bool(items) and self._show(items[0])

    def _show(self, item: ProjectEvent) -> bool:
        project = self._project.project
        recording = project.recordings.get(item.recording_id) if project else None
        if project is None or recording is None:
            return False
        if item.recording_id == self._project.recording_id:
            if item.event.id not in self._document.events:
                return self._lost(item)
            self._target = None
            self._controller.go_to(item.event.id)
            return True
        path = project.recordings.locate(recording)
        if not path.exists():
            return self._skip(project, recording)
        self._target = item
        self._opener.open(path)
        return True

    def _lost(self, item: ProjectEvent) -> bool:
        """The event is in the project, but the present thresholds do not find it any more."""
        self._target = None
        self.told.emit(f"{item.event.label} is not found under the present thresholds any more.")
        return False

    def _skip(self, project: Project, recording: Recording) -> bool:
        """Leaves out a recording whose file is missing."""
        self.missing.emit(recording)
        gone = {
            item.row
            for first in range(0, len(self.queue.rows), 2000)
            for item in project.events.at(self.queue.rows[first : first + 2000].tolist())
            if item.recording_id == recording.id
        }
        row = self.queue.row
        place = self.queue.place or 0
        kept = [int(r) for r in self.queue.rows if int(r) not in gone]
        before = sum(int(r) not in gone for r in self.queue.rows[:place])
        self.queue.set_rows(kept)  # type: ignore[arg-type]
        if not kept or row is None:
            return False
        return self._go(kept[min(before, len(kept) - 1)])

    # Arriving

    def _arrive(self) -> None:
        """Goes to the event that its recording was opened for, once it is there."""
        item = self._target
        if item is None or item.recording_id != self._project.recording_id:
            return
        if item.event.id in self._document.events:
            self._target = None
            self._controller.go_to(item.event.id)
        elif self._document.state is AnalysisState.COMPLETE and len(self._document.events):
            self._lost(item)
            place = self.queue.place
            if place is not None:
                self._go_from(place + self._direction)

    def _on_recording(self) -> None:
        wish = self.queue.wish
        if wish.kind is not None and not wish.everywhere and self._target is None:
            self.build()

    def _on_project(self) -> None:
        self.queue.set_wish(QueueRequest())

    def _on_opened(self, path: Path) -> None:
        """A person who opened another recording does not want to be taken away from it later."""
        item, project = self._target, self._project.project
        recording = project.recordings.get(item.recording_id) if item and project else None
        meant = project.recordings.locate(recording) if recording and project else None
        if meant is None or meant.resolve() != path.resolve():
            self._target = None

    def _on_failed(self, _error: object) -> None:
        self._target = None

    def _on_selection(self) -> None:
        """A queue goes on from where a person has clicked."""
        project, current = self._project.project, self._selection.current
        recording_id = self._project.recording_id
        if not self.active or project is None or not current or not recording_id:
            return
        item = project.events.get(recording_id, current)
        if item is not None and item.row != self.queue.row and item.row in self.queue.rows:
            self.queue.set_row(item.row)

    def _count(self) -> None:
        """How many of the queue are left, once a few keys have been pressed."""
        project = self._project.project
        if self.active and project is not None:
            self.queue.set_left(project.events.count_unreviewed(self.queue.rows))
