"""The tasks of a run on the workers of a cluster."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from yamnet_gui.batch.executor import groups_of, run_groups
from yamnet_gui.batch.journal import Record
from yamnet_gui.batch.options import BatchOptions
from yamnet_gui.batch.worker import Task

from .places import connected
from .sameness import shared_by

_LEAST_WORKERS = 8
"""For so many at least the work is divided: more may come at any time."""


def run_on_cluster(
    place: str,
    options: BatchOptions,
    folder: Path | None,
    tasks: Sequence[Task],
    on_workers: Callable[[int], None],
) -> Generator[Record | None, None, None]:
    """The records of the tasks as they are finished; see `executor.Executor.run`.

    `place` names the cluster, `folder` is that of the journal. `on_workers` is told how many
    workers there are.
    """
    with connected(place) as connection:
        from .executor import ClusterExecutor  # needs the library that `connected` asks for

        shared = shared_by(folder, [task.path for task in tasks])
        with ClusterExecutor(connection, options, folder, shared, on_workers) as executor:
            groups = groups_of(tasks, max(_LEAST_WORKERS, executor.workers))
            yield from run_groups(executor, deque(groups))
