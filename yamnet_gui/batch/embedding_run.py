"""Many recordings to one file of vectors."""

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from yamnet_gui.analysis.cache import ResultCache
from yamnet_gui.analysis.custom_classes import load_classifiers, with_custom_classes
from yamnet_gui.analysis.events_of import EventsRequest
from yamnet_gui.analysis.many import many_recording_events, reason_of
from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.sound_track import file_and_track
from yamnet_gui.core.text import printable
from yamnet_gui.detection import RuleSet, rules_to_json
from yamnet_gui.yamnet import RuntimeChoice

from .journal import Record
from .options import BatchOptions, EventOptions
from .plan import Plan
from .summary import BatchSummary
from .vector_files import vector_file
from .vectors import VectorOptions, Vectors, vectors_of


@dataclass(frozen=True)
class EmbeddingOptions:
    """What is made of the recordings, and where it goes.

    `rules` (and `classes`, indices; empty: all) determine the events, with one row per event.
    `classifiers` are files of custom classes, `names` what to call recordings that are called
    otherwise than their files, as downloaded ones are.
    """

    output: Path
    weights: Path
    vectors: VectorOptions = field(default_factory=VectorOptions)
    settings: AnalysisSettings = field(default_factory=AnalysisSettings)
    cache: Path | None = None
    rules: RuleSet = field(default_factory=RuleSet)
    classes: tuple[int, ...] = ()
    classifiers: tuple[Path, ...] = ()
    runtime: RuntimeChoice = "auto"
    names: Mapping[Path, str] = field(default_factory=dict)
    elsewhere: tuple[tuple[Path, Path], ...] = ()
    """As `BatchOptions` has it."""

    def name_of(self, path: Path) -> str:
        """What the table and reports call a recording."""
        file, track = file_and_track(path)
        name = self.names.get(file)
        if name is None:
            return printable(path)
        return name if track is None else f"{name}#track={track}"


@dataclass(frozen=True)
class EmbeddingProgress:
    """After each chunk and each recording: `done` of `total` recordings, the one at work, and rows
    written so far. `warnings` say how the recording that was just finished was taken. The last one
    has the `summary`."""

    done: int
    total: int
    path: Path | None = None
    rows: int = 0
    warnings: tuple[str, ...] = ()
    summary: BatchSummary | None = None


@dataclass
class _Count:
    done: int = 0
    rows: int = 0
    audio_s: float = 0.0
    failed: list[tuple[Path, str]] = field(default_factory=list)


def write_vectors(
    plan: Plan, options: EmbeddingOptions, *, cluster: str = ""
) -> Iterator[EmbeddingProgress]:
    """Analyses the recordings and writes one file of vectors; it appears at the end, complete.

    On a `cluster` ("": here, in this process), and where the file goes elsewhere, it is a run as
    `run_batch` does, with a journal: the same call goes on where it was interrupted.

    A bad recording is reported and does not stop the others; where all are bad, nothing is
    written. Closing the generator stops within a chunk. Raises UserError where options do not fit,
    the weights are missing or the file cannot be written.
    """
    if cluster or options.elsewhere:
        yield from _as_run(plan, options, cluster)
        return
    started = time.monotonic()
    paths = plan.recordings
    cache = ResultCache(options.cache) if options.cache is not None else None
    model = WeightsModel(options.weights, cache.memo_folder if cache else None, options.runtime)
    classifiers = load_classifiers(options.classifiers, model.sha256)
    class_map = with_custom_classes(model.classes, classifiers)
    count = _Count()
    columns = options.vectors.columns(class_map)
    per_event = options.vectors.per == "event"
    request = EventsRequest(
        options.settings, options.rules if per_event else None, classifiers, options.classes
    )
    with ExitStack() as stack:
        file = stack.enter_context(vector_file(options.output, columns, per_event, model.sha256))
        steps = stack.enter_context(closing(many_recording_events(paths, model, request, cache)))
        for step in steps:
            path = paths[step.place]
            warnings: tuple[str, ...] = ()
            if step.error is not None:
                count.failed.append((path, reason_of(step.error)))
            elif step.progress is not None and (result := step.progress.result) is not None:
                analysis = result.analysis
                warnings = analysis.warnings
                count.done += 1
                count.audio_s += analysis.duration_s
                for rows in vectors_of(analysis, options.vectors, result.events, class_map):
                    file.add(options.name_of(path), rows)
                    count.rows += len(rows.start_s)
            yield EmbeddingProgress(step.place, len(paths), path, count.rows, warnings)
        if paths and not count.done:
            path, reason = count.failed[0]
            raise RecordingError(options.name_of(path), reason)
    elapsed_s = time.monotonic() - started
    failed = (*plan.problems, *count.failed)
    yield EmbeddingProgress(
        len(paths),
        len(paths),
        None,
        count.rows,
        summary=BatchSummary(
            count.done, 0, plan.repeated, failed, count.audio_s, elapsed_s, (options.output,)
        ),
    )


def _as_run(plan: Plan, options: EmbeddingOptions, cluster: str) -> Iterator[EmbeddingProgress]:
    from .run import BatchProgress, run_batch

    memo = ResultCache(options.cache).memo_folder if options.cache is not None else None
    model = WeightsModel(options.weights, memo, options.runtime)
    classifiers = load_classifiers(options.classifiers, model.sha256)
    class_map = with_custom_classes(model.classes, classifiers)
    per_event = options.vectors.per == "event"
    batch = BatchOptions(
        weights=options.weights,
        settings=options.settings,
        cache=options.cache,
        events=EventOptions(rules_to_json(options.rules, class_map), options.classes)
        if per_event
        else None,
        classifiers=options.classifiers,
        runtime=options.runtime,
        requested_runtime=options.runtime,
        vectors=options.output,
        vector_options=options.vectors,
        elsewhere=options.elsewhere,
    )
    columns = options.vectors.columns(class_map)
    count = _Count()

    def write(model_sha256: str, blocks: Iterator[tuple[Record, Vectors]]) -> None:
        with vector_file(options.output, columns, per_event, model_sha256) as file:
            for record, rows in blocks:
                file.add(options.name_of(Path(record.file)), rows)
                count.rows += len(rows.start_s)

    steps = run_batch(plan, batch, cluster=cluster, on_vectors=write)
    with closing(cast(Generator[BatchProgress, None, None], steps)):
        for step in steps:
            summary, record = step.summary, step.record
            if summary is not None:
                summary = replace(summary, written=(options.output,))
                if plan.recordings and not summary.done:
                    path, reason = summary.failed[-1]
                    raise RecordingError(options.name_of(path), reason)
            yield EmbeddingProgress(
                step.files_done,
                step.files_total,
                step.path,
                count.rows,
                record.warnings if record is not None else (),
                summary,
            )
