"""A run over many recordings that can be killed at any moment and started again."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
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
from .table_files import join_parts
from .tables import clip_columns, embedding_columns, score_columns
from .worker import PartNames, Task, Worker

UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How a run ended. `resumed` of the `done` ones were finished by an earlier run; `remarks` say
    what the tables lack."""

    done: int
    resumed: int
    repeated: int
    failed: tuple[tuple[Path, str], ...]
    audio_s: float
    elapsed_s: float
    written: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()


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
        return self.audio_s / self.elapsed_s if self.elapsed_s > 0 else 0.0


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
    worker = Worker(options)
    with ExitStack() as stack:
        journal = None
        if options.outputs:
            first = options.outputs[0]
            folder = first.with_name(first.name + UNFINISHED)
            journal = stack.enter_context(
                Journal(
                    folder,
                    options.recipe(worker.model.sha256, [c.sha256 for c in worker.classifiers]),
                    restart,
                )
            )
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
        self._parts = dict(zip(self._keys, self._part_names(), strict=True))
        self._records: dict[str, Record] = {}
        self._sizes = {key: _size(path) for key, path in zip(self._keys, plan.recordings)}  # noqa: B905
        self._resumed = 0
        self._remarks: Sequence[str] = ()
        self._audio_s = 0.0
        self._bytes_done = 0
        self._bytes_total = 0

    def progress(self) -> Iterator[BatchProgress]:
        tasks = self._take_over()
        self._bytes_total = sum(self._sizes[key] for _, key, _ in tasks)
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
        for path, key in zip(self._plan.recordings, self._keys, strict=True):
            old = self._journal.records.get(key) if self._journal else None
            if old and old.ok and self._parts[key].all_there() and _unchanged(old, path):
                self._records[key] = old
                self._resumed += 1
            else:
                tasks.append((path, key, self._parts[key]))
        return tasks

    def _serial(self, tasks: Sequence[Task]) -> Iterator[BatchProgress]:
        for path, key, parts in tasks:
            before = self._audio_s
            for step in self._worker.run(path, key, parts):
                if isinstance(step, Record):
                    self._audio_s = before + step.audio_s
                    yield self._finish(path, step)
                else:
                    self._audio_s = before + step.audio_seconds_done
                    yield self._tell(path, key, step)

    def _pooled(self, tasks: Sequence[Task]) -> Iterator[BatchProgress]:
        paths = {key: path for path, key, _ in tasks}
        from .pool import run_pooled  # needs much that a single process does not

        for record in run_pooled(self._options, tasks, self._jobs):
            self._audio_s += record.audio_s
            yield self._finish(paths[record.key], record)

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

    def _part_names(self) -> list[PartNames]:
        if self._journal is None:
            return [PartNames()] * len(self._keys)
        options, journal = self._options, self._journal
        names = recording_names(self._plan.recordings)
        parts = []
        for key, name in zip(self._keys, names, strict=True):
            arrays = {}
            for kind in ("scores", "embeddings"):
                path: Path | None = getattr(options, kind)
                if path is not None:
                    arrays[kind] = (
                        array_file(path, name, kind)
                        if is_npz(path)
                        else journal.part(key, kind + path.suffix.lower())
                    )
            parts.append(
                PartNames(
                    labels=self._labels_part(journal, key, name),
                    clips=journal.part(key, f"clips{options.clips.suffix.lower()}")
                    if options.clips
                    else None,
                    **arrays,
                )
            )
        return parts

    def _labels_part(self, journal: Journal, key: str, name: str) -> Path | None:
        options = self._options
        if options.labels is None:
            return None
        if not options.score_tables:
            return journal.part(key, "labels.npz")
        if len(self._keys) == 1 and not (options.per_recording or options.labels.is_dir()):
            return options.labels
        options.labels.mkdir(parents=True, exist_ok=True)
        return options.labels / f"{name}{label_format(options.label_format).suffix}"

    def _write_tables(self) -> list[Path]:
        """Joins the parts of all good recordings, in the order of the plan."""
        options, good = self._options, [r.key for r in self._in_order() if r.ok]
        names = self._worker.class_map.names
        written: list[Path] = []
        if options.score_tables:
            written += [part for key in good if (part := self._parts[key].labels)]
        elif options.labels is not None and good:
            recordings = StoredLabels(
                [self._parts[key].labels for key in good],
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
        tables = (
            ("clips", clip_columns(names, EMBEDDING_SIZE if options.mean_embedding else 0)),
            ("scores", score_columns(names)),
            ("embeddings", embedding_columns(EMBEDDING_SIZE)),
        )
        for kind, columns in tables:
            path: Path | None = getattr(options, kind)
            if path is None or not good:
                continue
            parts = [part for key in good if (part := getattr(self._parts[key], kind))]
            if is_npz(path):
                written += parts
                continue
            try:
                join_parts(path, columns, parts)
            except OSError as error:
                reason = f"cannot be written ({error.strerror or error})"
                raise SettingsError(path, reason) from error
            written.append(path)
        if options.outputs:
            written += self._write_failures(options.outputs[0])
        return written

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
