"""Queues whose rows come from values beside the events."""

import json
from pathlib import Path

import pytest

from tests.unit.labels.project.helpers import made
from tests.unit.quality.reviewed import CLASS_MAP, MODEL, reviewed_project
from yamnet_gui.core.events import ReviewState
from yamnet_gui.detection import RuleSet
from yamnet_gui.gui.jobs.review import BuildQueueJob
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.labels.project import Project, QueueKind, accept
from yamnet_gui.labels.project.count_samples import SAMPLE_NOTE, CountScope
from yamnet_gui.quality.counting import draw, units_of


def queued(project: Project, request: QueueRequest, recording_id: str = "") -> list[str]:
    """Ids of the events of a queue, in order."""
    (rows,) = BuildQueueJob(project, request, recording_id, 0.5).run()
    return [item.event.id for item in project.events.at(rows)]


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_counting_sample_is_a_queue_until_it_is_reviewed(
    tmp_path: Path, everywhere: bool
) -> None:
    project, scores = reviewed_project(tmp_path)
    with project:
        *_, last = units_of(project, scores, RuleSet(), CLASS_MAP, CountScope(("Dog",)))
        sample = draw(project, last.units or (), CountScope(("Dog",)), 20, 1, "", MODEL)
        mine = [d for d in sample.drawn if everywhere or d.recording_id == "two.wav"]
        request = QueueRequest(QueueKind.SAMPLE, everywhere, "Dog")
        ids = queued(project, request, "two.wav")
        assert sorted(ids) == sorted(d.event_id for d in mine)
        assert ids != sorted(ids)  # shuffled, so that neither score nor time tells what to expect
        item = project.events.get(mine[0].recording_id, mine[0].event_id)
        assert item is not None
        assert item.event.note == SAMPLE_NOTE
        project.apply(accept([item]))
        assert len(queued(project, request, "two.wav")) == len(mine) - 1
        assert queued(project, QueueRequest(QueueKind.SAMPLE, everywhere, "Cat"), "two.wav") == []


def test_disagreements_are_a_queue_until_they_are_settled(tmp_path: Path) -> None:
    with made(tmp_path / "p.yamnet") as project:
        first, second = (e.id for e in project.events.of("r0").events[:2])
        project.settings.set_value("disagreements", json.dumps([["r0", second], ["r0", first]]))
        request = QueueRequest(QueueKind.DISAGREEMENTS, True)
        assert queued(project, request) == [second, first]
        item = project.events.get("r0", second)
        assert item is not None
        assert item.event.state is ReviewState.UNREVIEWED
        project.apply(accept([item]))
        assert queued(project, request) == [first]
