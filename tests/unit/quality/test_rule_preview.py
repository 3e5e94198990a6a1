"""What rules would change in a project, and changing it."""

from dataclasses import replace

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.analysis import AnalysisSettings, analyse_recording, finished
from yamnet_gui.analysis.event_table import find_events
from yamnet_gui.core.events import EventSource, ReviewState, new_event_id
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.detection import Rule, RuleSet
from yamnet_gui.labels.project import (
    Project,
    ProjectEvent,
    Recording,
    RecordingState,
    accept,
    add_recordings,
    new_id,
)
from yamnet_gui.quality.references import StoredScores
from yamnet_gui.quality.rule_preview import apply_rules, preview_rules

BEFORE = RuleSet().with_default(Rule(on=0.6))
AFTER = RuleSet().with_default(Rule(on=0.7, off=0.6))


@pytest.fixture(scope="module")
def classes():
    return bundled_class_map()


@pytest.fixture
def project(tmp_path, model, cache, classes):
    """Two analysed recordings with their events, and one that was never analysed."""
    opened = Project.create(tmp_path / "p.yamnet")
    for number in range(3):
        path = write_sound(tmp_path / f"s{number}.wav", 12.0, seed=number)
        recording = Recording(new_id(), opened.recordings.stored_path(path))
        opened.apply(add_recordings([recording]))
        if number < 2:
            analysis = finished(analyse_recording(path, model, AnalysisSettings(), cache))
            events = find_events(analysis, BEFORE).labelled(classes).events
            opened.events.store_detections(recording.id, events)
            opened.recordings.update(replace(recording, state=RecordingState.ANALYSED))
    yield opened
    opened.close()


@pytest.fixture
def preview(project, model, cache, classes):
    def run(rules, detected=None):
        scores = StoredScores(cache, model.sha256)
        steps = list(preview_rules(project, scores, rules, classes, detected))
        assert [step.preview for step in steps[:-1]] == [None] * (len(steps) - 1)
        assert steps[-1].done == steps[-1].total == 3
        return steps[-1].preview

    return run


def all_events(project):
    return {r.id: project.events.of(r.id) for r in project.recordings.all()}


@pytest.mark.workflow
def test_the_same_rules_change_nothing(project, preview):
    changes = preview(BEFORE)
    assert changes.empty
    assert changes.in_words() == "nothing changes"
    assert [one.name for one in changes.skipped] == ["s2.wav"]
    assert "not analysed" in changes.skipped[0].reason


@pytest.mark.workflow
def test_a_preview_counts_and_changes_nothing(project, preview):
    before = all_events(project)
    changes = preview(AFTER)
    assert changes.vanish > 0
    assert changes.change > 0
    words = f"{changes.vanish} vanish, {changes.change} change"
    assert changes.in_words() == (f"{changes.appear} appear, {words}" if changes.appear else words)
    by_label = changes.by_label
    assert [sum(column) for column in zip(*by_label.values(), strict=True)] == [
        changes.appear, changes.vanish, changes.change,
    ]  # fmt: skip
    assert all_events(project) == before


def test_what_was_shown_is_what_happens_in_one_step(project, preview, model, cache, classes):
    shown = preview(AFTER)
    steps = len(project.history.steps())
    count = {rid: len(events) for rid, events in all_events(project).items()}
    title = apply_rules(project, shown)
    assert title == f"apply rules balanced: {shown.in_words()}"
    new = project.history.steps()[: len(project.history.steps()) - steps]
    assert {entry.title for entry in new} <= {title}
    for one in shown.recordings:
        events = project.events.of(one.recording_id)
        changes = one.changes
        assert len(events) == count[one.recording_id] + len(changes.appear) - len(changes.vanish)
        path = next(p for p in (project.recordings.locate(r) for r in project.recordings.all()
                                if r.id == one.recording_id))  # fmt: skip
        analysis = finished(analyse_recording(path, model, AnalysisSettings(), cache))
        wanted = find_events(analysis, AFTER).labelled(classes).events
        assert [(e.label, e.onset_s, e.offset_s) for e in events] == [
            (e.label, e.onset_s, e.offset_s) for e in wanted
        ]
    assert preview(AFTER).empty
    apply_rules(project, preview(BEFORE))
    assert preview(BEFORE).empty  # what vanished comes back: it was not deleted by the user


def test_applying_rules_to_all_recordings_is_one_step_of_undo(project, preview):
    before = all_events(project)
    title = apply_rules(project, preview(AFTER))
    after = all_events(project)
    assert after != before
    assert project.history.undo_title == title
    assert project.undo() == title
    assert all_events(project) == before
    assert project.redo() == title
    assert all_events(project) == after
    project.undo()
    apply_rules(project, preview(AFTER))  # what undo took out was not deleted by the user
    assert all_events(project) == after


def test_touched_events_stay_whatever_rules_say(project, preview):
    recording = project.recordings.all()[0]
    events = list(project.events.of(recording.id))
    project.apply(accept([ProjectEvent(recording.id, event) for event in events[:3]]))
    changes = preview(RuleSet().with_default(Rule(enabled=False)))
    assert changes.protected == 3
    project.apply(accept([ProjectEvent(recording.id, events[3])]))  # after the preview
    apply_rules(project, changes)
    left = project.events.of(recording.id)
    bounds = {e.id: (e.onset_s, e.offset_s) for e in events[:4]}
    assert {e.id: (e.onset_s, e.offset_s) for e in left} == bounds
    assert {e.state for e in left} == {ReviewState.ACCEPTED}


def test_events_at_hand_and_of_custom_classes(project, preview):
    recording = project.recordings.all()[0]
    stored = project.events.of(recording.id)
    custom = replace(
        stored.events[0], id=new_event_id(), label="my owl", class_index=521, mid="",
        source=EventSource.DETECTED,
    )  # fmt: skip
    project.events.store_detections(recording.id, [*stored, custom])
    shown = stored.without(stored.events[0].id)
    changes = preview(BEFORE, {recording.id: shown})
    assert changes.in_words() == "1 vanish"
    apply_rules(project, changes)
    left = project.events.of(recording.id)
    assert custom.id in left
    assert stored.events[0].id not in left
