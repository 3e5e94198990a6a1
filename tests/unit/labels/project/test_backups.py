"""Backups come by themselves, are whole and rotate."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.labels.project import (
    Project,
    ProjectInUseError,
    accept,
    backups_for,
    restore_backup,
)
from yamnet_gui.labels.project.backups import Backups

from .helpers import made, snapshot


def test_closing_after_edits_makes_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    project = made(path)
    project.apply(accept(project.events.at(project.events.rows()[:4])))
    before = snapshot(project)
    project.close()
    with Project.open(path) as project:
        (backup,) = project.backups()
    with Project.open(path) as project:
        assert project.backups() == [backup], "nothing changed, so no second one"
    with Project.open(backup, read_only=True) as copy:
        assert snapshot(copy) == before
        assert copy.history.undo_title == "accept 4 events"
    assert tmp_path not in backup.parents


def test_a_backup_comes_while_people_work(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        project._connection.backups = Backups(project.path, project.id, every_s=0)
        items = project.events.at(project.events.rows()[:20])
        for item in items:
            project.apply(accept([item]))
        worker = project._connection.backups._worker
        assert worker is not None
        worker.join()
        assert project.backups()
        with Project.open(project.backups()[0], read_only=True) as copy:
            assert sum(c.accepted for c in copy.events.class_counts()) >= 1
            assert copy.check() == ""


def test_old_backups_are_dropped_but_days_and_weeks_are_kept(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        first = project.backup()
        assert first is not None
        content = first.read_bytes()
        now = datetime.now(UTC)
        for hours in range(1, 24 * 60, 4):
            when = now - timedelta(hours=hours)
            first.with_name(when.strftime("%Y-%m-%dT%H-%M-%S-%fZ.yamnet")).write_bytes(content)
        newest = project.backup()
        left = project.backups()
        assert left[0] == newest
        assert first in left
        days = {p.name[:10] for p in left}
        assert 5 + 6 <= len(left) <= 5 + 7 + 4
        assert len(days) >= 9


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(days=400), timedelta(days=36500)])
def test_a_clock_that_was_ahead_costs_no_new_backup(tmp_path: Path, ahead: timedelta) -> None:
    with made(tmp_path / "a.yamnet") as project:
        first = project.backup()
        assert first is not None
        for k in range(12):  # made while the clock was ahead, on as many days
            when = datetime.now(UTC) + ahead + timedelta(days=k)
            first.with_name(when.strftime("%Y-%m-%dT%H-%M-%S-%fZ.yamnet")).write_bytes(b"early")
        made_since = []
        for item in project.events.at(project.events.rows()[:8]):
            project.apply(accept([item]))
            made_since.append(project.backup())
            assert project.backups()[0] == made_since[-1], "the newest is offered first"
            assert made_since[-1] in backups_for(project.path)[:1]
        assert made_since[-5:] == project.backups()[:5][::-1]
        with Project.open(project.backups()[0], read_only=True) as copy:
            assert snapshot(copy) == snapshot(project)


def test_backups_of_all_projects_stay_within_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made(tmp_path / "a.yamnet") as first, made(tmp_path / "b.yamnet") as second:
        others = second.backup()
        assert others is not None
        size = others.stat().st_size
        foreign = others.with_name("mine.yamnet")
        foreign.write_bytes(b"x" * size)
        linked = others.with_name("2020-01-01T00-00-00-000000Z.yamnet")
        linked.symlink_to(tmp_path / "b.yamnet")
        monkeypatch.setattr("yamnet_gui.labels.project.backups._MOST_BYTES", size * 7 // 2)
        for _ in range(5):
            newest = first.backup()
        assert newest in first.backups()
        assert len(first.backups()) == 2
        assert others.exists(), "the newest of every project stays"
        assert foreign.exists()
        assert linked.is_symlink()
        assert (tmp_path / "b.yamnet").exists()
        monkeypatch.setattr("yamnet_gui.labels.project.backups._MOST_BYTES", 1)
        assert first.backup() == first.backups()[0]
        assert len(first.backups()) == 1
        assert others.exists()


def test_a_failing_backup_does_not_stop_closing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "a.yamnet"
    project = made(path)
    monkeypatch.setattr("yamnet_gui.labels.project.backups.data_folder", lambda: tmp_path / "file")
    project._connection.backups = Backups(path, project.id)
    project._connection.backups.changed()
    project.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (20,)
    connection.close()


def test_a_backup_takes_the_place_of_a_damaged_project(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    project = made(path)
    before = snapshot(project)
    project.close()
    path.write_bytes(path.read_bytes()[:50])
    path.with_name("a.yamnet-wal").write_bytes(b"left by a crash")
    with pytest.raises(ProjectError, match="first bytes"):
        Project.open(path)
    (backup,) = backups_for(path)
    previous = restore_backup(backup, path)
    assert previous is not None
    assert previous.stat().st_size == 50
    with Project.open(path) as project:
        assert not project.damage
        assert snapshot(project) == before
        with pytest.raises(ProjectInUseError):
            restore_backup(backup, path)
    (tmp_path / "text.yamnet").write_text("no backup")
    with pytest.raises(ProjectError, match="not a project"):
        restore_backup(tmp_path / "text.yamnet", path)
    with Project.open(path, read_only=True) as project:
        assert snapshot(project) == before


def test_what_a_crash_left_does_not_leak_into_a_new_project(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    crashed = made(path)
    log = path.with_name("a.yamnet-wal").read_bytes()
    crashed.close()
    with made(tmp_path / "b.yamnet", events=3) as other:
        path.with_name("a.yamnet-wal").write_bytes(log)
        other.save_as(path)
        with Project.open(path) as copy:
            assert snapshot(copy)["events"] == snapshot(other)["events"]
            assert copy.check() == ""
    path.unlink()
    path.with_name("a.yamnet-wal").write_bytes(log)
    with Project.create(path) as new:
        assert new.recordings.all() == []


def test_a_file_of_others_with_the_name_of_a_backup_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made(tmp_path / "a.yamnet") as project:
        newest = project.backup()
        assert newest is not None
        theirs = [newest.with_name(f"2001-01-0{n}T00-00-00-000000Z.yamnet") for n in range(1, 10)]
        for path in theirs[:-1]:
            path.write_text("theirs")
        theirs[-1].symlink_to(tmp_path / "a.yamnet")
        monkeypatch.setattr("yamnet_gui.labels.project.backups._MOST_BYTES", 1)
        for _ in range(9):
            project.backup()
        assert all(path.is_symlink() or path.read_text() == "theirs" for path in theirs)
        assert len(project.backups()) < 9 + len(theirs)
