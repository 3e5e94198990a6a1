"""Exporting labels, scores, clips and reports in the background."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from yamnet_gui.analysis import ResultCache
from yamnet_gui.core.errors import LabelsError, UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.labels.exchange.clips import (
    MANIFEST_NAME,
    ClipOptions,
    CutClip,
    cut_clips,
    plan_clips,
    split_sizes,
)
from yamnet_gui.labels.exchange.event_measures import EventMeasures
from yamnet_gui.labels.exchange.export import Export, ExportChoice, ExportPreview, chosen
from yamnet_gui.labels.exchange.report import ReportFacts, write_report
from yamnet_gui.labels.exchange.score_tables import stored_analysis, write_scores
from yamnet_gui.labels.formats import (
    FORMATS,
    WriteOptions,
    WriteStep,
    output_files,
    writing,
)
from yamnet_gui.labels.project import EventFilter, Project
from yamnet_gui.labels.project.calibrations import with_probabilities
from yamnet_gui.labels.project.project_model import project_model

from .provenance import ProvenanceRequest

Cuts = Generator[CutClip, None, None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many recordings of a project were read; all of them in the last one.

    `selected`: the events of the rows that were asked for, by recording and id; `listed`: those
    that meet the filter. `channels`: those that events are of.
    """

    done: int
    total: int
    recordings: tuple[LabelledRecording, ...] | None = None
    selected: frozenset[tuple[Path, str]] = frozenset()
    listed: frozenset[tuple[Path, str]] = frozenset()
    channels: frozenset[int | None] = frozenset()


def channels_of(recordings: Iterable[LabelledRecording]) -> frozenset[int | None]:
    """The channels that events are of, None among them where some are of all together."""
    return frozenset(event.channel for r in until_stopped(recordings, 1) for event in r.events)


