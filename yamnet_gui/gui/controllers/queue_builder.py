"""Building the review queue that the user asked for."""

import secrets

from PySide6.QtCore import QObject, Signal

from yamnet_gui.gui.background.runner import JobHandle
from yamnet_gui.gui.jobs.review import BuildQueueJob
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.review_queue import ReviewQueue, Rows
from yamnet_gui.gui.state.rules import Rules

from .project_manager import ProjectManager


class QueueBuilder(QObject):
    """Looks the rows of the present request up in the project, in the background."""

    built = Signal()

    def __init__(
        self,
        queue: ReviewQueue,
        project: ProjectState,
        projects: ProjectManager,
        rules: Rules,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._project = project
        self._projects = projects
        self._rules = rules
        self._job: JobHandle | None = None

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
            project, request, self._project.recording_id, threshold, secrets.randbelow(2**31)
        )
        self._job = self._projects.run(job, on_result=self._on_rows, on_done=self._on_done)

    def _on_rows(self, rows: Rows) -> None:
        self._queue.set_rows(rows)
        self.built.emit()

    def _on_done(self) -> None:
        self._job = None
