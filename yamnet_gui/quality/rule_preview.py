"""What rules would change in all recordings of a project, and changing it."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from yamnet_gui.analysis.events_of import EventsRequest, events_of_analysis
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.event_diff import EventDiff, changes_in_words, diff_events
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.matching import merge_detections
from yamnet_gui.detection import RuleSet
from yamnet_gui.labels.project import Project, Recording
from yamnet_gui.labels.project.other_rules import note_rules
from yamnet_gui.labels.project.project_model import project_classes

from .references import Skipped, StoredScores


@dataclass(frozen=True, slots=True)
class RecordingChanges:
    """What would change in one recording; `protected` events are touched and stay as they are.

    `same` are detections that the rules find as they are, and of which the project says so then.
    """

    recording_id: str
    name: str
    changes: EventDiff
    protected: int
    same: tuple[Event, ...] = ()


@dataclass(frozen=True)
class RulesPreview:
    """What rules would change in a project: every recording with stored results, in order."""

    rules: RuleSet
    recordings: tuple[RecordingChanges, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def appear(self) -> int:
        return sum(len(one.changes.appear) for one in self.recordings)

    @property
    def vanish(self) -> int:
        return sum(len(one.changes.vanish) for one in self.recordings)

    @property
    def change(self) -> int:
        return sum(len(one.changes.change) for one in self.recordings)

    @property
    def protected(self) -> int:
        return sum(one.protected for one in self.recordings)

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not any(one.changes for one in self.recordings)

    @cached_property
    def by_label(self) -> Mapping[str, tuple[int, int, int]]:
        """How many events of each label appear, vanish and change; the most first.

        Counted once, by `preview_rules`: of a million events it takes most of a second.
        """
        counts = tuple(
            Counter(event.label for one in self.recordings for event in pick(one.changes))
            for pick in (_appearing, _vanishing, _changing)
        )
        labels = {label for counter in counts for label in counter}
        ranked = sorted(labels, key=lambda name: (-sum(c[name] for c in counts), name))
        return {name: (counts[0][name], counts[1][name], counts[2][name]) for name in ranked}

    def in_words(self) -> str:
        """The counts as text."""
        return changes_in_words(self.appear, self.vanish, self.change)


@dataclass(frozen=True, slots=True)
class PreviewProgress:
    """How far a preview is; the last step has it whole."""

    done: int
    total: int
    preview: RulesPreview | None = None


def preview_rules(
    project: Project,
    scores: StoredScores,
    rules: RuleSet,
    class_map: ClassMap,
    detected: Mapping[str, EventList] | None = None,
) -> Iterator[PreviewProgress]:
    """Recomputes the events of every recording and compares them with the stored ones.

    `detected` has the events that the rules give in recordings at hand (the open one), by id. For
    the others stored results are used; those without any are skipped. Events of custom classes
    stay.
    """
    recordings = project.recordings.all()
    count = len(project_classes(project))
    changes: list[RecordingChanges] = []
    skipped: list[Skipped] = []
    for number, recording in enumerate(recordings):
        yield PreviewProgress(number, len(recordings))
        try:
            events = (detected or {}).get(recording.id)
            if events is None:
                events = yield from _events(project, recording, scores, rules, class_map, number)
        except (UserError, OSError) as error:
            reason = error.reason if isinstance(error, UserError) else str(error.strerror)
            skipped.append(Skipped(recording.name, reason))
            continue
        if events is None:
            skipped.append(Skipped(recording.name, "is not analysed with these settings"))
            continue
        changes.append(_changes(project, recording, events, count, rules.rules_id))
    preview = RulesPreview(rules, tuple(changes), tuple(skipped))
    _ = preview.by_label
    yield PreviewProgress(len(recordings), len(recordings), preview)


def apply_rules(project: Project, preview: RulesPreview) -> str:
    """Changes what the preview shows, as one step; what it did, in words.

    An event that has been edited since stays as it is. The project knows then that these rules
    found what is there; where that is all, there is nothing to undo. Raises ProjectError.
    """
    rules = preview.rules
    title = f"apply rules {rules.name}: {preview.in_words()}"
    if not preview.empty:
        project.events.replace_detections(
            title,
            {
                one.recording_id: (
                    [*one.changes.vanish, *(old for old, new in one.changes.change)],
                    [*one.changes.appear, *(new for old, new in one.changes.change), *one.same],
                )
                for one in preview.recordings
                if one.changes or one.same
            },
        )
    for one in preview.recordings:
        note_rules(project, one.recording_id, rules.rules_id)
    return title


def _events(
    project: Project,
    recording: Recording,
    scores: StoredScores,
    rules: RuleSet,
    class_map: ClassMap,
    number: int,
) -> Generator[PreviewProgress, None, EventList | None]:
    analysis = scores.analysis(project.recordings.locate(recording))
    if analysis is None:
        return None
    for step in events_of_analysis(analysis, EventsRequest(rules=rules)):
        if step.result is not None:
            return step.result.labelled(class_map).events
        yield PreviewProgress(number, len(project.recordings.all()))  # so that it can be stopped
    return None


def _changes(
    project: Project, recording: Recording, detected: EventList, count: int, rules_id: str
) -> RecordingChanges:
    stored = project.events.of(recording.id)
    deleted = project.events.deleted(recording.id)
    detections = [event for event in detected if _of_the_model(event, count)]
    merged = merge_detections(detections, stored, deleted)
    after = [event for event in merged if not event.touched]
    before = [event for event in stored if not event.touched and _of_the_model(event, count)]
    changes = diff_events(EventList.of(before), EventList.of(after))
    protected = sum(event.touched for event in stored)
    other = {event.id for event in changes.vanish}.union(old.id for old, _ in changes.change)
    same = tuple(
        replace(event, rules_id=rules_id)
        for event in before
        if event.id not in other and event.rules_id != rules_id
    )
    return RecordingChanges(recording.id, recording.name, changes, protected, same)


def _of_the_model(event: Event, count: int) -> bool:
    """Whether an event comes from a class of the model, which has `count`; others have their own
    scores."""
    return event.class_index is not None and event.class_index < count


def _appearing(changes: EventDiff) -> tuple[Event, ...]:
    return changes.appear


def _vanishing(changes: EventDiff) -> tuple[Event, ...]:
    return changes.vanish


def _changing(changes: EventDiff) -> tuple[Event, ...]:
    return tuple(new for _, new in changes.change)
