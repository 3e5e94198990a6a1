"""Which rules hold in a project that stores none."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.gui.support import projects
from yamnet_gui.core.resources import bundled_ontology
from yamnet_gui.detection import RuleSet, preset
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.present_rules import unchanged

ONTOLOGY = bundled_ontology()


@pytest.mark.parametrize("name", ["balanced", "balanced-0.1"])
def test_a_project_without_rules_keeps_those_that_its_events_were_found_with(
    name: str, tmp_path: Path
) -> None:
    rules_id = preset(name, ONTOLOGY).rules_id
    events = [replace(event, rules_id=rules_id) for event in projects.detections(0.0)]
    with Project.open(projects.made(tmp_path, ("a",))) as project:
        project.events.store_detections("id-a", events)
        assert unchanged(project.recordings.rules_of_events(), ONTOLOGY) == preset(name, ONTOLOGY)


def test_a_new_project_has_the_balanced_rules(tmp_path: Path) -> None:
    with Project.create(tmp_path / "new.yamnet") as project:
        rules = unchanged(project.recordings.rules_of_events(), ONTOLOGY)
    assert rules == preset("balanced", ONTOLOGY)
    assert rules != RuleSet()


def test_events_without_rules_are_looked_through_once_until_something_changes(
    tmp_path: Path,
) -> None:
    rules_id = preset("balanced-0.1", ONTOLOGY).rules_id
    asked: list[str] = []
    with Project.open(projects.made(tmp_path, ("a", "b"))) as project:
        project.events.store_detections("id-a", projects.detections(0.0))
        project.recordings._connection.database.set_trace_callback(asked.append)
        assert project.recordings.rules_of_events() == ""
        assert project.recordings.rules_of_events() == ""
        project.recordings._connection.database.set_trace_callback(None)
        assert len([text for text in asked if "rules_id" in text]) == 1
        project.events.store_detections("id-a", projects.detections(1.0))
        asked.clear()
        project.recordings._connection.database.set_trace_callback(asked.append)
        assert project.recordings.rules_of_events() == ""
        project.recordings._connection.database.set_trace_callback(None)
        (text,) = asked
        assert "WHERE rec =" in text  # of a million events only those that were written
        later = [replace(event, rules_id=rules_id) for event in projects.detections(0.0)]
        project.events.store_detections("id-b", later)
        assert project.recordings.rules_of_events() == rules_id
