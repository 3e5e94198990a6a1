"""Recordings to measure rules on: what is true in them, and the scores stored of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from yamnet_gui.analysis.cache import ResultCache, result_keys
from yamnet_gui.analysis.envelopes import add_envelopes, stored_envelopes
from yamnet_gui.analysis.result import Analysis
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.analysis.stored_finer import with_stored_finer
from yamnet_gui.audio import content_hash
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import RecordingError, UserError
from yamnet_gui.core.events import EventList, LabelledRecording, ReviewState
from yamnet_gui.core.files import is_file
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.detection import Envelope, PreparedScores, RuleSet, detect, prepare
from yamnet_gui.detection.evaluation import (
    EventArrays,
    Pair,
    ReviewedReference,
    by_label,
    counting_events_below,
    united,
)
from yamnet_gui.labels.exchange.reference_table import ReferenceTable
from yamnet_gui.labels.project import Project


@dataclass(frozen=True, slots=True)
class RecordingScores:
    """Scores of a recording for the mix or each channel, and what edges are refined by."""

    tables: tuple[ScoreTable, ...] = ()
    envelopes: Mapping[int | None, Envelope] = field(default_factory=dict)


_FEW = 4


class Reference(Protocol):
    """The reference events of one recording."""

    def pair(self, estimated: Mapping[str, EventArrays]) -> Pair:
        """Reference and estimated events, without those that the user has not decided about."""

    def fully_reviewed_pair(self, estimated: Mapping[str, EventArrays]) -> Pair:
        """The same, only within segments that were reviewed for every class."""


@dataclass(frozen=True, slots=True)
class TableReference:
    """A table that names every event of a recording."""

    events: Mapping[str, EventArrays]
    duration_s: float

    def pair(self, estimated: Mapping[str, EventArrays]) -> Pair:
        return Pair(self.events, estimated, self.duration_s)

    def fully_reviewed_pair(self, estimated: Mapping[str, EventArrays]) -> Pair:
        return self.pair(estimated)


@dataclass(frozen=True, slots=True)
class EvaluationItem:
    """A recording to evaluate on, its reference, and where its scores are stored.

    `recording_id` is that of the project, "" where it is in none. Scores are opened when they are
    wanted: a system lets a program hold some hundred files open, and a project may have thousands.
    """

    name: str
    path: Path
    recording_id: str
    reference: Reference
    source: "StoredScores"

    def scores(self) -> RecordingScores:
        """Raises RecordingError, also where the stored result has been removed since."""
        stored = self.source.scored(self.path)
        if stored is None:
            raise RecordingError(self.path, "its stored result was removed", "analyse it again")
        return stored


@dataclass(frozen=True, slots=True)
class Skipped:
    """A recording that cannot be evaluated on, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class EvaluationItems:
    """What to evaluate on. `decisions`, `true_events` and `reviewed_s` count over all."""

    items: tuple[EvaluationItem, ...]
    skipped: tuple[Skipped, ...] = ()
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
    at_hand: Mapping[Path, RecordingScores] = field(default_factory=dict)

    def scored(self, path: Path) -> RecordingScores | None:
        """The scores of a recording, None where it was not analysed so. Raises RecordingError.

        The envelopes for refined edges are computed now where an older result has none.
        """
        known = self.at_hand.get(path)
        if known is not None:
            return known
        analysis = self.analysis(path)
        if analysis is None:
            return None
        for _ in add_envelopes(analysis):
            pass
        tables = tuple(analysis.for_rules(table.channel) for table in analysis.tables)
        return RecordingScores(tables, stored_envelopes(analysis))

    def analysis(self, path: Path) -> Analysis | None:
        """The stored analysis of a recording, None where there is none. Raises RecordingError."""
        if self.cache is None or not is_file(file_of(path)):
            return None
        content = content_hash(path, self.cache.memo_folder)
        keys = result_keys(content, self.model_sha256, self.settings)
        analysis = self.cache.first_of(keys, path)
        if analysis is None:
            return None
        return with_stored_finer(analysis, self.settings.finer)


def project_items(
    project: Project, scores: StoredScores, shown: Mapping[str, EventList] | None = None
) -> EvaluationItems:
    """The recordings of a project with at least one decision or reviewed segment.

    `shown` holds the events of recordings that are not stored yet (the open one), by id.
    """
    items, skipped = [], []
    decisions = true_events = 0
    reviewed_s = 0.0
    # of ten thousand recordings few have any: the events of all would take half a minute to read
    some = project.events.touched_recordings() | project.recordings.with_reviewed_segments()
    for recording in project.recordings.all():
        if recording.id not in some and recording.id not in (shown or {}):
            continue
        events = (shown or {}).get(recording.id) or project.events.of(recording.id)
        reference = ReviewedReference.of(events, project.recordings.reviewed(recording.id).spans)
        if reference.empty:
            continue
        path = project.recordings.locate(recording)
        scored, why = scores_or_reason(scores, path)
        if scored is None:
            skipped.append(Skipped(recording.name, why))
            continue
        items.append(EvaluationItem(recording.name, path, recording.id, reference, scores))
        decisions += reference.decisions
        true_events += reference.true_events
        reviewed_s += reference.reviewed_s
    return EvaluationItems(
        tuple(items),
        tuple(skipped),
        decisions,
        true_events,
        reviewed_s,
        "the project's decisions",
    )


