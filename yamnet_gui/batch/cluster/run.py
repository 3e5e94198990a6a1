"""A run on the workers of a cluster: what it needs from beginning to end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from yamnet_gui.batch.options import BatchOptions
from yamnet_gui.batch.worker import Task

from .places import connected
from .sameness import shared_by

if TYPE_CHECKING:
    from .executor import ClusterExecutor


@contextmanager
def on_cluster(
    place: str, options: BatchOptions, folder: Path | None, tasks: Sequence[Task]
) -> Iterator["ClusterExecutor"]:
    """An executor with the workers of the cluster of this name; `folder` is that of the journal.

    Raises SettingsError where the cluster cannot be reached or started.
    """
    with connected(place) as connection:
        from .executor import ClusterExecutor  # needs the library that `connected` asks for
        from .worker import RunOnWorker

        shared = shared_by(folder, [task.path for task in tasks])
        plugin = RunOnWorker(options, folder, shared, own=connection.own)
        with ClusterExecutor(connection, plugin) as executor:
            yield executor
