"""A run over many recordings that can be killed at any moment and started again."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from yamnet_gui.analysis.analyse import AnalysisProgress
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.dataset.info import DatasetInfo
from yamnet_gui.labels.overwrite_guard import check_companion
from yamnet_gui.yamnet import LiteRTError, preparing_litert

from .cluster import check_place
from .cuts import Cuts
from .dataset_output import begun_dataset, held_records, write_dataset
from .executor import Group, groups_of, run_groups
from .file_names import FAILURES_HEAD, failures_path
from .journal import Journal, Record
from .options import BatchOptions
from .plan import Plan
from .run_folder import run_folder
from .run_provenance import begun, facts_of, write_run_provenance
from .run_tables import RunTables
from .summary import BatchSummary, times_real_time
from .vectors import Vectors
from .worker import Task, Worker

if TYPE_CHECKING:
    from .cluster.executor import ClusterExecutor


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """What a run tells after each chunk and each recording; the last one has the `summary`.

    `record` is set when a recording is finished. `audio_s` counts what this run has analysed.
    `share` is the part of all bytes that is done, 0 to 1; `failed` counts recordings. `workers` are
    those of the cluster that are there at the moment, None without one.
    """

    files_done: int
    files_total: int
    share: float
    audio_s: float
    elapsed_s: float
    path: Path | None = None
    record: Record | None = None
    summary: BatchSummary | None = None
    failed: int = 0
    workers: int | None = None

    @property
    def speed(self) -> float:
        """Seconds of sound per second of time."""
        return times_real_time(self.audio_s, self.elapsed_s)


def run_batch(
    plan: Plan,
    options: BatchOptions,
    *,
    jobs: int = 1,
    cluster: str = "",
    restart: bool = False,
    on_vectors: Callable[[str, Iterator[tuple[Record, Vectors]]], None] | None = None,
) -> Iterator[BatchProgress]:
    """Analyses the recordings of a plan and writes the tables that `options` ask for.

    It does so in this process, in `jobs` processes of this machine, or on the workers of a
    `cluster` ("": none; `cluster.places` says how one is named): with the same results.

    What an earlier run that was killed had finished is not done again, unless `restart`. A bad
    recording is reported and does not stop the others. The tables appear at the end, whole.
    Raises UserError where the options do not fit, the weights are missing or a table cannot be
    written. Closing the generator stops within a chunk; what is finished stays finished.

    `on_vectors` takes the vectors that `options.vectors` asks for, at the end and in order, with
    the identity of the model.
    """
    options.check(several=len(plan.recordings) > 1)
    if cluster:
        check_place(cluster)
    folder = None
    if options.outputs:
        first = options.outputs[0]
        if len(plan.recordings) > 1:  # before hours of work, not after
            check_companion(failures_path(first), FAILURES_HEAD)
        folder = run_folder(first)
    with ExitStack() as stack:
        worker = stack.enter_context(closing(Worker(options, folder)))
        journal = dataset = None
        if folder is not None:
            dataset = begun_dataset(options, worker.model, worker.class_map)
            recipe = options.recipe(worker.model.sha256, [c.sha256 for c in worker.classifiers])
            journal = stack.enter_context(Journal(folder, recipe, restart))
        held = {} if restart else held_records(options)
        run = _Run(plan, options, worker, journal, jobs, cluster, dataset, held)
        run.on_vectors = on_vectors
        yield from run.progress()


class _Run:
    def __init__(
        self,
        plan: Plan,
        options: BatchOptions,
        worker: Worker,
        journal: Journal | None,
        jobs: int,
        cluster: str,
        dataset: DatasetInfo | None,
        held: Mapping[str, Record],
    ) -> None:
        self.on_vectors: Callable[[str, Iterator[tuple[Record, Vectors]]], None] | None = None
        self._cluster = cluster
        self._workers: ClusterExecutor | None = None
        self._cuts: Cuts | None = None
        self._sections_done: dict[str, float] = {}
        self._plan = plan
        self._options = options
        self._worker = worker
        self._dataset = dataset
        self._held = held
        self._journal = journal
        self._jobs = max(1, jobs)
        self._started = time.monotonic()
        self._provenance = begun(options, worker.model) if options.provenance else None
        self._tables = RunTables(plan, options, journal, worker.class_map)
        self._tasks = {task.key: task for task in self._tables.tasks}
        self._records: dict[str, Record] = {}
        self._sizes = {task.key: _size(task.path) for task in self._tables.tasks}
        self._resumed = self._failed = 0
        self._audio_s = 0.0
        self._bytes_done = 0
        self._bytes_total = 0

    def progress(self) -> Iterator[BatchProgress]:
        tasks = self._take_over()
        self._bytes_total = sum(self._sizes[task.key] for task in tasks)
        if self._resumed:
            yield self._tell()
        if tasks and self._cluster:
            yield from self._on_cluster(tasks)
        else:
            yield from self._here(tasks)
        records = [self._records[key] for key in self._tasks]
        failed = (*self._plan.problems, *((Path(r.file), r.reason) for r in records if not r.ok))
        written, remarks = self._tables.write(records, failed)
        good = [record for record in records if record.ok]
        if self.on_vectors is not None and good:
            self.on_vectors(self._worker.model.sha256, self._tables.vectors(good))
        if self._dataset is not None and self._journal is not None:
            new = [record for record in good if record is not self._held.get(record.key)]
            written.append(write_dataset(self._options, self._dataset, self._journal, new))
        written += self._write_provenance(records, failed, written)
        if self._journal is not None and not (self._options.elsewhere and good):
            self._journal.remove()  # else when everything was brought to its place
        summary = BatchSummary(
            done=sum(record.ok for record in records),
            resumed=self._resumed,
            repeated=self._plan.repeated,
            failed=failed,
            audio_s=self._audio_s,
            elapsed_s=time.monotonic() - self._started,
            written=tuple(written),
            remarks=tuple(remarks),
        )
        yield replace(self._tell(), summary=summary)

    def _write_provenance(
        self,
        records: Sequence[Record],
        failed: Sequence[tuple[Path, str]],
        written: Sequence[Path],
    ) -> list[Path]:
        path = self._options.provenance
        if path is None or self._provenance is None:
            return []
        good = [record for record in records if record.ok]
        memo = self._worker.cache.memo_folder if self._worker.cache is not None else None
        facts = facts_of(good, self._tables.labels(good), memo)
        return [write_run_provenance(self._provenance, path, facts, failed, written, self._options)]

    def _take_over(self) -> list[Task]:
        """Keeps what an earlier run has finished; the tasks that are left."""
        tasks = []
        for task in self._tasks.values():
            old = self._journal.records.get(task.key) if self._journal else None
            held = self._held.get(task.key)
            if old and old.ok and _unchanged(old, task.path) and self._tables.all_there(task, old):
                self._records[task.key] = old
                self._resumed += 1
            elif held and _unchanged(held, task.path):
                self._records[task.key] = held
                self._resumed += 1
            else:
                tasks.append(task)
        return tasks

    def _serial(self, tasks: Sequence[Task]) -> Iterator[BatchProgress]:
        before = self._audio_s
        with closing(self._worker.run(tasks)) as steps:
            for task, step in steps:
                if isinstance(step, Record):
                    before += step.audio_s
                    self._audio_s = before
                    yield self._finish(task.path, step)
                else:
                    self._audio_s = before + step.audio_seconds_done
                    self._sync()
                    yield self._tell(task.path, task.key, step)

    def _here(self, tasks: Sequence[Task]) -> Iterator[BatchProgress]:
        waiting = self._groups(tasks, self._jobs) if self._jobs > 1 else deque()
        if len(waiting) < 2:
            yield from self._serial(tasks)
            return
        from .pool import run_pooled  # needs much that a single process does not

        self._prepare_network()
        jobs = min(self._jobs, len(waiting))
        yield from self._finished(run_pooled(self._options, self._folder, waiting, jobs), waiting)

    def _on_cluster(self, tasks: Sequence[Task]) -> Iterator[BatchProgress]:
        from .cluster.run import begun_worker, on_cluster
        from .cluster.sameness import local_zone

        self._prepare_network()
        begin = partial(
            begun_worker, self._options, self._folder, self._worker.model.sha256, local_zone()
        )
        paths = [task.path for task in tasks]
        with on_cluster(self._cluster, begin, self._folder, paths) as executor:
            self._workers = executor
            waiting = self._groups(tasks, executor.expected)
            yield from self._finished(run_groups(executor, waiting), waiting)

    def _groups(self, tasks: Sequence[Task], processes: int) -> deque[Group]:
        """What the processes are to do; long recordings are cut where there is room for parts."""
        journal = self._journal
        if journal is None:
            return deque(groups_of(tasks, processes))
        self._cuts = Cuts(tasks, self._sizes, processes, self._options.settings, journal.part)
        self._cuts.take_over(journal.records, _unchanged)
        return deque(self._cuts.groups())

    @property
    def _folder(self) -> Path | None:
        return self._journal.folder if self._journal else None

    def _finished(
        self, ended: Generator[Record | None, None, None], waiting: deque[Group]
    ) -> Iterator[BatchProgress]:
        """Puts the records that come from elsewhere on record; sections lead to further work."""
        with closing(ended) as records:
            for record in records:
                if record is None:
                    self._sync()
                    yield self._tell()
                elif self._cuts is not None and self._cuts.is_section(record):
                    waiting.extendleft(self._cuts.next_groups(record))
                    yield self._finish_section(record)
                else:
                    self._audio_s += record.audio_s
                    yield self._finish(self._tasks[record.key].path, record)

    def _finish_section(self, record: Record) -> BatchProgress:
        assert self._cuts is not None
        if self._journal is not None and record.parts:
            self._journal.add(record)
        key, share = self._cuts.share(record)
        self._sections_done[key] = self._sections_done.get(key, 0.0) + share
        return self._tell(self._tasks[key].path)

    def _prepare_network(self) -> None:
        """Makes LiteRT's file, which every worker would otherwise make at the same time.

        Whoever shows how far that is has done it before.
        """
        model, choice = self._worker.model, self._options.runtime
        try:
            for _fraction in preparing_litert(model.path, model.sha256, choice):
                pass
        except LiteRTError:
            if choice == "litert":
                raise  # else TensorFlow runs the network
        except WeightsError:
            pass  # broken ones: said where they have to run, which stored results need not

    def _sync(self) -> None:
        if self._journal is not None:
            self._journal.sync_when_due()

    def _finish(self, path: Path, record: Record) -> BatchProgress:
        if self._journal is not None:
            self._journal.add(record)
        self._records[record.key] = record
        self._sections_done.pop(record.key, None)
        self._failed += not record.ok
        self._bytes_done += self._sizes[record.key]
        return replace(self._tell(path), record=record)

    def _tell(
        self, path: Path | None = None, key: str = "", step: AnalysisProgress | None = None
    ) -> BatchProgress:
        done: float = self._bytes_done
        done += sum(self._sizes[key] * share for key, share in self._sections_done.items())
        if step is not None and step.frames_total:
            done += self._sizes[key] * step.frames_done / step.frames_total
        return BatchProgress(
            files_done=len(self._records),
            files_total=len(self._tasks),
            share=done / self._bytes_total if self._bytes_total else 1.0,
            audio_s=self._audio_s,
            elapsed_s=time.monotonic() - self._started,
            path=path,
            failed=self._failed,
            workers=self._workers.workers if self._workers is not None else None,
        )


def _size(path: Path) -> int:
    try:
        return max(1, status_of(file_of(path)).st_size)
    except (OSError, ValueError):
        return 1


def _unchanged(record: Record, path: Path) -> bool:
    try:
        status = status_of(file_of(path))
    except (OSError, ValueError):
        return False
    return (status.st_size, status.st_mtime_ns) == (record.size, record.mtime_ns)
