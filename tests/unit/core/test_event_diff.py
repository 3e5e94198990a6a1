from hypothesis import given
from hypothesis import strategies as st

from tests.unit.detection.tables import CLASS_MAP, random_table, rule_set, seeds
from yamnet_gui.core.event_diff import diff_events
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.detection import RuleSet, derive_events


def event(key: str, onset_s: float, offset_s: float, label: str = "Dog") -> Event:
    return Event(key, onset_s, offset_s, label)


def test_a_diff_shows_what_appears_vanishes_and_changes() -> None:
    before = EventList.of([event("d1", 0, 1), event("d2", 3, 4), event("d3", 6, 8)])
    after = EventList.of([event("d1", 0, 1), event("d4", 6.2, 8.2), event("d5", 20, 21)])
    changes = diff_events(before, after)
    assert [e.id for e in changes.appear] == ["d5"]
    assert [e.id for e in changes.vanish] == ["d2"]
    assert [(a.id, b.id) for a, b in changes.change] == [("d3", "d4")]


@given(seeds, st.floats(0.05, 0.9), st.floats(0.05, 0.9))
def test_a_diff_accounts_for_every_event(seed: int, one: float, other: float) -> None:
    table = random_table(seed)
    before = derive_events(table, rule_set(on=one), CLASS_MAP)
    after = derive_events(table, RuleSet.threshold(other), CLASS_MAP)
    changes = diff_events(before, after)
    assert len(before) - len(changes.vanish) == len(after) - len(changes.appear)
    assert not diff_events(before, before)
    back = diff_events(after, before)
    assert len(back.change) == len(changes.change)
