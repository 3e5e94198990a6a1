from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.detection.tables import CLASS_MAP, random_table, rule_set, seeds
from yamnet_gui.core.events import Event, EventList, EventSource, ReviewState
from yamnet_gui.core.matching import (
    FreeEvents,
    merge_detections,
    onsets_of_same_sound,
    same_sound,
    with_held,
)
from yamnet_gui.detection import derive_events


def event(key: str, onset_s: float, offset_s: float, label: str = "Dog", **more: object) -> Event:
    return Event(key, onset_s, offset_s, label, **more)  # type: ignore[arg-type]


def test_untouched_detections_are_replaced() -> None:
    old = EventList.of([event("d1", 0, 1)])
    new = EventList.of([event("d2", 5, 6)])
    assert merge_detections(new, old) == new


def test_a_decided_event_is_not_detected_a_second_time() -> None:
    rejected = event("d1", 0, 2, state=ReviewState.REJECTED)
    new = EventList.of([event("d1", 0, 3), event("d9", 0.5, 1.5), event("d7", 8, 9)])
    merged = merge_detections(new, EventList.of([rejected]))
    assert [e.id for e in merged] == ["d1", "d7"]
    assert merged.get("d1") is rejected


def test_a_relabelled_event_keeps_its_first_label_from_coming_back() -> None:
    changed = event("d1", 0, 2).relabelled("Cat", None, "")
    new = EventList.of([event("d5", 0.1, 2.1), event("d6", 0, 2, "Cat"), event("d8", 0, 2, "Cow")])
    merged = merge_detections(new, EventList.of([changed]))
    assert sorted(e.id for e in merged) == ["d1", "d8"]


def test_a_moved_event_keeps_its_first_place_from_being_filled() -> None:
    moved = event("d1", 0, 2).moved(10, 12)
    merged = merge_detections(EventList.of([event("d5", 0.2, 2.2)]), EventList.of([moved]))
    assert [e.id for e in merged] == ["d1"]


def test_held_detections_stand_for_those_of_the_same_sound() -> None:
    held = event("d1", 0, 2)
    new = EventList.of(
        [event("d1", 0.3, 2), event("d2", 0.1, 2.1), event("d3", 0, 2, "Cat"), event("d4", 5, 6)]
    )
    merged = with_held(new, [held])
    assert sorted(e.id for e in merged) == ["d1", "d3", "d4"]
    assert merged.get("d1") is held
    assert with_held(EventList(), [held]).get("d1") is held
    assert with_held(new, []) is new


def test_another_channel_or_label_is_another_sound() -> None:
    accepted = event("a", 0, 2, state=ReviewState.ACCEPTED, channel=0)
    new = EventList.of([event("b", 0, 2, channel=1), event("c", 0, 2, "Cat", channel=0)])
    assert len(merge_detections(new, EventList.of([accepted]))) == 3


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


@pytest.mark.parametrize(
    ("onset_s", "offset_s", "same"),
    [
        (5.0, 6.0, True),
        (5.5, 6.5, True),
        (5.52, 6.52, False),
        (4.5, 5.5, True),
        (4.0, 6.0, True),
        (4.0, 6.1, False),
        (5.25, 5.75, True),
        (5.25, 5.74, False),
        (6.0, 7.0, False),
        (5.5, 5.5, False),
    ],
)
def test_each_covers_half_of_the_other(onset_s: float, offset_s: float, same: bool) -> None:
    one, other = event("a", 5, 6), event("b", onset_s, offset_s)
    assert same_sound(one, other) is same
    assert same_sound(other, one) is same


def test_points_are_the_same_sound_where_they_coincide() -> None:
    assert same_sound(event("a", 5, 5), event("b", 5, 5))
    assert not same_sound(event("a", 5, 5), event("b", 5.1, 5.1))


def test_half_of_a_frame_counts_as_half_whatever_the_rounding() -> None:
    for frame in range(2000):
        onset_s = frame * 0.48
        one = event("a", onset_s, onset_s + 0.96)
        assert same_sound(one, event("b", onset_s + 0.48, onset_s + 1.44))


