"""Commands for everything that users do to events."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from yamnet_gui.core.events import (
    Event,
    EventSource,
    Original,
    ReviewState,
    new_event_id,
)
from yamnet_gui.core.negatives import negative_id
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.spans import Box
from yamnet_gui.core.text import counted

from .command import Change, Command, group
from .models import ProjectEvent


def _titled(verb: str, items: Sequence[ProjectEvent]) -> str:
    if len(items) == 1:
        return f"{verb} {items[0].event.label}"
    return f"{verb} {counted(len(items), 'event')}"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def set_state(
    events: Iterable[ProjectEvent],
    state: ReviewState,
    reviewer: str = "",
    now: datetime | None = None,
) -> Command:
    """Gives all events the state; those that have it already stay as they are."""
    verbs = {
        ReviewState.ACCEPTED: "accept",
        ReviewState.REJECTED: "reject",
        ReviewState.UNCERTAIN: "mark uncertain",
        ReviewState.UNREVIEWED: "unreview",
    }
    when = now or _now()
    items = list(events)
    changes = []
    for item in items:
        if item.event.state is state:
            continue
        undecided = state is ReviewState.UNREVIEWED
        new = replace(
            item.event,
            state=state,
            reviewer="" if undecided else reviewer,
            reviewed_utc=None if undecided else when,
        )
        changes.append(Change(item.recording_id, item.event, new))
    return Command(_titled(verbs[state], items), tuple(changes))


def accept(
    events: Iterable[ProjectEvent], reviewer: str = "", now: datetime | None = None
) -> Command:
    return set_state(events, ReviewState.ACCEPTED, reviewer, now)


def reject(
    events: Iterable[ProjectEvent], reviewer: str = "", now: datetime | None = None
) -> Command:
    return set_state(events, ReviewState.REJECTED, reviewer, now)


def uncertain(
    events: Iterable[ProjectEvent], reviewer: str = "", now: datetime | None = None
) -> Command:
    return set_state(events, ReviewState.UNCERTAIN, reviewer, now)


def unreview(
    events: Iterable[ProjectEvent], reviewer: str = "", now: datetime | None = None
) -> Command:
    return set_state(events, ReviewState.UNREVIEWED, reviewer, now)


def move_edge(
    item: ProjectEvent, onset_s: float, offset_s: float, *, merge_key: str | None = None
) -> Command:
    """New bounds. Steps of one drag join; pass a `merge_key` per gesture to part two drags.

    Raises ValueError where the offset lies before the onset.
    """
    new = item.event.moved(float(onset_s), float(offset_s))
    key = f"move:{item.recording_id}:{item.event.id}" if merge_key is None else merge_key
    return Command(f"move {item.event.label}", (Change(item.recording_id, item.event, new),), key)


def set_box(item: ProjectEvent, box: Box, *, merge_key: str) -> Command:
    """New bounds in time and in frequency, as one step. Steps with the same key join.

    Raises ValueError where the offset lies before the onset.
    """
    moved = item.event.moved(box.start_s, box.end_s)
    new = replace(moved, low_hz=box.low_hz, high_hz=box.high_hz)
    change = Change(item.recording_id, item.event, new)
    return Command(f"move {item.event.label}", (change,), merge_key)


def set_band(item: ProjectEvent, low_hz: float | None, high_hz: float | None) -> Command:
    """New bounds in frequency; None for none."""
    moved = item.event.moved(item.event.onset_s, item.event.offset_s)
    new = replace(moved, low_hz=low_hz, high_hz=high_hz)
    key = f"band:{item.recording_id}:{item.event.id}"
    return Command(
        f"band of {item.event.label}", (Change(item.recording_id, item.event, new),), key
    )


def set_note(item: ProjectEvent, note: str) -> Command:
    """Typing joins into one step."""
    new = replace(item.event, note=note)
    key = f"note:{item.recording_id}:{item.event.id}"
    return Command(
        f"note on {item.event.label}", (Change(item.recording_id, item.event, new),), key
    )


ScoresOf = Callable[[ProjectEvent, int], tuple[float, float] | None]
"""The highest and the mean score of a class within an event; None where they are not known."""


def _no_scores(_item: ProjectEvent, _class_index: int) -> None:
    return None


def relabel(
    events: Iterable[ProjectEvent],
    label: str,
    class_index: int | None = None,
    mid: str = "",
    *,
    reviewer: str = "",
    ontology: Ontology | None = None,
    existing: Iterable[ProjectEvent] = (),
    scores_of: ScoresOf = _no_scores,
    now: datetime | None = None,
) -> Command:
    """Corrects the label; the corrected event counts as accepted.

    A detection (or an imported event) of X that becomes Y also leaves a rejected event of X with
    the same bounds behind: "not X" is evidence for training and metrics. None is left where the
    ontology makes one a kind of the other, or where the event was drawn under a wrong name. Where
    an event goes back to X, the "not X" is taken away. Where the same place has an event of Y
    already, that one is accepted, and no second one is made: the event of X is taken away.
    `existing`: what the user made or decided in the recordings (`ProjectEvents.touched_beside`).
    The event gets the scores that `scores_of` knows of its new class, else none.
    """
    when = now or _now()
    items = list(events)
    present = {(e.recording_id, e.event.id): e.event for e in existing}
    backs = {(i.recording_id, negative_id(i.event.id, label)) for i in items} & present.keys()
    # one that the user has changed since is a decision of its own by now
    backs = {key for key in backs if _says_not(present[key], label)}
    changes: list[Change] = []
    chosen = {(item.recording_id, item.event.id) for item in items}
    there = {
        _place(key[0], event): None if key in chosen else event
        for key, event in present.items()
        if event.label == label and event.state is not ReviewState.REJECTED
    }
    for item in items:
        old = item.event
        place = _place(item.recording_id, old)
        if (old.label, old.class_index, old.mid) == (label, class_index, mid):
            continue
        if (item.recording_id, old.id) in backs:  # taken away below, with the event it belongs to
            continue
        new = replace(
            old.relabelled(label, class_index, mid),
            state=ReviewState.ACCEPTED,
            reviewer=reviewer,
            reviewed_utc=when,
        )
        known = None if class_index is None else scores_of(item, class_index)
        if known is not None:
            new = replace(new, score_max=known[0], score_mean=known[1])
        key = (item.recording_id, negative_id(old.id, label))
        if key in backs:  # it has the scores of the class that the event goes back to
            back = present[key]
            new = replace(
                new,
                score_max=back.score_max,
                score_mean=back.score_mean,
                probability=back.probability,
            )
        if place in there:
            changes.append(Change(item.recording_id, old, None))
            twin, there[place] = there[place], None
            changes += _accepted(item.recording_id, twin, reviewer, when)
        else:
            changes.append(Change(item.recording_id, old, new))
            there[place] = None
        if key in backs:
            changes.append(Change(item.recording_id, present[key], None))
        if old.source is EventSource.DRAWN or _related(ontology, old.class_index, class_index):
            continue
        negative = _negative(old, reviewer, when)
        if (item.recording_id, negative.id) not in present:
            changes.append(Change(item.recording_id, None, negative))
    many = counted(len(items), "event")
    title = f"relabel to {label}" if len(items) == 1 else f"relabel {many} to {label}"
    return Command(title, tuple(changes))


def correct_labels(
    events: Iterable[ProjectEvent],
    label: str,
    class_index: int | None = None,
    mid: str = "",
    *,
    reviewer: str = "",
    ontology: Ontology | None = None,
    touched_beside: Callable[[Iterable[ProjectEvent]], Iterable[ProjectEvent]] = lambda _items: (),
    scores_of: ScoresOf = _no_scores,
) -> Command:
    """`relabel` of those that have another label; the others were right all along: accepted."""
    items = list(events)
    same = [item for item in items if item.event.label == label]
    other = [item for item in items if item.event.label != label]
    commands = [accept(same, reviewer)] if same else []
    # they are accepted by now, and as such stand where others would become the same
    right = [replace(item, event=replace(item.event, state=ReviewState.ACCEPTED)) for item in same]
    if other:
        commands.append(
            relabel(
                other,
                label,
                class_index,
                mid,
                reviewer=reviewer,
                ontology=ontology,
                existing=[*touched_beside(other), *right],
                scores_of=scores_of,
            )
        )
    commands = [command for command in commands if command.changes]
    return group(commands[-1].title if commands else "", commands)


def _place(recording_id: str, event: Event) -> tuple[object, ...]:
    """Where an event is, to the last digit."""
    return recording_id, event.channel, event.box


def _accepted(
    recording_id: str, event: Event | None, reviewer: str, when: datetime
) -> tuple[Change, ...]:
    """The change that accepts an event, where it is not accepted yet."""
    if event is None or event.state is ReviewState.ACCEPTED:
        return ()
    item = ProjectEvent(recording_id, event)
    return set_state([item], ReviewState.ACCEPTED, reviewer, when).changes


def _says_not(event: Event, label: str) -> bool:
    return event.state is ReviewState.REJECTED and event.label.casefold() == label.casefold()


def _negative(event: Event, reviewer: str, when: datetime) -> Event:
    original = event.original or Original(event.label, event.onset_s, event.offset_s)
    return replace(
        event,
        id=negative_id(event.id, event.label),
        state=ReviewState.REJECTED,
        source=EventSource.EDITED,
        original=original,
        reviewer=reviewer,
        reviewed_utc=when,
        note="",
    )


def _related(ontology: Ontology | None, one: int | None, other: int | None) -> bool:
    if ontology is None or one is None or other is None:
        return False
    return one in ontology.classes_at_or_below(other) or other in ontology.classes_at_or_below(one)


def split(item: ProjectEvent, at_s: float) -> Command:
    """Two events from one; the first keeps the id.

    Raises ValueError where `at_s` does not lie inside the event.
    """
    event = item.event
    if not event.onset_s < at_s < event.offset_s:
        raise ValueError("an event can only be split inside itself")
    first = event.moved(event.onset_s, float(at_s))
    second = replace(event.moved(float(at_s), event.offset_s), id=new_event_id())
    changes = (Change(item.recording_id, event, first), Change(item.recording_id, None, second))
    return Command(f"split {event.label}", changes)


def merge(events: Iterable[ProjectEvent]) -> Command:
    """One event over all of them, with the label, state and id of the first by onset.

    Its score is the highest of those that have its label; others are of another class.
    Raises ValueError for fewer than two events or events of several recordings.
    """
    items = sorted(events, key=lambda e: (e.event.onset_s, e.event.offset_s, e.event.id))
    if len(items) < 2 or len({item.recording_id for item in items}) > 1:
        raise ValueError("merging needs two or more events of one recording")
    first, rest = items[0], items[1:]
    end = max(item.event.offset_s for item in items)
    alike = [item.event for item in items if item.event.label == first.event.label]
    scores = [event.score_max for event in alike if event.score_max is not None]
    notes = dict.fromkeys(item.event.note for item in items if item.event.note)
    new = replace(
        first.event.moved(first.event.onset_s, end),
        score_max=max(scores, default=None),
        note="; ".join(notes),
    )
    removed = tuple(Change(item.recording_id, item.event, None) for item in rest)
    changes = (*removed, Change(first.recording_id, first.event, new))
    return Command(f"merge {counted(len(items), 'event')}", changes)


def draw(
    recording_id: str,
    onset_s: float,
    offset_s: float,
    label: str,
    class_index: int | None = None,
    mid: str = "",
    *,
    reviewer: str = "",
    channel: int | None = None,
    low_hz: float | None = None,
    high_hz: float | None = None,
    now: datetime | None = None,
) -> Command:
    """A new event by hand; it counts as accepted."""
    event = Event(
        id=new_event_id(),
        onset_s=float(onset_s),
        offset_s=float(offset_s),
        label=label,
        class_index=class_index,
        mid=mid,
        channel=channel,
        state=ReviewState.ACCEPTED,
        source=EventSource.DRAWN,
        low_hz=low_hz,
        high_hz=high_hz,
        reviewer=reviewer,
        reviewed_utc=now or _now(),
    )
    return Command(f"draw {label}", (Change(recording_id, None, event),))


def add_events(recording_id: str, events: Iterable[Event], title: str = "import events") -> Command:
    return Command(title, tuple(Change(recording_id, None, event) for event in events))


def replace_events(
    recording_id: str, pairs: Iterable[tuple[Event, Event]], title: str = "edit events"
) -> Command:
    """Each (old, new) pair must share its id."""
    return Command(title, tuple(Change(recording_id, old, new) for old, new in pairs))


def delete(events: Iterable[ProjectEvent]) -> Command:
    """Deletes events. A deleted detection does not reappear when rules are applied again."""
    items = list(events)
    changes = tuple(Change(item.recording_id, item.event, None) for item in items)
    return Command(_titled("delete", items), changes)
