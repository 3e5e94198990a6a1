"""Which recordings have events of other rules than those that hold."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.core.events import Event
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.project import (
    Project,
    ProjectEvent,
    Recording,
    RecordingState,
    accept,
    new_id,
)
from yamnet_gui.labels.project.analysis_settings import StoredSettings
from yamnet_gui.labels.project.other_rules import note_rules, with_other_rules

FORMER, PRESENT = "former", "present"
DOG = 69


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project.create(tmp_path / "p.yamnet")
    yield project
    project.close()


def event(number: int, rules_id: str, class_index: int = DOG) -> Event:
    span = TimeSpan(number, number + 0.5)
    label = "Dog" if class_index == DOG else "my own"
    return Event(
        f"d{number}-{class_index}", span.start_s, span.end_s, label, class_index, rules_id=rules_id
    )


def add(project: Project, *events: Event, rules_of_analysis: str = "") -> str:
    recording = Recording(new_id(), f"{len(project.recordings.all())}.wav")
    project.recordings.register(replace(recording, state=RecordingState.ANALYSED))
    project.events.store_detections(recording.id, events)
    stored = StoredSettings(AnalysisSettings(), rules_of_analysis)
    project.recordings.add_analysis(stored.record(recording.id, "0" * 64, "YAMNet"))
    return recording.id


def test_recordings_of_former_rules_are_named_and_others_are_not(project: Project) -> None:
    of_former = add(project, event(1, PRESENT), event(2, FORMER))
    add(project, event(1, PRESENT))
    own = add(project, event(1, PRESENT), event(2, FORMER, class_index=521))
    assert with_other_rules(project, PRESENT) == {of_former}
    assert with_other_rules(project, PRESENT, beside=of_former) == frozenset()
    assert with_other_rules(project, FORMER) == set(project.events.recording_counts()), own


def test_what_the_user_decided_belongs_to_no_rules(project: Project) -> None:
    recording_id = add(project, event(1, FORMER))
    assert with_other_rules(project, PRESENT) == {recording_id}
    row = project.events.get(recording_id, f"d1-{DOG}")
    assert isinstance(row, ProjectEvent)
    project.apply(accept([row]))
    assert with_other_rules(project, PRESENT) == frozenset()


def test_of_a_recording_without_events_its_analysis_tells(project: Project) -> None:
    emptied = add(project, rules_of_analysis=FORMER)
    add(project, rules_of_analysis=PRESENT)
    add(project)  # nobody knows
    assert with_other_rules(project, PRESENT) == {emptied}


def test_rules_that_were_applied_are_noted_and_undo_takes_that_back(project: Project) -> None:
    changed = add(project, event(1, FORMER), event(2, FORMER))
    emptied = add(project, event(1, FORMER), rules_of_analysis=FORMER)
    same = add(project, event(1, FORMER))
    gone = {
        changed: ([event(2, FORMER)], [event(1, PRESENT)]),
        emptied: ([event(1, FORMER)], []),
    }
    project.events.replace_detections("apply rules", gone)
    for recording_id in (changed, emptied, same):
        note_rules(project, recording_id, PRESENT)
    assert with_other_rules(project, PRESENT) == frozenset()
    assert [e.rules_id for e in project.events.of(same)] == [PRESENT]
    project.undo()
    assert with_other_rules(project, PRESENT) == {changed, emptied}
    project.redo()
    assert with_other_rules(project, PRESENT) == frozenset()
