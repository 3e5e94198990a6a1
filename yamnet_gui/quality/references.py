"""Recordings to measure rules on: what is true in them, and the scores stored of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from yamnet_gui.analysis.cache import ResultCache, result_key
from yamnet_gui.analysis.envelopes import add_envelopes, stored_envelopes
from yamnet_gui.analysis.result import Analysis
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.audio import content_hash
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import RecordingError, UserError
from yamnet_gui.core.events import EventList, LabelledRecording, ReviewState
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.detection import Envelope, PreparedScores, RuleSet, detect, prepare
from yamnet_gui.detection.evaluation import (
    EventArrays,
    Pair,
    ReviewedReference,
    by_label,
    counting_events_below,
    united,
)
from yamnet_gui.labels.exchange.reference_table import TruthTable
from yamnet_gui.labels.project import Project


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of a recording for the mix or each channel, and what edges are refined by."""

    tables: tuple[ScoreTable, ...] = ()
    envelopes: Mapping[int | None, Envelope] = field(default_factory=dict)


_FEW = 4


class Reference(Protocol):
    """Says what is true in one recording."""

    def pair(self, found: Mapping[str, EventArrays]) -> Pair:
        """The truth beside what was found, without what nobody can judge."""

    def fully_reviewed_pair(self, found: Mapping[str, EventArrays]) -> Pair:
        """The same of the stretches alone in which everything is known."""


@dataclass(frozen=True, slots=True)
class TableTruth:
    """A table that names everything there is in a recording."""

    truth: Mapping[str, EventArrays]
    duration_s: float

    def pair(self, found: Mapping[str, EventArrays]) -> Pair:
        return Pair(self.truth, found, self.duration_s)

    def fully_reviewed_pair(self, found: Mapping[str, EventArrays]) -> Pair:
        return self.pair(found)


@dataclass(frozen=True, slots=True)
class EvaluationItem:
    """A recording that is measured on, its judge, and where its scores are found.

    `recording_id` is that of the project, "" where it is in none. Scores are opened when they are
    wanted: a system lets a program hold some hundred files open, and a project may have thousands.
    """

    name: str
    path: Path
    recording_id: str
    judge: Reference
    source: "StoredScores"

    def scores(self) -> Scored:
        """Raises RecordingError, also where the stored result has gone meanwhile."""
        found = self.source.scored(self.path)
        if found is None:
            raise RecordingError(self.path, "its stored result has gone", "analyse it again")
        return found


