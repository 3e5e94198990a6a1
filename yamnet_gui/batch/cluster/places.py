"""Which cluster is meant, and how it is reached or started."""

import importlib
import logging
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.storage.notation import written
from yamnet_gui.core.threads import usable_cores

from .probe import check_scheduler, no_answer

OPTION = "--cluster"
WORKER_BYTES = 2 << 30
"""What a worker that is started here may take; Dask ends one that takes more, and starts another.
What it needs is in `docs/scale.md`."""
_STARTED_HERE: dict[str, Any] = {
    # what a process had when it ended is tried again alone, which needs to be known
    "distributed.scheduler.allowed-failures": 0,
    # a computer that slept would take them for dead; that one ended is seen at once
    "distributed.scheduler.worker-ttl": None,
    # what Dask measures of itself, for pages that nobody looks at
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "60s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.tick.interval": "2s",
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.memory.monitor-interval": "500ms",
    # one that is nearly full would wait for ever for somebody to make room
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    # not Dask's own, by which memory goes back to the system with each array, and comes anew
    "distributed.nanny.pre-spawn-environ": {
        f"{library}_NUM_THREADS": 1 for library in ("OMP", "MKL", "OPENBLAS")
    },
}
"""Settings of Dask for workers that are started here (`docs/decisions/clusters.md`)."""
_KINDS = "local, local:N, tcp://HOST:PORT, or slurm:FILE.yaml (or pbs, sge, lsf, htcondor, oar …)"
_LOCAL = re.compile(r"local(?::([1-9]\d{0,3}))?")
_QUEUED = re.compile(r"([a-z]+):(.+)")
_SCALING = ("jobs", "minimum_jobs", "maximum_jobs")


@dataclass(frozen=True, slots=True)
class Connection:
    """A client of a cluster; `own` where its scheduler ends with this program, `fixed` where all
    workers that there will be are there. Else `planned` is how many there may be, 0: not known."""

    client: Any
    place: str
    own: bool
    fixed: bool
    planned: int = 0


def check_place(place: str) -> None:
    """Raises SettingsError where this names no cluster, or a library is not installed."""
    import_distributed()
    if "://" in place and "@" in place:
        advice = "give the address alone; certificates are set up in Dask (tls://HOST:8786)"
        raise SettingsError(written(place), "a scheduler takes no name or password", advice)
    if "://" in place or _LOCAL.fullmatch(place):
        return
    match = _QUEUED.fullmatch(place)
    if match is None:
        raise SettingsError(OPTION, f"'{place}' names no cluster", f"use {_KINDS}")
    _queue_class(match[1])
    _description(Path(match[2]), match[1])


@contextmanager
def connected(place: str) -> Iterator[Connection]:
    """A client of the cluster, which is started where it is not a running one.

    Raises SettingsError where it cannot be reached or started.
    """
    check_place(place)
    distributed = import_distributed()
    import dask

    settings: dict[str, Any] = {}
    if "://" not in place:
        settings |= _STARTED_HERE
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(settings))
        stack.enter_context(_quiet())
        cluster: Any = None
        if "://" not in place:
            cluster = _started(place, stack)
        else:
            check_scheduler(place)
        try:
            client = distributed.Client(place if cluster is None else cluster, set_as_default=False)
        except (OSError, ValueError, TypeError, ImportError) as error:
            raise no_answer(place, error) from error
        stack.callback(_close, client)
        fixed = _LOCAL.fullmatch(place) is not None
        yield Connection(client, place, cluster is not None, fixed, planned_workers(place))


def planned_workers(place: str) -> int:
    """How many workers the description of a queueing system asks for at most; 0 for any other.

    Raises SettingsError where the description cannot be read.
    """
    match = None if "://" in place or _LOCAL.fullmatch(place) else _QUEUED.fullmatch(place)
    if match is None:
        return 0
    given = _description(Path(match[2]), match[1])
    processes = given.get("processes", 1)
    jobs = given.get("jobs") or given["maximum_jobs"]
    return int(jobs) * (processes if isinstance(processes, int) else 1)


