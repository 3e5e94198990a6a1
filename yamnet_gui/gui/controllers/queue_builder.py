"""Building the review queue that the user asked for."""

import secrets

from PySide6.QtCore import QObject, Signal

from yamnet_gui.gui.background.runner import JobHandle
from yamnet_gui.gui.jobs.review import BuildQueueJob, CountLeftJob
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.review_queue import ReviewQueue, Rows
from yamnet_gui.gui.state.rules import Rules

from .project_manager import ProjectManager


class QueueBuilder(QObject):
    """Looks the rows of the present request up in the project, and counts how many are left, in
    the background."""

    built = Signal()

    def __init__(
        self,
        queue: ReviewQueue,
        project: ProjectState,
        projects: ProjectManager,
        rules: Rules,
        document: Document,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._project = project
        self._projects = projects
        self._rules = rules
        self._document = document
        self._job: JobHandle | None = None
        self._counted: Rows | None = None
        self._count_again = False

    @property
    def busy(self) -> bool:
        return self._job is not None

    def build(self) -> None:
        """Recomputes the queue; nothing where none is asked for."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        project, request = self._project.project, self._queue.request
        if project is None or request.kind is None:
            return
        if not request.everywhere and not self._project.recording_id:
            return  # built when the recording was looked up
        self._projects.store_detections()
        threshold = self._rules.rule_set.default.on or 0.5
        job = BuildQueueJob(
            project,
            request,
            self._project.recording_id,
            threshold,
            secrets.randbelow(2**31),
            self._document.shown.one_per_sound,
        )
        self._job = self._projects.run(job, on_result=self._on_rows, on_done=self._on_done)

    def _on_rows(self, rows: Rows) -> None:
        self._queue.set_rows(rows)
        self.built.emit()

    def _on_done(self) -> None:
        self._job = None

    def count_left(self) -> None:
        """Counts how many of the queue nobody has decided on: half a second for a million."""
        project, rows = self._project.project, self._queue.rows
        if project is None or not self._queue.active:
            return
        if self._counted is not None:  # one after the other, or an answer would never come
            self._count_again = True
            return
        self._counted = rows
        self._projects.run(
            CountLeftJob(project, rows), on_result=self._on_left, on_done=self._on_counted
        )

    def _on_left(self, count: int) -> None:
        if self._counted is self._queue.rows:
            self._queue.set_left(count)

    def _on_counted(self) -> None:
        self._counted = None
        if self._count_again:
            self._count_again = False
            self.count_left()
