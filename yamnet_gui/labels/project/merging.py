"""Merges two copies of a project that were changed independently.

What only one copy has changed since they diverged is merged; what both have changed in different
ways is a conflict that the user resolves. The steps that both share show where they diverged.
Projects that share none are compared event by event: edited events take precedence over others.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from yamnet_gui.core.events import Event, EventList, ReviewedSpan, new_event_id
from yamnet_gui.core.stopping import until_stopped

from .command import Change, Command
from .models import LabelSet, Recording, Reviewed, StoredRules
from .project import Project
from .reviewer_decisions import (
    ByReviewer,
    decisions_of_copies,
    matching_recording,
    present_decisions,
    storing,
)


class MergeChoice(StrEnum):
    """How a conflict ends. BOTH adds theirs next to ours under a new id."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Conflict:
    """An event that both copies changed; None where that copy deleted it.

    `recording_id` is that of our copy.
    """

    recording_id: str
    event_id: str
    ours: Event | None
    theirs: Event | None

    @property
    def key(self) -> tuple[str, str]:
        return (self.recording_id, self.event_id)


@dataclass(frozen=True, slots=True)
class Merge:
    """What has to change in our copy: `additions` without asking, `conflicts` as decided.

    `decisions` store who decided what in either copy, for agreement.
    """

    additions: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    related: bool
    decisions: tuple[Change, ...] = ()

    @property
    def new_recordings(self) -> int:
        return sum(c.kind == "recording" and c.old is None for c in self.additions)

    @property
    def new_events(self) -> int:
        return sum(c.kind == "event" and c.old is None for c in self.additions)


def compare(ours: Project, theirs: Project) -> Merge:
    """What `theirs` has that `ours` lacks, and what contradicts. Changes nothing."""
    our_steps, their_steps = ours.history.step_uids(), theirs.history.step_uids()
    shared = our_steps & their_steps
    mine = _Side(ours.history.events_changed_since(shared))
    other = _Side(theirs.history.events_changed_since(shared))
    additions: list[Change] = []
    conflicts: list[Conflict] = []
    taken: set[str] = set()
    sides: list[tuple[str, ByReviewer, ByReviewer]] = []
    for recording in until_stopped(theirs.recordings.all(), 1):
        match = matching_recording(ours, recording, taken)
        if match is None:
            adopted = replace(
                recording,
                path=ours.recordings.stored_path(theirs.recordings.locate(recording)),
                removed=False,
            )
            if ours.recordings.knows(recording.id):  # taken out here: that was a decision
                continue
            additions.append(Change(adopted.id, None, adopted))
            for event in theirs.events.of(recording.id):
                additions.append(Change(adopted.id, None, event))
            spans = theirs.recordings.reviewed(recording.id)
            if spans.spans:
                additions.append(Change(adopted.id, None, spans))
            continue
        taken.add(match.id)
        own, others = ours.events.of(match.id), theirs.events.of(recording.id)
        our_spans = ours.recordings.reviewed(match.id).spans
        their_spans = theirs.recordings.reviewed(recording.id).spans
        decided = present_decisions(own, our_spans), present_decisions(others, their_spans)
        sides.append((match.id, *decided))
        for difference in _events(own, others, match, recording, mine, other, bool(shared)):
            if isinstance(difference, Change):
                additions.append(difference)
            else:
                conflicts.append(difference)
        additions.extend(
            _reviewed(
                match.id,
                ours.recordings.reviewed(match.id),
                theirs.recordings.reviewed(recording.id),
            )
        )
    additions.extend(_sets(ours.settings.label_sets(), theirs.settings.label_sets()))
    additions.extend(_rules(ours.settings.rule_sets(), theirs.settings.rule_sets()))
    decisions = storing(ours, decisions_of_copies(sides))
    return Merge(tuple(additions), tuple(conflicts), bool(shared), decisions)


def merge_command(merge: Merge, resolutions: Mapping[tuple[str, str], MergeChoice]) -> Command:
    """One step that brings theirs into ours; undecided conflicts stay as ours.

    `resolutions` are choices by `Conflict.key`.
    """
    changes = [*merge.additions, *merge.decisions]
    for conflict in merge.conflicts:
        choice = resolutions.get(conflict.key, MergeChoice.OURS)
        if choice is MergeChoice.THEIRS:
            changes.append(Change(conflict.recording_id, conflict.ours, conflict.theirs))
        elif choice is MergeChoice.BOTH:
            if conflict.ours is None:
                changes.append(Change(conflict.recording_id, None, conflict.theirs))
            elif conflict.theirs is not None:
                beside = replace(conflict.theirs, id=new_event_id())
                changes.append(Change(conflict.recording_id, None, beside))
    return Command("merge another copy", tuple(changes))


@dataclass(frozen=True, slots=True)
class _Side:
    """What a copy has changed since the two diverged: (recording id, event id)."""

    changed: frozenset[tuple[str, str]]

    def has(self, recording_id: str, event_id: str) -> bool:
        return (recording_id, event_id) in self.changed


def _events(
    own: EventList, others: EventList, match: Recording, recording: Recording,
    mine: _Side, other: _Side, related: bool,
) -> Iterator[Change | Conflict]:  # fmt: skip
    for event_id in until_stopped(dict.fromkeys(e.id for e in until_stopped(chain(own, others)))):
        a, b = own.get(event_id), others.get(event_id)
        if _alike(a, b):
            continue
        if related and match.id == recording.id:
            by_us = mine.has(match.id, event_id)
            by_them = other.has(recording.id, event_id)
            if a is None and not by_us and b is not None and not b.touched:
                by_them = True  # a detection that only they have
        else:
            by_us, by_them = a is not None and a.touched, b is not None and b.touched
            if a is None:
                by_them = True
        if by_us and by_them:
            yield Conflict(match.id, event_id, a, b)
        elif by_them:
            yield Change(match.id, a, b)


def _alike(a: Event | None, b: Event | None) -> bool:
    """Whether both are the same apart from reviewer and time."""
    if a is None or b is None:
        return a is b
    if a == b:  # nearly all of a large project
        return True
    return replace(a, reviewer=b.reviewer, reviewed_utc=b.reviewed_utc) == b


def _reviewed(recording_id: str, ours: Reviewed, theirs: Reviewed) -> Iterator[Change]:
    """The reviewed spans of both copies count."""
    added = [span for span in theirs.spans if span not in ours.spans]
    if added:
        spans: list[ReviewedSpan] = sorted([*ours.spans, *added], key=lambda s: (s.span, s.labels))
        yield Change(recording_id, ours, Reviewed(tuple(spans)))


def _sets(ours: Iterable[LabelSet], theirs: Iterable[LabelSet]) -> Iterator[Change]:
    """Classes that only theirs has are added; where both differ, ours stays."""
    present = {s.id: s for s in ours}
    for other in theirs:
        mine = present.get(other.id)
        if mine is None:
            yield Change("", None, other)
            continue
        names = {label.name for label in mine.labels}
        added = tuple(label for label in other.labels if label.name not in names)
        if added:
            yield Change("", mine, replace(mine, labels=mine.labels + added))


def _rules(ours: Iterable[StoredRules], theirs: Iterable[StoredRules]) -> Iterator[Change]:
    """The higher version of the same rules wins."""
    present = {r.id: r for r in ours}
    for other in theirs:
        mine = present.get(other.id)
        if mine is None or other.version > mine.version:
            yield Change("", mine, other)
