"""An edit that cannot be written is refused in words, and the project is whole."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event
from yamnet_gui.labels.project import Project, accept, add_events, set_note

from .helpers import agrees, made, snapshot


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An empty disk of 2 MB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _many(count: int, start: int = 0) -> list[Event]:
    return [Event(f"e{start + n}", n, n + 1, "Dog", note="x" * 200) for n in range(count)]


def test_a_full_disk_refuses_the_edit_and_nothing_else(small_disk: Path) -> None:
    path = small_disk / "a.yamnet"
    project = made(path)
    project._connection.backups = None
    with contextlib.ExitStack() as stack:
        stack.callback(project.close)
        project.events.rows()
        finished = snapshot(project)

        def fill() -> None:
            nonlocal finished
            for n in range(100):
                project.apply(add_events("r0", _many(200, n * 200)))
                finished = snapshot(project)

        with pytest.raises(ProjectError, match=r"cannot make the change: the disk is full"):
            fill()
        (small_disk / "filler").write_bytes(b"")
        with contextlib.suppress(OSError), (small_disk / "filler").open("wb", 0) as filler:
            while True:
                filler.write(b"\0" * 4096)
        with pytest.raises(ProjectError, match="disk"):
            project.apply(add_events("r1", _many(3000, 10**6)))
        assert snapshot(project) == finished
        agrees(project)
        assert project.check() == ""
        (small_disk / "filler").unlink()
        item = project.events.at(project.events.rows()[:1])[0]
        title = project.history.undo_title
        project.apply(accept([item]))  # with space it goes on
        assert project.undo() is not None
        assert project.history.undo_title == title
    with Project.open(path) as again:
        again._connection.backups = None
        assert again.check() == ""
        assert snapshot(again) == finished


@contextlib.contextmanager
def _filled(disk: Path, left: int = 0) -> Iterator[None]:
    """The disk without space, or with so many bytes of it."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", 0) as file:
        while True:
            file.write(b"\0" * 4096)
    os.truncate(filler, max(0, filler.stat().st_size - left))
    yield
    filler.unlink()


def _opens_whole(path: Path, finished: object) -> None:
    with Project.open(path) as again:
        again._connection.backups = None
        assert (again.damage, again.read_only, again.check()) == ("", False, "")
        assert snapshot(again) == finished


def test_a_disk_that_is_full_while_the_log_is_written_back_loses_nothing(small_disk: Path) -> None:
    path = small_disk / "a.yamnet"
    project = made(path)
    project._connection.backups = None
    project.apply(add_events("r0", _many(600)))
    finished = snapshot(project)
    log, length = path.with_name(path.name + "-wal"), path.stat().st_size
    assert log.stat().st_size > length
    with _filled(small_disk):
        project.close()
        assert log.stat().st_size > length  # all of it is still there
        with contextlib.suppress(ProjectError), Project.open(path) as again:
            assert snapshot(again) == finished
    _opens_whole(path, finished)
    assert not log.exists()


@pytest.mark.parametrize("left", [0, 150_000, 300_000])
def test_a_disk_that_is_full_while_a_step_writes_the_log_back_loses_nothing(
    small_disk: Path, left: int
) -> None:
    path = small_disk / "a.yamnet"
    project = made(path)
    project._connection.backups = None
    project._connection.database.execute("PRAGMA wal_autocheckpoint = 1")
    finished = snapshot(project)

    def fill() -> None:
        nonlocal finished
        for n in range(400):
            project.apply(add_events("r0", _many(20, n * 20)))
            finished = snapshot(project)

    with contextlib.closing(project), _filled(small_disk, left):
        with pytest.raises(ProjectError, match="disk"):
            fill()
        assert snapshot(project) == finished
    _opens_whole(path, finished)


def test_a_file_at_its_limit_refuses_the_edit_and_nothing_else(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        pages = project._connection.database.execute("PRAGMA page_count").fetchone()[0]
        project._connection.database.execute(f"PRAGMA max_page_count = {pages + 20}")
        finished = snapshot(project)
        title = project.history.undo_title
        with pytest.raises(ProjectError, match="the disk is full") as caught:
            project.apply(add_events("r0", _many(2000)))
        assert "free some space" in str(caught.value)
        assert str(project.path) in str(caught.value)
        assert snapshot(project) == finished
        assert project.history.undo_title == title
        agrees(project)
        project.apply(set_note(project.events.at(project.events.rows()[:1])[0], "still works"))
        agrees(project)


def test_a_new_label_in_a_refused_edit_leaves_no_trace(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        present = project.events.of("r0").events[0]
        with pytest.raises(ProjectError, match="already exists"):
            project.apply(add_events("r0", [Event("n", 0, 1, "Quite new"), present]))
        project.apply(add_events("r0", [Event("m", 0, 1, "Another")]))
        assert "Quite new" not in {c.label for c in project.events.class_counts()}
        assert "Another" in {c.label for c in project.events.class_counts()}
        agrees(project)
