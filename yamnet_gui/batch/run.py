"""A run over many recordings that can be killed at any moment and started again."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from yamnet_gui.analysis.analyse import AnalysisProgress
from yamnet_gui.audio import zone_named
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.text import printable
from yamnet_gui.labels.formats import WriteOptions, label_format, write_labels
from yamnet_gui.labels.formats.text import csv_lines

from .file_names import array_file, failures_path, recording_names
from .journal import Journal, Record
from .options import BatchOptions, is_npz
from .plan import Plan, recording_key
from .stored_labels import StoredLabels, start_remarks
from .summary import BatchSummary, times_real_time
from .table_files import join_parts
from .tables import clip_columns, embedding_columns, score_columns
from .worker import LABELS_KIND, Task, Worker, table_kind

UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """What a run tells after each chunk and each recording; the last one has the `summary`.

    `record` is set when a recording is finished. `audio_s` counts what this run has analysed.
    `share` is the part of all bytes that is done, 0 to 1.
    """

    files_done: int
    files_total: int
    share: float
    audio_s: float
    elapsed_s: float
    path: Path | None = None
    record: Record | None = None
    summary: BatchSummary | None = None

    @property
    def speed(self) -> float:
        """Seconds of sound per second of time."""
        return times_real_time(self.audio_s, self.elapsed_s)


def run_batch(
    plan: Plan, options: BatchOptions, *, jobs: int = 1, restart: bool = False
) -> Iterator[BatchProgress]:
    """Analyses the recordings of a plan and writes the tables that `options` ask for.

    What an earlier run that was killed had finished is not done again, unless `restart`. A bad
    recording is reported and does not stop the others. The tables appear at the end, whole.
    Raises UserError where the options do not fit, the weights are missing or a table cannot be
    written. Closing the generator stops within a chunk; what is finished stays finished.
    """
    options.check(several=len(plan.recordings) > 1)
    folder = None
    if options.outputs:
        first = options.outputs[0]
        folder = first.with_name(first.name + UNFINISHED)
    with ExitStack() as stack:
        worker = stack.enter_context(closing(Worker(options, folder)))
        journal = None
        if folder is not None:
            recipe = options.recipe(worker.model.sha256, [c.sha256 for c in worker.classifiers])
            journal = stack.enter_context(Journal(folder, recipe, restart))
        yield from _Run(plan, options, worker, journal, jobs).progress()


class _Run:
    def __init__(
        self,
        plan: Plan,
        options: BatchOptions,
        worker: Worker,
        journal: Journal | None,
        jobs: int,
    ) -> None:
        self._plan = plan
        self._options = options
        self._worker = worker
        self._journal = journal
        self._jobs = max(1, min(jobs, len(plan.recordings)))
        self._started = time.monotonic()
        self._keys = [recording_key(path) for path in plan.recordings]
        self._tasks = dict(zip(self._keys, self._make_tasks(), strict=True))
        self._records: dict[str, Record] = {}
        self._sizes = {key: _size(path) for key, path in zip(self._keys, plan.recordings)}  # noqa: B905
        self._resumed = 0
        self._remarks: Sequence[str] = ()
        self._audio_s = 0.0
        self._bytes_done = 0
        self._bytes_total = 0

    def progress(self) -> Iterator[BatchProgress]:
        tasks = self._take_over()
        self._bytes_total = sum(self._sizes[task.key] for task in tasks)
        if self._resumed:
            yield self._tell()
        yield from self._pooled(tasks) if self._jobs > 1 else self._serial(tasks)
        written = self._write_tables()
        if self._journal is not None:
            self._journal.remove()
        yield replace(self._tell(), summary=self._summary(written))

    def _take_over(self) -> list[Task]:
        """Keeps what an earlier run has finished; the tasks that are left."""
        tasks = []
        for task in self._tasks.values():
            old = self._journal.records.get(task.key) if self._journal else None
            if old and old.ok and _unchanged(old, task.path) and self._all_there(task, old):
                self._records[task.key] = old
                self._resumed += 1
            else:
                tasks.append(task)
        return tasks

    def _all_there(self, task: Task, record: Record) -> bool:
        assert self._journal is not None
        parts = [self._journal.part(record, kind) for kind in self._kinds.values()]
        return all(path.exists() for path in task.files.values()) and all(
            part.is_whole() for part in parts
        )

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

    def _pooled(self, tasks: Sequence[Task]) -> Iterator[BatchProgress]:
        from .pool import run_pooled  # needs much that a single process does not

        folder = self._journal.folder if self._journal else None
        with closing(run_pooled(self._options, folder, tasks, self._jobs)) as records:
            for record in records:
                if record is None:
                    self._sync()
                    yield self._tell()
                else:
                    self._audio_s += record.audio_s
                    yield self._finish(self._tasks[record.key].path, record)

    def _sync(self) -> None:
        if self._journal is not None:
            self._journal.sync_when_due()

    def _finish(self, path: Path, record: Record) -> BatchProgress:
        if self._journal is not None:
            self._journal.add(record)
        self._records[record.key] = record
        self._bytes_done += self._sizes[record.key]
        return replace(self._tell(path), record=record)

    def _tell(
        self, path: Path | None = None, key: str = "", step: AnalysisProgress | None = None
    ) -> BatchProgress:
        done: float = self._bytes_done
        if step is not None and step.frames_total:
            done += self._sizes[key] * step.frames_done / step.frames_total
        return BatchProgress(
            files_done=len(self._records),
            files_total=len(self._keys),
            share=done / self._bytes_total if self._bytes_total else 1.0,
            audio_s=self._audio_s,
            elapsed_s=time.monotonic() - self._started,
            path=path,
        )

    def _summary(self, written: Sequence[Path]) -> BatchSummary:
        failed = [(Path(r.file), r.reason) for r in self._in_order() if not r.ok]
        return BatchSummary(
            done=sum(r.ok for r in self._records.values()),
            resumed=self._resumed,
            repeated=self._plan.repeated,
            failed=(*self._plan.problems, *failed),
            audio_s=self._audio_s,
            elapsed_s=time.monotonic() - self._started,
            written=tuple(written),
            remarks=tuple(self._remarks),
        )

    def _in_order(self) -> list[Record]:
        return [self._records[key] for key in self._keys if key in self._records]

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """The kinds of parts in the journal, by table; other tables have files of their own."""
        options = self._options
        tables = {
            "clips": options.clips,
            "scores": options.scores,
            "embeddings": options.embeddings,
        }
        kinds = {
            table: table_kind(table, path)
            for table, path in tables.items()
            if path is not None and not (table != "clips" and is_npz(path))
        }
        if options.labels is not None and not options.score_tables:
            kinds["labels"] = LABELS_KIND
        return kinds

    def _make_tasks(self) -> Iterator[Task]:
        options = self._options
        for path, key, name in zip(
            self._plan.recordings, self._keys, recording_names(self._plan.recordings), strict=True
        ):
            arrays = {
                kind: array_file(table, name, kind)
                for kind in ("scores", "embeddings")
                if (table := getattr(options, kind)) is not None and kind not in self._kinds
            }
            yield Task(path, key, self._score_table(name), **arrays)

    def _score_table(self, name: str) -> Path | None:
        options = self._options
        if options.labels is None or not options.score_tables:
            return None
        if len(self._keys) == 1 and not (options.per_recording or options.labels.is_dir()):
            return options.labels
        options.labels.mkdir(parents=True, exist_ok=True)
        return options.labels / f"{name}{label_format(options.label_format).suffix}"

    def _write_tables(self) -> list[Path]:
        """Joins the parts of all good recordings, in the order of the plan."""
        options, good = self._options, [r for r in self._in_order() if r.ok]
        written: list[Path] = []
        if self._journal is not None and options.labels and "labels" in self._kinds and good:
            recordings = StoredLabels(
                [self._journal.part(record, LABELS_KIND) for record in good],
                self._worker.class_map,
                options.events.groups if options.events is not None else (),
                zone_named(options.zone),
            )
            written += write_labels(
                options.label_format,
                recordings,
                options.labels,
                options=WriteOptions(per_recording=options.per_recording),
            )
            self._remarks = start_remarks(recordings, options)
        for table in ("labels", "clips", "scores", "embeddings"):
            files = [self._tasks[record.key].files.get(table) for record in good]
            written += [path for path in files if path is not None]
            if table != "labels" and table in self._kinds and good:
                written.append(self._join(table, good))
        if options.outputs:
            written += self._write_failures(options.outputs[0])
        return written

    def _join(self, table: str, good: Sequence[Record]) -> Path:
        assert self._journal is not None
        path: Path = getattr(self._options, table)
        names = self._worker.class_map.names
        mean_embedding = EMBEDDING_SIZE if self._options.mean_embedding else 0
        columns = {
            "clips": clip_columns(names, mean_embedding),
            "scores": score_columns(names),
            "embeddings": embedding_columns(EMBEDDING_SIZE),
        }
        parts = [self._journal.part(record, self._kinds[table]) for record in good]
        try:
            join_parts(path, columns[table], parts)
        except OSError as error:
            reason = f"cannot be written ({error.strerror or error})"
            raise SettingsError(path, reason) from error
        return path

    def _write_failures(self, first: Path) -> list[Path]:
        """Writes a table of failures next to the first table; removes one of an earlier run."""
        path = failures_path(first)
        failed = self._summary(()).failed
        if not failed or len(self._keys) < 2:
            path.unlink(missing_ok=True)
            return []
        rows = [("file", "reason"), *((printable(p), printable(reason)) for p, reason in failed)]
        try:
            with replacing(path) as beside:
                beside.write_text("".join(csv_lines(rows)), encoding="utf-8", newline="")
        except OSError as error:
            reason = f"cannot be written ({error.strerror or error})"
            raise SettingsError(path, reason) from error
        return [path]


def _size(path: Path) -> int:
    try:
        return max(1, file_of(path).stat().st_size)
    except (OSError, ValueError):
        return 1


def _unchanged(record: Record, path: Path) -> bool:
    try:
        status = file_of(path).stat()
    except (OSError, ValueError):
        return False
    return (status.st_size, status.st_mtime_ns) == (record.size, record.mtime_ns)
