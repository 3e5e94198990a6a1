"""The stored list of custom classes: what cannot be read is neither used nor lost."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gui.support import projects
from yamnet_gui.gui.features.custom_classes.stored_classes import StoredClasses
from yamnet_gui.gui.state.custom_classes import CustomClass
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import Project

VALUE = "taught_classes"
OWL = {"label": "my owl", "file": "", "kept": ""}
CROW = {"label": "my crow", "file": "", "kept": ""}
ODD = {"name": "dove"}


def test_an_unreadable_entry_is_left_out_and_stays_in_its_position(tmp_path: Path) -> None:
    stored = StoredClasses.read(json.dumps([OWL, ODD, CROW]), tmp_path)
    assert stored.entries == (("my owl", None), ("my crow", None))
    classes = [CustomClass(label) for label in ("my owl", "my crow", "newt")]
    newt = {"label": "newt", "file": "", "kept": ""}
    assert json.loads(stored.text_with(classes, tmp_path)) == [OWL, ODD, CROW, newt]
    assert json.loads(stored.text_with([], tmp_path)) == [ODD]


@pytest.mark.parametrize("text", ["[{", '{"label": 1}', "5", '[{"label": 5, "file": ""}]', "[[]]"])
def test_a_text_without_entries_stays_and_is_stored_beside_new_classes(
    text: str, tmp_path: Path
) -> None:
    stored = StoredClasses.read(text, tmp_path)
    assert stored.entries == ()
    assert stored.unreadable
    assert stored.text_with([], tmp_path) == text
    again = StoredClasses.read(stored.text_with([CustomClass("my owl")], tmp_path), tmp_path)
    assert again.entries == (("my owl", None),)
    assert again.unreadable == stored.unreadable


def test_an_empty_value_has_no_classes(tmp_path: Path) -> None:
    stored = StoredClasses.read("", tmp_path)
    assert stored == StoredClasses()
    assert stored.text_with([], tmp_path) == ""


@pytest.mark.workflow
def test_unreadable_and_unusable_classes_of_a_project_are_reported_and_stay_stored(
    start: Callable[..., Workbench], settled: Callable[[Workbench], None], tmp_path: Path
) -> None:
    odd, clash = tmp_path / "odd", tmp_path / "clash"
    values = {odd: json.dumps([ODD, OWL]), clash: json.dumps([CROW, {**CROW, "label": "Speech"}])}
    paths = {}
    for folder, text in values.items():
        paths[folder] = projects.made(folder, ("a",))
        with Project.open(paths[folder]) as project:
            project.settings.set_value(VALUE, text)
    bench = start(paths[odd])
    settled(bench)
    assert [c.label for c in bench.session.custom_classes.classes] == ["my owl"]
    texts = [notice.text for notice in bench.shell.notices.notices]
    assert texts.count("1 custom class of this project cannot be read.") == 1
    bench.services.projects.open(paths[clash])
    settled(bench)
    assert bench.session.custom_classes.classes == ()
    bench.session.custom_classes.set(bench.session.custom_classes.with_put(CustomClass("newt")))
    bench.shell.window.close()
    with Project.open(paths[odd]) as project:
        assert json.loads(project.settings.value(VALUE)) == [ODD, OWL]
    with Project.open(paths[clash]) as project:
        stored = json.loads(project.settings.value(VALUE))
    assert stored[:2] == json.loads(values[clash])
    assert [entry["label"] for entry in stored[2:]] == ["newt"]
