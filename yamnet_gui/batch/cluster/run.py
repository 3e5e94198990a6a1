"""A run on the workers of a cluster: what it needs from beginning to end."""

import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from yamnet_gui.batch.options import BatchOptions
from yamnet_gui.batch.worker import Worker
from yamnet_gui.core.errors import SettingsError

from .places import connected
from .sameness import local_zone, shared_by

if TYPE_CHECKING:
    from .executor import ClusterExecutor
    from .worker import GroupWorker


@contextmanager
def on_cluster(
    place: str,
    begin: Callable[[], "GroupWorker"],
    folder: Path | None,
    recordings: Sequence[Path],
) -> Iterator["ClusterExecutor"]:
    """An executor with the workers of the cluster of this name; `folder` is that of the journal.

    Each worker calls `begin` before its first group. Raises SettingsError where the cluster cannot
    be reached or started.
    """
    with connected(place) as connection:
        from .executor import ClusterExecutor  # needs the library that `connected` asks for
        from .worker import RunOnWorker

        plugin = RunOnWorker(begin, shared_by(folder, recordings), own=connection.own)
        with ClusterExecutor(connection, plugin) as executor:
            yield executor


def begun_worker(
    options: BatchOptions, folder: Path | None, model_sha256: str, zone: str
) -> Worker:
    """What works on recordings in a worker of the cluster, with the model of this identity.

    Raises UserError where the file of the weights holds another one there, or cannot be read, and
    where start times without a zone would be of another `zone` than that of the program.
    """
    if options.dataset is not None and not options.zone and local_zone() != zone:
        raise SettingsError(
            f"the worker on {platform.node()}",
            "is in another time zone, and start times would differ",
            "name the zone of the recordings: --zone Europe/Berlin",
        )
    worker = Worker(options, folder)
    if worker.model.sha256 != model_sha256:
        worker.close()
        raise SettingsError(
            f"the worker on {platform.node()}",
            f"has other weights in {options.weights}, and results would differ",
            "copy the same file to all machines",
        )
    return worker
