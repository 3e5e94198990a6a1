"""Decisions on detections that were never stored."""

from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.labels.project import Project, ProjectEvent, Recording, accept, delete, merge

DOG = Event("d1", 1.0, 2.0, "Dog", 1, "/m/d", score_max=0.25)
NEXT = Event("d2", 3.0, 4.0, "Dog", 1, "/m/d", score_max=0.5)


@pytest.fixture
def project(tmp_path: Path) -> Project:  # type: ignore[misc]
    with Project.create(tmp_path / "p.yamnet") as made:
        made.recordings.register(Recording("r", "a.wav"))
        yield made


def test_registering_is_nothing_to_undo(project: Project) -> None:
    assert [r.name for r in project.recordings.all()] == ["a.wav"]
    assert project.history.undo_title is None


def test_an_unknown_detection_is_refused_unless_it_may_be_adopted(project: Project) -> None:
    command = accept([ProjectEvent("r", DOG)])
    with pytest.raises(ProjectError, match="no longer exists"):
        project.apply(command)
    project.apply(command, adopt=True)
    stored = project.events.of("r").get("d1")
    assert stored is not None
    assert stored.state is ReviewState.ACCEPTED


def test_undo_leaves_the_detection_and_redo_decides_again(project: Project) -> None:
    project.apply(accept([ProjectEvent("r", DOG)]), adopt=True)
    project.undo()
    assert project.events.of("r").events == (DOG,)
    project.redo()
    assert project.events.of("r").events[0].state is ReviewState.ACCEPTED


def test_a_detection_that_rules_moved_is_taken_as_it_is_now(project: Project) -> None:
    project.apply(accept([ProjectEvent("r", DOG)]), adopt=True)
    project.undo()
    moved = replace(DOG, offset_s=2.5)
    project.apply(accept([ProjectEvent("r", moved)]), adopt=True)
    stored = project.events.of("r").get("d1")
    assert stored is not None
    assert stored.offset_s == 2.5


def test_what_a_person_decided_is_never_adopted_over(project: Project) -> None:
    project.apply(accept([ProjectEvent("r", DOG)]), adopt=True)
    with pytest.raises(ProjectError, match="changed since"):
        project.apply(delete([ProjectEvent("r", DOG)]), adopt=True)


def test_deleted_detections_are_known(project: Project) -> None:
    project.apply(delete([ProjectEvent("r", DOG)]), adopt=True)
    assert project.events.deleted("r") == [DOG]
    project.undo()
    assert project.events.deleted("r") == []


def test_merging_two_unknown_detections_is_one_step(project: Project) -> None:
    project.apply(merge([ProjectEvent("r", DOG), ProjectEvent("r", NEXT)]), adopt=True)
    (one,) = project.events.of("r")
    assert (one.id, one.onset_s, one.offset_s) == ("d1", 1.0, 4.0)
    assert project.events.deleted("r") == [NEXT]
    project.undo()
    assert set(project.events.of("r")) == {DOG, NEXT}
    assert project.history.undo_title is None
