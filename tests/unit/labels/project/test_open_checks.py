"""Files that are no projects, damaged ones, newer ones, and two programs on one."""

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.labels.project import Project, ProjectInUseError, accept, personal_project_path
from yamnet_gui.labels.project.open_checks import connect
from yamnet_gui.labels.project.schema import MIGRATIONS, migrate, version_of

from .helpers import agrees, made, snapshot


def _refused(path: Path, words: str) -> None:
    before = path.read_bytes()
    with pytest.raises(ProjectError, match=words) as caught:
        Project.open(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]


def test_a_text_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yamnet").write_text("onset,offset\n1,2\n")
    _refused(tmp_path / "a.yamnet", "is not a project file")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yamnet").write_bytes(b"")
    _refused(tmp_path / "a.yamnet", "is empty")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.yamnet")
    connection.execute("CREATE TABLE events (row)")
    connection.commit()
    connection.close()
    _refused(tmp_path / "a.yamnet", "database of another program")


def test_a_newer_project_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    made(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    _refused(path, r"newer version .* 99")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="does not exist"):
        Project.open(tmp_path / "none.yamnet")
    with pytest.raises(ProjectError, match="is a folder"):
        Project.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_creating_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a.yamnet").write_text("mine")
    with pytest.raises(ProjectError, match="exists already"):
        Project.create(tmp_path / "a.yamnet")
    assert (tmp_path / "a.yamnet").read_text() == "mine"


def test_closing_leaves_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    project = made(path)
    assert path.with_name("a.yamnet-wal").exists()
    project.close()
    project.close()
    assert [p.name for p in tmp_path.iterdir()] == ["a.yamnet"]
    with pytest.raises(ProjectError, match="is closed"):
        project.events.rows()


def test_a_program_that_hides_code_in_a_project_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    made(path).close()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TRIGGER t AFTER UPDATE ON events BEGIN DELETE FROM recordings; END")
    connection.commit()
    connection.close()
    with Project.open(path) as project:
        assert "trigger" in project.damage
        assert project.read_only
        assert len(project.recordings.all()) == 2


@pytest.mark.parametrize("place", ["events.note", "recordings.note", "kinds.label", "meta.value"])
def test_a_value_of_seventy_megabytes_is_not_read_into_memory(tmp_path: Path, place: str) -> None:
    path = tmp_path / "a.yamnet"
    made(path, recordings=2, events=10).close()
    table, column = place.split(".")
    connection = sqlite3.connect(path)
    key = "key" if table == "meta" else "rowid"
    connection.execute(
        f"UPDATE {table} SET {column} = CAST(zeroblob(70000000) AS TEXT)"
        f" WHERE {key} = (SELECT max({key}) FROM {table})"
    )
    connection.commit()
    connection.close()
    with suppress(ProjectError), Project.open(path) as project:
        project.recordings.all()
        project.events.at(project.events.rows())
    with closing(connect(path, "ro")) as trusting_nothing, pytest.raises(sqlite3.Error):
        trusting_nothing.execute(f"SELECT {column} FROM {table}").fetchall()


def test_values_that_make_no_event_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    made(path, recordings=1).close()
    connection = sqlite3.connect(path)
    for column, value in [
        ("offset_s", -5.0), ("state", 77), ("kind", 4000), ("onset_s", "soon"), ("rec", 99),
        ("source", -1), ("onset_s", float("inf")),
    ]:  # fmt: skip
        connection.execute(
            f"UPDATE events SET {column} = ? WHERE row = (SELECT max(row) FROM events"
            " WHERE note IS NULL)", (value,)
        )  # fmt: skip
        connection.execute(
            "UPDATE events SET note = 'odd' WHERE row = (SELECT max(row) FROM events"
            " WHERE note IS NULL)"
        )
    connection.commit()
    connection.close()
    with Project.open(path) as project:
        assert len(project.events.rows()) == 3
        assert len(project.events.of("r0")) == 3
        agrees(project)


def _opened(path: Path) -> Project | None:
    """None where the project is refused in words."""
    try:
        return Project.open(path)
    except ProjectError:
        return None


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.99])
def test_a_truncated_project_is_rescued_read_only(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "a.yamnet"
    made(path, recordings=5, events=200).close()
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    before = path.read_bytes()
    project = _opened(path)
    if project is None:
        assert keep < 0.9
    else:
        with project:
            assert project.read_only
            assert "shorter" in project.damage
            agrees(project)
            if keep >= 0.9:
                with pytest.raises(ProjectError, match="recovered"):
                    project.apply(accept(project.events.at(project.events.rows()[:1])))
                assert len(project.events.rows()) > 100
                project.save_as(tmp_path / "saved" / "b.yamnet")
                intact = snapshot(project)["events"]
                with Project.open(tmp_path / "saved" / "b.yamnet") as saved:
                    assert not saved.damage
                    assert snapshot(saved)["events"] == intact
    assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(30))
