"""A yes or no about a place: on the event that is there, or as a new one."""

from datetime import UTC, datetime

import pytest

from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.project import answer

NOW = datetime(2026, 1, 2, tzinfo=UTC)
YES, NO = ReviewState.ACCEPTED, ReviewState.REJECTED


def say(events: list[Event], span: TimeSpan, state: ReviewState = YES, **more: object):
    return answer(events, "r", span, "Owl", state, reviewer="Anna", now=NOW, **more)


@pytest.mark.parametrize("state", [YES, NO, ReviewState.UNCERTAIN])
def test_where_nothing_is_an_event_is_made(state: ReviewState):
    answer = say([Event("a", 1, 2, "Wren")], TimeSpan(1, 2), state, class_index=7, mid="/m/x")
    assert answer.made
    (change,) = answer.command.changes
    event = change.new
    assert change.old is None
    assert (event.id, event.label, event.class_index, event.mid) == (
        answer.event_id,
        "Owl",
        7,
        "/m/x",
    )
    assert (event.onset_s, event.offset_s, event.state) == (1, 2, state)
    assert (event.source, event.reviewer, event.reviewed_utc) == (EventSource.DRAWN, "Anna", NOW)


def test_an_event_of_the_label_that_is_the_same_sound_is_decided_on():
    events = [Event("a", 0.8, 2.4, "Owl"), Event("b", 1.9, 9, "Owl")]
    answer = say(events, TimeSpan(1, 2), NO)
    assert (answer.event_id, answer.made) == ("a", False)
    assert answer.command.changes[0].new.state is NO


def test_an_event_that_merely_touches_is_another_sound():
    assert say([Event("a", 1.9, 9, "Owl")], TimeSpan(1, 2)).made


def test_an_event_of_another_channel_is_another_sound():
    assert say([Event("a", 1, 2, "Owl", channel=1)], TimeSpan(1, 2), channel=0).made
    assert not say([Event("a", 1, 2, "Owl")], TimeSpan(1, 2), channel=0).made


def test_saying_the_same_again_changes_nothing():
    event = Event("a", 1, 2, "Owl", state=YES)
    assert say([event], TimeSpan(1, 2), YES).command.changes == ()
