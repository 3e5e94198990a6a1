"""What corrections leave behind is told by its id."""

from yamnet_gui.core.events import Event
from yamnet_gui.core.negatives import is_negative, negative_id, negatives


def test_which_of_many_events_corrections_left_behind_is_what_each_of_them_says() -> None:
    ids = ["d1", negative_id("d1", "Dog"), "note", "cannot-1"]
    events = [Event(event_id, 0.0, 1.0, "Dog") for event_id in ids]
    assert negatives(events).tolist() == [False, True, False, False]
    assert [is_negative(event) for event in events] == negatives(events).tolist()
    assert negatives([]).shape == (0,)
