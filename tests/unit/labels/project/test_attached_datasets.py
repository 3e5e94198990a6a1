"""A project remembers the datasets beside it, by steps that can be undone."""

from pathlib import Path

import pytest

from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.attached_datasets import (
    AttachedDataset,
    attach,
    attached_datasets,
    detach,
    move,
)


def test_datasets_are_remembered_and_leaving_one_is_undone(tmp_path: Path) -> None:
    near, far = AttachedDataset(tmp_path / "results"), AttachedDataset(Path("/far/away"))
    with Project.create(tmp_path / "p.yamnet") as project:
        for one in (near, far):
            project.apply(attach(project, one))
    with Project.open(tmp_path / "p.yamnet") as project:
        assert attached_datasets(project) == (near, far)
        project.apply(detach(project, near.folder))
        assert attached_datasets(project) == (far,)
        assert project.undo() == "close dataset results"
        assert attached_datasets(project) == (near, far)
        project.apply(attach(project, near))
        assert attached_datasets(project) == (near, far)


def test_a_dataset_beside_the_project_is_found_again_when_both_were_moved(tmp_path: Path) -> None:
    with Project.create(tmp_path / "before" / "p.yamnet") as project:
        project.apply(attach(project, AttachedDataset(tmp_path / "before" / "results")))
    (tmp_path / "before").rename(tmp_path / "after")
    with Project.open(tmp_path / "after" / "p.yamnet") as project:
        assert attached_datasets(project)[0].folder == tmp_path / "after" / "results"


def test_a_dataset_that_is_elsewhere_keeps_what_is_known_of_its_recordings(tmp_path: Path) -> None:
    moved = (("/recorders", "/mnt/disk"),)
    with Project.create(tmp_path / "p.yamnet") as project:
        project.apply(attach(project, AttachedDataset(tmp_path / "a", moved)))
        project.apply(move(project, tmp_path / "a", tmp_path / "b"))
        assert attached_datasets(project) == (AttachedDataset(tmp_path / "b", moved),)


def test_recordings_are_found_below_another_folder_by_the_ends_of_their_paths(
    tmp_path: Path,
) -> None:
    (tmp_path / "pond" / "june").mkdir(parents=True)
    (tmp_path / "pond" / "june" / "a.wav").touch()
    dataset = AttachedDataset(tmp_path / "results")
    file = str(Path("/recorders/pond/june/a.wav"))
    assert dataset.locate(file) == Path(file)
    found = dataset.found_in(file, tmp_path)
    assert found is not None
    assert found.locate(file) == tmp_path / "pond" / "june" / "a.wav"
    assert found.locate("/recorders/hill/b.wav") == tmp_path / "hill" / "b.wav"
    assert found.locate("/elsewhere/b.wav") == Path("/elsewhere/b.wav")
    assert dataset.found_in("/recorders/pond/june/other.wav", tmp_path) is None


def test_a_moved_folder_is_no_beginning_of_a_name_and_the_innermost_one_counts() -> None:
    moved = (("/data/A", "/mnt/new"), ("/data/A/june", "/mnt/june"), ("s3://b/A", "/mnt/s3"))
    dataset = AttachedDataset(Path("/results"), moved)
    for file, here in (
        ("/data/A/y.wav", "/mnt/new/y.wav"),
        ("/data/A2/y.wav", "/data/A2/y.wav"),
        ("/data/A/june/y.wav", "/mnt/june/y.wav"),
        ("s3://b/A/y.wav#track=2", "/mnt/s3/y.wav#track=2"),
        ("s3://b/A2/y.wav", "//s3:/b/A2/y.wav"),
    ):
        assert dataset.locate(file) == Path(here)


def test_the_folder_named_last_counts_for_the_recording_that_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "pond").mkdir()
    (tmp_path / "pond" / "a.wav").touch()
    moved = (("/recorders/pond", "/gone"), ("/recorders/hill", "/mnt/hill"))
    found = AttachedDataset(tmp_path, moved).found_in("/recorders/pond/a.wav", tmp_path)
    assert found is not None
    assert found.locate("/recorders/pond/a.wav") == tmp_path / "pond" / "a.wav"
    assert found.locate("/recorders/hill/b.wav") == Path("/mnt/hill/b.wav")


@pytest.mark.parametrize("file", ["pond/a.wav", "a.wav"])
def test_recordings_that_a_dataset_has_by_relative_paths_are_found(
    file: str, tmp_path: Path
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    found = AttachedDataset(tmp_path).found_in(file, tmp_path)
    assert found is not None
    assert found.locate(file) == tmp_path / file
    assert found.locate("/elsewhere/b.wav") == Path("/elsewhere/b.wav")


def test_what_a_later_version_wrote_is_no_dataset(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.yamnet") as project:
        project.settings.set_value("datasets", '{"version": 9}')
        assert attached_datasets(project) == ()
