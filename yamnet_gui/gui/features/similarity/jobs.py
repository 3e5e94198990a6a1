"""Searching the embeddings of a project in the background."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis import (
    AnalysisSettings,
    Model,
    ResultCache,
    analyse_recording,
    silence_embedding,
)
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.text import counted
from yamnet_gui.embedding import (
    Duplicate,
    Exclusion,
    Frames,
    Match,
    Query,
    find_similar,
    near_duplicates,
    pooled,
)
from yamnet_gui.labels.project import (
    Command,
    Project,
    ProjectEvent,
    answer,
    correct_labels,
    delete,
    group,
    set_state,
)

from .hits import Decided, Hit, HitLabel

_VERBS = {
    ReviewState.ACCEPTED: "accept",
    ReviewState.REJECTED: "reject",
    ReviewState.UNCERTAIN: "mark uncertain",
    ReviewState.UNREVIEWED: "unreview",
}
_MOST_FRAMES = 4096
"""Frames of a file that are pooled into one vector."""
_SAMPLED = 2000


@dataclass(frozen=True, slots=True)
class SearchJob:
    """The best matches among all stored frames, without the examples themselves.

    Raises UserError if the examples cannot be searched with.
    """

    frames: Frames
    positives: tuple[NDArray[np.float32], ...]
    negatives: tuple[NDArray[np.float32], ...]
    exclude: tuple[Exclusion, ...]
    limit: int

    def run(self) -> Iterator[list[Match]]:
        try:
            query = Query.of(self.positives, self.negatives)
        except ValueError as error:
            raise UserError("The examples", f"cannot be searched with: {error}") from error
        share = _share(self.frames, query)
        yield find_similar(self.frames, query, self.limit, exclude=self.exclude, share=share)


def _share(frames: Frames, query: Query) -> float:
    """The share of a match's cosine that neighbouring frames need to belong to it.

    Nine tenths of the way up from the median cosine: where all recordings are alike, a fixed share
    would merge a whole recording into one match.
    """
    rows = frames.live_rows()
    rows = rows[:: max(1, len(rows) // _SAMPLED)]
    usual = frames.read(rows) @ query.direction * frames.scales[rows]
    return 0.9 + 0.1 * float(np.clip(np.median(usual), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class DuplicatesJob:
    """Recordings that repeat most of this one."""

    frames: Frames
    recording: str

    def run(self) -> Iterator[list[Duplicate]]:
        yield near_duplicates(self.frames, self.recording)


@dataclass(frozen=True, slots=True)
class FileExampleJob:
    """One vector, float32 (1, 1024), for a file from anywhere; silence in it weighs little.

    Raises UserError.
    """

    path: Path
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None

    def run(self) -> Iterator[NDArray[np.float32] | None]:
        for step in analyse_recording(self.path, self.model, self.settings, self.cache):
            if step.analysis is None:
                yield None  # lets the job be cancelled
                continue
            channel = step.analysis.tables[0].channel
            embeddings = np.array(step.analysis.embeddings(channel)[:_MOST_FRAMES])
            yield pooled(embeddings, silence_embedding(self.model))[np.newaxis]


@dataclass(frozen=True, slots=True)
class AnswerJob:
    """Decides about many hits (by their place in the list), as one step.

    Those in `created` are events that a decision made: marked as unreviewed they go again. With
    `own`, a hit that is an event gets the state itself; else the event of the label at its place,
    which is made where there is none. With `relabel` the label of an event is corrected. Yields
    the place in the list, event and state of each. Raises ProjectError.
    """

    project: Project
    hits: tuple[tuple[int, Hit], ...]
    label: HitLabel | None
    state: ReviewState
    reviewer: str
    ontology: Ontology
    created: frozenset[str] = frozenset()
    own: bool = False
    relabel: bool = False

    def run(self) -> Iterator[list[Decided]]:
        command, decided = self.step({})
        if command.changes:
            self.project.apply(command, adopt=True)
        yield decided

    def step(self, events: dict[str, dict[str, Event]]) -> tuple[Command, list[Decided]]:
        """The step, not yet made. `events`: by recording those that it has, by their ids, where the
        project does not hold them yet."""
        commands: list[Command] = []
        decided: list[Decided] = []
        for number, hit in self.hits:
            recording = hit.place.recording
            if recording not in events:
                events[recording] = {e.id: e for e in self.project.events.of(recording)}
            step = self._one(hit, events[recording])
            if step is None:
                continue
            command, event_id, made = step
            for change in command.changes:
                if isinstance(change.new, Event):
                    events[recording][change.key] = change.new
                elif change.new is None:
                    events[recording].pop(change.key, None)
            commands.append(command)
            decided.append(Decided(number, event_id, self.state, made))
        verb = _VERBS[self.state]
        title = f"{verb} {counted(len(decided), 'sound')}"
        return group(title, commands), decided

    def _one(self, hit: Hit, events: dict[str, Event]) -> tuple[Command, str, bool] | None:
        """The step for one hit, its event, and whether that is new; None where there is none."""
        event, recording = events.get(hit.event_id), hit.place.recording
        undecided = self.state is ReviewState.UNREVIEWED
        if undecided and event is None:
            return None
        if event is not None and (undecided or self.own or self.label is None):
            items = [ProjectEvent(recording, event)]
            if undecided and event.id in self.created:
                return delete(items), event.id, False
            return set_state(items, self.state, self.reviewer), event.id, False
        if self.label is None:
            return None
        if event is not None and self.relabel:
            label = self.label
            corrected = correct_labels(
                [ProjectEvent(recording, event)],
                label.label,
                label.class_index,
                label.mid,
                reviewer=self.reviewer,
                ontology=self.ontology,
                touched_beside=self.project.events.touched_beside,
            )
            return corrected, event.id, False
        result = answer(
            events.values(),
            recording,
            hit.place.span,
            self.label.label,
            self.state,
            class_index=self.label.class_index,
            mid=self.label.mid,
            channel=hit.place.channel,
            reviewer=self.reviewer,
        )
        return result.command, result.event_id, result.made
