"""Which decisions of a project other rules or another model would contradict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.detection import Contradiction, RuleSet, derive_events, replay_decisions
from yamnet_gui.detection.evaluation import is_decision
from yamnet_gui.labels.project import Project

from .references import RecordingScores, Skipped, StoredScores, scores_or_reason


@dataclass(frozen=True, slots=True)
class ProjectContradiction:
    """A decision that would be contradicted, and in which recording."""

    recording_id: str
    recording: str
    contradiction: Contradiction


@dataclass(frozen=True, slots=True)
class ProjectReplay:
    """Decisions checked, how many would be reproduced, and all contradictions by recording and
    time."""

    decisions: int
    reproduced: int
    contradictions: tuple[ProjectContradiction, ...]
    recordings: int
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """How far a replay is; `result` comes with the last step."""

    done: int
    total: int
    result: ProjectReplay | None = None


def replay_project(
    project: Project,
    scores: StoredScores,
    rules: RuleSet,
    class_map: ClassMap,
    shown: Mapping[str, EventList] | None = None,
) -> Iterator[ReplayProgress]:
    """Recomputes the events of every recording with decisions and compares them with these.

    `shown` holds the events of recordings that are not stored yet (the open one), by id.
    """
    some = project.events.touched_recordings() | (shown or {}).keys()
    recordings = [r for r in project.recordings.all() if r.id in some]
    contradictions: list[ProjectContradiction] = []
    skipped: list[Skipped] = []
    decisions = reproduced = used = 0
    for number, recording in enumerate(recordings):
        events = (shown or {}).get(recording.id) or project.events.of(recording.id)
        decided = [event for event in events if is_decision(event)]
        if decided:
            scored, why = scores_or_reason(scores, project.recordings.locate(recording))
            if scored is None:
                skipped.append(Skipped(recording.name, why))
            else:
                detections = _detections(scored, rules, class_map, _classes(decided, class_map))
                replay = replay_decisions(decided, detections)
                used += 1
                decisions += replay.decisions
                reproduced += replay.reproduced
                contradictions += [
                    ProjectContradiction(recording.id, recording.name, d)
                    for d in replay.contradictions
                ]
        yield ReplayProgress(number + 1, len(recordings) + 1)
    result = ProjectReplay(decisions, reproduced, tuple(contradictions), used, tuple(skipped))
    yield ReplayProgress(len(recordings) + 1, len(recordings) + 1, result)


def _detections(
    scored: RecordingScores, rules: RuleSet, class_map: ClassMap, classes: list[int]
) -> EventList:
    return EventList.of(
        event
        for table in scored.tables
        for event in derive_events(
            table,
            rules,
            class_map,
            [c for c in classes if c < table.scores.shape[1]],
            scored.envelopes.get(table.channel),
        )
    )


def _classes(decided: list[Event], class_map: ClassMap) -> list[int]:
    names = {event.label for event in decided}
    names |= {event.original.label for event in decided if event.original is not None}
    entries = (class_map.find(name) for name in names)
    return sorted({entry.index for entry in entries if entry is not None})
