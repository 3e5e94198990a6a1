"""What runs in a process of the pool."""

import os
import queue
import signal
import threading
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from yamnet_gui.core.errors import UserError, WeightsError

from .journal import Record
from .options import BatchOptions
from .worker import Task, Worker

Group = list[Task]


@dataclass(frozen=True, slots=True)
class Fatal:
    """What ends the whole run, in a form that travels between processes."""

    about_weights: bool
    subject: str
    reason: str
    advice: str

    def error(self) -> UserError:
        kind = WeightsError if self.about_weights else UserError
        return kind(self.subject, self.reason, self.advice)


def serve(
    pipe: "Connection[Record | Fatal, Group | None]",
    options: BatchOptions,
    folder: Path | None,
    threads: int,
) -> None:
    """Takes groups of tasks from the pipe and answers with a record each, until None comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process decides what Ctrl+C means
    signal.signal(signal.SIGTERM, _end)
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)
    inbox = _Inbox(pipe)
    try:
        with closing(Worker(options, folder)) as worker:
            while (group := inbox.next()) is not None:
                _answer(worker, group, inbox, pipe)
    except UserError as error:
        about_weights = isinstance(error, WeightsError)
        pipe.send(Fatal(about_weights, error.subject, error.reason, error.advice))
    except (BrokenPipeError, KeyboardInterrupt):  # nobody waits for the records any more
        pass


def _end(*_signal: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _answer(
    worker: Worker, group: Group, inbox: "_Inbox", pipe: "Connection[Record | Fatal, Group | None]"
) -> None:
    with closing(worker.run(group)) as steps:
        for _, step in steps:
            if inbox.ended:
                return
            if isinstance(step, Record):
                pipe.send(step)


class _Inbox:
    """Reads the pipe in a thread of its own, so that the first process never waits to write."""

    def __init__(self, pipe: "Connection[Record | Fatal, Group | None]") -> None:
        self._pipe = pipe
        self._groups: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self.ended = False
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def next(self) -> Group | None:
        return self._groups.get()

    def _read(self) -> None:
        try:
            while (group := self._pipe.recv()) is not None:
                self._groups.put(group)
        except (EOFError, OSError):
            os._exit(1)  # the first process was killed: the results would be lost
        self.ended = True
        self._groups.put(None)
