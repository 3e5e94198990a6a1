"""Work on very many recordings rests on the way, not only between its results."""

from collections.abc import Callable
from pathlib import Path

import pytest

from yamnet_gui.core.stopping import resting
from yamnet_gui.gui.features.project.project_page import OverviewJob
from yamnet_gui.gui.jobs.project import CountEventsJob, CountJob
from yamnet_gui.labels.project import EventFilter, Project, Recording, add_recordings

RECORDINGS = 520  # twice as many as pass between two questions
JOBS: dict[str, Callable[[Project], CountJob | CountEventsJob | OverviewJob]] = {
    "list": CountJob,
    "filter": lambda project: CountEventsJob(project, EventFilter()),
    "page": OverviewJob,
}


def _rests(path: Path, name: str, recordings: int) -> int:
    rests: list[str] = []
    with Project.create(path) as project:
        items = [Recording(f"r{n}", f"{n}.wav") for n in range(recordings)]
        project.apply(add_recordings(items))
        list(JOBS[name](project).run())  # what is loaded once is there now
        with resting(lambda: rests.append("")):
            list(JOBS[name](project).run())
    return len(rests)


@pytest.mark.parametrize("name", JOBS)
def test_counting_all_recordings_rests_on_the_way(tmp_path: Path, name: str) -> None:
    few = _rests(tmp_path / "few.yamnet", name, 1)
    many = _rests(tmp_path / "many.yamnet", name, RECORDINGS)
    assert many - few >= RECORDINGS // 256