def import_distributed() -> Any:
    """The optional library. Raises SettingsError where it is not installed."""
    try:
        import distributed
    except ImportError:
        advice = how_to_install("distributed")
        raise SettingsError(OPTION, "needs the library distributed", advice) from None
    return distributed


def _started(place: str, stack: ExitStack) -> Any:
    match = _LOCAL.fullmatch(place)
    try:
        cluster = _queued(place) if match is None else _local(int(match[1] or usable_cores()))
    except (OSError, RuntimeError, ValueError, TypeError) as error:
        reason = f"cannot be started ({type(error).__name__}: {error})"
        raise SettingsError(place, reason) from error
    stack.callback(_close, cluster)
    return cluster


def _local(workers: int) -> Any:
    import distributed

    with _ctrl_c_ignored():
        return distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=max(1, usable_cores() // workers),
            processes=True,
            memory_limit=WORKER_BYTES,
            dashboard_address="127.0.0.1:0",  # any free port, and nobody else's business
            scheduler_kwargs={"dashboard": False},  # pages that nobody looks at
            silence_logs=logging.CRITICAL,
        )


def _queued(place: str) -> Any:
    match = _QUEUED.fullmatch(place)
    assert match is not None
    given = _description(Path(match[2]), match[1])
    scaling = {name: given.pop(name) for name in _SCALING if name in given}
    cluster = _queue_class(match[1])(**given)
    if "jobs" in scaling:
        cluster.scale(jobs=int(scaling["jobs"]))
    else:
        cluster.adapt(
            minimum_jobs=int(scaling.get("minimum_jobs", 0)),
            maximum_jobs=int(scaling["maximum_jobs"]),
        )
    return cluster


def _queue_class(name: str) -> Any:
    """The class of dask-jobqueue for a queueing system. Raises SettingsError."""
    try:
        jobqueue = importlib.import_module("dask_jobqueue")
    except ImportError:
        advice = how_to_install("dask-jobqueue")
        raise SettingsError(OPTION, "needs the library dask-jobqueue", advice) from None
    known = {
        key.removesuffix("Cluster").lower(): value
        for key, value in vars(jobqueue).items()
        if key.endswith("Cluster") and key not in ("JobQueueCluster", "LocalCluster")
    }
    if name not in known:
        names = ", ".join(sorted(known))
        raise SettingsError(
            OPTION, f"dask-jobqueue knows no queueing system '{name}'", f"use one of {names}"
        )
    return known[name]


def _description(path: Path, name: str) -> dict[str, Any]:
    """The arguments for dask-jobqueue in a file; also one as Dask itself reads (`jobqueue:`)."""
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(path, f"cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError(path, f"is no YAML ({reason})") from error
    if isinstance(content, dict) and isinstance(inner := content.get("jobqueue"), dict):
        content = inner.get(name)
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise SettingsError(
            path, f"describes no cluster of {name}", "write lines such as 'cores: 1'"
        )
    given = {key.replace("-", "_"): value for key, value in content.items()}
    counts = {key: given[key] for key in _SCALING if key in given}
    if not counts.keys() & {"jobs", "maximum_jobs"}:
        raise SettingsError(
            path, "does not say how many jobs to start", "add 'jobs: N' or 'maximum_jobs: N'"
        )
    for key, value in counts.items():
        if not isinstance(value, int) or value < (key != "minimum_jobs"):
            raise SettingsError(path, f"{key}: {value} is no number of jobs")
    return given


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Dask's own log: what matters of it is said in a sentence."""
    # asyncio: of what Dask did not wait for; a child with a level of its own asks no parent
    names = [n for n in list(logging.root.manager.loggerDict) if n.startswith("distributed.")]
    loggers = [logging.getLogger(name) for name in ("distributed", "asyncio", *names)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, before in zip(loggers, levels, strict=True):
            logger.setLevel(before)


@contextmanager
def _ctrl_c_ignored() -> Iterator[None]:
    """Processes that are started inside leave it to this one what Ctrl+C means."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _close(what: Any) -> None:
    with suppress(Exception):  # it may be gone already, in as many ways as there are networks
        what.close(timeout=10)
