"""What importing a table would do: new, changed and conflicting events, and unknown labels."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import (
    Event,
    EventList,
    LabelledRecording,
    RecordingInfo,
    ReviewedSpan,
    ReviewState,
    new_event_id,
)
from yamnet_gui.core.matching import FreeEvents, onsets_of_same_sound, same_sound
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.stopping import until_stopped

from .doubts import Doubt, doubts

SAME_TIME_S = 0.0015
"""Times this near are the same: formats in milliseconds round by up to half of one at each end."""

_SPELLED = 100
"""Unknown labels whose spelling is compared, the most frequent: a table may have any number."""


class ImportKind(StrEnum):
    """How an imported event relates to the existing ones."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    CONFLICTING = "conflicting"


class Resolve(StrEnum):
    """What to do where the user has edited the event that an import would change."""

    KEEP = "keep"
    TAKE = "take"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class UnknownLabel:
    """A label of the table that the project does not know, with the nearest that it does."""

    label: str
    count: int
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One event of the table. `result` is what the project would hold; `existing` what it has.

    `doubts`: what is odd about it, unless it is in the project already.
    """

    path: Path
    kind: ImportKind
    result: Event
    existing: Event | None = None
    differences: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class EventChange(NamedTuple):
    """A step of the import: `old` None adds, else `new` takes its place."""

    path: Path
    old: Event | None
    new: Event


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do; nothing is changed before `changes` is applied."""

    events: tuple[PlannedEvent, ...]
    unknown_labels: tuple[UnknownLabel, ...] = ()
    new_recordings: tuple[RecordingInfo, ...] = ()
    new_spans: tuple[tuple[Path, ReviewedSpan], ...] = ()
    left_out: int = 0

    def of(self, kind: ImportKind) -> list[PlannedEvent]:
        return [event for event in self.events if event.kind is kind]

    def counts(self) -> dict[ImportKind, int]:
        by_kind = Counter(event.kind for event in self.events)
        return {kind: by_kind[kind] for kind in ImportKind}

    def changes(
        self,
        conflicts: Resolve = Resolve.KEEP,
        single: Mapping[str, Resolve] | None = None,
        *,
        doubtful: bool = True,
    ) -> Iterator[EventChange]:
        """The steps, conflicts resolved in one way or, by the existing event's id, each its own.

        `doubtful`: also for events that are odd.
        """
        for planned in until_stopped(self.events):
            if planned.doubts and not doubtful:
                continue
            old, new = planned.existing, planned.result
            if planned.kind is ImportKind.NEW:
                yield EventChange(planned.path, None, new)
            elif planned.kind is ImportKind.CHANGED:
                yield EventChange(planned.path, old, new)
            elif planned.kind is ImportKind.CONFLICTING and old is not None:
                how = (single or {}).get(old.id, conflicts)
                if how is Resolve.TAKE:
                    yield EventChange(planned.path, old, new)
                elif how is Resolve.BOTH:
                    yield EventChange(planned.path, None, replace(new, id=new_event_id()))


def plan_import(
    existing: Sequence[LabelledRecording],
    imported: Sequence[LabelledRecording],
    *,
    mapping: Mapping[str, str | None] | None = None,
    classes: ClassMap | None = None,
    own_labels: Iterable[str] = (),
) -> ImportPlan:
    """Compares a table with the project.

    `mapping`: label of the table → label to use, None: leave its events out. Labels that are
    neither classes, own labels, used in the project nor mapped are listed as unknown (and are
    imported as they are, as own labels, if nobody maps them).
    """
    classes = classes or bundled_class_map()
    mapping = mapping or {}
    present = {r.recording.path: r for r in existing}
    known = {*classes.names, *own_labels, *(e.label for r in existing for e in r.events)}
    spelled = _spellings(known, {e.label for r in imported for e in r.events})
    planned: list[PlannedEvent] = []
    spans: list[tuple[Path, ReviewedSpan]] = []
    unknown: Counter[str] = Counter()
    left_out = 0
    for recording in until_stopped(imported, 1):
        path = recording.recording.path
        stored = present.get(path)
        labels = Counter(event.label for event in recording.events)
        events: Sequence[Event] = recording.events.events
        if not labels.keys().isdisjoint({*mapping, *spelled}):
            events, labels = _renamed(events, mapping, spelled, classes)
        left_out += len(recording.events) - len(events)
        unknown.update({label: n for label, n in labels.items() if label not in known})
        about = stored.recording if stored else recording.recording
        planned += _compare(path, events, stored.events if stored else EventList(), about)
        seen = set(stored.reviewed) if stored else set()
        spans += [(path, span) for span in recording.reviewed if span not in seen]
    return ImportPlan(
        tuple(planned),
        tuple(
            UnknownLabel(label, n, classes.near_names(label, known, spelling=k < _SPELLED))
            for k, (label, n) in enumerate(until_stopped(unknown.most_common(), 1))
        ),
        tuple(r.recording for r in imported if r.recording.path not in present),
        tuple(spans),
        left_out,
    )


def _spellings(known: Iterable[str], labels: Iterable[str]) -> dict[str, str]:
    """Labels that only look like another one → that one: the project's, else the composed form.

    A label that looks like no other is left as it is written, in any Unicode form.
    """
    composed = partial(unicodedata.normalize, "NFC")
    known = set(known)
    by_form = {composed(label): label for label in known if not label.isascii()}
    new = {label for label in labels if not label.isascii()} - known
    times = Counter(composed(label) for label in new)
    spelled = {label: by_form.get(form := composed(label), form) for label in new}
    return {
        label: other
        for label, other in spelled.items()
        if other != label and (other in known or times[other] > 1)
    }


