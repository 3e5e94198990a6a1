"""Tables read for a project: each label on its recording, and every question that is left."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording, RecordingInfo
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.labels.formats import FORMATS, ImportResult, ReadOptions, read_labels
from yamnet_gui.labels.formats.columns import ColumnMapping
from yamnet_gui.labels.project.paths import located
from yamnet_gui.labels.recording_names import FoundBy, Placement, contradict, shared_parts

from .combined_tables import merged
from .placement import RecordingFinder, SoundFiles, Source, folder_of

_GUESSED = (FoundBy.BESIDE, FoundBy.BELOW, FoundBy.NAME)


@dataclass(frozen=True, slots=True)
class TableReading:
    """How tables are read; None: detected from their content.

    `recording`: the one of every table that names none, or only one that nobody knows.
    `pattern`: see `table_pattern`. `folders`: also searched for recordings. `choices`: what the
    user decided for single ones. `columns`: what the columns of tables of no known format mean.
    `tiers`: those of Praat, ELAN and the like that are wanted, None: all.
    """

    format_name: str | None = None
    label_column: str | None = None
    encoding: str | None = None
    recording: RecordingInfo | None = None
    pattern: str = ""
    folders: tuple[Path, ...] = ()
    choices: Mapping[Source, Path | None] = field(default_factory=dict)
    columns: ColumnMapping | None = None
    tiers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PlacedSource:
    """A recording as a table gives it, and where its labels go."""

    source: Source
    placement: Placement


@dataclass(frozen=True, slots=True)
class TablesRead:
    """What tables contain. `done` of `total` are read; the rest is complete in the last step.

    `results`: of each table that can be read, only with labels whose recording is known or named.
    `recordings`: their contents together. `sources`: where labels go, open questions included.
    `unplaced`: the contents of open questions. `problems`: why a table cannot be read.
    """

    done: int
    total: int
    results: tuple[ImportResult, ...] = ()
    recordings: tuple[LabelledRecording, ...] = ()
    sources: tuple[PlacedSource, ...] = ()
    unplaced: tuple[LabelledRecording, ...] = ()
    problems: tuple[LabelsError, ...] = ()

    @property
    def questions(self) -> tuple[PlacedSource, ...]:
        """Sources whose recording only the user knows."""
        return tuple(s for s in self.sources if s.placement.open)


def read_tables(
    known: Sequence[RecordingInfo],
    tables: Sequence[Path],
    reading: TableReading,
    *,
    classes: ClassMap | None = None,
    files: SoundFiles | None = None,
) -> Iterator[TablesRead]:
    """Reads tables and finds their recordings among `known` and on the disk.

    Yields progress, and at last everything. Raises SettingsError for a pattern that is none.
    """
    yield from _Reader(known, tables, reading, classes or bundled_class_map(), files).run()


def all_read(steps: Iterator[TablesRead]) -> TablesRead:
    """The last step."""
    read = TablesRead(0, 0)
    for read in steps:  # noqa: B007 - the last one counts
        pass
    return read


def unquestioned(steps: Iterator[TablesRead], advice: str) -> tuple[LabelledRecording, ...]:
    """The recordings that tables are about, where nobody can be asked.

    Raises LabelsError where one cannot be read, or where it is not clear which one it is about.
    """
    read = all_read(steps)
    if read.problems:
        raise read.problems[0]
    for question in read.questions:
        several = ", ".join(str(c.path) for c in question.placement.candidates)
        reason = f"fits several recordings ({several})" if several else "fits no recording"
        raise LabelsError(question.source.table, reason, advice)
    return tuple(read.recordings)


class _Reader:
    def __init__(
        self,
        known: Sequence[RecordingInfo],
        tables: Sequence[Path],
        reading: TableReading,
        classes: ClassMap,
        files: SoundFiles | None,
    ) -> None:
        self._known = known
        self._paths = {info.path for info in known}
        self._tables = tuple(dict.fromkeys(tables))
        self._reading = reading
        self._classes = classes
        self._files = files or SoundFiles()
        self._choices = dict(reading.choices)
        self._long: set[Source] = set()  # found by their length
        self._doubted: dict[Source, tuple[RecordingInfo, ...]] = {}
        self._finder = self._new_finder()
        self._results: dict[Path, ImportResult] = {}
        self._problems: list[LabelsError] = []

    def run(self) -> Iterator[TablesRead]:
        total = len(self._tables)
        for n, table in enumerate(self._tables):
            yield TablesRead(n, total)
            self._read(table)
        if again := {*self._only_strangers(), *self._contradictions(), *self._by_length()}:
            self._finder = self._new_finder()
            for table in self._tables:
                if table in again:
                    self._read(table)
        results = tuple(self._placed(r) for r in self._results.values())
        yield TablesRead(
            done=total,
            total=total,
            results=results,
            recordings=self._together(results),
            sources=self._sources(),
            unplaced=tuple(self._unplaced()),
            problems=tuple(self._problems),
        )

    def _new_finder(self) -> RecordingFinder:
        reading = self._reading
        return RecordingFinder(
            self._known,
            recording=reading.recording,
            pattern=reading.pattern,
            folders=reading.folders,
            choices=self._choices,
            doubted=self._doubted,
            files=self._files,
        )

    def _read(self, table: Path) -> None:
        options = ReadOptions(
            recordings=self._known,
            find=self._finder,
            label_column=self._reading.label_column,
            encoding=self._reading.encoding,
            columns=self._reading.columns,
            tiers=self._reading.tiers,
            classes=self._classes,
        )
        try:
            name = self._reading.format_name or _format_of_nothing(table)
            result = read_labels(name, table, options=options)
            self._results[table] = self._with_its_recording(result, empty_file=name is not None)
        except LabelsError as error:
            self._problems.append(error)

    def _with_its_recording(self, result: ImportResult, *, empty_file: bool) -> ImportResult:
        """A table without rows is still about the recording of its name.

        Raises LabelsError for an empty file that no recording fits.
        """
        table = result.path
        nothing = empty_file and table.stat().st_size == 0
        if result.placements and not (nothing and all(p.open for p in result.placements)):
            return result
        place = self._finder(table, None, "")
        if nothing and (result.placements or place.info is None):
            raise LabelsError(table, "is empty", "choose a table of labels")
        if place.info is None:
            return replace(result, warnings=(*result.warnings, "contains no labels"))
        recording = LabelledRecording(place.info)
        place = replace(place, path=place.info.path)
        return replace(result, recordings=(recording,), placements=(place,))

    def _all(self) -> Iterator[tuple[Source, Placement]]:
        for table, result in self._results.items():
            for placement in result.placements:
                yield Source(table, placement.name), placement

    # Second thoughts, which need all tables

    def _only_strangers(self) -> Iterator[Path]:
        """With a recording for tables that name none: it is also that of an only unknown name."""
        if self._reading.recording is None:
            return
        for table, result in self._results.items():
            if len(result.placements) == 1:
                (only,) = result.placements
                unknown = only.info is None or only.info.path not in self._paths
                source = Source(table, only.name)
                if only.name is not None and unknown and source not in self._choices:
                    self._choices[source] = self._reading.recording.path
                    yield table

    def _contradictions(self) -> Iterator[Path]:
        """Names of different files were all taken for one: only the nearest of them is it."""
        by_path: defaultdict[Path, list[tuple[Source, Placement]]] = defaultdict(list)
        for source, placement in self._all():
            if placement.info is not None and source.name is not None:
                by_path[placement.info.path].append((source, placement))
        for path, group in by_path.items():
            sure = [s for s, p in group if p.by not in _GUESSED]
            guessed = [s for s, p in group if p.by in _GUESSED]
            guessed.sort(key=lambda s: _nearness(s, path), reverse=True)
            taken = [str(s.name) for s in sure]
            for source in guessed:
                name = str(source.name)
                equal = [
                    s for s in guessed
                    if s != source and _nearness(s, path) == _nearness(source, path)
                ]  # fmt: skip
                if any(contradict(name, other) for other in taken) or any(
                    contradict(name, str(other.name)) for other in equal
                ):
                    self._doubted[source] = tuple(info for info in self._known if info.path == path)
                    yield source.table
                else:
                    taken.append(name)

    def _by_length(self) -> Iterator[Path]:
        """What no name decides, the length may that the table gives for its recording."""
        taken = {p.info.path for _, p in self._all() if p.info is not None}
        for source, placement in self._all():
            if placement.info is not None or placement.by is FoundBy.LEFT_OUT:
                continue
            if placement.declared_s <= 0 or source in self._choices or source in self._doubted:
                continue
            if placement.candidates:
                hits = self._finder.as_long(placement.candidates, placement.declared_s)
            else:
                hits = self._finder.of_length(source.table, placement.declared_s)
                hits = [h for h in hits if h.path not in taken]
            if len(hits) == 1:
                self._choices[source] = hits[0].path
                self._long.add(source)
                taken.add(hits[0].path)
                yield source.table

    # What is left

    def _placement(self, source: Source, placement: Placement) -> Placement:
        return replace(placement, by=FoundBy.LENGTH) if source in self._long else placement

    def _placed(self, result: ImportResult) -> ImportResult:
        """The result without labels whose recording is open or left out.

        A recording that the table names and nobody knows lies, if its name is relative, beside it.
        """
        placements = [
            self._placement(Source(result.path, p.name), p) for p in result.placements
        ]  # fmt: skip
        out = {p.path for p in placements if p.open or p.by is FoundBy.LEFT_OUT}
        folder = folder_of(result.path)
        recordings = []
        for recording in result.recordings:
            path = recording.recording.path
            if path in out:
                continue
            if path not in self._paths:
                info = replace(recording.recording, path=located(path.as_posix(), folder))
                recording = replace(recording, recording=info)
            recordings.append(recording)
        return replace(result, recordings=tuple(recordings), placements=tuple(placements))

    def _unplaced(self) -> Iterator[LabelledRecording]:
        for result in self._results.values():
            asked = {p.path for p in result.placements if p.open}
            yield from (r for r in result.recordings if r.recording.path in asked)

    def _sources(self) -> tuple[PlacedSource, ...]:
        return tuple(
            PlacedSource(source, self._placement(source, placement))
            for source, placement in self._all()
        )

    def _together(self, results: Sequence[ImportResult]) -> tuple[LabelledRecording, ...]:
        try:
            return merged(results)
        except LabelsError as error:
            self._problems.append(error)
            return ()


def _nearness(source: Source, path: Path) -> tuple[int, bool]:
    name = str(source.name)
    return shared_parts(name, path), Path(name).name == path.name


def _format_of_nothing(table: Path) -> str | None:
    """The format whose files are empty where a recording has no events; None: not an empty file."""
    try:
        if table.stat().st_size:
            return None
    except OSError:  # reading it says what is wrong
        return None
    suffix = table.suffix.lower()
    alike = [f for f in FORMATS.values() if f.can_read and f.suffix == suffix]
    single = [f.name for f in alike if not f.combined or len(alike) == 1]
    return single[0] if single else None
