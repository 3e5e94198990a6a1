"""Several recordings at once, in processes of their own."""

import multiprocessing
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from yamnet_gui.core.interruption import not_for_children
from yamnet_gui.core.threads import usable_cores

from .executor import Fatal, Group, run_groups
from .journal import Record
from .options import BatchOptions
from .pool_process import serve
from .worker import Task

_AHEAD = 2
"""Groups that a process has at a time, so that it never waits for the next."""
_TICK_S = 1.0
_STOP_S, _TERM_S = 0.8, 0.4
"""How long processes have to end by themselves, and then when told to."""


def run_pooled(
    options: BatchOptions, folder: Path | None, groups: deque[Group], jobs: int
) -> Generator[Record | None, None, None]:
    """The records of the groups as they are finished, from `jobs` spawned processes.

    None comes at least once a second while there is nothing else. Recordings that a process had
    not finished when it crashed are tried once more, one after another; one that makes a process
    crash again is reported. Closing the generator stops the processes within a chunk. Raises
    UserError where the run cannot go on.
    """
    return run_groups(_Pool(options, folder, jobs), groups)


@dataclass(slots=True)
class _Member:
    """A process of the pool, and the tasks that it has not answered yet, by key."""

    process: BaseProcess
    pipe: "Connection[Group | None, Record | Fatal]"
    groups: deque[dict[str, Task]] = field(default_factory=deque)

    def send(self, group: Group) -> None:
        self.groups.append({task.key: task for task in group})
        with suppress(OSError):  # it died, which shows when its answers are read
            self.pipe.send(group)

    def answered(self, key: str) -> None:
        for group in self.groups:
            group.pop(key, None)
        while self.groups and not self.groups[0]:
            self.groups.popleft()

    def ask_to_stop(self) -> None:
        with suppress(OSError):
            self.pipe.send(None)
        self.pipe.close()

    def stop(self, latest: float) -> None:
        """Waits for the end until `latest`; then ends the process, which removes what is temporary,
        and one that does not hear because it is deep inside a library."""
        self.process.join(max(0.0, latest - time.monotonic()))
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(_TERM_S)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


class _Pool:
    """An executor with processes of this machine, which are started for each `run`."""

    most_deaths = 2
    reason = "makes the program that reads it crash — the file is probably damaged"

    def __init__(self, options: BatchOptions, folder: Path | None, jobs: int) -> None:
        self.lost: list[tuple[Task, int]] = []
        self._options = options
        self._folder = folder
        self._jobs = jobs
        self._members: list[_Member] = []

    def run(
        self, waiting: deque[Group], *, alone: bool = False
    ) -> Generator[Record | None, None, None]:
        """See `Executor`; `alone` also means that there is one process, for all the memory."""
        jobs, ahead = (1, 1) if alone else (self._jobs, _AHEAD)
        try:
            while self._feed(waiting, jobs, ahead):
                ready = wait([member.pipe for member in self._members], _TICK_S)
                if not ready:
                    yield None
                for member in [m for m in self._members if m.pipe in ready]:
                    record = self._answer(member)
                    if record is not None:
                        yield record
        finally:
            members, self._members = self._members, []
            self._stop(members)

    def _feed(self, waiting: deque[Group], jobs: int, ahead: int) -> bool:
        """Hands groups out; whether anything is left to wait for."""
        while waiting and len(self._members) < jobs:
            self._start()
            self._members[-1].send(waiting.popleft())
        for _ in range(ahead):  # in turn, so that none is without work
            for member in self._members:
                if waiting and len(member.groups) < ahead:
                    member.send(waiting.popleft())
        return any(member.groups for member in self._members)

    def _stop(self, members: Sequence[_Member]) -> None:
        for member in members:
            member.ask_to_stop()
        latest = time.monotonic() + _STOP_S
        for member in members:
            member.stop(latest)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        threads = max(1, usable_cores() // self._jobs)
        arguments = (theirs, self._options, self._folder, threads)
        process = context.Process(target=serve, args=arguments, daemon=True)
        with not_for_children():  # which also keeps Ctrl+C away until the process is a member
            process.start()
            self._members.append(_Member(process, ours))
        theirs.close()

    def _answer(self, member: _Member) -> Record | None:
        try:
            answer = member.pipe.recv()
        except (EOFError, OSError):
            self._members.remove(member)
            self.lost += [(task, 1) for group in member.groups for task in group.values()]
            self._stop([member])
            return None
        if isinstance(answer, Fatal):
            raise answer.error()
        member.answered(answer.key)
        return answer
