"""Reading and importing tables of labels in the background."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from yamnet_gui.core.errors import LabelsError, SettingsError
from yamnet_gui.core.events import LabelledRecording, RecordingInfo
from yamnet_gui.labels.exchange.import_plan import ImportPlan, Resolve
from yamnet_gui.labels.exchange.import_remarks import Remark, remarks
from yamnet_gui.labels.exchange.placement import SoundFiles
from yamnet_gui.labels.exchange.project_tables import (
    import_command,
    plan_for_project,
    recording_infos,
)
from yamnet_gui.labels.exchange.reading import TableReading, TablesRead, read_tables
from yamnet_gui.labels.formats import FORMATS, ReadOptions, label_columns
from yamnet_gui.labels.formats.any_table import FirstRows, first_rows
from yamnet_gui.labels.formats.detection import detect
from yamnet_gui.labels.formats.sample import Sample
from yamnet_gui.labels.project import Project

_NOTHING_READ = TablesRead(0, 0)


@dataclass(frozen=True, slots=True)
class ReadTables:
    """The contents of tables, and what importing them would do.

    `columns`: those of a Raven table that may contain the label. `problem`: why nothing could
    be read; other options may solve it. `finished`: False while tables are being read. `first`: the
    beginning of the first table of no known format, whose columns the user may name. `encoding`:
    of the first table.
    """

    reading: TableReading
    read: TablesRead = _NOTHING_READ
    plan: ImportPlan = field(default_factory=lambda: ImportPlan(()))
    remarks: tuple[Remark, ...] = ()
    columns: tuple[str, ...] = ()
    problem: str = ""
    finished: bool = True
    first: FirstRows | None = None
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class ReadTablesJob:
    """Reads tables and compares them with the project; changes nothing."""

    project: Project
    tables: tuple[Path, ...]
    reading: TableReading
    mapping: Mapping[str, str | None]
    shown: LabelledRecording | None
    files: SoundFiles

    def run(self) -> Iterator[ReadTables]:
        now = self._begun()
        try:
            for read in read_tables(self._known(), self.tables, self.reading, files=self.files):
                now = replace(now, read=read, finished=False)
                if read.done % 10 == 1:
                    yield now
        except SettingsError as error:
            yield replace(now, problem=str(error), finished=True)
            return
        if now.read.problems and not now.read.results:
            reasons = "\n".join(r.whole() for r in remarks(now.read, now.plan))
            yield replace(now, problem=reasons, finished=True)
            return
        yield _planned(now, self.project, self.mapping, self.shown)

    def _known(self) -> Sequence[RecordingInfo]:
        known = recording_infos(self.project)
        if self.shown is not None and self.shown.recording.path not in {i.path for i in known}:
            known.append(self.shown.recording)
        return known

    def _begun(self) -> ReadTables:
        """What the dialog offers to choose, by the beginning of the tables."""
        reading = self.reading
        columns: tuple[str, ...] = ()
        first: FirstRows | None = None
        encoding = ""
        for table in self.tables:
            try:
                sample = Sample(table, reading.encoding)
                encoding = encoding or sample.encoding
                name = reading.format_name or detect(sample, FORMATS.values()).name
                if name == "table":
                    options = ReadOptions(encoding=reading.encoding, columns=reading.columns)
                    first = first or first_rows(table, options)
                if name == "raven" and table == self.tables[0]:
                    columns = tuple(label_columns(table, reading.encoding))
            except LabelsError:  # reading it says what is wrong
                continue
            if first is not None:
                break
        return ReadTables(reading, columns=columns, first=first, encoding=encoding)


@dataclass(frozen=True, slots=True)
class PlanJob:
    """Compares what was read with the project again, with another mapping of labels."""

    project: Project
    read: ReadTables
    mapping: Mapping[str, str | None]
    shown: LabelledRecording | None

    def run(self) -> Iterator[ReadTables]:
        yield _planned(self.read, self.project, self.mapping, self.shown)


def _planned(
    read: ReadTables,
    project: Project,
    mapping: Mapping[str, str | None],
    shown: LabelledRecording | None,
) -> ReadTables:
    plan = plan_for_project(project, read.read.recordings, mapping=mapping, shown=shown)
    return replace(read, plan=plan, remarks=tuple(remarks(read.read, plan)), finished=True)


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
    adding: Collection[Path]
    doubtful: bool

    def run(self) -> Iterator[Imported]:
        command = import_command(
            self.project,
            self.plan,
            conflicts=self.conflicts,
            single=self.single,
            add_missing=self.adding,
            doubtful=self.doubtful,
            title=self.title,
        )
        self.project.apply(command, adopt=True)
        added = tuple(r.path for r in self.plan.new_recordings if r.path in self.adding)
        yield Imported(self.title, len(command.changes), added)