@dataclass(frozen=True, slots=True)
class LoadJob:
    """Reads all labels of a project; those of the `shown` recording as shown in the window.

    `rows`: events of the project that are selected in the table of all events. `filtered`: what
    that table lists, None where it lists all.
    """

    project: Project
    shown: LabelledRecording | None
    rows: Sequence[int] = ()
    filtered: EventFilter | None = None

    def run(self) -> Iterator[Loaded]:
        labelled: list[LabelledRecording] = []
        recordings = self.project.recordings.all()
        shown = self.shown.recording.path if self.shown else None
        for n, recording in enumerate(recordings):
            here = shown is not None and self.project.recordings.locate(recording) == shown
            if here and self.shown is not None:
                labelled.append(self.shown)
            else:
                labels = self.project.recordings.labelled(recording.id)
                labelled.append(with_probabilities(self.project, labels))
            yield Loaded(n + 1, len(recordings))
        if self.shown is not None and all(r.recording.path != shown for r in labelled):
            labelled.append(self.shown)
        count, channels = len(recordings), channels_of(labelled)
        selected = self._events(self.rows)
        rows = self.project.events.rows(self.filtered).tolist() if self.filtered else ()
        yield Loaded(count, count, tuple(labelled), selected, self._events(rows), channels)

    def _events(self, rows: Sequence[int]) -> frozenset[tuple[Path, str]]:
        """By recording and id."""
        places = {r.id: self.project.recordings.locate(r) for r in self.project.recordings.all()}
        chosen = self.project.events.at(rows) if rows else []
        return frozenset((places[one.recording_id], one.event.id) for one in chosen)


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """The events that would be written, and what the format cannot store."""

    export: Export
    recordings: Sequence[LabelledRecording]

    def run(self) -> Iterator[ExportPreview]:
        if FORMATS[self.export.format_name].needs_scores:
            classes = self.export.options.classes
            wanted = chosen(self.recordings, self.export.choice, classes=classes)
            yield ExportPreview(tuple(wanted), ())
        else:
            yield self.export.preview(self.recordings)


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Writes labels, step by step. Raises LabelsError."""

    format_name: str
    recordings: tuple[LabelledRecording, ...]
    path: Path
    options: WriteOptions
    provenance: ProvenanceRequest | None = None

    def run(self) -> Iterator[WriteStep]:
        _check(self.provenance)
        measures = self.options.measures
        reading = measures if isinstance(measures, EventMeasures) else None
        with reading or nullcontext():
            for step in writing(self.format_name, self.recordings, self.path, options=self.options):
                problems = reading.problems if step.made and reading else ()
                yield replace(
                    step,
                    made=_with_provenance(self.provenance, step.made),
                    remarks=tuple(f"Not measured: {p}" for p in problems),
                )


@dataclass(frozen=True, slots=True)
class ScoreTablesJob:
    """Writes the scores of each recording: current ones of the open recording, else stored ones.

    Recordings without scores are left out; raises UserError if none has any.
    """

    recordings: tuple[LabelledRecording, ...]
    path: Path
    options: WriteOptions
    project: Project | None = None
    shown: tuple[Path, tuple[ScoreTable, ...]] | None = None
    provenance: ProvenanceRequest | None = None

    def run(self) -> Iterator[WriteStep]:
        _check(self.provenance)
        made: list[Path] = []
        problem: UserError | None = None
        names = self.options.classes.names
        shares = output_files("scores", self.recordings, self.path, options=self.options)
        for n, (out, (recording, *_)) in enumerate(shares):
            tables: Sequence[ScoreTable] = ()
            try:
                tables = self._tables(recording.recording.path)
            except UserError as error:
                problem = problem or error
            made += write_scores(tables, names, out)
            yield WriteStep(n + 1, len(shares), n + 1)
        if not made and problem is not None:
            raise problem
        if not made:
            raise LabelsError(self.path, "no scores are stored", "analyse the recordings first")
        written = _with_provenance(self.provenance, made)
        yield WriteStep(len(shares), len(shares), len(shares), written)

    def _tables(self, path: Path) -> Sequence[ScoreTable]:
        if self.shown is not None and self.shown[0] == path:
            return self.shown[1]
        known = self.project.recordings.at(path) if self.project is not None else None
        if known is None or self.project is None:
            return ()
        cache = ResultCache(user_cache_folder())
        chosen_model = project_model(self.project)
        model = "" if chosen_model is None else chosen_model.identity
        stored = stored_analysis(path, self.project.recordings.analyses(known.id), cache, model)
        return stored.tables if stored is not None else ()


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """The number of clips, examples of their names, and clips and recordings of each part."""

    recordings: tuple[LabelledRecording, ...]
    count: int
    examples: tuple[str, ...]
    parts: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class PlanClipsJob:
    """Plans clips without cutting any. Raises SettingsError."""

    recordings: Sequence[LabelledRecording]
    choice: ExportChoice
    options: ClipOptions

    def run(self) -> Iterator[ClipPlan]:
        wanted = tuple(chosen(self.recordings, self.choice))
        clips = plan_clips(wanted, self.options)
        names = tuple(clip.relative.as_posix() for clip in clips[:3])
        yield ClipPlan(wanted, len(clips), names, split_sizes(clips))


@dataclass(frozen=True, slots=True)
class CutStep:
    """How many clips were cut so far, of how many, and problems."""

    done: int
    total: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CutJob:
    """Cuts clips. Raises UserError where the template or the folder cannot be used."""

    recordings: Sequence[LabelledRecording]
    folder: Path
    options: ClipOptions
    provenance: ProvenanceRequest | None = None

    def run(self) -> Iterator[CutStep]:
        _check(self.provenance)
        clips = plan_clips(self.recordings, self.options)
        done = 0
        problems: list[str] = []
        yield CutStep(0, len(clips))
        with closing(cast(Cuts, cut_clips(clips, self.folder, self.options))) as cuts:
            for cut in cuts:
                done += cut.written is not None
                if cut.problem and cut.problem not in problems:
                    problems.append(cut.problem)
                yield CutStep(done, len(clips), tuple(problems[:20]))
        if done:
            _with_provenance(self.provenance, [self.folder / MANIFEST_NAME])


@dataclass(frozen=True, slots=True)
class ChooseJob:
    """The recordings with their selected events."""

    recordings: Sequence[LabelledRecording]
    choice: ExportChoice

    def run(self) -> Iterator[tuple[LabelledRecording, ...]]:
        yield tuple(chosen(self.recordings, self.choice))


@dataclass(frozen=True, slots=True)
class ReportJob:
    """Writes the report. Raises LabelsError."""

    recordings: tuple[LabelledRecording, ...]
    path: Path
    facts: ReportFacts
    provenance: ProvenanceRequest | None = None

    def run(self) -> Iterator[Path]:
        _check(self.provenance)
        report = write_report(self.recordings, self.path, self.facts)
        _with_provenance(self.provenance, [report])
        yield report


def _check(provenance: ProvenanceRequest | None) -> None:
    """Before anything is written. Raises LabelsError."""
    if provenance is not None:
        provenance.check()


def _with_provenance(
    provenance: ProvenanceRequest | None, made: Sequence[Path]
) -> tuple[Path, ...]:
    """What was written, and how it was made where that is wanted; nothing before the last step."""
    if provenance is None or not made:
        return tuple(made)
    return (*made, provenance.write(made))
