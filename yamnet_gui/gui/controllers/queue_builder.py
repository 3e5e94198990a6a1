"""Building the review queue that the user asked for."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import printable
from yamnet_gui.gui.background.runner import Job, JobHandle
from yamnet_gui.gui.jobs.review import BuildQueueJob, CountLeftJob
from yamnet_gui.gui.state.datasets import Datasets, OpenedDataset
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.review_queue import ReviewQueue, Rows
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.labels.project import QueueKind

from .dataset_questions import Asked, DatasetQuestions
from .project_manager import ProjectManager

if TYPE_CHECKING:
    from yamnet_gui.gui.jobs.dataset import Chosen

_OF_PROJECTS = (QueueKind.STABILITY, QueueKind.SAMPLE, QueueKind.DISAGREEMENTS)
"""Orders by what only a project knows of its events."""


class QueueBuilder(QObject):
    """Looks the rows of the present request up in the project, and counts how many are left, in
    the background."""

    built = Signal()
    refused = Signal(str)  # why there is no such queue
    failed = Signal(object)  # UserError

    def __init__(
        self,
        queue: ReviewQueue,
        project: ProjectState,
        projects: ProjectManager,
        rules: Rules,
        document: Document,
        datasets: Datasets,
        questions: DatasetQuestions,
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
        self._datasets = datasets
        self._questions = questions
        self._asked: Asked | None = None
        self._waiting = False  # for the dataset to be open
        datasets.opened_changed.connect(self._on_opened)
        questions.failed.connect(self._on_unopened)

    @property
    def busy(self) -> bool:
        return self._job is not None or self._asked is not None or self._waiting

    def build(self) -> None:
        """Recomputes the queue; nothing where none is asked for."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._asked is not None:
            self._asked.drop()
            self._asked = None
        self._waiting = False
        project, request = self._project.project, self._queue.request
        if project is None or request.kind is None:
            return
        if request.dataset is not None:
            self._begin_batch()
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

    def _begin_batch(self) -> None:
        """Takes the next events of a dataset into the project once it is open."""
        request, project = self._queue.request, self._project.project
        if request.kind in _OF_PROJECTS:
            self.refused.emit("This order is of the project's own events: choose All recordings.")
            return
        self._datasets.choose(request.dataset)
        source = self._datasets.source
        if source is None or project is None:
            self.refused.emit("This dataset is not beside the project any more.")
            return
        if self._datasets.opened is None:
            self._waiting = True
            return
        threshold = self._rules.rule_set.default.on or 0.5
        seed = secrets.randbelow(2**31)

        def make(opened: OpenedDataset) -> Job:
            from yamnet_gui.gui.jobs.dataset_queue import NextBatchJob

            return NextBatchJob(opened, source, project, request, threshold, seed)

        def take(batch: Chosen) -> None:
            from yamnet_gui.gui.jobs.dataset_queue import TakeBatchJob

            if project is not self._project.project or request != self._queue.request:
                return
            self._projects.store_detections()
            self._job = self._projects.run(
                TakeBatchJob(project, source, batch),
                on_result=self._on_rows,
                on_done=self._on_done,
                finish=True,
            )

        self._asked = self._questions.ask(make, take, self._on_failed, self._on_read)

    def _on_read(self) -> None:
        self._asked = None

    def _on_failed(self, error: UserError) -> None:
        self.failed.emit(error)

    def _on_opened(self) -> None:
        if self._datasets.opened is None:
            self._asked = None  # nobody answers it any more
        elif self._waiting:
            self.build()

    def _on_unopened(self, dataset: object, _error: UserError) -> None:
        if self._waiting:
            self._waiting = False
            name = getattr(dataset, "name", "")
            self.refused.emit(f"Nothing of {printable(name)} can be reviewed.")

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
