"""Labels, clips and reports on their way out, in the background."""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from yamnet_gui.analysis import ResultCache, user_cache_folder
from yamnet_gui.core.errors import LabelsError, UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.labels.exchange.clips import ClipOptions, CutClip, cut_clips, plan_clips
from yamnet_gui.labels.exchange.export import Export, ExportChoice, ExportPreview, chosen
from yamnet_gui.labels.exchange.report import ReportFacts, write_report
from yamnet_gui.labels.exchange.score_tables import stored_analysis
from yamnet_gui.labels.formats import (
    FORMATS,
    WriteOptions,
    WriteStep,
    output_files,
    write_score_table,
    writing,
)
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.calibrations import with_probabilities

Cuts = Generator[CutClip, None, None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many recordings of a project were read; all of them in the last one.

    `selected`: the events of the rows that were asked for, by recording and id.
    """

    done: int
    total: int
    recordings: tuple[LabelledRecording, ...] | None = None
    selected: frozenset[tuple[Path, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class LoadJob:
    """Reads all labels of a project; those of the `shown` recording as the window has them.

    `rows`: events of the project that are selected in the table of all events.
    """

    project: Project
    shown: LabelledRecording | None
    rows: Sequence[int] = ()

    def run(self) -> Iterator[Loaded]:
        found: list[LabelledRecording] = []
        there = self.project.recordings.all()
        shown = self.shown.recording.path if self.shown else None
        for n, recording in enumerate(there):
            here = shown is not None and self.project.recordings.locate(recording) == shown
            if here and self.shown is not None:
                found.append(self.shown)
            else:
                labels = self.project.recordings.labelled(recording.id)
                found.append(with_probabilities(self.project, labels))
            yield Loaded(n + 1, len(there))
        if self.shown is not None and all(r.recording.path != shown for r in found):
            found.append(self.shown)
        yield Loaded(len(there), len(there), tuple(found), self._selected())

    def _selected(self) -> frozenset[tuple[Path, str]]:
        places = {r.id: self.project.recordings.locate(r) for r in self.project.recordings.all()}
        chosen = self.project.events.at(self.rows) if self.rows else []
        return frozenset((places[one.recording_id], one.event.id) for one in chosen)


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """What would go out, and what the format cannot carry of it."""

    export: Export
    recordings: Sequence[LabelledRecording]

    def run(self) -> Iterator[ExportPreview]:
        if FORMATS[self.export.format_name].needs_scores:
            yield ExportPreview(tuple(chosen(self.recordings, self.export.choice)), ())
        else:
            yield self.export.preview(self.recordings)


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Writes labels, step by step. Raises LabelsError."""

    format_name: str
    recordings: tuple[LabelledRecording, ...]
    path: Path
    options: WriteOptions

    def run(self) -> Iterator[WriteStep]:
        yield from writing(self.format_name, self.recordings, self.path, options=self.options)


@dataclass(frozen=True, slots=True)
class ScoreTablesJob:
    """Writes the scores of each recording: of the open one as it is, of others as stored.

    Recordings without scores are left out; raises UserError where none has any.
    """

    recordings: tuple[LabelledRecording, ...]
    path: Path
    options: WriteOptions
    project: Project | None = None
    shown: tuple[Path, ScoreTable] | None = None

    def run(self) -> Iterator[WriteStep]:
        made: list[Path] = []
        problem: UserError | None = None
        names = self.options.classes.names
        shares = output_files("scores", self.recordings, self.path, options=self.options)
        for n, (out, (recording, *_)) in enumerate(shares):
            table = None
            try:
                table = self._table(recording.recording.path)
            except UserError as error:
                problem = problem or error
            if table is not None:
                # what is stored has no scores of taught classes, which come after all others
                columns = names[: table.scores.shape[1]]
                made.append(write_score_table(table, columns, out))
            yield WriteStep(n + 1, len(shares), n + 1)
        if not made and problem is not None:
            raise problem
        if not made:
            raise LabelsError(self.path, "no scores are stored", "analyse the recordings first")
        yield WriteStep(len(shares), len(shares), len(shares), tuple(made))

    def _table(self, path: Path) -> ScoreTable | None:
        if self.shown is not None and self.shown[0] == path:
            return self.shown[1]
        known = self.project.recordings.at(path) if self.project is not None else None
        if known is None or self.project is None:
            return None
        cache = ResultCache(user_cache_folder())
        found = stored_analysis(path, self.project.recordings.analyses(known.id), cache)
        return found.tables[0] if found is not None else None


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """What would be cut: how many clips, some of their names, and how many in each part."""

    recordings: tuple[LabelledRecording, ...]
    count: int
    examples: tuple[str, ...]
    parts: dict[str, int]


@dataclass(frozen=True, slots=True)
class PlanClipsJob:
    """Plans clips without cutting any. Raises SettingsError."""

    recordings: Sequence[LabelledRecording]
    choice: ExportChoice
    options: ClipOptions

    def run(self) -> Iterator[ClipPlan]:
        wanted = tuple(chosen(self.recordings, self.choice))
        clips = plan_clips(wanted, self.options)
        parts = Counter(clip.split for clip in clips if clip.split)
        names = tuple(clip.relative.as_posix() for clip in clips[:3])
        yield ClipPlan(wanted, len(clips), names, dict(parts))


@dataclass(frozen=True, slots=True)
class CutStep:
    """Clips that were cut so far, of how many, and what went wrong with which."""

    done: int
    total: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CutJob:
    """Cuts clips. Raises UserError where the template or the folder cannot be used."""

    recordings: Sequence[LabelledRecording]
    folder: Path
    options: ClipOptions

    def run(self) -> Iterator[CutStep]:
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


@dataclass(frozen=True, slots=True)
class ChooseJob:
    """The recordings with what is chosen of them."""

    recordings: Sequence[LabelledRecording]
    choice: ExportChoice

    def run(self) -> Iterator[tuple[LabelledRecording, ...]]:
        yield tuple(chosen(self.recordings, self.choice))


@dataclass(frozen=True, slots=True)
class ReportJob:
    """Writes the page. Raises LabelsError."""

    recordings: tuple[LabelledRecording, ...]
    path: Path
    facts: ReportFacts

    def run(self) -> Iterator[Path]:
        yield write_report(self.recordings, self.path, self.facts)
