"""What each command does to events, spans, sets and rules."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, EventSource, ReviewedSpan, ReviewState
from yamnet_gui.core.ontology import Ontology, OntologyNode
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.project import (
    Change,
    LabelSet,
    OwnLabel,
    Project,
    ProjectChange,
    ProjectEvent,
    Recording,
    Reviewed,
    StoredRules,
    accept,
    add_events,
    correct_labels,
    delete,
    draw,
    is_negative,
    mark_reviewed,
    mark_reviewed_segments,
    merge,
    move_edge,
    reject,
    relabel,
    remove_recordings,
    set_label_set,
    set_rules,
    unmark_reviewed,
    unreview,
)

from .helpers import agrees, made, snapshot

ONTOLOGY = Ontology(
    (
        OntologyNode("/m/a", "Animal", (), False, 0),
        OntologyNode("/m/d", "Dog", ("/m/a",), False, 1),
        OntologyNode("/m/w", "Wind", (), False, 2),
    )
)


def _dog(**more: object) -> ProjectEvent:
    return ProjectEvent("r", Event("e", 1, 2, "Dog", 1, "/m/d", **more))  # type: ignore[arg-type]


def _now(project: Project, item: ProjectEvent) -> ProjectEvent:
    stored = project.events.get(item.recording_id, item.event.id)
    assert stored is not None
    return stored


def test_correcting_a_label_records_what_it_is_not() -> None:
    command = relabel([_dog()], "Wind", 2, "/m/w", reviewer="Anna", ontology=ONTOLOGY)
    corrected, negative = (change.new for change in command.changes)
    assert isinstance(corrected, Event)
    assert isinstance(negative, Event)
    assert (corrected.label, corrected.state) == ("Wind", ReviewState.ACCEPTED)
    assert corrected.original is not None
    assert corrected.original.label == "Dog"
    assert (negative.label, negative.state) == ("Dog", ReviewState.REJECTED)
    assert negative.span == TimeSpan(1, 2)
    assert negative.reviewer == "Anna"
    assert is_negative(negative)
    assert negative.touched


def test_a_corrected_label_has_no_score_of_the_class_it_had() -> None:
    dog = replace(_dog().event, score_max=0.9, score_mean=0.7, probability=0.8)
    command = relabel([ProjectEvent("r", dog)], "Wind", 2, "/m/w", ontology=ONTOLOGY)
    corrected, negative = (change.new for change in command.changes)
    assert isinstance(corrected, Event)
    assert isinstance(negative, Event)
    assert (corrected.score_max, corrected.score_mean, corrected.probability) == (None,) * 3
    assert (negative.score_max, negative.score_mean) == (0.9, 0.7)
    back = relabel(
        [ProjectEvent("r", corrected)], "Dog", 1, "/m/d", existing=[ProjectEvent("r", negative)]
    )
    again = back.changes[0].new
    assert isinstance(again, Event)
    assert (again.score_max, again.score_mean, again.probability) == (0.9, 0.7, 0.8)


def test_merging_takes_no_score_of_another_class() -> None:
    dog = replace(_dog().event, score_max=0.4)
    wind = Event("w", 3, 4, "Wind", 2, "/m/w", score_max=0.9)
    merged = merge([ProjectEvent("r", dog), ProjectEvent("r", wind)]).changes[-1].new
    assert isinstance(merged, Event)
    assert merged.score_max == 0.4
    corrected = replace(wind.relabelled("Dog", 1, "/m/d"), id="other")
    merged = merge([ProjectEvent("r", dog), ProjectEvent("r", corrected)]).changes[-1].new
    assert isinstance(merged, Event)
    assert merged.score_max == 0.4


def test_a_more_or_less_exact_name_is_no_contradiction() -> None:
    assert relabel([_dog()], "Animal", 0, "/m/a", ontology=ONTOLOGY).count == 1
    animal = ProjectEvent("r", Event("e", 1, 2, "Animal", 0, "/m/a"))
    assert relabel([animal], "Dog", 1, "/m/d", ontology=ONTOLOGY).count == 1


def test_a_drawn_event_under_a_wrong_name_leaves_nothing_behind() -> None:
    assert relabel([_dog(source=EventSource.DRAWN)], "Wind", 2, "/m/w").count == 1


def _negatives(project: Project, item: ProjectEvent) -> list[ProjectEvent]:
    return [one for one in project.events.touched_beside([item]) if is_negative(one.event)]


def test_correcting_back_takes_the_negative_away(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        item = project.events.at(project.events.rows()[:1])[0]
        label, index, mid = item.event.label, item.event.class_index, item.event.mid
        project.apply(relabel([item], "Own"))
        assert len(_negatives(project, item)) == 1
        back = relabel(
            [_now(project, item)], label, index, mid, existing=project.events.touched_beside([item])
        )
        project.apply(back)
        left = [i.event.label for i in _negatives(project, item)]
        assert left == ["Own"]
        agrees(project)


def test_an_event_and_its_negative_can_be_relabelled_together(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        item = project.events.at(project.events.rows()[:1])[0]
        label = item.event.label
        project.apply(relabel([item], "Own"))
        (negative,) = _negatives(project, item)
        both = [negative, _now(project, item)]
        # same name without its class: the event goes back, and what contradicts it goes
        project.apply(relabel(both, label, existing=project.events.touched_beside(both)))
        assert _now(project, item).event.label == label
        assert project.events.get(item.recording_id, negative.event.id) is None
        agrees(project)


def test_a_negative_that_was_made_an_event_of_its_own_stays(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        item = project.events.at(project.events.rows()[:1])[0]
        label, index, mid = item.event.label, item.event.class_index, item.event.mid
        project.apply(relabel([item], "Own"))
        (negative,) = _negatives(project, item)
        project.apply(relabel([negative], "Other"))
        back = [_now(project, item)]
        project.apply(
            relabel(back, label, index, mid, existing=project.events.touched_beside(back))
        )
        assert [_now(project, i).event.label for i in (item, negative)] == [label, "Other"]
        agrees(project)


@pytest.mark.parametrize("state", list(ReviewState))
def test_a_correction_makes_no_second_event_of_a_class_at_one_place(state: ReviewState) -> None:
    wind = Event("w", 1, 2, "Wind", 2, "/m/w", note="gusts", state=state)
    command = relabel(
        [_dog()], "Wind", 2, "/m/w", reviewer="Anna", existing=[ProjectEvent("r", wind)]
    )
    after = {change.key: change.new for change in command.changes}
    if state is ReviewState.REJECTED:  # it is no wind, somebody said
        assert isinstance(after["e"], Event)
        return
    assert after.pop("e") is None
    (negative,) = (e for e in after.values() if isinstance(e, Event) and is_negative(e))
    assert negative.label == "Dog"
    kept = after.get("w", wind)
    assert isinstance(kept, Event)
    assert (kept.label, kept.state, kept.note) == ("Wind", ReviewState.ACCEPTED, "gusts")
    elsewhere = replace(wind, channel=1)
    command = relabel([_dog()], "Wind", 2, "/m/w", existing=[ProjectEvent("r", elsewhere)])
    assert command.changes[0].new is not None


def test_events_of_one_place_that_are_corrected_together_become_one(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        item = project.events.at(project.events.rows()[:1])[0]
        twin = replace(item.event, id="twin", label="Growl", class_index=70, mid="/m/g")
        items = [item, ProjectEvent(item.recording_id, twin)]
        project.apply(correct_labels(items, "Own"), adopt=True)
        own = [i.event for i in project.events.touched_beside(items) if i.event.label == "Own"]
        assert [event.id for event in own] == [item.event.id]
        assert {i.event.label for i in _negatives(project, item)} == {item.event.label, "Growl"}
        project.undo()
        to = item.event  # the label that one of them has
        step = correct_labels(items[::-1], to.label, to.class_index, to.mid)
        project.apply(step, adopt=True)
        kept = [i.event for i in project.events.touched_beside(items) if i.event.label == to.label]
        assert [(event.id, event.state) for event in kept] == [(to.id, ReviewState.ACCEPTED)]
        agrees(project)
        project.undo()
        restored = [project.events.get(item.recording_id, i.event.id) for i in items]
        assert [i.event for i in restored if i is not None] == [i.event for i in items]


def test_relabelling_to_the_same_label_does_nothing(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        command = relabel([_dog()], "Dog", 1, "/m/d")
        assert command.count == 0
        title = project.history.undo_title
        project.apply(command)
        assert project.history.undo_title == title


def test_deciding_records_who_and_when(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        item = project.events.at(project.events.rows()[:1])[0]
        project.apply(accept([item], "Ben"))
        event = _now(project, item).event
        assert (event.state, event.reviewer) == (ReviewState.ACCEPTED, "Ben")
        assert event.reviewed_utc is not None
        assert event.reviewed_utc.tzinfo is not None
        project.apply(unreview([_now(project, item)]))
        assert _now(project, item).event == item.event
        assert project.settings.reviewers() == ["Anna"]


def test_merging_covers_all_and_keeps_the_first(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet", recordings=1) as project:
        items = project.events.at(project.events.rows()[:3])
        project.apply(merge(items))
        left = project.events.of("r0")
        assert len(left) == 8
        assert left.events[0].id == items[0].event.id
        assert left.events[0].span == TimeSpan(items[0].event.onset_s, items[2].event.offset_s)
        assert left.events[0].score_max == max(i.event.score_max or 0 for i in items)


def test_senseless_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="two or more"):
        merge([_dog()])
    with pytest.raises(ValueError, match="end before"):
        move_edge(_dog(), 3, 2)
    with pytest.raises(ValueError, match="one value"):
        Change("r", _dog().event, replace(_dog().event, id="other"))


def test_reviewed_stretches_join_and_are_cut(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        for start, end in [(0, 5), (10, 15), (4, 10)]:
            now = project.recordings.reviewed("r0")
            project.apply(mark_reviewed("r0", now, TimeSpan(start, end), ["Dog"], "Anna"))
        spans = project.recordings.reviewed("r0").spans
        assert [(s.span.start_s, s.span.end_s, s.labels) for s in spans] == [(0, 15, ("Dog",))]
        now = project.recordings.reviewed("r0")
        project.apply(unmark_reviewed("r0", now, TimeSpan(3, 6)))
        spans = project.recordings.reviewed("r0").spans
        assert [(s.span.start_s, s.span.end_s) for s in spans] == [(0, 3), (6, 15)]
        project.undo()
        assert len(project.recordings.reviewed("r0").spans) == 1


def test_label_sets_and_rules_come_back(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    labels = LabelSet("s", "Vögel", (OwnLabel("Amsel", "#aabbcc", "1", "/m/b", 7), OwnLabel("X")))
    rules = StoredRules("r", "strict", 3, '{"threshold": 0.5}')
    with made(path) as project:
        project.apply(set_label_set(None, labels))
        project.apply(set_rules(None, rules))
        project.apply(set_rules(rules, replace(rules, version=4)))
        project.settings.set_value("queue", "17")
    with Project.open(path) as project:
        assert project.settings.label_sets() == [labels]
        assert project.settings.rule_sets() == [replace(rules, version=4)]
        assert project.settings.value("queue") == "17"
        project.undo()
        assert project.settings.rule_sets() == [rules]
        project.undo()
        project.undo()
        assert (project.settings.rule_sets(), project.settings.label_sets()) == ([], [])


def test_removed_recordings_take_their_events_along(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        before = snapshot(project)
        assert len(project.events.rows()) == 20
        project.apply(remove_recordings([project.recordings.all()[0]]))
        assert [r.id for r in project.recordings.all()] == ["r1"]
        assert len(project.events.rows()) == 10
        agrees(project)
        project.undo()
        assert snapshot(project) == before
        agrees(project)


def test_nothing_is_decided_in_a_recording_that_was_removed(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        item = project.events.at(project.events.rows())[0]
        removed = next(r for r in project.recordings.all() if r.id == item.recording_id)
        spans = project.recordings.reviewed(removed.id)
        project.apply(remove_recordings([removed]))
        before = snapshot(project)
        for command in (
            accept([item]),
            draw(removed.id, 0, 1, "Dog", 1, "/m/d"),
            mark_reviewed(removed.id, spans, TimeSpan(0, 1)),
        ):
            with pytest.raises(ProjectError, match="is not in the project any more"):
                project.apply(command, adopt=True)
        assert snapshot(project) == before
        project.undo()
        project.apply(accept([item]), adopt=True)


def test_listeners_hear_what_changed(tmp_path: Path) -> None:
    heard: list[tuple[ProjectChange, ...]] = []
    with made(tmp_path / "a.yamnet") as project:
        stop = project.subscribe(heard.append)
        items = project.events.at(project.events.rows())
        one, other = items[0], items[-1]
        project.apply(reject([one, other]))
        ids = {c.recording_id: c.event_ids for c in heard[0]}
        assert ids == {"r0": (one.event.id,), "r1": (other.event.id,)}
        project.undo()
        assert len(heard) == 2
        project.apply(mark_reviewed("r0", project.recordings.reviewed("r0"), TimeSpan(0, 1)))
        assert heard[2][0].reviewed_changed
        stop()
        project.undo()
        assert len(heard) == 3


def test_new_detections_leave_edited_events_alone(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet", recordings=1, events=0) as project:
        project.events.store_detections(
            "r0", [Event(f"d{n}", n * 10, n * 10 + 4, "Dog") for n in range(5)]
        )
        items = {i.event.id: i for i in project.events.at(project.events.rows())}
        project.apply(accept([items["d0"]]))
        project.apply(delete([items["d1"]]))
        project.apply(move_edge(items["d2"], 25, 29))
        project.apply(draw("r0", 45, 46, "Cat"))
        touched = {e for e in project.events.of("r0") if e.touched}
        detections = [Event(f"n{n}", n * 10 + 0.5, n * 10 + 3, "Dog") for n in range(5)]
        detections.append(Event("d3", 30, 34, "Dog", score_max=0.7))
        detections.append(Event("cat", 0, 4, "Cat"))
        after = project.events.store_detections("r0", detections)
        assert touched <= set(after)
        assert {e.id for e in after} - {e.id for e in touched} == {"n3", "n4", "d3", "cat"}
        agrees(project)
        project.undo()
        project.undo()
        project.undo()
        assert project.events.get("r0", "d1") is not None


def test_a_change_of_something_that_is_not_there_is_refused(tmp_path: Path) -> None:
    from yamnet_gui.core.errors import ProjectError

    with made(tmp_path / "a.yamnet") as project:
        before = snapshot(project)
        with pytest.raises(ProjectError, match="has no recording"):
            project.apply(add_events("nowhere", [_dog().event]))
        with pytest.raises(ProjectError, match="no longer exists"):
            project.apply(accept([ProjectEvent("r0", _dog().event)]))
        with pytest.raises(ProjectError, match="already exists"):
            project.apply(add_events("r0", [project.events.of("r0").events[0]]))
        assert snapshot(project) == before


def test_what_the_program_finds_out_is_not_undone(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from yamnet_gui.labels.project import AnalysisRecord, RecordingState

    path = tmp_path / "a.yamnet"
    made_at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    analysis = AnalysisRecord("r0", "ab" * 32, "YAMNet", "hop=0.48", "{}", made_at)
    with made(path) as project:
        title = project.history.undo_title
        failed = replace(
            project.recordings.all()[1], state=RecordingState.FAILED, error="cut short"
        )
        project.recordings.update(failed)
        project.recordings.add_analysis(analysis)
        project.recordings.add_analysis(analysis)
        assert project.history.undo_title == title
    with Project.open(path) as project:
        assert project.recordings.get("r1") == failed
        assert project.recordings.analyses("r0") == [analysis]
        exported = project.recordings.labelled("r0")
        assert exported.model_sha256 == "ab" * 32
        assert exported.recording.path == tmp_path / "audio/rec 0.wav"
        assert len(exported.events) == 10
        assert isinstance(project.recordings.get("r1"), Recording)


def test_many_stretches_are_marked_at_once_and_joined_where_they_touch() -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    other = ReviewedSpan(TimeSpan(0, 1), ("Dog",), "Ben", when)
    mine = ReviewedSpan(TimeSpan(1, 2), ("Dog",), "Anna", when)
    old = Reviewed((other, mine))
    spans = {"Dog": [TimeSpan(5, 6), TimeSpan(1.5, 3), TimeSpan(3, 4)], "Bird": [TimeSpan(0, 9)]}
    (change,) = mark_reviewed_segments("r", old, spans, "Anna", when).changes
    assert isinstance(change.new, Reviewed)
    marked = [(s.labels, s.span.start_s, s.span.end_s, s.reviewer) for s in change.new.spans]
    assert marked == [
        (("Dog",), 0, 1, "Ben"),
        (("Bird",), 0, 9, "Anna"),
        (("Dog",), 1, 4, "Anna"),
        (("Dog",), 5, 6, "Anna"),
    ]


def test_many_new_events_are_added_at_once_and_all_or_none(tmp_path: Path) -> None:
    with made(tmp_path / "p.yamnet") as project:
        recording = project.recordings.all()[0].id
        agrees(project)  # loads the index
        events = [Event(f"n{k}", k / 2, k / 2 + 1, f"label {k % 3}", note="x" * (k % 2))
                  for k in range(50)]  # fmt: skip
        project.apply(add_events(recording, events))
        agrees(project)
        assert project.events.get(recording, "n49") is not None
        before = snapshot(project)
        again = [Event("new", 0.0, 1.0, "a"), events[7], Event("newer", 0.0, 1.0, "a")]
        with pytest.raises(ProjectError, match="the event n7 already exists"):
            project.apply(add_events(recording, again))
        assert snapshot(project) == before
        agrees(project)
        assert project.undo() is not None
        assert project.events.get(recording, "n49") is None
        agrees(project)
