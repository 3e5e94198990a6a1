"""The one open project, and work on it that another project overtakes."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from yamnet_gui.core.errors import ProjectError
from yamnet_gui.gui.controllers.project_manager import ProjectManager
from yamnet_gui.gui.state.project import ProjectState, StorageMode
from yamnet_gui.labels.project import Project


@dataclass(frozen=True, slots=True)
class SlowCount:
    """Counts events once it may."""

    project: Project
    may: threading.Event

    def run(self) -> Iterator[int]:
        assert self.may.wait(20)
        yield self.project.events.count()


@pytest.mark.parametrize("finish", [False, True])
def test_what_is_read_of_a_closed_project_is_not_missed_and_a_lost_step_is(
    qtbot: QtBot, owners: Owners, tmp_path: Path, finish: bool
) -> None:
    first = Project.create(tmp_path / "one.yamnet")
    Project.create(tmp_path / "two.yamnet").close()
    state = ProjectState()
    state.use(first, StorageMode.PROJECT)
    manager = ProjectManager(owners.document, state, owners.rules)
    failed: list[ProjectError] = []
    manager.failed.connect(failed.append)
    may = threading.Event()
    manager.opened.connect(may.set)
    try:
        with qtbot.waitSignal(manager.opened):
            manager.open(tmp_path / "two.yamnet")
            manager.run(SlowCount(first, may), finish=finish)
            manager.count()
        qtbot.waitUntil(lambda: not manager.busy)
        assert [error.reason for error in failed] == ["is closed"] * finish
    finally:
        may.set()
        manager.close()
