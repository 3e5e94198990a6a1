"""Work of which only the latest counts: a new job takes the place of the one that runs."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from yamnet_gui.core.errors import UserError

from .runner import Job, JobHandle, JobRunner


class LatestJob:
    """One job at a time, in a thread of its own that begins with the first.

    `on_failed` receives failures of jobs that were submitted without their own.
    """

    def __init__(
        self, name: str, parent: QObject, on_failed: Callable[[UserError], None] | None = None
    ) -> None:
        self._name = name
        self._parent = parent
        self._on_failed = on_failed
        self._runner: JobRunner | None = None
        self._job: JobHandle | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        return self._runner is not None and self._runner.busy

    def run(
        self,
        job: Job,
        on_result: Callable[[Any], None],
        on_failed: Callable[[UserError], None] | None = None,
        on_done: Callable[[], None] | None = None,
    ) -> None:
        """Begins `job` in place of whatever runs; nothing begins once this is closed."""
        if self._closed:
            return
        self.cancel()
        if self._runner is None:
            self._runner = JobRunner(self._name, self._parent)
        self._job = self._runner.submit(
            job, on_result=on_result, on_failed=on_failed or self._on_failed, on_done=on_done
        )

    def cancel(self) -> None:
        """Nothing of the present job arrives any more."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def close(self) -> None:
        """Ends the thread; may be called twice."""
        self._closed = True
        if self._runner is not None:
            self._runner.close()
            self._runner = None
