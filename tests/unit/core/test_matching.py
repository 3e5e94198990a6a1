from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.detection.tables import CLASS_MAP, random_table, rule_set, seeds
from yamnet_gui.core.events import Event, EventList, EventSource, ReviewState
from yamnet_gui.core.matching import compare, merge_detections
from yamnet_gui.detection import RuleSet, derive_events


def event(key: str, onset_s: float, offset_s: float, label: str = "Dog", **more: object) -> Event:
    return Event(key, onset_s, offset_s, label, **more)  # type: ignore[arg-type]


def test_untouched_detections_are_replaced() -> None:
    old = EventList.of([event("d1", 0, 1)])
    new = EventList.of([event("d2", 5, 6)])
    assert merge_detections(new, old) == new


def test_a_decided_event_is_not_detected_a_second_time() -> None:
    rejected = event("d1", 0, 2, state=ReviewState.REJECTED)
    fresh = EventList.of([event("d1", 0, 3), event("d9", 0.5, 1.5), event("d7", 8, 9)])
    merged = merge_detections(fresh, EventList.of([rejected]))
    assert [e.id for e in merged] == ["d1", "d7"]
    assert merged.get("d1") is rejected


def test_a_relabelled_event_keeps_its_first_label_from_coming_back() -> None:
    changed = event("d1", 0, 2).relabelled("Cat", None, "")
    fresh = EventList.of(
        [event("d5", 0.1, 2.1), event("d6", 0, 2, "Cat"), event("d8", 0, 2, "Cow")]
    )
    merged = merge_detections(fresh, EventList.of([changed]))
    assert sorted(e.id for e in merged) == ["d1", "d8"]


def test_a_moved_event_keeps_its_first_place_from_being_filled() -> None:
    moved = event("d1", 0, 2).moved(10, 12)
    merged = merge_detections(EventList.of([event("d5", 0.2, 2.2)]), EventList.of([moved]))
    assert [e.id for e in merged] == ["d1"]


def test_another_channel_or_label_is_another_sound() -> None:
    accepted = event("a", 0, 2, state=ReviewState.ACCEPTED, channel=0)
    fresh = EventList.of([event("b", 0, 2, channel=1), event("c", 0, 2, "Cat", channel=0)])
    assert len(merge_detections(fresh, EventList.of([accepted]))) == 3


@given(seeds, st.floats(0.05, 0.9), st.floats(0.05, 0.9), st.data())
def test_locked_events_never_move(seed: int, one: float, other: float, data: st.DataObject) -> None:
    table = random_table(seed)
    before = derive_events(table, rule_set(on=one), CLASS_MAP)
    touched = data.draw(st.sets(st.sampled_from([e.id for e in before] or ["none"])))
    states = st.sampled_from([ReviewState.ACCEPTED, ReviewState.REJECTED, ReviewState.UNCERTAIN])
    edited = []
    for e in before:
        if e.id in touched:
            e = data.draw(
                st.sampled_from(
                    [
                        replace(e, state=data.draw(states)),
                        e.moved(e.onset_s + 0.1, e.offset_s + 0.2),
                        replace(e, note="hm"),
                        replace(e, source=EventSource.DRAWN),
                    ]
                )
            )
        edited.append(e)
    existing = EventList.of(edited)
    after = merge_detections(derive_events(table, rule_set(on=other), CLASS_MAP), existing)
    for e in existing:
        if e.touched:
            assert after.get(e.id) is e
    again = merge_detections(derive_events(table, rule_set(on=other), CLASS_MAP), after)
    assert again == after


def test_compare_tells_what_appears_vanishes_and_changes() -> None:
    before = EventList.of([event("d1", 0, 1), event("d2", 3, 4), event("d3", 6, 8)])
    after = EventList.of([event("d1", 0, 1), event("d4", 6.2, 8.2), event("d5", 20, 21)])
    changes = compare(before, after)
    assert [e.id for e in changes.appear] == ["d5"]
    assert [e.id for e in changes.vanish] == ["d2"]
    assert [(a.id, b.id) for a, b in changes.change] == [("d3", "d4")]


@given(seeds, st.floats(0.05, 0.9), st.floats(0.05, 0.9))
def test_compare_accounts_for_every_event(seed: int, one: float, other: float) -> None:
    table = random_table(seed)
    before = derive_events(table, rule_set(on=one), CLASS_MAP)
    after = derive_events(table, RuleSet.threshold(other), CLASS_MAP)
    changes = compare(before, after)
    assert len(before) - len(changes.vanish) == len(after) - len(changes.appear)
    assert not compare(before, before)
    back = compare(after, before)
    assert len(back.change) == len(changes.change)
