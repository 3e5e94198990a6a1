"""Work of a dialog that would keep the window waiting."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.jobs.runner import Job, JobRunner


class Background:
    """One job at a time; a new one takes the place of the last. The thread is made when needed."""

    def __init__(self, name: str, parent: QObject) -> None:
        self._name = name
        self._parent = parent
        self._runner: JobRunner | None = None

    @property
    def busy(self) -> bool:
        return self._runner is not None and self._runner.busy

    def run(
        self,
        job: Job,
        on_result: Callable[[Any], None],
        on_failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Runs `job` in place of whatever runs."""
        if self._runner is None:
            self._runner = JobRunner(self._name, self._parent)
        self._runner.cancel_all()
        self._runner.submit(job, on_result=on_result, on_failed=on_failed)

    def close(self) -> None:
        """Ends the thread; may be called twice."""
        if self._runner is not None:
            self._runner.close()
            self._runner = None
