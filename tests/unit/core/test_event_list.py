"""Parts of lists of events."""

from dataclasses import replace

import numpy as np

from yamnet_gui.core.events import Event, EventList, ReviewState


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
