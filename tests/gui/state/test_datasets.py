"""Which datasets are beside the project, and which one is looked through."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.panels.dataset_source import DatasetSourceBar
from yamnet_gui.gui.state.datasets import Datasets
from yamnet_gui.gui.state.project import ProjectState, StorageMode
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.attached_datasets import AttachedDataset, attach

YEAR, POND = AttachedDataset(Path("/data/year")), AttachedDataset(Path("/data/pond & hill"))


@pytest.fixture
def project(qtbot: QtBot, tmp_path: Path):
    state = ProjectState()
    state.use(Project.create(tmp_path / "p.yamnet"), StorageMode.PROJECT)
    yield state
    before = state.use(None)
    assert before is not None
    before.close()


@pytest.fixture
def datasets(project: ProjectState) -> Datasets:
    return Datasets(project)


def put(project: ProjectState, dataset: AttachedDataset) -> None:
    project.apply(attach(project.writable(), dataset))


def test_what_is_looked_through_goes_with_its_dataset(
    project: ProjectState, datasets: Datasets, qtbot: QtBot
) -> None:
    put(project, YEAR)
    assert datasets.attached == (YEAR,)
    assert datasets.source is None
    datasets.choose(YEAR.folder)
    assert datasets.source == YEAR
    with qtbot.waitSignal(datasets.source_changed):
        project.writable().undo()
    assert datasets.source is None
    assert datasets.attached == ()


def test_another_project_has_datasets_of_its_own(
    project: ProjectState, datasets: Datasets, tmp_path: Path
) -> None:
    put(project, YEAR)
    datasets.hold(POND)
    datasets.choose(POND.folder)
    before = project.use(Project.create(tmp_path / "other.yamnet"), StorageMode.PROJECT)
    assert before is not None
    before.close()
    assert datasets.attached == ()
    assert datasets.source is None


def test_what_a_read_only_project_cannot_remember_the_window_does(
    project: ProjectState, datasets: Datasets
) -> None:
    put(project, YEAR)
    moved = AttachedDataset(YEAR.folder, (("/recorders", "/mnt"),))
    datasets.hold(moved)  # its recordings were found elsewhere
    datasets.hold(POND)
    assert datasets.attached == (moved, POND)
    datasets.drop(POND.folder)
    assert datasets.attached == (moved,)


def test_the_choice_is_there_where_there_is_a_dataset(
    project: ProjectState, datasets: Datasets, qtbot: QtBot
) -> None:
    bar = DatasetSourceBar(datasets)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    put(project, YEAR)
    put(project, POND)
    assert not bar.isHidden()
    assert [bar.box.itemText(k) for k in range(3)] == ["This project", "year", "pond & hill"]
    assert bar.more.isHidden()
    bar.box.setCurrentIndex(2)
    bar.box.activated.emit(2)
    assert datasets.source == POND
    assert not bar.more.isHidden()
    assert "Opening" in bar.box.toolTip()
    datasets.choose(None)
    assert bar.box.currentText() == "This project"
