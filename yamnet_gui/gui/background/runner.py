"""A thread that runs jobs one after the other and hands their results to the window."""

import logging
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from yamnet_gui.core.errors import Cancelled, UserError

from .priority import give_way

_log = logging.getLogger(__name__)


class Job(Protocol):
    """Long work: a generator of results. Closing the generator stops the work."""

    def run(self) -> Iterator[Any]: ...


class JobHandle:
    """One submitted job, and what happens in the window with what it yields."""

    def __init__(
        self,
        on_result: Callable[[Any], None] | None,
        on_failed: Callable[[UserError], None] | None,
        on_done: Callable[[], None] | None,
    ) -> None:
        self.on_result = on_result
        self.on_failed = on_failed
        self.on_done = on_done
        self.cancelled = False

    def cancel(self) -> None:
        """Stops the job between two results; nothing of it arrives after this call."""
        self.cancelled = True


class _Worker(QObject):
    """Lives in the runner's thread."""

    result = Signal(object, object)
    failed = Signal(object, object)
    done = Signal(object)

    @Slot()
    def begin(self) -> None:
        """Lowers the priority of the thread before its first job."""
        give_way()

    @Slot(object, object)
    def run_job(self, handle: JobHandle, job: Job) -> None:
        if handle.cancelled:
            self.done.emit(handle)
            return
        results = job.run()
        try:
            for value in results:
                if handle.cancelled:
                    break
                self.result.emit(handle, value)
        except Cancelled:
            pass
        except UserError as error:
            self.failed.emit(handle, error)
        except Exception as error:  # noqa: BLE001
            # A defect in a job must reach the user, not end the thread in silence.
            _log.exception("a background job failed")
            kind = type(error).__name__
            self.failed.emit(handle, UserError("Background work", f"failed ({kind}: {error})"))
        finally:
            close = getattr(results, "close", None)
            if close:
                close()
            self.done.emit(handle)

    @Slot()
    def end(self) -> None:
        """Comes after everything that was submitted."""
        self.thread().quit()


class JobRunner(QObject):
    """Runs jobs in one QThread, in order. Callbacks run in the thread that made the runner."""

    _submitted = Signal(object, object)
    _ending = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open: list[JobHandle] = []
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.begin)
        queued = Qt.ConnectionType.QueuedConnection
        self._submitted.connect(self._worker.run_job, queued)
        self._ending.connect(self._worker.end, queued)
        self._worker.result.connect(self._on_result, queued)
        self._worker.failed.connect(self._on_failed, queued)
        self._worker.done.connect(self._on_done, queued)
        self._thread.start()

    @property
    def busy(self) -> bool:
        return bool(self._open)

    def submit(
        self,
        job: Job,
        *,
        on_result: Callable[[Any], None] | None = None,
        on_failed: Callable[[UserError], None] | None = None,
        on_done: Callable[[], None] | None = None,
    ) -> JobHandle:
        """Queues `job`. `on_done` comes last, also after a failure, but not after a cancel."""
        handle = JobHandle(on_result, on_failed, on_done)
        self._open.append(handle)
        self._submitted.emit(handle, job)
        return handle

    def cancel_all(self) -> None:
        for handle in self._open:
            handle.cancel()

    def close(self, *, finish: bool = False) -> None:
        """Cancels everything, or lets it `finish`, and waits for the thread to end."""
        if finish and self._thread.isRunning():
            self._ending.emit()
        else:
            self.cancel_all()
            self._thread.quit()
        self._thread.wait()

    @Slot(object, object)
    def _on_result(self, handle: JobHandle, value: Any) -> None:
        if not handle.cancelled and handle.on_result:
            handle.on_result(value)

    @Slot(object, object)
    def _on_failed(self, handle: JobHandle, error: UserError) -> None:
        if not handle.cancelled and handle.on_failed:
            handle.on_failed(error)

    @Slot(object)
    def _on_done(self, handle: JobHandle) -> None:
        if handle in self._open:
            self._open.remove(handle)
        if not handle.cancelled and handle.on_done:
            handle.on_done()
