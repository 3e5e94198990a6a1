"""The tables of a run: what each recording contributes, and how it is joined at the end."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from yamnet_gui.audio import zone_named
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import is_folder, replacing
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE
from yamnet_gui.core.text import printable
from yamnet_gui.dataset.units import UNIT
from yamnet_gui.labels.formats import WriteOptions, label_format, write_labels
from yamnet_gui.labels.formats.text import csv_lines
from yamnet_gui.labels.overwrite_guard import check_companion, is_ours

from .file_names import FAILURES_HEAD, array_file, failures_path, recording_names
from .journal import Journal, Record
from .options import BatchOptions, is_npz
from .plan import Plan, recording_key
from .stored_labels import StoredLabels, start_remarks
from .table_files import join_parts
from .tables import clip_columns, embedding_columns, score_columns
from .vector_parts import VECTORS_KIND, read_vector_part
from .vectors import Vectors
from .worker import LABELS_KIND, Task, table_kind


class RunTables:
    """The tables that the options ask for, from the parts in the journal (None: no table).

    `tasks` are the recordings in order, with the files that each is written to alone.
    """

    def __init__(
        self, plan: Plan, options: BatchOptions, journal: Journal | None, class_map: ClassMap
    ) -> None:
        self._options = options
        self._journal = journal
        self._class_map = class_map
        self.tasks = tuple(self._make_tasks(plan.recordings))
        self._files = {task.key: task.files for task in self.tasks}

    def all_there(self, task: Task, record: Record) -> bool:
        """Whether everything that the recording contributes was written before, and is whole."""
        assert self._journal is not None
        parts = [self._journal.part(record, kind) for kind in self._kinds.values()]
        return all(path.exists() for path in task.files.values()) and all(
            part.is_whole() for part in parts
        )

    def write(
        self, records: Sequence[Record], failed: Sequence[tuple[Path, str]]
    ) -> tuple[list[Path], list[str]]:
        """Joins the parts of all good recordings in their order; the files, and what they lack.

        Raises SettingsError or LabelsError.
        """
        good = [record for record in records if record.ok]
        written, remarks = self._write_labels(good)
        for table in ("labels", "clips", "scores", "embeddings"):
            files = [self._files[record.key].get(table) for record in good]
            written += [path for path in files if path is not None]
            if table != "labels" and table in self._kinds and good:
                written.append(self._join(table, good))
        if self._options.outputs:
            written += _write_failures(self._options.outputs[0], failed, len(self.tasks) > 1)
        return written, remarks

    def vectors(self, good: Sequence[Record]) -> Iterator[tuple[Record, Vectors]]:
        """The vectors of these recordings in blocks. Raises SettingsError."""
        assert self._journal is not None
        for record in good:
            for rows in read_vector_part(self._journal.part(record, VECTORS_KIND)):
                yield record, rows

    def labels(self, good: Sequence[Record]) -> StoredLabels:
        """The events of these recordings as tables have them; none where none were asked for."""
        events = self._options.events
        journal = self._journal if "labels" in self._kinds else None
        parts = [journal.part(r, LABELS_KIND) for r in good] if journal is not None else []
        return StoredLabels(
            parts,
            self._class_map,
            events.groups if events is not None else (),
            zone_named(self._options.zone),
            one_per_sound=events is not None and events.one_per_sound,
        )

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
        if options.dataset is not None:
            kinds["dataset"] = UNIT
        if options.vectors is not None:
            kinds["vectors"] = VECTORS_KIND
        if options.labels_wanted:
            kinds["labels"] = LABELS_KIND
        return kinds

    def _make_tasks(self, recordings: Sequence[Path]) -> Iterator[Task]:
        options = self._options
        for path, name in zip(recordings, recording_names(recordings), strict=True):
            arrays = {
                kind: array_file(table, name, kind)
                for kind in ("scores", "embeddings")
                if (table := getattr(options, kind)) is not None and kind not in self._kinds
            }
            table = self._score_table(name, len(recordings) > 1)
            yield Task(
                path, recording_key(path), table, arrays.get("scores"), arrays.get("embeddings")
            )

    def _score_table(self, name: str, several: bool) -> Path | None:
        options = self._options
        if options.labels is None or not options.score_tables:
            return None
        if not (several or options.per_recording or is_folder(options.labels)):
            return options.labels
        options.labels.mkdir(parents=True, exist_ok=True)
        return options.labels / f"{name}{label_format(options.label_format).suffix}"

    def _write_labels(self, good: Sequence[Record]) -> tuple[list[Path], list[str]]:
        options, recordings = self._options, self.labels(good)
        if options.labels is None or not recordings:
            return [], []
        choice = WriteOptions(per_recording=options.per_recording)
        written = write_labels(options.label_format, recordings, options.labels, options=choice)
        return written, start_remarks(recordings, options)

    def _join(self, table: str, good: Sequence[Record]) -> Path:
        assert self._journal is not None
        path: Path = getattr(self._options, table)
        names = self._class_map.names
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


def _write_failures(first: Path, failed: Sequence[tuple[Path, str]], several: bool) -> list[Path]:
    """Writes a table of failures next to the first table; removes one of an earlier run."""
    path = failures_path(first)
    rows = [*((printable(p), printable(reason)) for p, reason in failed)]
    try:
        ours = is_ours(path, FAILURES_HEAD)
        if not failed or not several:
            if ours:
                path.unlink(missing_ok=True)
            return []
        check_companion(path, FAILURES_HEAD)
        with replacing(path) as beside:
            beside.write_text(
                FAILURES_HEAD + "".join(csv_lines(rows)), encoding="utf-8", newline=""
            )
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise SettingsError(path, reason) from error
    return [path]
