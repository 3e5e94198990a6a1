"""Events of a dataset are decided on in a project, with all events of their recording."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("duckdb", reason="needs the extra 'dataset'")

from tests.unit.dataset.made import DAY, info, make_unit
from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.core.resources import bundled_ontology
from yamnet_gui.dataset import Contents, Dataset, DatasetEvents, add_units
from yamnet_gui.dataset.taking import decided, event_of, relabelled, taken
from yamnet_gui.labels.project import EventFilter, Project, add_events

ACCEPTED = EventFilter(states=frozenset({ReviewState.ACCEPTED}))


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    folder, contents = tmp_path_factory.mktemp("taking"), Contents()
    units = [make_unit(folder / "u", f"{k}.wav", DAY, 60, contents, seed=k) for k in range(2)]
    add_units(folder / "made", info(contents), units)
    with Dataset(folder / "made") as dataset:
        yield DatasetEvents(dataset)


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "p.yamnet") as project:
        yield project


def _labelled(events, chosen):
    return events.of_recordings(sorted({one.recording for one in chosen}))


def test_a_decision_brings_the_whole_recording_and_is_one_step(events, project) -> None:
    chosen = events.page(EventFilter(text="0.wav"))[3:5]
    taking = taken(project, _labelled(events, chosen), "")
    steps = decided(project, taking, chosen, ReviewState.ACCEPTED, "Anna", {})
    project.apply(steps.command)
    assert steps.changed == 2
    (recording,) = project.recordings.all()
    assert recording.name == "0.wav"
    assert project.events.count() == events.count(EventFilter(text="0.wav"))
    accepted = project.events.at(project.events.rows(ACCEPTED))
    assert sorted((a.event.onset_s, a.event.label) for a in accepted) == sorted(
        (one.onset_s, one.label) for one in chosen
    )
    assert {a.event.reviewer for a in accepted} == {"Anna"}
    assert project.undo() == "accept 2 events"
    assert project.recordings.all() == []


def test_a_recording_that_was_taken_is_not_taken_again(events, project) -> None:
    chosen = events.page(EventFilter(text="0.wav"))
    project.apply(taken(project, _labelled(events, chosen), "take").command)
    again = taken(project, _labelled(events, chosen), "take")
    assert (again.command.changes, again.recordings, again.new_events) == ((), 0, 0)
    steps = decided(project, again, chosen[:1], ReviewState.REJECTED, "", {})
    project.apply(steps.command)
    assert project.events.count() == len(chosen)
    assert project.events.count(EventFilter(states=frozenset({ReviewState.REJECTED}))) == 1


def test_recordings_are_taken_from_where_they_are_now(events, project, tmp_path) -> None:
    chosen = events.page(EventFilter(text="1.wav"))[:1]
    here = tmp_path / "1.wav"
    taking = taken(project, _labelled(events, chosen), "take", lambda _file: here)
    project.apply(decided(project, taking, chosen, ReviewState.UNCERTAIN, "", {}).command)
    assert project.recordings.at(here) is not None


@pytest.mark.parametrize("name", ["clips/0.wav", "../0.wav"])
def test_recordings_by_relative_paths_are_decided_on_and_taken_once(
    events, project, tmp_path, monkeypatch, name
) -> None:
    """As a dataset has them that an earlier version wrote."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    chosen = [replace(e, file=name) for e in events.page(EventFilter(text="0.wav"))[:1]]
    labelled = [
        replace(one, recording=replace(one.recording, path=Path(name)))
        for one in _labelled(events, chosen)
    ]
    taking = taken(project, labelled, "take")
    project.apply(decided(project, taking, chosen, ReviewState.ACCEPTED, "", {}).command)
    assert project.events.count(ACCEPTED) == 1
    assert project.recordings.at(Path(name)) is not None
    assert taken(project, labelled, "take").recordings == 0


def test_without_such_an_event_in_the_project_a_decision_makes_one(events, project) -> None:
    """The project's own analysis of the recording found something else."""
    chosen = events.page(EventFilter(text="0.wav", labels=frozenset({"Dog"})))[:1]
    project.apply(taken(project, _labelled(events, chosen), "take").command)
    (recording,) = project.recordings.all()
    project.events.store_detections(
        recording.id, [Event("dm-1-200", 500.0, 501.0, "Cat", 1, source=EventSource.DETECTED)]
    )
    assert project.events.count() == 1
    taking = taken(project, _labelled(events, chosen), "take")
    steps = decided(project, taking, chosen, ReviewState.ACCEPTED, "", {"Dog": 0})
    project.apply(steps.command)
    made = project.events.at(project.events.rows(ACCEPTED))
    assert [(a.event.label, a.event.class_index, a.event.onset_s) for a in made] == [
        ("Dog", 0, chosen[0].onset_s)
    ]
    nothing = decided(project, taking, chosen, ReviewState.UNREVIEWED, "", {})
    assert nothing.changed == 0


def test_a_corrected_event_is_still_the_one_of_the_dataset(events, project) -> None:
    chosen = events.page(EventFilter(text="0.wav", labels=frozenset({"Dog"})))[:1]
    taking = taken(project, _labelled(events, chosen), "")
    ontology = bundled_ontology()
    steps = relabelled(project, taking, chosen, ("Owl", None, ""), "Anna", ontology)
    project.apply(steps.command)
    (recording,) = project.recordings.all()
    found = event_of(chosen[0], project.events.of(recording.id))
    assert found is not None
    assert (found.label, found.state) == ("Owl", ReviewState.ACCEPTED)
    project.undo()
    assert project.recordings.all() == []


def test_what_was_drawn_by_hand_is_no_event_of_the_dataset(events, project) -> None:
    chosen = events.page(EventFilter(text="0.wav", labels=frozenset({"Dog"})))[:1]
    project.apply(taken(project, _labelled(events, chosen), "take").command)
    (recording,) = project.recordings.all()
    far = Event("own", 900.0, 901.0, "Dog", source=EventSource.DRAWN)
    project.apply(add_events(recording.id, [far]))
    found = event_of(chosen[0], project.events.of(recording.id))
    assert found is not None
    assert found.id != "own"
