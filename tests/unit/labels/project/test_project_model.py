"""The model of a project: events find their class in it, whatever index they were stored with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.events import Event
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.labels.project import (
    Project,
    ProjectEvent,
    Recording,
    add_events,
    add_recordings,
    delete,
)
from yamnet_gui.labels.project.project_model import (
    CUSTOM_CLASSES,
    MODEL,
    ProjectModel,
    project_classes,
    project_model,
    set_project_model,
)

DOG = bundled_class_map().select(["Dog"])[0]
GARDEN = ProjectModel(
    "ab" * 32,
    "garden",
    ClassMap((SoundClass(0, "", "chiffchaff"), SoundClass(1, DOG.mid, "Dog"))),
)


def event(name: str, label: str, index: int | None, mid: str = "") -> Event:
    return Event(name, 1.0, 2.0, label, class_index=index, mid=mid)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.create(tmp_path / "p.yamnet")
    recording = Recording("r", "r.wav", duration_s=10.0)
    made.apply(add_recordings([recording]))
    events = [
        event("d", "Dog", DOG.index, DOG.mid),
        event("s", "Speech", 0, bundled_class_map()[0].mid),
        event("c", "Chiffchaff", None),
        event("o", "my own", None),
    ]
    made.apply(add_events("r", events))
    yield made
    made.close()


def indices(project: Project) -> dict[str, int | None]:
    return {one.id: one.class_index for one in project.events.of("r")}


def test_events_get_the_indices_of_the_models_classes_and_back(project: Project) -> None:
    with project:
        assert project_model(project) is None
        assert project_classes(project) == bundled_class_map()
        assert indices(project) == {"d": DOG.index, "s": 0, "c": None, "o": None}
        set_project_model(project, GARDEN)
        assert project_model(project) == GARDEN
        assert project_classes(project).names == ("chiffchaff", "Dog")
        assert indices(project) == {"d": 1, "s": None, "c": 0, "o": None}
        project.apply(add_events("r", [event("n", "chiffchaff", 0)]))
        path = project.path
    with Project.open(path) as again:
        assert indices(again) == {"d": 1, "s": None, "c": 0, "o": None, "n": 0}
        set_project_model(again, None)
        assert project_model(again) is None
        assert indices(again) == {"d": DOG.index, "s": 0, "c": None, "o": None, "n": None}


def test_a_step_made_before_the_model_changed_is_undone_with_the_present_indices(
    project: Project,
) -> None:
    with project:
        dog = next(one for one in project.events.of("r") if one.id == "d")
        project.apply(delete([ProjectEvent("r", dog)]))
        set_project_model(project, GARDEN)
        assert "d" not in indices(project)
        project.undo()
        assert indices(project)["d"] == 1


def test_custom_classes_stand_behind_those_of_the_model(project: Project) -> None:
    with project:
        set_project_model(project, GARDEN)
        project.settings.set_value(CUSTOM_CLASSES, '[{"label": "my own"}]')
        assert indices(project)["o"] == 2


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "no JSON",
        '{"identity": 3}',
        '{"identity": "ab", "name": "x", "classes": [["", "a"]]}',
        '{"identity": "%s", "name": "x", "classes": []}' % ("ab" * 32),
        '{"identity": "%s", "name": "x", "classes": [["", "a"], ["", "A"]]}' % ("ab" * 32),
        '{"identity": "%s", "name": "x", "classes": [["", 5]]}' % ("ab" * 32),
        '{"identity": "%s", "name": "\\u0007", "classes": [["", "a"]]}' % ("ab" * 32),
        '{"identity": "%s", "name": "x", "classes": 7}' % ("ab" * 32),
    ],
)
def test_what_no_program_of_ours_stored_is_no_model(project: Project, text: str) -> None:
    with project:
        project.settings.set_value(MODEL, text)
        assert project_model(project) is None
        assert indices(project)["d"] == DOG.index
