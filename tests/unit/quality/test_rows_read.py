"""Of a large project only recordings with decisions are read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.labels.project.helpers import made
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection import DEFAULT_RULE, Rule, RuleSet
from yamnet_gui.labels.project import Project, accept, mark_reviewed
from yamnet_gui.labels.project.calibrations import reviews_in
from yamnet_gui.labels.project.events import ProjectEvents
from yamnet_gui.quality.references import StoredScores, project_items
from yamnet_gui.quality.replay import replay_project

from .reviewed import CLASS_MAP

NONE = StoredScores(None, "")
RULES = RuleSet(default=Rule(on=0.5, off=0.25).over(DEFAULT_RULE))
READERS: dict[str, Callable[[Project], object]] = {
    "evaluation": lambda project: project_items(project, NONE),
    "replay": lambda project: list(replay_project(project, NONE, RULES, CLASS_MAP)),
    "calibration": lambda project: reviews_in(project, "sha"),
}


@pytest.mark.parametrize("name", READERS)
def test_recordings_without_a_decision_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with made(tmp_path / "p.yamnet", recordings=12, events=5) as project:
        decided = project.events.of("r3").events[0]
        item = project.events.get("r3", decided.id)
        assert item is not None
        project.apply(accept([item], "Anna"))
        read: list[str] = []
        of = ProjectEvents.of

        def counted(events: ProjectEvents, recording_id: str) -> object:
            read.append(recording_id)
            return of(events, recording_id)

        monkeypatch.setattr(ProjectEvents, "of", counted)
        READERS[name](project)
        assert read == ["r3"]


def test_recordings_with_a_reviewed_segment_count_for_the_evaluation(tmp_path: Path) -> None:
    with made(tmp_path / "p.yamnet", recordings=3, events=2) as project:
        before = project.recordings.reviewed("r1")
        project.apply(mark_reviewed("r1", before, TimeSpan(0, 10), (), "Anna"))
        assert project.recordings.with_reviewed_segments() == {"r1"}
        assert project.events.touched_recordings() == frozenset()
        assert [skipped.name for skipped in project_items(project, NONE).skipped] == ["rec 1.wav"]