def test_a_deleted_drawing_stands_for_nothing() -> None:
    drawn = event("x", 0, 1, source=EventSource.DRAWN)
    new = EventList.of([event("d1", 0, 1)])
    assert merge_detections(new, [], [drawn]) == new


def test_a_deleted_detection_does_not_come_back() -> None:
    deleted = event("d1", 0, 1)
    new = [event("d1", 0, 5), event("d2", 0.2, 1.1), event("d3", 7, 8)]
    assert [e.id for e in merge_detections(new, [], [deleted])] == ["d3"]


def test_of_an_edited_event_that_was_deleted_the_first_detection_does_not_come_back() -> None:
    deleted = event("d1", 0, 1).moved(10, 11).relabelled("Cat", None, "")
    new = [event("d2", 0, 1), event("d3", 10, 11), event("d4", 10, 11, "Cat")]
    assert {e.id for e in merge_detections(new, [], [deleted])} == {"d3", "d4"}


def test_a_deleted_event_that_is_present_again_counts_as_present() -> None:
    back = event("d1", 0, 1)
    new = EventList.of([event("d2", 0, 1)])
    assert merge_detections(new, [back], [back]) == new


def test_of_detections_that_share_an_id_the_first_counts() -> None:
    new = [event("d1", 0, 1), event("d1", 5, 6), event("d2", 8, 9)]
    note = event("n", 20, 21, note="hm")
    assert [e.onset_s for e in merge_detections(new, [])] == [0, 8]
    assert [e.onset_s for e in merge_detections(new, [note])] == [0, 8, 20]


@st.composite
def sounds(draw: st.DrawFn, prefix: str, **more: object) -> list[Event]:
    spans = draw(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=12))
    labels = st.sampled_from(["Dog", "Cat"])
    channels = st.sampled_from([None, 0])
    return [
        event(
            f"{prefix}{n}", on / 2, (on + length) / 2, draw(labels), channel=draw(channels), **more
        )
        for n, (on, length) in enumerate(spans)
    ]


@given(sounds("d"), sounds("t", state=ReviewState.REJECTED), sounds("x"))
def test_only_what_is_the_same_sound_is_left_out(
    new: list[Event], touched: list[Event], deleted: list[Event]
) -> None:
    settled = [*touched, *deleted]
    wanted = {d.id for d in new if not any(same_sound(d, other) for other in settled)}
    merged = merge_detections(new, touched, deleted)
    assert {e.id for e in merged} == wanted | {e.id for e in touched}


def test_many_events_are_compared_with_their_neighbours_only() -> None:
    rows = range(20_000)
    touched = [event(f"t{n}", n, n + 0.96, state=ReviewState.ACCEPTED) for n in rows]
    long = event("t", 0, len(rows), state=ReviewState.ACCEPTED)
    new = EventList.of(event(f"d{n}", n + 0.1, n + 1.06) for n in rows)
    assert len(merge_detections(new, [long, *touched])) == len(rows) + 1


def test_events_that_are_taken_are_passed_over() -> None:
    events = [Event(f"e{k}", k // 3, k // 3 + 1.0, "a") for k in range(9)]
    free = FreeEvents([*events, Event("other", 1.0, 2.0, "b")])
    for k in (3, 4, 0):
        free.take(events[k])
    assert [e.id for e in free.between("a", 0.0, 1.0)] == ["e1", "e2", "e5"]
    assert free.get("e3") is None
    assert free.get("e5") is events[5]
    for k in (1, 2, 5, 6, 7, 8):
        free.take(events[k])
    assert not list(free.between("a", 0.0, 9.0))
    assert not list(free.between("c", 0.0, 9.0))


@settings(max_examples=200)
@given(spans=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 12)), min_size=2, max_size=2))
def test_the_same_sound_begins_within_these_bounds(spans: list[tuple[int, int]]) -> None:
    a, b = (Event("e", float(on), float(on + length), "a") for on, length in spans)
    earliest, latest = onsets_of_same_sound(a)
    assert not same_sound(a, b) or earliest <= b.onset_s <= latest
