"""Several recordings at once, each in a process of its own."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import ClassVar

from yamnet_gui.core.errors import UserError, WeightsError
from yamnet_gui.core.threads import usable_cores

from .journal import Record
from .options import BatchOptions
from .worker import PartNames, Task, Worker, identity


@dataclass(frozen=True, slots=True)
class _Fatal:
    """What ends the whole run, in a form that travels between processes."""

    about_weights: bool
    subject: str
    reason: str
    advice: str

    def error(self) -> UserError:
        kind = WeightsError if self.about_weights else UserError
        return kind(self.subject, self.reason, self.advice)


class _InProcess:
    """What a worker process keeps between its recordings."""

    worker: ClassVar[Worker]
    stop: ClassVar[Event]


def run_pooled(options: BatchOptions, tasks: Sequence[Task], jobs: int) -> Iterator[Record]:
    """The records of the tasks as they are finished, from `jobs` spawned processes.

    A recording that makes its process crash is tried once more alone, then reported. Closing the
    generator stops the processes within a chunk. Raises UserError where the run cannot go on.
    """
    waiting = deque(tasks)
    suspects: deque[Task] = deque()
    while waiting:
        yield from _round(options, waiting, suspects, jobs)
    while suspects:
        task = suspects.popleft()
        alone, crashed = deque([task]), deque[Task]()
        yield from _round(options, alone, crashed, 1)
        if crashed:
            reason = "makes the program that reads it crash — the file is probably damaged"
            yield replace(identity(task[0], task[1]), reason=reason)


def _round(
    options: BatchOptions, waiting: deque[Task], suspects: deque[Task], jobs: int
) -> Iterator[Record]:
    """Runs tasks until none is left or a process dies; those under way then are suspects."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    threads = max(1, usable_cores() // jobs)
    pool = ProcessPoolExecutor(jobs, context, _start, (options, stop, threads))
    running: dict[Future[Record | _Fatal], Task] = {}
    try:
        while waiting or running:
            while waiting and len(running) < 2 * jobs:
                task = waiting.popleft()
                running[pool.submit(_work, *task)] = task
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                del running[future]
                if isinstance(result, _Fatal):
                    raise result.error()
                yield result
    except BrokenProcessPool:
        suspects.extend(running.values())
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _start(options: BatchOptions, stop: Event, threads: int) -> None:
    """Prepares a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process decides what Ctrl+C means
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)
    threading.Thread(target=_die_with_parent, name="parent", daemon=True).start()
    _InProcess.stop = stop
    _InProcess.worker = Worker(options)


def _die_with_parent() -> None:
    """Ends this process when the parent is killed, because its results would be lost."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(path: Path, key: str, parts: PartNames) -> Record | _Fatal:
    try:
        with closing(_InProcess.worker.run(path, key, parts)) as steps:
            for step in steps:
                if isinstance(step, Record):
                    return step
                if _InProcess.stop.is_set():
                    break
    except UserError as error:
        about_weights = isinstance(error, WeightsError)
        return _Fatal(about_weights, error.subject, error.reason, error.advice)
    return replace(identity(path, key), reason="was not finished")