@dataclass(frozen=True, slots=True)
class Skipped:
    """A recording that cannot be measured on, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class EvaluationItems:
    """What there is to measure on. `decisions`, `true_events` and `reviewed_s` count over all."""

    subjects: tuple[EvaluationItem, ...]
    left_out: tuple[Skipped, ...] = ()
    decisions: int = 0
    true_events: int = 0
    reviewed_s: float = 0.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class StoredScores:
    """Finds the scores that a model gave a recording, without running it.

    `at_hand` holds those of the open recording. Files are known again by their content.
    """

    cache: ResultCache | None
    model_sha256: str
    settings: AnalysisSettings = field(default_factory=AnalysisSettings)
    at_hand: Mapping[Path, Scored] = field(default_factory=dict)

    def scored(self, path: Path) -> Scored | None:
        """The scores of a recording, None where it was not analysed so. Raises RecordingError.

        What edges are refined by is made now where an older result lacks it.
        """
        known = self.at_hand.get(path)
        if known is not None:
            return known
        found = self.analysis(path)
        if found is None:
            return None
        for _ in add_envelopes(found):
            pass
        return Scored(found.tables, stored_envelopes(found))

    def analysis(self, path: Path) -> Analysis | None:
        """The stored analysis of a recording, None where there is none. Raises RecordingError."""
        if self.cache is None or not path.is_file():
            return None
        content = content_hash(path, self.cache.memo_folder)
        return self.cache.load(result_key(content, self.model_sha256, self.settings), path)


def project_subjects(
    project: Project, scores: StoredScores, shown: Mapping[str, EventList] | None = None
) -> EvaluationItems:
    """The recordings of a project about which somebody decided something.

    `shown` holds the events of recordings that are not stored yet (the open one), by id.
    """
    subjects, left_out = [], []
    decisions = true_events = 0
    reviewed_s = 0.0
    for recording in project.recordings.all():
        events = (shown or {}).get(recording.id) or project.events.of(recording.id)
        truth = ReviewedReference.of(events, project.recordings.reviewed(recording.id).spans)
        if truth.empty:
            continue
        path = project.recordings.locate(recording)
        scored, why = scored_or_why(scores, path)
        if scored is None:
            left_out.append(Skipped(recording.name, why))
            continue
        subjects.append(EvaluationItem(recording.name, path, recording.id, truth, scores))
        decisions += truth.decisions
        true_events += truth.true_events
        reviewed_s += truth.reviewed_s
    return EvaluationItems(
        tuple(subjects),
        tuple(left_out),
        decisions,
        true_events,
        reviewed_s,
        "the project's decisions",
    )


def table_subjects(
    table: TruthTable,
    paths: Mapping[Path, str],
    scores: StoredScores,
    otherwise: Path | None = None,
) -> EvaluationItems:
    """The recordings of a table of what is there, found among `paths` (path to recording id).

    A recording belongs to the table's of the same name, without folder and ending; a table of one
    recording belongs to the only one of `paths`, else to `otherwise`, whatever its name.
    """
    by_name = {path.stem.casefold(): path for path in paths}
    lone = len(table.recordings) == 1 and len(paths) == 1
    subjects, left_out = [], []
    count, seconds = 0, 0.0
    for labelled in table.recordings:
        name = labelled.recording.path.name
        path = next(iter(paths)) if lone else by_name.get(Path(name).stem.casefold())
        if path is None and len(table.recordings) == 1 and otherwise in paths:
            path = otherwise
        if path is None:
            left_out.append(Skipped(name, "no such recording is open or in the project"))
            continue
        scored, why = scored_or_why(scores, path)
        if scored is None:
            left_out.append(Skipped(path.name, why))
            continue
        truth = _table_truth(labelled, max(t.grid.end_s for t in scored.tables))
        count += sum(map(len, truth.truth.values()))
        seconds += truth.duration_s
        subjects.append(EvaluationItem(path.name, path, paths[path], truth, scores))
    return EvaluationItems(tuple(subjects), tuple(left_out), count, count, seconds, table.path.name)


class Finder:
    """Finds events in a subject again and again, under other rules each time.

    With an ontology a label counts with all events below it, and only `labels` are looked for.
    Holds what it needs of one subject at a time.
    """

    def __init__(
        self,
        class_map: ClassMap,
        labels: Collection[str] | None = None,
        below: Ontology | None = None,
    ) -> None:
        self._class_map = class_map
        self._labels = None if labels is None else sorted(labels)
        self._below = below
        self._classes = None if labels is None else self.classes_of(labels)
        self._held: tuple[EvaluationItem, tuple[PreparedScores, ...], Scored] | None = None

    def classes_of(self, labels: Collection[str]) -> list[int]:
        """The classes whose events count for these labels."""
        names = set(labels)
        if self._below is not None:
            by_name = {node.name: node for node in self._below.nodes}
            for label in labels:
                if label in by_name:
                    names |= {node.name for node in self._below.below(by_name[label].mid)}
        found = (self._class_map.find(name) for name in names)
        return sorted({entry.index for entry in found if entry is not None})

    def found(
        self, subject: EvaluationItem, rules: RuleSet, classes: Sequence[int] | None = None
    ) -> dict[str, EventArrays]:
        """Events by label; their score is what the rules compare with the threshold."""
        if self._held is None or self._held[0] is not subject:
            self._held = None  # before the next is opened
            scored = subject.scores()
            laid_out = tuple(prepare(self._wanted(t)) for t in scored.tables)
            self._held = (subject, laid_out, scored)
        wanted = self._classes if classes is None else classes
        parts: dict[str, list[EventArrays]] = {}
        for prepared in self._held[1]:
            width = prepared.class_count  # taught classes have scores of their own
            known = None if wanted is None else [c for c in wanted if c < width]
            envelope = self._held[2].envelopes.get(prepared.table.channel)
            several = detect(prepared, rules, known, envelope)
            for index in np.unique(several.class_index).tolist():
                some = several.of_class(index)
                spans = EventArrays.of(some.onset_s, some.offset_s, some.peak)
                parts.setdefault(self._class_map[index].name, []).append(spans)
        spans_of = {name: s[0] if len(s) == 1 else united(s) for name, s in parts.items()}
        if self._below is not None and self._labels is not None:
            return counting_events_below(spans_of, self._labels, self._below)
        return spans_of

    def _wanted(self, table: ScoreTable) -> ScoreTable:
        """The table with the scores of the wanted classes alone, which takes a fraction of the
        time to lay out; zeros that nobody writes take no memory."""
        count, width = table.scores.shape
        if self._classes is None or len(self._classes) > width // _FEW:
            return table
        columns = [c for c in self._classes if c < width]
        held = np.zeros((width, count), np.float32)
        held[columns] = table.scores[:, columns].T
        held.flags.writeable = False
        return ScoreTable(table.grid, held.T, table.channel)

    def pair(self, subject: EvaluationItem, rules: RuleSet) -> Pair:
        """What rules find in a subject beside what is true."""
        return subject.judge.pair(self.found(subject, rules))


def true_labels(subjects: Sequence[EvaluationItem]) -> set[str]:
    """Every label that somebody decided about or a table names."""
    names: set[str] = set()
    for subject in subjects:
        judge = subject.judge
        names |= set(
            judge.decided if isinstance(judge, ReviewedReference) else judge.pair({}).reference
        )
    return names


def scored_or_why(scores: StoredScores, path: Path) -> tuple[Scored | None, str]:
    """The scores of a recording, or why there are none."""
    try:
        found = scores.scored(path)
    except UserError as error:
        return None, error.reason
    if found is None or not found.tables:
        return None, "is not analysed with these weights and settings"
    return found, ""


def _table_truth(labelled: LabelledRecording, duration_s: float) -> TableTruth:
    events = [e for e in labelled.events if e.state is not ReviewState.REJECTED]
    return TableTruth(by_label(events), max(duration_s, labelled.recording.duration_s))
