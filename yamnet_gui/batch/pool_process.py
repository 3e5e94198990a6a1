"""What runs in a process of the pool."""

import os
import queue
import signal
import threading
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

from yamnet_gui.core.errors import UserError

from .executor import Fatal, Group
from .journal import Record
from .options import BatchOptions
from .worker import Worker


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
        pipe.send(Fatal.of(error))
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
