"""A thread that runs jobs one after the other and hands their results to the window."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from yamnet_gui.core.errors import Cancelled, UserError
from yamnet_gui.core.stopping import resting, stoppable

from .heartbeat import heartbeat
from .priority import give_way

_log = logging.getLogger(__name__)

FINISH_S = 1.5
"""How long closing lets work go on that is better finished than taken back."""

_END = object()


class Job(Protocol):
    """Long work: a generator of results. Closing the generator stops the work.

    Between two results it is stopped by `check_stopped`, which loops inside it call; there it also
    rests while the window is busy.
    """

    def run(self) -> Iterator[Any]: ...


class JobHandle:
    """One submitted job, and what happens in the window with what it yields."""

    def __init__(
        self,
        on_result: Callable[[Any], None] | None,
        on_failed: Callable[[UserError], None] | None,
        on_done: Callable[[], None] | None,
        *,
        finish: bool = False,
    ) -> None:
        self.finish = finish
        self.on_result = on_result
        self.on_failed = on_failed
        self.on_done = on_done
        self.cancelled = False
        self.ended_whole = False

    def cancel(self) -> None:
        """Stops the job at its next step; nothing of it arrives after this call."""
        self.cancelled = True


class _Worker(QObject):
    """Lives in the runner's thread."""

    result = Signal(object, object)
    failed = Signal(object, object)
    done = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._heartbeat = heartbeat()

    @Slot()
    def begin(self) -> None:
        """Lowers the priority of the thread before its first job."""
        give_way()

    @Slot(object, object)
    def run_job(self, handle: JobHandle, job: Job) -> None:
        if handle.cancelled:
            self.done.emit(handle)
            return
        results: Iterator[Any] | None = None
        try:
            with stoppable(lambda: handle.cancelled), resting(lambda: self._rest(handle)):
                results = job.run()
                for value in results:
                    if handle.cancelled:
                        # it may have been the last result, of work that is done
                        handle.ended_whole = handle.finish and next(results, _END) is _END
                        break
                    self.result.emit(handle, value)
                    self._rest(handle)
                else:
                    handle.ended_whole = True
        except Cancelled:
            pass
        except UserError as error:
            self.failed.emit(handle, error)
        except Exception as error:  # noqa: BLE001
            # A defect in a job must reach the user, not end the thread in silence.
            self.failed.emit(handle, error)
        finally:
            close = getattr(results, "close", None)
            if close:
                close()
            self.done.emit(handle)

    def _rest(self, handle: JobHandle) -> None:
        if self._heartbeat is not None:
            self._heartbeat.rest(lambda: handle.cancelled)

    @Slot()
    def end(self) -> None:
        """Comes after everything that was submitted."""
        self.thread().quit()


class JobRunner(QObject):
    """Runs jobs in one QThread, in order. Callbacks run in the thread that made the runner.

    The thread starts with the first job: most runners of a window have none for a long time.
    """

    _submitted = Signal(object, object)
    _ending = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._open: list[JobHandle] = []
        self._latest: float | None = None  # when finishing has to be over, once it is closing
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
        self._closed = False
        self._heartbeat = heartbeat()

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
        finish: bool = False,
    ) -> JobHandle:
        """Queues `job`. `on_done` comes last, also after a failure, but not after a cancel.

        With `finish`, closing lets the job go on for a moment: it stores what the user wants.
        """
        handle = JobHandle(on_result, on_failed, on_done, finish=finish)
        self._open.append(handle)
        if self._heartbeat is not None:
            self._heartbeat.begin(handle)
        if not self._closed:
            self._thread.start()  # does nothing where it runs
        self._submitted.emit(handle, job)
        return handle

    def cancel_all(self) -> None:
        for handle in self._open:
            handle.cancel()

    def end_by(self, latest: float) -> None:
        """Cancels what needs not be finished; the rest gets until then (`time.monotonic`).

        Whoever closes several runners says this to all of them first, so that they come to their
        ends side by side, not each in a time of its own.
        """
        self._latest = latest
        for handle in self._open:
            if self._heartbeat is not None:
                self._heartbeat.end(handle)  # it has no time to rest
            if not handle.finish:
                handle.cancel()

    def close(self) -> None:
        """Cancels everything and waits for the thread to end.

        What was submitted with `finish` gets `FINISH_S` to come to its end, from `end_by` on.
        """
        self._closed = True
        now = time.monotonic()
        self.end_by(now + FINISH_S if self._latest is None else self._latest)
        finishing = [handle for handle in self._open if handle.finish]
        if finishing and self._thread.isRunning():
            self._ending.emit()
            self._thread.wait(round(max(0.0, (self._latest or now) - now) * 1000))
        self.cancel_all()
        self._thread.quit()
        self._thread.wait()
        if not all(handle.ended_whole for handle in finishing):
            _log.warning("closing took back work that was not finished: %s", self.objectName())

    @Slot(object, object)
    def _on_result(self, handle: JobHandle, value: Any) -> None:
        if not handle.cancelled and handle.on_result:
            handle.on_result(value)

    @Slot(object, object)
    def _on_failed(self, handle: JobHandle, error: Exception) -> None:
        if not isinstance(error, UserError):
            # one home for defects, whoever submitted the job: most drop or shorten what failed
            sys.excepthook(type(error), error, error.__traceback__)
            error = UserError("Background work", f"failed ({type(error).__name__}: {error})")
        if not handle.cancelled and handle.on_failed:
            handle.on_failed(error)

    @Slot(object)
    def _on_done(self, handle: JobHandle) -> None:
        if handle in self._open:
            self._open.remove(handle)
        if self._heartbeat is not None:
            self._heartbeat.end(handle)
        if not handle.cancelled and handle.on_done:
            handle.on_done()
