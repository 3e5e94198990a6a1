"""Reading and importing tables of labels in the background."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording, RecordingInfo
from yamnet_gui.labels.exchange.combined_tables import merged
from yamnet_gui.labels.exchange.import_plan import ImportPlan, Resolve
from yamnet_gui.labels.exchange.project_tables import (
    import_command,
    plan_for_project,
    read_for_project,
)
from yamnet_gui.labels.formats import ImportResult, detect_format, label_columns
from yamnet_gui.labels.project import Project


@dataclass(frozen=True, slots=True)
class TableReading:
    """How to read tables; None: detected from their content."""

    format_name: str | None = None
    label_column: str | None = None
    recording: RecordingInfo | None = None


@dataclass(frozen=True, slots=True)
class ReadTables:
    """The contents of tables, and what importing them would do.

    `columns`: those of a Raven table that may contain the label. `problem`: why nothing could
    be read; other options may solve it.
    """

    reading: TableReading
    results: tuple[ImportResult, ...] = ()
    imported: tuple[LabelledRecording, ...] = ()
    plan: ImportPlan = field(default_factory=lambda: ImportPlan(()))
    columns: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReadTablesJob:
    """Reads tables and compares them with the project; changes nothing."""

    project: Project
    tables: tuple[Path, ...]
    reading: TableReading
    mapping: Mapping[str, str | None]
    shown: LabelledRecording | None

    def run(self) -> Iterator[ReadTables]:
        columns: tuple[str, ...] = ()
        try:
            columns = self._columns()
            results = tuple(self._read(table) for table in self.tables)
            imported = merged(results)
            plan = plan_for_project(self.project, imported, mapping=self.mapping, shown=self.shown)
        except LabelsError as error:
            yield ReadTables(self.reading, columns=columns, problem=str(error))
            return
        yield ReadTables(self.reading, results, imported, plan, columns)

    def _columns(self) -> tuple[str, ...]:
        first = self.tables[0]
        if (self.reading.format_name or detect_format(first)) != "raven":
            return ()
        return tuple(label_columns(first))

    def _read(self, table: Path) -> ImportResult:
        reading = self.reading
        result = read_for_project(
            self.project,
            table,
            reading.format_name,
            recording=reading.recording,
            label_column=reading.label_column,
        )
        shown = self.shown.recording if self.shown else None
        stranger = all(
            self.project.recordings.at(r.recording.path) is None for r in result.recordings
        )
        if result.unnamed and stranger and reading.recording is None and shown is not None:
            # labels of an unknown recording, dropped on an open one, belong to that one
            return read_for_project(
                self.project,
                table,
                result.format_name,
                recording=shown,
                label_column=reading.label_column,
            )
        return result


@dataclass(frozen=True, slots=True)
class PlanJob:
    """Compares what was read with the project again, with another mapping of labels."""

    project: Project
    read: ReadTables
    mapping: Mapping[str, str | None]
    shown: LabelledRecording | None

    def run(self) -> Iterator[ReadTables]:
        plan = plan_for_project(
            self.project, self.read.imported, mapping=self.mapping, shown=self.shown
        )
        yield replace(self.read, plan=plan)


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import."""

    title: str
    changes: int
    added: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """Imports a plan as one step. Raises ProjectError; the project is unchanged then."""

    project: Project
    plan: ImportPlan
    title: str
    conflicts: Resolve
    single: Mapping[str, Resolve]
    add_missing: bool

    def run(self) -> Iterator[Imported]:
        command = import_command(
            self.project,
            self.plan,
            conflicts=self.conflicts,
            single=self.single,
            add_missing=self.add_missing,
            title=self.title,
        )
        self.project.apply(command, adopt=True)
        added = tuple(r.path for r in self.plan.new_recordings) if self.add_missing else ()
        yield Imported(self.title, len(command.changes), added)
