"""Groups of tasks on the workers of a Dask cluster."""

import queue
import time
from collections import deque
from collections.abc import Generator
from contextlib import suppress
from typing import NoReturn

from distributed import Future, KilledWorker

from yamnet_gui.batch.executor import Fatal, Group
from yamnet_gui.batch.journal import Record
from yamnet_gui.batch.worker import Task
from yamnet_gui.core.errors import SettingsError

from .places import Connection
from .worker import RunOnWorker, run_group

_AHEAD = 2
"""Groups that a worker has at a time: it never waits, and the scheduler never holds much."""
_TICK_S = 1.0
_QUIET_S = 30.0
"""After so long without an answer it is asked whether anybody works at all."""
_LEAST_WORKERS = 8
"""For so many at least work is divided where more may come at any time."""
_MOST_TRIES = 3
_GOES_ON = "the same command goes on with what is left"


class ClusterExecutor:
    """An executor with the workers of a cluster, however many there are at a time.

    A context manager, in which the workers know the run by the `plugin`.
    """

    most_deaths = 3
    reason = "ended three workers that had it — the file is probably damaged, or needs more memory"

    def __init__(self, connection: Connection, plugin: RunOnWorker) -> None:
        self.lost: list[tuple[Task, int]] = []
        self.workers = 0
        self._client = connection.client
        self._place = connection.place
        self._fixed = connection.fixed
        self._planned = connection.planned
        self._plugin = plugin
        self._ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._counted_at = -_TICK_S
        self._asked_at = time.monotonic()
        self._nobody_worked = False

    def __enter__(self) -> "ClusterExecutor":
        self._register()
        self._count()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._client.status == "running":
            with suppress(Exception):  # the workers may be gone, and with them the run
                self._client.unregister_worker_plugin(self._plugin.name)

    @property
    def expected(self) -> int:
        """For how many workers the work is to be divided."""
        if self._fixed:
            return max(1, self.workers)
        return self._planned or max(_LEAST_WORKERS, self.workers)

    def run(
        self, waiting: deque[Group], *, alone: bool = False
    ) -> Generator[Record | None, None, None]:
        """See `Executor`."""
        ahead = 1 if alone else _AHEAD
        groups: dict[Future, Group] = {}
        try:
            while waiting or groups:
                self._count()
                while waiting and len(groups) < ahead * self.workers:
                    group = waiting.popleft()
                    future = self._client.submit(
                        run_group, self._plugin.name, group, pure=False, retries=0
                    )
                    groups[future] = group
                    future.add_done_callback(self._ended.put)
                try:
                    future = self._ended.get(timeout=_TICK_S)
                except queue.Empty:
                    self._check_alive()
                    self._check_at_work()
                    yield None
                    continue
                self._asked_at = time.monotonic()
                self._nobody_worked = False
                if future not in groups:  # of a run that was closed
                    continue
                records = self._records(future, groups[future])
                if records is None:
                    yield None
                    continue
                del groups[future]
                yield from records
        finally:
            if groups and self._client.status == "running":
                self._client.cancel(list(groups), force=True)

    def _register(self) -> None:
        for _ in range(_MOST_TRIES):
            try:
                self._client.register_plugin(self._plugin)
                return
            except OSError:  # a worker ended meanwhile, as it may at any time
                self._check_alive()
            except Exception as error:  # noqa: BLE001 - whatever it was on the worker
                self._cannot(error)
        self._too_little_memory()

    def _records(self, future: Future, group: Group) -> list[Record] | None:
        """The records of a group that ended; None where its worker ended before it gave them."""
        if future.status == "finished":
            try:
                answer = future.result(timeout=_TICK_S)
            except TimeoutError:  # it is being done again
                future.add_done_callback(self._ended.put)
                return None
            except Exception as error:  # noqa: BLE001 - whatever it was on the worker
                return self._failed(error, group)
            if isinstance(answer, Fatal):
                raise answer.error()
            return answer
        if future.status == "error":
            return self._failed(future.exception(timeout=10 * _TICK_S), group)
        self._check_alive()
        if future.status == "cancelled":
            raise SettingsError(self._place, "the scheduler let go of this run", _GOES_ON)
        # "lost" or "pending": its worker ended before it gave the records, and it is done again
        future.add_done_callback(self._ended.put)
        return None

    def _failed(self, error: BaseException, group: Group) -> list[Record]:
        if not isinstance(error, KilledWorker):
            self._cannot(error)
        self.lost += [(task, int(error.allowed_failures) + 1) for task in group]
        return []

    def _cannot(self, error: BaseException) -> NoReturn:
        self._check_alive()
        kind = "" if type(error) is Exception else f"{type(error).__name__}: "
        reason = f"a worker cannot take part ({kind}{error})"
        advice = "install yamnet_gui on all machines, in the same version"
        raise SettingsError(self._place, reason, advice) from error

    def _check_alive(self) -> None:
        if self._client.status != "running":
            raise SettingsError(
                self._place,
                "the scheduler does not answer any more",
                f"start it again; {_GOES_ON}",
            )

    def _check_at_work(self) -> None:
        """Workers that are nearly full wait for somebody to make room, which here nobody does."""
        now = time.monotonic()
        if now - self._asked_at < _QUIET_S:
            return
        self._asked_at = now
        try:
            known = self._client.sync(self._client.scheduler.identity, n_workers=-1)["workers"]
        except (OSError, TimeoutError, RuntimeError):
            return self._check_alive()
        full = any(worker.get("status") == "paused" for worker in known.values())
        counts = [worker.get("metrics", {}).get("task_counts", {}) for worker in known.values()]
        idle = not any(count.get("executing") for count in counts)
        if idle and (full or self._fixed) and self._nobody_worked:
            self._too_little_memory()
        self._nobody_worked = idle
        return None

    def _too_little_memory(self) -> NoReturn:
        raise SettingsError(
            self._place,
            "its workers have too little memory: they end before they begin, or wait for more",
            f"start them with more (--memory-limit 2GB); {_GOES_ON}",
        )

    def _count(self) -> None:
        """Looks now and then how many workers there are."""
        now = time.monotonic()
        if now - self._counted_at >= _TICK_S:
            self._check_alive()
            try:
                self.workers = len(self._client.nthreads())
            except (OSError, TimeoutError, RuntimeError):
                self._check_alive()
            self._counted_at = now
