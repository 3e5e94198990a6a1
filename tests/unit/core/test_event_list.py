"""Parts of lists of events."""

from dataclasses import replace

import numpy as np
import pytest

from yamnet_gui.core.events import Event, EventList, EventSource, ReviewState, touched


def events() -> EventList:
    return EventList.of(
        Event(i, onset, onset + 1, "Dog") for i, onset in (("b", 1), ("a", 0), ("c", 2))
    )


def test_a_part_of_a_list_is_as_if_it_was_made_anew() -> None:
    whole = events()
    bounds = whole.bounds
    part = whole.where(np.array([True, False, True]))
    assert part == EventList.of(event for event in whole if event.id != "b")
    assert part.bounds.tolist() == bounds[[0, 2]].tolist()
    assert not part.bounds.flags.writeable
    assert part.get("b") is None
    assert [event.id for event in part.between(2.5, 3)] == ["c"]
    assert part.with_events(Event("d", 0.5, 1, "Cat")).events[1].id == "d"


def test_what_another_list_has_not_is_named_in_order() -> None:
    assert [event.id for event in events().not_in(events().without("c", "b"))] == ["b", "c"]


def test_decided_events_take_their_places() -> None:
    whole = events()
    bounds = whole.bounds
    decided = [replace(event, state=ReviewState.ACCEPTED) for event in whole if event.id != "a"]
    changed = whole.with_decided(decided)
    assert changed == whole.with_events(*decided)
    assert changed.get("b") is decided[0]
    assert changed.bounds is bounds
    assert whole.get("b") is not decided[0]


@pytest.mark.parametrize("step_s", [1.0, 0.0])
@pytest.mark.parametrize("turned", [False, True])
def test_very_many_events_are_in_order_whether_or_not_they_come_so(
    step_s: float, turned: bool
) -> None:
    events = [Event(f"{n:03d}", n * step_s, n * step_s + 1, "Dog") for n in range(200)]
    listed = EventList.of(reversed(events) if turned else events)
    assert list(listed) == events
    with pytest.raises(ValueError, match="share an id"):
        EventList.of([*events, Event("007", 500.0, 501.0, "Cat")])


def test_which_of_many_events_are_touched_is_what_each_of_them_says() -> None:
    states, sources = list(ReviewState), list(EventSource)
    events = [
        Event(f"{state}{source}{note}", 0.0, 1.0, "Dog", state=state, source=source, note=note)
        for state in states
        for source in sources
        for note in ("", "far away")
    ]
    expected = [
        e.state != "unreviewed" or e.source != "detected" or e.note == "far away" for e in events
    ]
    assert touched(events).tolist() == [e.touched for e in events] == expected
    assert touched([]).shape == (0,)
