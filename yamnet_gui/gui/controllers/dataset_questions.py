"""Opens the dataset that is looked through, and has questions to it answered in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import Cancelled, UserError
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.gui.background.runner import Job, JobHandle, JobRunner
from yamnet_gui.gui.state.datasets import Datasets, OpenedDataset


class _Question:
    """A job about an open dataset; `running` while DuckDB may be at work for it."""

    def __init__(self, job: Job, opened: OpenedDataset) -> None:
        self._job = job
        self._opened = opened
        self.running = False

    def run(self) -> Iterator[Any]:
        from yamnet_gui.gui.jobs.dataset import DatasetChangedError, stamp_of

        opened = self._opened
        self.running = True
        try:
            while True:
                if stamp_of(opened.folder) != opened.stamp:
                    raise DatasetChangedError(opened.folder, "has changed since it was opened")
                try:
                    yield from self._job.run()
                    return
                except Cancelled:
                    check_stopped()  # else it was the question before that was to end
        finally:
            self.running = False


class Asked:
    """A question on its way."""

    def __init__(self, question: _Question, opened: OpenedDataset, handle: JobHandle) -> None:
        self._question, self._opened, self._handle = question, opened, handle

    @property
    def over(self) -> bool:
        return self._handle.cancelled

    def drop(self) -> None:
        """Nothing of it arrives any more, and it does not go on."""
        self._handle.cancel()
        if self._question.running:
            self._opened.dataset.interrupt()


class DatasetQuestions(QObject):
    """One thread answers one question after the other; the dataset is open while it is chosen.

    Another one prepares it for quick answers meanwhile.
    """

    failed = Signal(object, object)  # AttachedDataset, UserError: it cannot be opened
    reopened = Signal(str)  # the name of one whose files had changed

    def __init__(self, datasets: Datasets, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._datasets = datasets
        self._runner = JobRunner("dataset", self)
        self._columns = JobRunner("dataset columns", self)
        self._preparing: JobHandle | None = None
        self._open: OpenedDataset | None = None
        self._asked: list[Asked] = []
        self._opening: JobHandle | None = None
        datasets.source_changed.connect(self._on_source)

    @property
    def busy(self) -> bool:
        return self._runner.busy or self._columns.busy

    def close(self) -> None:
        """Ends the thread, whatever it is at."""
        for asked in [*self._asked]:
            asked.drop()
        self._stop_preparing()
        if self._open is not None:
            self._close_dataset(self._open, finish=True)
            self._open = None
        self._runner.close()
        self._columns.close()

    def ask(
        self,
        make: Callable[[OpenedDataset], Job],
        on_result: Callable[[Any], None],
        on_failed: Callable[[UserError], None],
        on_done: Callable[[], None] | None = None,
    ) -> Asked | None:
        """Has the job answered that `make` gives for the open dataset; None where none is open.

        `on_done` comes last, unless the question is dropped. One whose files have changed is opened
        again, and whoever shows something of it asks anew.
        """
        opened = self._datasets.opened
        if opened is None:
            return None

        def failed(error: UserError) -> None:
            from yamnet_gui.gui.jobs.dataset import DatasetChangedError

            if not isinstance(error, DatasetChangedError):
                on_failed(error)
            elif opened is self._open:
                self.reopen()

        def done() -> None:
            self._asked.remove(asked)
            if on_done is not None:
                on_done()

        question = _Question(make(opened), opened)
        handle = self._runner.submit(question, on_result=on_result, on_failed=failed, on_done=done)
        asked = Asked(question, opened, handle)
        self._asked = [one for one in self._asked if not one.over] + [asked]
        return asked

    def reopen(self) -> None:
        """Opens the dataset once more, because its files have changed."""
        source = self._datasets.source
        self._datasets.set_opened(None)
        self._on_source()
        if source is not None:
            self.reopened.emit(source.name)

    def _on_source(self) -> None:
        from yamnet_gui.gui.jobs.dataset import OpenDatasetJob
        from yamnet_gui.gui.jobs.dataset_columns import PrepareDatasetJob

        self._stop_preparing()
        for asked in self._asked:
            asked.drop()
        self._asked.clear()
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._open is not None:
            self._close_dataset(self._open)
            self._open = None
        source = self._datasets.source
        if source is None:
            return

        def opened(result: OpenedDataset) -> None:
            self._open = result
            self._datasets.set_opened(result)
            self._preparing = self._columns.submit(
                PrepareDatasetJob(result), on_result=self._datasets.set_prepared
            )

        def failed(error: UserError) -> None:
            self._datasets.choose(None)
            self.failed.emit(source, error)

        self._opening = self._runner.submit(
            OpenDatasetJob(source.folder), on_result=opened, on_failed=failed
        )

    def _stop_preparing(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None

    def _close_dataset(self, opened: OpenedDataset, *, finish: bool = False) -> None:
        from yamnet_gui.gui.jobs.dataset import CloseDatasetJob

        self._runner.submit(CloseDatasetJob(opened), finish=finish)
