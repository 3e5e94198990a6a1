"""The recordings of a run: analysed, and their parts of the tables written."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import IO, cast

from yamnet_gui.analysis.analyse import AnalysisProgress
from yamnet_gui.analysis.cache import ResultCache
from yamnet_gui.analysis.custom_classes import load_classifiers, with_custom_classes
from yamnet_gui.analysis.event_table import write_event_table
from yamnet_gui.analysis.events_of import (
    EventsRequest,
    RecordingEvents,
    events_of_steps,
    result_of,
)
from yamnet_gui.analysis.many import many_recording_events, reason_of
from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.analysis.sections import analyse_section, joined_sections
from yamnet_gui.audio import in_zone, zone_named
from yamnet_gui.core.errors import SettingsError, WeightsError
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE
from yamnet_gui.core.resources import ontology_of
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.core.threads import BLAS_THREADS
from yamnet_gui.dataset.units import UNIT, write_unit
from yamnet_gui.detection import rules_from_json
from yamnet_gui.labels.exchange.score_tables import write_scores

from .journal import Record, StoredPart
from .options import BatchOptions
from .parts import Part, PartWriter
from .section_files import SECTION_KIND, read_section, write_section
from .table_files import TableRows, write_part
from .tables import (
    best_classes,
    clip_columns,
    clip_rows,
    embedding_columns,
    frame_rows,
    score_columns,
    write_arrays,
)
from .vector_parts import VECTORS_KIND, write_vector_part
from .vectors import vectors_of


@dataclass(frozen=True, slots=True)
class Task:
    """A recording, its key, and the files that it alone is written to; None where there are none.

    Everything else becomes parts of tables. With a `span` (frames) only that section is analysed
    and kept as a part; `sections` are all such parts of the recording, to be joined.
    """

    path: Path
    key: str
    score_table: Path | None = None
    scores: Path | None = None
    embeddings: Path | None = None
    span: tuple[int, int] | None = None
    sections: tuple[Part, ...] = ()

    @property
    def files(self) -> dict[str, Path]:
        """Its own files by the table that they stand for."""
        named = {"labels": self.score_table, "scores": self.scores, "embeddings": self.embeddings}
        return {kind: path for kind, path in named.items() if path is not None}


class Worker:
    """Does the work on recordings, one after another, with one model and one cache.

    `folder` is that of the journal; None where no table is wanted.
    """

    def __init__(self, options: BatchOptions, folder: Path | None = None) -> None:
        self.options = options
        self.cache = ResultCache(options.cache) if options.cache is not None else None
        memo = self.cache.memo_folder if self.cache else None
        self.model = WeightsModel(options.weights, memo, options.runtime)
        # which model it is may have to be read from the weights, so it is asked only where needed
        model_sha256 = self.model.sha256 if options.classifiers else ""
        self.classifiers = load_classifiers(options.classifiers, model_sha256)
        self.class_map = with_custom_classes(self.model.classes, self.classifiers)
        self._parts = PartWriter(folder) if folder is not None else None
        self._folder = folder

    @cached_property
    def _request(self) -> EventsRequest:
        """Not grouped: events are grouped when the parts are joined, so parts fit any grouping."""
        settings = self.options.settings  # without rules nothing is worth a closer look
        alone = EventsRequest(settings.published, None, self.classifiers)
        wanted = self.options.events
        if wanted is None or not self.options.events_wanted:
            return alone
        rules = rules_from_json(wanted.rules, self.class_map, ontology_of(self.class_map))
        return replace(
            alone, settings=settings, rules=rules, classes=wanted.classes, top=wanted.top
        )

    def run(
        self, tasks: Sequence[Task]
    ) -> Generator[tuple[Task, AnalysisProgress | Record], None, None]:
        """Analyses the recordings in order and writes their parts; the record of each comes last.

        A section and what is joined from sections are tasks that come alone.
        A record states what is wrong with its recording. Raises WeightsError, and SettingsError
        where a part cannot be written. Closing the generator stops within a chunk.
        """
        if len(tasks) == 1 and tasks[0].span is not None:
            yield tasks[0], self._section(tasks[0], tasks[0].span)
            return
        if len(tasks) == 1 and tasks[0].sections:
            joined = self._join(tasks[0])
            if joined is not None:
                yield tasks[0], joined
                return
        empty: list[Record] = []

        def paths() -> Iterator[Path]:
            for task in tasks:
                # before it is read, so that a change meanwhile shows
                empty.append(identity(task.path, task.key))
                yield task.path

        steps = many_recording_events(paths(), self.model, self._request, self.cache)
        with closing(steps):
            for step in steps:
                task, record = tasks[step.place], empty[step.place]
                if step.error is not None:
                    yield task, replace(record, reason=reason_of(step.error))
                elif step.progress is not None and step.progress.result is not None:
                    yield task, self._finish(task, record, step.progress.result)
                elif step.progress is not None and step.progress.scores is not None:
                    yield task, step.progress.scores

    def sync(self) -> None:
        """Puts the parts on the disk, which another machine cannot. Raises SettingsError."""
        if self._parts is not None:
            try:
                self._parts.sync()
            except OSError as error:
                raise SettingsError(
                    self.options.outputs[0].absolute().parent,
                    f"cannot be written ({error.strerror or error})",
                ) from error

    def close(self) -> None:
        if self._parts is not None:
            self._parts.close()

    def _section(self, task: Task, span: tuple[int, int]) -> Record:
        """A record without a part where the recording has to be taken as a whole."""
        record = identity(task.path, task.key)
        settings = self._request.settings
        try:
            section = analyse_section(task.path, self.model, settings, self.cache, span)
        except WeightsError:
            raise
        except Exception:  # noqa: BLE001 - what is wrong is said where the whole is analysed
            section = None
        if section is None:
            return record
        try:
            part = self._part(SECTION_KIND, lambda file: write_section(file, section))
        except OSError as error:
            raise SettingsError(
                self.options.outputs[0].absolute().parent,
                f"cannot be written ({error.strerror or error})",
            ) from error
        return replace(record, parts=(part,))

    def _join(self, task: Task) -> Record | None:
        """None where the sections do not make the whole."""
        record, request = identity(task.path, task.key), self._request
        try:
            readers = [partial(read_section, part) for part in task.sections]
            steps = joined_sections(task.path, self.model, request.settings, self.cache, readers)
            with BLAS_THREADS.one(), closing(steps):
                result = result_of(events_of_steps(steps, request, self.model))
        except WeightsError:
            raise
        except Exception:  # noqa: BLE001 - what is wrong is said where the whole is analysed
            return None
        return self._finish(task, record, result)

    def _finish(self, task: Task, record: Record, result: RecordingEvents) -> Record:
        analysis = result.analysis
        try:
            parts = tuple(self._write(task, result))
            if self.options.dataset is not None:
                self._write_unit(record, result)
        except OSError as error:
            where = Path(error.filename or self.options.outputs[0]).absolute().parent
            raise SettingsError(where, f"cannot be written ({error.strerror or error})") from error
        best = best_classes(analysis, self.class_map.names, self.options.best)
        return replace(
            record,
            audio_s=analysis.duration_s,
            best=tuple(best),
            warnings=analysis.warnings,
            parts=parts,
        )

    def _write(self, task: Task, result: RecordingEvents) -> Iterator[StoredPart]:
        names, options, analysis = self.class_map.names, self.options, result.analysis
        if task.score_table is not None:
            chosen = options.events.classes if options.events else ()
            write_scores(analysis.tables, names, task.score_table, chosen)
        elif result.events is not None and options.labels_wanted:
            events = result.events
            yield self._part(LABELS_KIND, lambda file: write_event_table(file, events))
        if options.clips is not None:
            columns = clip_columns(names, EMBEDDING_SIZE if options.mean_embedding else 0)
            rows = clip_rows(analysis, options.mean_embedding)
            yield self._rows_part("clips", options.clips, columns, rows)
        if task.scores is not None:
            write_arrays(task.scores, analysis, names, with_scores=True)
        elif options.scores is not None:
            rows = frame_rows(analysis, "scores")
            yield self._rows_part("scores", options.scores, score_columns(names), rows)
        if task.embeddings is not None:
            write_arrays(task.embeddings, analysis, names, with_scores=False)
        elif options.embeddings is not None:
            rows, columns = frame_rows(analysis, "embeddings"), embedding_columns(EMBEDDING_SIZE)
            yield self._rows_part("embeddings", options.embeddings, columns, rows)

        if options.vectors is not None:
            blocks = vectors_of(analysis, options.vector_options, result.events, self.class_map)
            yield self._part(VECTORS_KIND, lambda file: write_vector_part(file, blocks))

    def _write_unit(self, record: Record, result: RecordingEvents) -> None:
        """What the recording adds to the dataset, as files of its own: large ones become files of
        the dataset by a new name, so that nobody writes them twice."""
        wanted, zone = self.options.events, zone_named(self.options.zone)
        assert self._folder is not None
        assert result.events is not None
        assert wanted is not None
        labelled = result.events.labelled(
            self.class_map,
            wanted.groups,
            ontology_of(self.class_map),
            one_per_sound=wanted.one_per_sound,
        )
        info = labelled.recording
        if info.recorded_at is not None:
            start = in_zone(info.recorded_at, zone)
            labelled = replace(labelled, recording=replace(info, recorded_at=start))
        write_unit(
            self._folder / f"{record.key}.{UNIT}",
            record.key,
            labelled,
            result.analysis,
            self.options.dataset_contents,
            self.class_map.names,
            (record.size, record.mtime_ns),
        )

    def _rows_part(
        self, table: str, path: Path, columns: Sequence[str], rows: Iterable[TableRows]
    ) -> StoredPart:
        kind = table_kind(table, path)
        return self._part(kind, lambda file: write_part(file, path.suffix, columns, rows))

    def _part(self, kind: str, write: Callable[[IO[bytes]], None]) -> StoredPart:
        assert self._parts is not None
        with self._parts.part() as stream:
            write(cast(IO[bytes], stream))
        part = stream.part
        return kind, part.path.name, part.offset, part.length or 0, part.crc32


LABELS_KIND = "labels.npz"
"""The tail of the names of files that an earlier version wrote."""


def table_kind(table: str, path: Path) -> str:
    """The kind of the parts of this table."""
    return table + path.suffix.lower()


def identity(path: Path, key: str) -> Record:
    """An empty record of the file as it is now; sizes are -1 where it cannot be reached."""
    try:
        status = status_of(file_of(path))
        size, changed = status.st_size, status.st_mtime_ns
    except (OSError, ValueError):
        size, changed = -1, -1
    return Record(key, os.fspath(path), size, changed)
