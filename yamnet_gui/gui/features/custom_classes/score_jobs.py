"""Scores and detections of custom classes, from stored embeddings."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis import Analysis
from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, ReviewState, detection_id
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.detection import RuleSet, derive_events
from yamnet_gui.embedding import Classifier, Frames, Segment, read_classifier
from yamnet_gui.gui.state.custom_classes import CustomClass, columns_of
from yamnet_gui.labels.project import EventFilter, Project

_BLOCK = 4096
_TO_DETECT = "custom_classes_to_detect"


@dataclass(frozen=True, slots=True)
class Columns:
    """Scores of all custom classes for one channel: float32 (frames, classes)."""

    channel: int | None
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ColumnsJob:
    """Scores of custom classes for a recording: from its analysis, or from stored frames."""

    classes: tuple[CustomClass, ...]
    channels: tuple[int | None, ...]
    analysis: Analysis | None
    frames: Frames | None
    recording: str

    def run(self) -> Iterator[Columns | None]:
        for channel in self.channels:
            parts = []
            for block in self._blocks(channel):
                parts.append(columns_of(self.classes, block))
                yield None  # lets the job be cancelled
            if parts:
                yield Columns(channel, np.concatenate(parts))

    def _blocks(self, channel: int | None) -> Iterator[NDArray[np.float32]]:
        if self.analysis is not None:
            for _first, block in self.analysis.embedding_blocks(channel):
                yield np.asarray(block)
        elif self.frames is not None:
            rows = self.frames.rows_in(self.recording, None, channel)
            for first in range(0, len(rows), _BLOCK):
                yield self.frames.read(rows[first : first + _BLOCK])


@dataclass(frozen=True, slots=True)
class LoadClassesJob:
    """Reads the classifiers of a project; yields (classes, problems)."""

    places: Sequence[tuple[str, Path | None]]
    model_sha256: str

    def run(self) -> Iterator[tuple[tuple[CustomClass, ...], tuple[str, ...]]]:
        known: dict[Path, Classifier | None] = {}
        problems = []
        classes = []
        for label, path in self.places:
            if path is not None and path not in known:
                try:
                    known[path] = checked_model(path, read_classifier(path), self.model_sha256)
                except UserError as error:
                    known[path] = None
                    problems.append(str(error))
            classifier = known.get(path) if path is not None else None
            if classifier is not None and label not in classifier.labels:
                classifier = None
            classes.append(CustomClass(label, classifier, path))
        yield tuple(classes), tuple(problems)


def checked_model(path: Path, classifier: Classifier, model_sha256: str) -> Classifier:
    """The classifier, if it was trained on embeddings of this model ("": any).

    Raises UserError otherwise.
    """
    if model_sha256 and classifier.model_sha256 not in ("", model_sha256):
        raise UserError(
            path,
            "was trained with other weights of the network",
            "choose those weights, or train the class again",
        )
    return classifier


@dataclass(frozen=True, slots=True)
class DetectProgress:
    """Detections of custom classes in one recording; `done` of `total` recordings."""

    recording: str
    count: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class DetectJob:
    """Detects custom classes in stored recordings of a project, and stores the detections.

    In all recordings except `but`, or in those of `only`. Detections of the labels in `lost`, which
    have no scores any more, go, wherever they are; those of other classes stay as they are.
    """

    project: Project
    frames: Frames | None
    classes: tuple[CustomClass, ...]
    first_index: int
    rules: RuleSet
    but: str = ""
    only: frozenset[str] | None = None
    lost: frozenset[str] = frozenset()

    def run(self) -> Iterator[DetectProgress]:
        if self.only is None:
            _set_unfinished(self.project, self.lost)
        frames, scored = self.frames, {c.label for c in self.classes if c.classifier is not None}
        by_recording: dict[str, list[Segment]] = {}
        for segment in frames.segments if frames is not None and scored else ():
            by_recording.setdefault(segment.track.recording, []).append(segment)
        known = {recording.id for recording in self.project.recordings.all()}
        if self.only is not None:
            known &= self.only
        wanted = dict.fromkeys([*by_recording, *self._holding_lost()])
        recordings = [r for r in wanted if r != self.but and r in known]
        for done, recording in enumerate(recordings, start=1):
            new: list[Event] = []
            for channel in {s.track.channel for s in by_recording.get(recording, ())}:
                new += self._events(recording, channel, by_recording[recording])
            again = self.lost | scored if recording in by_recording else self.lost
            stored = self.project.events.of(recording)
            others = [e for e in stored if not e.touched and e.label not in again]
            self.project.events.store_detections(recording, [*others, *new])
            yield DetectProgress(recording, len(new), done, len(recordings))
        if self.only is None:
            _set_unfinished(self.project, None)

    def _holding_lost(self) -> Iterator[str]:
        """Recordings with detections of labels that have no scores any more."""
        if self.lost:
            wanted = EventFilter(labels=self.lost, states=frozenset([ReviewState.UNREVIEWED]))
            rows = self.project.events.rows(wanted)
            for first in range(0, len(rows), _BLOCK):
                for item in self.project.events.at(rows[first : first + _BLOCK].tolist()):
                    yield item.recording_id

    def _events(
        self, recording: str, channel: int | None, segments: Sequence[Segment]
    ) -> list[Event]:
        track = next(s.track for s in segments if s.track.channel == channel)
        frames = self.frames
        assert frames is not None
        rows = frames.rows_in(recording, None, channel)
        parts = [
            columns_of(self.classes, frames.read(rows[first : first + _BLOCK]))
            for first in range(0, len(rows), _BLOCK)
        ]
        if not parts:
            return []
        table = ScoreTable(track.grid(len(rows)), np.concatenate(parts), channel)
        return detected(table, self.classes, self.first_index, self.rules)


def unfinished(project: Project) -> list[str] | None:
    """The labels of `DetectJob.lost` where one for all recordings did not come to its end."""
    text = project.settings.value(_TO_DETECT)
    try:
        labels = parse_json(text) if text else None
    except ValueError:
        return None
    return [str(label) for label in labels] if isinstance(labels, list) else None


def _set_unfinished(project: Project, lost: frozenset[str] | None) -> None:
    before = unfinished(project)
    if lost is None:
        project.settings.set_value(_TO_DETECT, "")
    else:
        project.settings.set_value(_TO_DETECT, json.dumps(sorted(lost.union(before or ()))))


def detected(
    table: ScoreTable, classes: Sequence[CustomClass], first_index: int, rules: RuleSet
) -> list[Event]:
    """Events of custom classes from a table of their scores alone, under the window's rules."""
    own = {
        index - first_index: rule
        for index, rule in rules.classes.items()
        if first_index <= index < first_index + len(classes)
    }
    shifted = replace(rules, classes=own, groups=())
    names = ClassMap(tuple(SoundClass(i, "", one.label) for i, one in enumerate(classes)))
    events = []
    for event in derive_events(table, shifted, names):
        assert event.class_index is not None
        index = first_index + event.class_index
        first_frame = int(event.id.rsplit("-", 1)[1])
        events.append(
            replace(
                event,
                id=detection_id(index, first_frame, table.channel),
                class_index=index,
                rules_id=rules.rules_id,
            )
        )
    return events