def table_items(
    table: ReferenceTable,
    paths: Mapping[Path, str],
    scores: StoredScores,
    otherwise: Path | None = None,
) -> EvaluationItems:
    """The recordings of a reference table, matched with `paths` (path to recording id).

    A recording belongs to the table's of the same name, without folder and ending; a table of one
    recording belongs to the only one of `paths`, else to `otherwise`, whatever its name.
    """
    by_name = {path.stem.casefold(): path for path in paths}
    lone = len(table.recordings) == 1 and len(paths) == 1
    items, skipped = [], []
    count, seconds = 0, 0.0
    for labelled in table.recordings:
        name = labelled.recording.path.name
        path = next(iter(paths)) if lone else by_name.get(Path(name).stem.casefold())
        if path is None and len(table.recordings) == 1 and otherwise in paths:
            path = otherwise
        if path is None:
            skipped.append(Skipped(name, "no such recording is open or in the project"))
            continue
        scored, why = scores_or_reason(scores, path)
        if scored is None:
            skipped.append(Skipped(path.name, why))
            continue
        reference = _table_reference(labelled, max(t.grid.end_s for t in scored.tables))
        count += sum(map(len, reference.events.values()))
        seconds += reference.duration_s
        items.append(EvaluationItem(path.name, path, paths[path], reference, scores))
    return EvaluationItems(tuple(items), tuple(skipped), count, count, seconds, table.path.name)


class Finder:
    """Detects events in an item again and again, under other rules each time.

    With an ontology a label counts with all events below it, and only `labels` are looked for.
    Holds what it needs of one item at a time.
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
        self._held: tuple[EvaluationItem, tuple[PreparedScores, ...], RecordingScores] | None = None

    def classes_of(self, labels: Collection[str]) -> list[int]:
        """The classes whose events count for these labels."""
        names = set(labels)
        if self._below is not None:
            by_name = {node.name: node for node in self._below.nodes}
            for label in labels:
                if label in by_name:
                    names |= {node.name for node in self._below.below(by_name[label].mid)}
        entries = (self._class_map.find(name) for name in names)
        return sorted({entry.index for entry in entries if entry is not None})

    def detect(
        self, item: EvaluationItem, rules: RuleSet, classes: Sequence[int] | None = None
    ) -> dict[str, EventArrays]:
        """Events by label; their score is what the rules compare with the threshold."""
        if self._held is None or self._held[0] is not item:
            self._held = None  # before the next is opened
            scored = item.scores()
            laid_out = tuple(prepare(self._wanted(t)) for t in scored.tables)
            self._held = (item, laid_out, scored)
        wanted = self._classes if classes is None else classes
        parts: dict[str, list[EventArrays]] = {}
        for prepared in self._held[1]:
            width = prepared.class_count  # custom classes have their own scores
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
        time to lay out; zeros that are never written take no memory."""
        count, width = table.scores.shape
        if self._classes is None or len(self._classes) > width // _FEW:
            return table
        columns = [c for c in self._classes if c < width]
        held = np.zeros((width, count), np.float32)
        held[columns] = table.scores[:, columns].T
        held.flags.writeable = False
        return ScoreTable(table.grid, held.T, table.channel)

    def pair(self, item: EvaluationItem, rules: RuleSet) -> Pair:
        """The reference of an item, and the events that rules detect in it."""
        return item.reference.pair(self.detect(item, rules))


def reference_labels(items: Sequence[EvaluationItem]) -> set[str]:
    """Every label with a decision, or that a reference table names."""
    names: set[str] = set()
    for item in items:
        reference = item.reference
        names |= set(
            reference.decided
            if isinstance(reference, ReviewedReference)
            else reference.pair({}).reference
        )
    return names


def scores_or_reason(scores: StoredScores, path: Path) -> tuple[RecordingScores | None, str]:
    """The scores of a recording, or why there are none."""
    try:
        stored = scores.scored(path)
    except UserError as error:
        return None, error.reason
    if stored is None or not stored.tables:
        return None, "is not analysed with these weights and settings"
    return stored, ""


def _table_reference(labelled: LabelledRecording, duration_s: float) -> TableReference:
    events = [e for e in labelled.events if e.state is not ReviewState.REJECTED]
    return TableReference(by_label(events), max(duration_s, labelled.recording.duration_s))
