from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import Event, EventList, ReviewState
from yamnet_gui.detection import (
    counting_below,
    group_events,
    grouped_list,
    grouping_levels,
    in_branch,
    mids_below,
)

from .tables import CLASS_MAP, ONTOLOGY, table_of

VEHICLE = "/m/07yv9"
CAR = "/m/0k4j"


def event(key: str, name: str, onset_s: float, offset_s: float, score: float = 0.5) -> Event:
    entry = CLASS_MAP.select([name])[0]
    return Event(
        key, onset_s, offset_s, entry.name, class_index=entry.index, mid=entry.mid, score_max=score
    )


def test_a_class_counts_with_everything_below_it() -> None:
    columns = np.zeros((521, 2))
    dog, bark, cat = (c.index for c in CLASS_MAP.select(["Dog", "Bark", "Cat"]))
    columns[bark] = [0.9, 0.1]
    columns[dog] = [0.2, 0.3]
    counted = counting_below(table_of(*columns.tolist()), ONTOLOGY)
    assert counted.scores[:, dog].tolist() == np.float32([0.9, 0.3]).tolist()
    assert counted.scores[:, bark].tolist() == np.float32([0.9, 0.1]).tolist()
    assert counted.scores[:, cat].tolist() == [0, 0]


def test_a_class_is_in_the_branches_of_its_ancestors() -> None:
    passing = event("a", "Car passing by", 0, 1)
    assert in_branch(ONTOLOGY, passing, VEHICLE)
    assert not in_branch(ONTOLOGY, event("b", "Dog", 0, 1), VEHICLE)


def test_overlapping_kinds_become_one_event_at_the_chosen_level() -> None:
    events = [
        event("a", "Car", 0, 4, 0.6),
        event("b", "Car passing by", 1, 5, 0.8),
        event("c", "Train", 7, 9),
        event("d", "Dog", 2, 3),
    ]
    groups = group_events(events, ONTOLOGY, CLASS_MAP, [VEHICLE])
    assert [(f.event.label, f.event.onset_s, f.event.offset_s) for f in groups] == [
        ("Vehicle", 0, 5),
        ("Dog", 2, 3),
        ("Vehicle", 7, 9),
    ]
    assert groups[0].leaf.label == "Car passing by"
    assert groups[0].event.score_max == 0.8
    assert groups[1].members == (events[3],)
    assert len(grouped_list(groups)) == 3


def test_the_nearest_chosen_level_takes_an_event() -> None:
    groups = group_events([event("a", "Car passing by", 0, 1)], ONTOLOGY, CLASS_MAP, [VEHICLE, CAR])
    assert groups[0].event.mid == CAR


def test_events_of_no_class_stay_as_they_are() -> None:
    mine = Event("x", 0, 1, "my own sound")
    assert group_events([mine], ONTOLOGY, CLASS_MAP, [VEHICLE])[0].event is mine


spans = st.tuples(
    st.sampled_from(["Car", "Car passing by", "Train", "Dog", "Speech", "Vehicle"]),
    st.floats(0, 50),
    st.floats(0, 10),
)


@given(
    st.lists(spans, max_size=15),
    st.sets(st.sampled_from([VEHICLE, CAR, "/m/0jbk", "/t/dd00041"])),
    st.floats(0, 3),
)
def test_grouping_never_loses_time(
    rows: list[tuple[str, float, float]], levels: set[str], gap_s: float
) -> None:
    events = [event(f"e{i}", name, on, on + long) for i, (name, on, long) in enumerate(rows)]
    groups = group_events(EventList.of(events), ONTOLOGY, CLASS_MAP, levels, gap_s)
    members = [member.id for f in groups for member in f.members]
    assert sorted(members) == sorted(e.id for e in events)
    for f in groups:
        for member in f.members:
            assert f.event.onset_s <= member.onset_s
            assert member.offset_s <= f.event.offset_s
    assert len(grouped_list(groups)) == len(groups)


def test_levels_have_names_and_so_have_kinds() -> None:
    main = grouping_levels(["main"], ONTOLOGY)
    assert main == {node.mid for node in ONTOLOGY.roots}
    kinds = grouping_levels(["kinds"], ONTOLOGY)
    assert kinds
    assert all(ONTOLOGY.node(mid).parent_mids[0] in main for mid in kinds)
    assert not kinds & main
    vehicle = next(node.mid for node in ONTOLOGY.nodes if node.name == "Vehicle")
    assert (
        grouping_levels(["vehicle"], ONTOLOGY) == grouping_levels([vehicle], ONTOLOGY) == {vehicle}
    )
    assert grouping_levels(["main", "Vehicle"], ONTOLOGY) == main | {vehicle}
    with pytest.raises(SettingsError, match="Unicorn"):
        grouping_levels(["Unicorn"], ONTOLOGY)


def test_a_branch_is_a_node_and_all_below_it() -> None:
    vehicle = next(node.mid for node in ONTOLOGY.nodes if node.name == "Vehicle")
    names = {ONTOLOGY.node(mid).name for mid in mids_below(ONTOLOGY, vehicle)}
    assert {"Vehicle", "Car", "Car passing by", "Truck"} <= names
    assert "Speech" not in names


def test_a_grouped_event_has_the_state_that_its_members_share() -> None:
    bark, growl = (CLASS_MAP.select([name])[0] for name in ("Bark", "Growling"))
    events = [
        Event("a", 1.0, 2.0, bark.name, bark.index, bark.mid, state=ReviewState.ACCEPTED),
        Event("b", 1.5, 3.0, growl.name, growl.index, growl.mid, state=ReviewState.ACCEPTED),
    ]
    levels = grouping_levels(["Animal"], ONTOLOGY)
    (one,) = group_events(events, ONTOLOGY, CLASS_MAP, levels)
    assert one.event.state is ReviewState.ACCEPTED
    events[1] = replace(events[1], state=ReviewState.UNCERTAIN)
    (one,) = group_events(events, ONTOLOGY, CLASS_MAP, levels)
    assert one.event.state is ReviewState.UNREVIEWED
    events[1] = replace(events[1], state=ReviewState.REJECTED)
    apart = group_events(events, ONTOLOGY, CLASS_MAP, levels)
    assert [f.event.state for f in apart] == [ReviewState.ACCEPTED, ReviewState.REJECTED]
    assert apart[0].event.offset_s == 2.0  # what was rejected adds no time
