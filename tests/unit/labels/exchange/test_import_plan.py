"""An import is shown before it happens, and never overwrites what the user did."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.labels.formats.strategies import projects
from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewedSpan,
    ReviewState,
)
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.exchange.import_plan import ImportKind, Resolve, plan_import
from yamnet_gui.labels.formats import FORMATS, round_trip

A = Path("/d/a.wav")
DOG = Event("d1", 1.0, 2.0, "Dog", 69, "/m/0bt9lr", score_max=0.5)
CAT = Event("d2", 5.0, 6.0, "Cat", 76, "/m/01yrx", state=ReviewState.ACCEPTED, reviewer="ada")


def recording(*events: Event, path: Path = A) -> LabelledRecording:
    return LabelledRecording(RecordingInfo(path, 60.0, 16_000, 1), EventList.of(events))


def table(event: Event, identity: str = "i1", **changes: object) -> Event:
    """The event as a plain table gives it back."""
    plain = Event(identity, event.onset_s, event.offset_s, event.label)
    named = replace(plain, class_index=event.class_index, mid=event.mid)
    return replace(named, **{"source": EventSource.IMPORTED, **changes})  # type: ignore[arg-type]


def test_what_is_there_already_changes_nothing() -> None:
    plan = plan_import([recording(DOG, CAT)], [recording(table(DOG), table(CAT, "i2"))])
    assert plan.counts() == {
        ImportKind.NEW: 0,
        ImportKind.SAME: 2,
        ImportKind.CHANGED: 0,
        ImportKind.CONFLICTING: 0,
    }
    assert list(plan.changes()) == []


def test_new_events_are_added_with_their_ids() -> None:
    (step,) = plan_import([recording(DOG)], [recording(table(CAT, "i9"))]).changes()
    assert (step.old, step.new.id) == (None, "i9")


def test_an_id_that_comes_back_is_the_same_event() -> None:
    back = replace(DOG, onset_s=20.0, offset_s=21.0)
    (planned,) = plan_import([recording(DOG)], [recording(back)]).events
    assert (planned.kind, planned.existing) == (ImportKind.CHANGED, DOG)
    assert planned.result.original is not None


def test_a_moved_edge_changes_an_untouched_event_and_remembers_the_old_one() -> None:
    plan = plan_import([recording(DOG)], [recording(table(DOG, offset_s=2.4, note="heard"))])
    (planned,) = plan.events
    assert planned.kind is ImportKind.CHANGED
    assert planned.differences == ("offset_s", "note")
    (step,) = plan.changes()
    assert (step.old, step.new.id, step.new.offset_s) == (DOG, "d1", 2.4)
    assert step.new.score_max == 0.5
    assert step.new.original is not None
    assert step.new.original.offset_s == 2.0


def test_a_label_corrected_in_a_table_leaves_the_score_of_the_former_class_behind() -> None:
    row = replace(DOG, label="Cat", class_index=76, mid="/m/01yrx")
    (step,) = plan_import([recording(DOG)], [recording(row)]).changes()
    assert (step.new.label, step.new.score_max) == ("Cat", None)
    again = plan_import([recording(step.new)], [recording(row)])
    assert list(again.changes()) == []  # nor does it come with the same table again


def test_only_a_span_that_is_the_same_sound_changes_an_event_that_is_there() -> None:
    near = table(DOG, "i1", onset_s=1.45, offset_s=2.45)
    (planned,) = plan_import([recording(DOG)], [recording(near)]).events
    assert (planned.kind, planned.existing) == (ImportKind.CHANGED, DOG)
    far = table(DOG, "i1", onset_s=1.55, offset_s=2.55)
    (planned,) = plan_import([recording(DOG)], [recording(far)]).events
    assert (planned.kind, planned.existing) == (ImportKind.NEW, None)


def test_what_a_person_touched_is_a_conflict_that_a_person_resolves() -> None:
    other = table(CAT, state=ReviewState.REJECTED)
    plan = plan_import([recording(CAT)], [recording(other)])
    (planned,) = plan.of(ImportKind.CONFLICTING)
    assert planned.differences == ("state",)
    assert list(plan.changes()) == []
    (taken,) = plan.changes(Resolve.TAKE)
    assert (taken.old, taken.new.state) == (CAT, ReviewState.REJECTED)
    (both,) = plan.changes(single={"d2": Resolve.BOTH})
    assert both.old is None
    assert both.new.id != "d2"


def test_unknown_labels_are_counted_with_suggestions_and_mapped() -> None:
    rows = [
        table(DOG, "1", label="DOG", class_index=None, mid=""),
        table(CAT, "2", label="Wren", class_index=None, mid=""),
        table(CAT, "3", label="Wren", class_index=None, mid="", onset_s=5.5),
        table(CAT, "4", label="junk", class_index=None, mid=""),
    ]
    plan = plan_import([], [recording(*rows)])
    assert [(u.label, u.count) for u in plan.unknown_labels] == [
        ("Wren", 2),
        ("DOG", 1),
        ("junk", 1),
    ]
    assert plan.unknown_labels[1].suggestions[0] == "Dog"
    assert [r.path for r in plan.new_recordings] == [A]
    mapping = {"DOG": "Dog", "Wren": "Bird", "junk": None}
    mapped = plan_import([], [recording(*rows)], mapping=mapping)
    assert mapped.unknown_labels == ()
    assert mapped.left_out == 1
    assert sorted((p.result.label, p.result.class_index) for p in mapped.events) == [
        ("Bird", 106), ("Bird", 106), ("Dog", 69),
    ]  # fmt: skip
    known = plan_import([], [recording(*rows)], own_labels=["Wren", "DOG", "junk"])
    assert known.unknown_labels == ()


def test_a_slip_of_the_pen_is_recognised() -> None:
    rows = [table(CAT, "1", label="Brid", class_index=None, mid="", onset_s=1.0)]
    rows += [table(CAT, "2", label="Blackbrid", class_index=None, mid="", onset_s=2.0)]
    plan = plan_import([], [recording(*rows)], own_labels=["Blackbird"])
    near = {u.label: u.suggestions for u in plan.unknown_labels}
    assert near["Brid"][0] == "Bird"
    assert "Blackbird" in near["Blackbrid"]


def test_reviewed_spans_come_once() -> None:
    span = ReviewedSpan(TimeSpan(0, 5), ("Dog",), "ada")
    stored = replace(recording(), reviewed=(span,))
    more = replace(recording(), reviewed=(span, ReviewedSpan(TimeSpan(5, 9))))
    assert plan_import([stored], [more]).new_spans == ((A, ReviewedSpan(TimeSpan(5, 9))),)


@given(recordings=projects())
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.workflow
def test_importing_a_project_into_itself_does_nothing(recordings: list[LabelledRecording]) -> None:
    plan = plan_import(recordings, recordings)
    assert list(plan.changes(Resolve.TAKE)) == []
    assert all(p.kind is ImportKind.SAME for p in plan.events)


@given(recordings=projects())
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.workflow
def test_what_went_out_as_subtitles_and_came_back_adds_nothing(
    recordings: list[LabelledRecording],
) -> None:
    """Rounding to milliseconds does not make new events where the label survived."""
    clean = FORMATS["srt"].clean
    same = [
        replace(
            r,
            events=EventList.of(
                e for e in r.events if clean(e.label) == e.label and e.duration_s > 0.001
            ),
        )
        for r in recordings
    ]
    back = [k for r in same if (k := round_trip(FORMATS["srt"], r)) is not None]
    plan = plan_import(same, back)
    assert not plan.of(ImportKind.NEW)
