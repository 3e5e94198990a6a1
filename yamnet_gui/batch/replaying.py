"""Which decisions of a project other rules or another model would contradict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.detection import Dissent, RuleSet, derive_events, replay_decisions
from yamnet_gui.detection.evaluation import is_decision
from yamnet_gui.labels.project import Project

from .subjects import LeftOut, StoredScores


@dataclass(frozen=True, slots=True)
class Objection:
    """A decision that would be contradicted, and in which recording."""

    recording_id: str
    recording: str
    dissent: Dissent


@dataclass(frozen=True, slots=True)
class ProjectReplay:
    """Decisions looked at, how many would be kept, and all objections by recording and time."""

    decisions: int
    kept: int
    objections: tuple[Objection, ...]
    recordings: int
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayStep:
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
) -> Iterator[ReplayStep]:
    """Derives the events of every recording with decisions anew and holds them against those.

    `shown` holds the events of recordings that are not stored yet (the open one), by id.
    """
    recordings = project.recordings()
    objections: list[Objection] = []
    left_out: list[LeftOut] = []
    decisions = kept = used = 0
    for number, recording in enumerate(recordings):
        events = (shown or {}).get(recording.id) or project.recording_events(recording.id)
        decided = [event for event in events if is_decision(event)]
        if decided:
            try:
                tables = scores.tables(project.locate(recording))
            except UserError as error:
                tables = ()
                left_out.append(LeftOut(recording.name, error.reason))
            else:
                if not tables:
                    reason = "is not analysed with these weights and settings"
                    left_out.append(LeftOut(recording.name, reason))
            if tables:
                wanted = _classes(decided, class_map)
                found = EventList.of(
                    event for t in tables for event in derive_events(t, rules, class_map, wanted)
                )
                replay = replay_decisions(decided, found)
                used += 1
                decisions += replay.decisions
                kept += replay.kept
                objections += [Objection(recording.id, recording.name, d) for d in replay.dissents]
        yield ReplayStep(number + 1, len(recordings) + 1)
    result = ProjectReplay(decisions, kept, tuple(objections), used, tuple(left_out))
    yield ReplayStep(len(recordings) + 1, len(recordings) + 1, result)


def _classes(decided: list[Event], class_map: ClassMap) -> list[int]:
    names = {event.label for event in decided}
    names |= {event.original.label for event in decided if event.original is not None}
    found = (class_map.find(name) for name in names)
    return sorted({entry.index for entry in found if entry is not None})
