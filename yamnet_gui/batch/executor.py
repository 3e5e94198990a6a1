"""What a pool of processes and a cluster have in common: groups of tasks, and who ended a process.

An executor takes groups of tasks and gives a record of each recording. What it lost, because a
process ended that had it, is tried again alone, so that the culprit is known and the others are not
lost.
"""

from collections import Counter, deque
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from yamnet_gui.core.errors import UserError, WeightsError

from .journal import Record
from .worker import Task, identity

Group = list[Task]

_MOST_TASKS = 64
_MOST_BYTES = 1 << 25
"""Of the files of a group: a process gets it at once, and its short recordings share batches."""
_GROUPS_EACH = 4
"""Groups for each process at least, so that all end at about the same time."""


class Executor(Protocol):
    """Runs groups of tasks in other processes.

    A recording with which `most_deaths` processes ended is reported, for the `reason`. `lost` are
    tasks of processes that ended, each with how many did.
    """

    most_deaths: int
    reason: str
    lost: list[tuple[Task, int]]

    def run(
        self, waiting: deque[Group], *, alone: bool = False
    ) -> Generator[Record | None, None, None]:
        """The records of groups that are taken from `waiting`, which may grow meanwhile.

        None comes at least once a second while there is nothing else. `alone`: a process gets
        one group at a time. Closing the generator stops the processes within a chunk. Raises
        UserError where the run cannot go on.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fatal:
    """What ends the whole run, in a form that travels between processes."""

    about_weights: bool
    subject: str
    reason: str
    advice: str

    @classmethod
    def of(cls, error: UserError) -> "Fatal":
        return cls(isinstance(error, WeightsError), error.subject, error.reason, error.advice)

    def error(self) -> UserError:
        kind = WeightsError if self.about_weights else UserError
        return kind(self.subject, self.reason, self.advice)


def run_groups(executor: Executor, waiting: deque[Group]) -> Generator[Record | None, None, None]:
    """The records of all groups in `waiting`, which may grow while they come; see `Executor.run`.

    Each task gets exactly one record.
    """
    deaths: Counter[str] = Counter()
    alone = False
    while waiting:
        with closing(executor.run(waiting, alone=alone)) as records:
            yield from records
        lost, executor.lost = executor.lost, []
        for task, count in lost:
            deaths[task.key] += count
            if alone and deaths[task.key] >= executor.most_deaths:
                yield replace(identity(task.path, task.key), reason=executor.reason)
            else:
                waiting.append([task])
        alone = True


def groups_of(tasks: Sequence[Task], processes: int) -> list[Group]:
    """The tasks in order; large files stand alone."""
    most = max(1, min(_MOST_TASKS, len(tasks) // (processes * _GROUPS_EACH)))
    groups: list[Group] = []
    room = 0
    for task in tasks:
        size = max(1, identity(task.path, task.key).size)
        if size > room or len(groups[-1]) == most:
            groups.append([])
            room = _MOST_BYTES
        groups[-1].append(task)
        room -= size
    return groups