def _renamed(
    events: Iterable[Event],
    mapping: Mapping[str, str | None],
    spelled: Mapping[str, str],
    classes: ClassMap,
) -> tuple[list[Event], Counter[str]]:
    """The events under the labels that they get, and how often each label is in no mapping."""
    renamed = []
    labels: Counter[str] = Counter()
    for event in until_stopped(events):
        if event.label not in mapping and event.label in spelled:
            event = _named(event, spelled[event.label], classes)
        if event.label not in mapping:
            labels[event.label] += 1
            renamed.append(event)
        elif (target := mapping[event.label]) is not None:
            renamed.append(_named(event, target, classes))
    return renamed, labels


def _named(event: Event, label: str, classes: ClassMap) -> Event:
    match = classes.find(label) if label else None
    exact = match if match is not None and match.name == label else None
    return replace(
        event,
        label=label,
        class_index=exact.index if exact else None,
        mid=exact.mid if exact else "",
    )


def _compare(
    path: Path, events: Sequence[Event], existing: EventList, info: RecordingInfo
) -> Iterator[PlannedEvent]:
    """Pairs each imported event with at most one existing event, surest pairs first."""
    pairs: dict[int, Event] = {}
    if existing:
        free = FreeEvents(existing)
        for rule in (_same_id, _same_place, _same_sound):
            for k, event in enumerate(until_stopped(events)):
                if k not in pairs and (twin := rule(event, free)) is not None:
                    free.take(twin)
                    pairs[k] = twin
    for k, event in enumerate(until_stopped(events)):
        if k in pairs:
            yield _planned(path, event, pairs[k], info)
        else:
            yield PlannedEvent(path, ImportKind.NEW, event, None, (), doubts(event, info))


def _same_id(event: Event, free: FreeEvents) -> Event | None:
    return free.get(event.id)


def _same_place(event: Event, free: FreeEvents) -> Event | None:
    near = free.between(event.label, event.onset_s - SAME_TIME_S, event.onset_s + SAME_TIME_S)
    return next((other for other in near if _same_times(event, other)), None)


def _same_times(a: Event, b: Event) -> bool:
    return abs(a.onset_s - b.onset_s) <= SAME_TIME_S and abs(a.offset_s - b.offset_s) <= SAME_TIME_S


def _same_sound(event: Event, free: FreeEvents) -> Event | None:
    """Of the events that are the same sound, the one whose bounds are nearest."""
    near = free.between(event.label, *onsets_of_same_sound(event))
    same = (other for other in near if same_sound(event, other))
    return min(same, key=lambda other: _distance_s(event, other), default=None)


def _distance_s(a: Event, b: Event) -> float:
    return abs(a.onset_s - b.onset_s) + abs(a.offset_s - b.offset_s)


def _planned(path: Path, event: Event, twin: Event, info: RecordingInfo) -> PlannedEvent:
    if _adds_nothing(event, twin):
        return PlannedEvent(path, ImportKind.SAME, twin, twin)
    result = _updated(twin, event)
    differences = tuple(
        f.name for f in fields(Event) if getattr(result, f.name) != getattr(twin, f.name)
    )
    changed = tuple(n for n in differences if n not in ("original", "source"))
    if not changed:
        return PlannedEvent(path, ImportKind.SAME, twin, twin)
    kind = ImportKind.CONFLICTING if twin.touched else ImportKind.CHANGED
    return PlannedEvent(path, kind, result, twin, changed, doubts(result, info))


_FILLED = ("channel", "score_max", "score_mean", "probability", "low_hz", "high_hz",
           "onset_uncertainty_s", "offset_uncertainty_s", "reviewed_utc")  # fmt: skip
_SCORES = ("score_max", "score_mean", "probability")
_WORDS = ("reviewer", "note", "rules_id")
_WRITTEN = 1e-12


_values = attrgetter(*_FILLED)
_texts = attrgetter(*_WORDS)
_UNREVIEWED = ReviewState.UNREVIEWED


def _adds_nothing(event: Event, twin: Event) -> bool:
    """Whether `_updated` would leave the existing event as it is: most of a second import."""
    return (
        event.label == twin.label
        and _same_times(event, twin)
        and (event.state is _UNREVIEWED or event.state is twin.state)
        and all(
            new is None or new == old or _is_written(new, old)
            for new, old in zip(_values(event), _values(twin), strict=True)
        )
        and all(not new or new == old for new, old in zip(_texts(event), _texts(twin), strict=True))
    )


def _is_written(new: object, old: object) -> bool:
    """Whether a number is another as tables write it: without the noise of its last places."""
    return (
        isinstance(new, float)
        and isinstance(old, float)
        and math.isclose(new, old, rel_tol=_WRITTEN, abs_tol=0.0)
    )


def _updated(twin: Event, event: Event) -> Event:
    """The existing event with the values of the table; empty ones change nothing."""
    result = twin
    if not _same_times(event, twin):
        result = result.moved(event.onset_s, event.offset_s)
    if event.label != twin.label:
        result = result.relabelled(event.label, event.class_index, event.mid)
    filled = zip(_FILLED, _values(event), _values(twin), strict=True)
    values = {
        name: new for name, new, old in filled if new is not None and not _is_written(new, old)
    }
    if result.original is not None and result.original.label != result.label:
        # whoever corrects a label in a table leaves the scores of the former class beside it
        values = {name: value for name, value in values.items() if name not in _SCORES}
    if twin.touched:  # its probability comes from the project's own reviews
        values.pop("probability", None)
    values |= {name: getattr(event, name) for name in _WORDS if getattr(event, name)}
    if event.state is not type(event.state).UNREVIEWED:
        values["state"] = event.state
    return replace(result, **values)