def test_flipped_bits_never_crash_and_never_change_the_file(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.yamnet"
    made(path, recordings=3, events=60).close()
    rng = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(rng.choice([1, 10, 200])):
        data[rng.randrange(100, len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(data))
    project = _opened(path)
    unescape_formula = project is None or bool(project.damage)
    if project is not None:
        with project, suppress(ProjectError):
            project.recordings.all()
            rows = project.events.rows()
            project.events.at(rows)
            project.events.class_counts()
            project.history.steps()
            for recording in project.recordings.all():
                project.recordings.reviewed(recording.id)
    if unescape_formula:
        assert path.read_bytes() == bytes(data)


def test_a_broken_page_costs_only_its_own_events(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    made(path, recordings=10, events=200).close()
    connection = sqlite3.connect(path)
    leaves = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    connection.close()
    data = bytearray(path.read_bytes())
    # table leaf pages begin with 13; break one that holds detections
    pages = [
        at for at in range(0, len(data), 4096)
        if data[at] == 13 and data[at : at + 4096].count(b"dm-") > 20
    ]  # fmt: skip
    middle = pages[len(pages) // 2]
    data[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(bytes(data))
    with Project.open(path) as project:
        assert "events: about" in project.damage
        assert leaves - 200 < len(project.events.rows()) < leaves
        agrees(project)


def test_a_second_writer_is_told_and_a_reader_sees_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    with made(path) as first:
        with pytest.raises(ProjectInUseError, match=rf"already open \(.* process {os.getpid()}\)"):
            Project.open(path)
        with Project.open(path, read_only=True) as reader:
            assert snapshot(reader) == snapshot(first)
            first.apply(accept(first.events.at(first.events.rows()[:3])))
            reader.refresh()
            assert snapshot(reader) == snapshot(first)
            agrees(reader)
            with pytest.raises(ProjectError, match="read-only"):
                reader.undo()
        first.undo()
    with Project.open(path) as again:
        assert not again.read_only


_HOLD = """
import sys, time
from pathlib import Path
from yamnet_gui.labels.project import Project, accept
project = Project.open(Path(sys.argv[1]))
project.apply(accept(project.events.at(project.events.rows()[:2])))
print("open", flush=True)
sys.stdin.read()
"""


def test_another_process_excludes_and_its_crash_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    made(path).close()
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[4], text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(ProjectError, match=f"process {process.pid}"):
            Project.open(path)
        with Project.open(path, read_only=True) as reader:
            assert sum(c.accepted for c in reader.events.class_counts()) == 2
        process.kill()
        process.wait()
    assert path.with_name("a.yamnet.lock").exists()
    with Project.open(path) as project:
        assert sum(c.accepted for c in project.events.class_counts()) == 2
        assert project.undo() is not None
        agrees(project)
    assert [p.name for p in tmp_path.iterdir()] == ["a.yamnet"]


def test_left_overs_of_a_crash_in_a_folder_without_write_access(tmp_path: Path) -> None:
    path = tmp_path / "a.yamnet"
    made(path).close()
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[4], text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with Project.open(path, read_only=True) as project:
        assert sum(c.accepted for c in project.events.class_counts()) == 2
    assert path.read_bytes() == before["a.yamnet"]


def test_older_projects_are_brought_up_to_date_after_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yamnet"
    made(path).close()
    newer = (*MIGRATIONS, lambda c: c.execute("ALTER TABLE reviewers ADD COLUMN color TEXT"))
    for module in ("opening", "open_checks", "schema"):
        monkeypatch.setattr(f"yamnet_gui.labels.project.{module}.MIGRATIONS", newer)
    monkeypatch.setattr(migrate, "__defaults__", (newer,))
    with Project.open(path, read_only=True) as reader:
        assert not reader.damage
        assert len(reader.events.rows()) == 20
    with Project.open(path) as project:
        assert not project.damage
        assert version_of(project._connection.database) == len(newer)
        backups = project.backups()
        assert len(project.events.rows()) == 20
    old = sqlite3.connect(backups[0])
    assert old.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    old.close()


def test_a_failing_migration_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yamnet"
    made(path).close()

    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE changes")
        connection.execute("SELECT nonsense")

    newer = (*MIGRATIONS, fails)
    for module in ("opening", "open_checks", "schema"):
        monkeypatch.setattr(f"yamnet_gui.labels.project.{module}.MIGRATIONS", newer)
    monkeypatch.setattr(migrate, "__defaults__", (newer,))
    with pytest.raises(ProjectError, match="cannot open it"):
        Project.open(path)
    monkeypatch.undo()
    with Project.open(path, read_only=True) as project:
        assert not project.damage
        assert len(project.events.rows()) == 20


def test_the_personal_project_lies_in_the_data_folder() -> None:
    path = personal_project_path()
    assert Path(os.environ["XDG_DATA_HOME"]) in path.parents
    with Project.create(path) as project:
        assert project.recordings.all() == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_broken_name_that_is_no_text_is_damage_and_no_trace(
    tmp_path: Path, read_only: bool
) -> None:
    path = tmp_path / "a.yamnet"
    made(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET name = CAST(x'6b80' AS TEXT), sql = 'CREATE TABLE (' "
            "WHERE name = 'kinds'"
        )
        connection.commit()
    with pytest.raises(ProjectError, match="is damaged"):
        Project.open(path, read_only=read_only).close()
