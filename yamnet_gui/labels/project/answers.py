"""The user's decision about a suspected event: accepted, rejected or uncertain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yamnet_gui.core.events import Event, EventSource, ReviewState, new_event_id
from yamnet_gui.core.spans import TimeSpan

from .command import Command
from .event_commands import add_events, set_state
from .models import ProjectEvent

_COVERED = 0.5
"""The part of the shorter one that an event and a place must share for the answer to go there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A step that stores the decision, and the event that it is about."""

    command: Command
    event_id: str
    made: bool


def answer(
    events: Iterable[Event],
    recording_id: str,
    span: TimeSpan,
    label: str,
    state: ReviewState,
    *,
    class_index: int | None = None,
    mid: str = "",
    channel: int | None = None,
    reviewer: str = "",
    now: datetime | None = None,
) -> Answer:
    """Decides about `label` at a place of a recording with these `events`.

    If an event of that label exists already, it gets the state; else a new one is made, so
    that a "no" counts as a negative example from then on.
    """
    same = _event_at(events, span, label, channel)
    if same is not None:
        command = set_state([ProjectEvent(recording_id, same)], state, reviewer, now)
        return Answer(command, same.id, False)
    event = Event(
        id=new_event_id(),
        onset_s=span.start_s,
        offset_s=span.end_s,
        label=label,
        class_index=class_index,
        mid=mid,
        channel=channel,
        source=EventSource.DRAWN,
    )
    decided = set_state([ProjectEvent(recording_id, event)], state, reviewer, now)
    made = decided.changes[0].new if decided.changes else event
    assert isinstance(made, Event)
    return Answer(add_events(recording_id, [made], decided.title), made.id, True)


def _event_at(
    events: Iterable[Event], span: TimeSpan, label: str, channel: int | None
) -> Event | None:
    """The event of the label that the place lies in, or that lies in the place, if there is one.

    Not `core.matching.same_sound`: a place is one analysis window, not a sound with bounds of its
    own, so it may well be a small part of a long event.
    """
    best, most = None, 0.0
    for event in events:
        if event.label != label or event.channel not in (channel, None):
            continue
        common = min(event.offset_s, span.end_s) - max(event.onset_s, span.start_s)
        if common > most and common >= _COVERED * min(event.duration_s, span.duration_s):
            best, most = event, common
    return best
