"""What runs in a worker of the cluster."""

import os
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any, Protocol

from distributed import WorkerPlugin, get_worker

from yamnet_gui.batch.executor import Fatal, Group
from yamnet_gui.batch.journal import Record
from yamnet_gui.batch.worker import Task
from yamnet_gui.core.errors import UserError

from .sameness import Shared


class GroupWorker(Protocol):
    """Does the tasks of groups, one group after another; `batch.worker.Worker` is one."""

    def run(self, tasks: Sequence[Task]) -> Generator[tuple[Task, Any], None, None]:
        """The record of each task, and whatever else comes before it. Raises UserError."""
        ...

    def sync(self) -> None:
        """Puts what was written on the disk, which another machine cannot. Raises UserError."""
        ...

    def close(self) -> None: ...


class RunOnWorker(WorkerPlugin):
    """What all groups of a run need in a worker: what `begin` makes there before the first.

    A worker has one group at a time, whatever its number of threads: these are for the network.
    `own`: the worker ends with the program that gives it work.
    """

    def __init__(self, begin: Callable[[], GroupWorker], shared: Shared, *, own: bool) -> None:
        self.name = f"yamnet-gui-{shared.token}"
        self._begin = begin
        self._shared = shared
        self._own = own

    def setup(self, worker: Any) -> None:
        """Called by Dask, also in workers that come later."""
        self._threads = int(worker.state.nthreads)
        self._one_at_a_time = threading.Lock()
        self._stopped = False
        self._worker: GroupWorker | None = None
        if self._own and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process decides what it means

    def teardown(self, worker: Any) -> None:
        """Called by Dask when the run is over: what is at work ends within a chunk."""
        self._stopped = True
        if self._one_at_a_time.acquire(blocking=False):
            try:
                self._close()
            finally:
                self._one_at_a_time.release()

    def run(self, group: Group) -> list[Record] | Fatal:
        """The records of a group; nobody waits for those that are missing once it is stopped."""
        with self._one_at_a_time, _process:
            try:
                self._shared.enter_folder()
                return self._records(group)
            except UserError as error:
                return Fatal.of(error)
            finally:
                if self._stopped:
                    self._close()

    def _records(self, group: Group) -> list[Record]:
        records: list[Record] = []
        if self._stopped:
            return records
        if self._worker is None:
            self._shared.take_up()
            os.environ["TF_NUM_INTRAOP_THREADS"] = str(self._threads)
            self._worker = self._begin()
        with closing(self._worker.run(group)) as steps:
            for _, step in steps:
                if self._stopped:
                    break
                if isinstance(step, Record):
                    records.append(step)
        self._worker.sync()
        return records

    def _close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


_process = threading.Lock()
"""A process stands in one folder, where relative paths begin: runs of several take turns in it."""


def run_group(name: str, group: Group) -> list[Record] | Fatal:
    """Runs a group of the run whose plugin has this name."""
    plugin: RunOnWorker = get_worker().plugins[name]
    return plugin.run(group)
