"""A project file that is removed, renamed or replaced while it is open loses no decision."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.labels.project.helpers import made
from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.labels.project import Project, ProjectEvent, accept, compare
from yamnet_gui.labels.project import continuing as continuing_module
from yamnet_gui.labels.project import open_checks as open_checks_module


def removed(path: Path) -> None:
    path.unlink()


def all_removed(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def renamed(path: Path) -> None:
    path.rename(path.with_name("other name.yamnet"))


def moved_with_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def replaced(path: Path) -> None:
    shutil.copyfile(path.with_name("before.yamnet"), path.with_name("new.part"))
    path.with_name("new.part").replace(path)


def replaced_by_text(path: Path) -> None:
    path.with_name("new.part").write_text("a conflict")
    path.with_name("new.part").replace(path)


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def overwritten(path: Path) -> None:
    """Into the file that is open, as `cp` and some services do."""
    shutil.copyfile(path.with_name("before.yamnet"), path)


def overwritten_by_noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 2000)


def cut(path: Path) -> None:
    """As a copy into it that was interrupted leaves it; its head is still the same."""
    os.truncate(path, 5000)


def log_replaced(path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    log.unlink()
    log.write_bytes(b"somebody else's")


def log_removed(path: Path) -> None:
    path.with_name(path.name + "-wal").unlink()


def index_removed(path: Path) -> None:
    path.with_name(path.name + "-shm").unlink()


def both_removed(path: Path) -> None:
    log_removed(path)
    index_removed(path)


TAKEN = (
    removed, all_removed, renamed, moved_with_folder, replaced, replaced_by_text,
    replaced_by_a_folder, overwritten, overwritten_by_noise, cut, log_replaced,
)  # fmt: skip
LOGS = (log_removed, index_removed, both_removed)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "yamnet-gui"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "p.yamnet"
    with made(path, recordings=4) as project:
        project.save_as(path.with_name("before.yamnet"))
    return path


def items(project: Project) -> list[ProjectEvent]:
    return [
        ProjectEvent(recording.id, event)
        for recording in project.recordings.all()
        for event in project.events.of(recording.id)
    ]


def decide(project: Project, happening: Callable[[Path], None], path: Path) -> None:
    """40 decisions; it happens after the 15th."""
    for n, item in enumerate(items(project)):
        if n == 15:
            happening(path)
        project.apply(accept([item]))
        shown = project.events.get(item.recording_id, item.event.id)
        assert shown is not None
        assert shown.event.state is ReviewState.ACCEPTED


def decided_in(path: Path) -> int:
    with Project.open(path, read_only=True) as project:
        assert not project.damage
        assert not project.check()
        return sum(i.event.state is ReviewState.ACCEPTED for i in items(project))


@pytest.mark.parametrize("happening", TAKEN)
def test_every_decision_is_in_a_copy(
    path: Path, happening: Callable[[Path], None], data: Path
) -> None:
    project = Project.open(path)
    decide(project, happening, path)
    replacement = project.replacement
    assert replacement is not None
    copy = replacement.copy
    assert copy == project.path
    assert copy != path
    assert copy.name.startswith("p continued ")
    assert copy.parent == (data if happening is moved_with_folder else path.parent)
    assert str(copy if copy.parent == data else copy.name) in str(replacement)
    # as a kill would leave it: nothing closed
    shutil.copytree(copy.parent, path.parent / "snapshot")
    assert decided_in(path.parent / "snapshot" / copy.name) == 40
    project.undo()
    project.close()
    assert decided_in(copy) == 39
    assert not list(copy.parent.glob("*continued*.lock"))


@pytest.mark.parametrize("happening", LOGS)
def test_a_removed_log_is_written_again(path: Path, happening: Callable[[Path], None]) -> None:
    with Project.open(path) as project:
        decide(project, happening, path)
        assert project.path == path
        assert project.replacement is None
        assert path.with_name("p.yamnet-wal").exists()
    assert decided_in(path) == 40
    assert sorted(p.name for p in path.parent.iterdir()) == ["before.yamnet", "p.yamnet"]


@pytest.mark.parametrize("happening", [removed, replaced, log_replaced])
def test_closing_is_in_time(path: Path, happening: Callable[[Path], None]) -> None:
    with Project.open(path) as project:
        project.apply(accept(items(project)))
        happening(path)
    assert project.replacement is not None
    assert project.replacement.copy is not None
    assert decided_in(project.replacement.copy) == 40


def test_what_lies_there_now_is_not_touched(path: Path) -> None:
    """Neither by our log, which another program would read into it, nor by removing its log."""
    with Project.open(path) as project:
        project.apply(accept(items(project)[:5]))
        replaced(path)
        assert path.with_name("p.yamnet-wal").exists()
        project.check_file()
        assert not path.with_name("p.yamnet-wal").exists()
        assert decided_in(path) == 0
        with Project.open(path) as theirs:  # the lock of the old file is gone with it
            theirs.apply(accept(items(theirs)[20:27]))
            project.apply(accept(items(project)[5:10]))
            assert path.with_name("p.yamnet-wal").exists()
            assert path.with_name("p.yamnet.lock").exists()
    assert decided_in(path) == 7
    assert project.replacement is not None
    assert project.replacement.copy is not None
    with Project.open(project.replacement.copy) as ours, Project.open(path) as theirs:
        merge = compare(ours, theirs)
        assert len([c for c in merge.additions if c.kind == "event"]) == 7


def test_the_log_of_another_program_stays(path: Path) -> None:
    """It was quicker: it has the new file open, with a log at the name of ours."""
    project = Project.open(path)
    project.apply(accept(items(project)))
    all_removed(path)
    shutil.copyfile(path.with_name("before.yamnet"), path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("INSERT INTO reviewers VALUES ('Eve', '')")
    project.close()
    assert path.with_name("p.yamnet-wal").exists()
    assert other.execute("SELECT name FROM reviewers WHERE name = 'Eve'").fetchall()
    other.close()


def test_another_log_is_left_as_it_is(path: Path) -> None:
    with Project.open(path) as project:
        log_replaced(path)
    assert project.path != path
    assert path.with_name("p.yamnet-wal").read_bytes() == b"somebody else's"


def test_a_link_that_leads_elsewhere_leaves_its_former_target_whole(path: Path) -> None:
    link = path.with_name("link.yamnet")
    link.symlink_to(path)
    with Project.open(link) as project:
        project.apply(accept(items(project)[:10]))
        link.unlink()
        link.symlink_to(path.with_name("before.yamnet"))
        project.apply(accept(items(project)[10:]))
    assert project.path.name.startswith("link continued")
    assert decided_in(project.path) == 40
    assert decided_in(path) == 10
    assert decided_in(link) == 0
    assert not [p for p in path.parent.iterdir() if p.suffix != ".yamnet"]


def test_a_copy_that_is_taken_too_is_followed(path: Path) -> None:
    with Project.open(path) as project:
        removed(path)
        project.apply(accept(items(project)[:10]))
        first = project.path
        removed(first)
        project.apply(accept(items(project)[10:]))
        assert project.path != path
        assert project.path.name.count("continued") == 1
    assert decided_in(project.path) == 40


def test_where_nothing_can_be_written_the_decision_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_values: object) -> None:
        raise OSError(28, "No space left on device")

    project = Project.open(path)
    project.apply(accept(items(project)[:10]))
    removed(path)
    with monkeypatch.context() as patch:
        patch.setattr(continuing_module, "write_copy", full)
        with pytest.raises(ProjectError, match=r"removed, renamed or moved .* no copy .*No space"):
            project.apply(accept(items(project)[10:]))
        assert sum(i.event.state is ReviewState.ACCEPTED for i in items(project)) == 10
    project.apply(accept(items(project)[10:]))  # there is space again
    project.close()
    assert decided_in(project.path) == 40


def test_a_project_that_is_closed_on_a_full_disk_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_values: object) -> None:
        raise OSError(28, "No space left on device")

    project = Project.open(path)
    project.apply(accept(items(project)))
    replaced(path)
    monkeypatch.setattr(continuing_module, "write_copy", full)
    with pytest.raises(ProjectError, match="no copy"):
        project.close()
    assert decided_in(path) == 0  # as it came
    backup, *_older = project_backups(path)
    assert decided_in(backup) == 40


def project_backups(path: Path) -> list[Path]:
    from yamnet_gui.labels.project import backups_for

    return backups_for(path)


def test_a_reader_says_that_it_shows_what_was(path: Path) -> None:
    with Project.open(path, read_only=True) as project:
        assert project.check_file() is None
        replaced(path)
        replacement = project.check_file()
        assert replacement is not None
        assert replacement.copy is None
        assert "as it was before" in str(replacement)
        assert project.events.count() == 40


def test_a_file_that_was_only_touched_stays(path: Path) -> None:
    with Project.open(path) as project:
        path.touch()
        path.chmod(0o600)
        project.apply(accept(items(project)))
        assert project.check_file() is None
        assert project.path == path


def test_a_large_project_that_is_overwritten_takes_no_decision_and_names_its_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yamnet"
    made(path, recordings=2, events=3000).close()
    monkeypatch.setattr(open_checks_module, "_CHECK_BYTES", 0)  # it is not held in memory
    project = Project.open(path)
    items = project.events.at(project.events.rows()[:2])
    project.apply(accept(items[:1]))
    overwritten_by_noise(path)
    noise = path.read_bytes()
    for attempt in (lambda: project.apply(accept(items[1:])), project.check_file, project.close):
        with pytest.raises(ProjectError, match="was overwritten by another program while it was"):
            attempt()
    assert path.read_bytes() == noise
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["a.yamnet"]
