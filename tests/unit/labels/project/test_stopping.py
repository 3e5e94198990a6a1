"""Work on a project that is stopped leaves it as it was, however far it had come."""

import threading
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from yamnet_gui.core.errors import Cancelled
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.stopping import check_stopped, resting, stoppable
from yamnet_gui.labels.project import (
    Project,
    Recording,
    add_events,
    add_recordings,
    compare,
    continuing,
    open_checks,
    set_note,
    set_state,
)
from yamnet_gui.labels.project import project as project_module
from yamnet_gui.labels.project.change_set import ChangeSet

EVENTS = 3000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Project.create(tmp_path / "p.yamnet") as project:
        project.apply(add_recordings([Recording("r", "rec.wav", duration_s=9000.0)]))
        events = [Event(f"e{n}", n, n + 1, "Dog") for n in range(EVENTS)]
        project.apply(add_events("r", events))
    return tmp_path / "p.yamnet"


class After:
    """Says at the n-th question that the work is to stop."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("questions", [0, 1, 2, 5, 9, 14, 21, 27])
@pytest.mark.workflow
def test_a_step_that_is_stopped_changes_nothing(path: Path, questions: int) -> None:
    with Project.open(path) as project:
        items = project.events.at(project.events.rows().tolist())
        title = project.history.undo_title
        step = set_state(items, ReviewState.ACCEPTED, "Anna")
        with pytest.raises(Cancelled), stoppable(After(questions)):
            project.apply(step)
        assert {item.event.state for item in project.events.at(project.events.rows())} == {
            ReviewState.UNREVIEWED
        }
        assert project.history.undo_title == title
        project.apply(step)  # and the next one is made
        states = {item.event.state for item in project.events.at(project.events.rows())}
        assert states == {ReviewState.ACCEPTED}
    with Project.open(path) as again:
        assert again.check() == ""
        assert {event.state for event in again.events.of("r")} == {ReviewState.ACCEPTED}


@pytest.mark.parametrize("way", ["stopped", "Ctrl+C"])
def test_closing_in_a_hurry_leaves_the_long_log_of_a_step_to_the_next_opening(
    path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Nothing could stop SQLite while it wrote back the log of a million rows."""
    monkeypatch.setattr(continuing, "_LONG_LOG_BYTES", 0)
    monkeypatch.setattr(project_module, "_HURRY_S", -1.0)
    committed = threading.Event()
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        project = Project.open(path)
        project._connection.backups = None
        stack.push(project.__exit__)
        database = project._connection.database
        database.execute("PRAGMA wal_autocheckpoint = 1")
        project.apply(set_note(project.events.at(project.events.rows()[:1])[0], "begins the log"))
        length = path.stat().st_size
        database.set_trace_callback(lambda sql: committed.set() if sql == "COMMIT" else None)
        step = set_state(project.events.at(project.events.rows()), ReviewState.ACCEPTED, "Anna")
        with stoppable(committed.is_set):
            project.apply(step)
        assert database.execute("PRAGMA wal_autocheckpoint").fetchone() == (1,)
        assert path.stat().st_size == length
        if way == "Ctrl+C":
            raise KeyboardInterrupt
        with stoppable(lambda: True):
            project.close()
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 100_000
    assert path.stat().st_size == length
    with Project.open(path) as again:
        assert (again.damage, again.read_only, again.check()) == ("", False, "")
        assert {event.state for event in again.events.of("r")} == {ReviewState.ACCEPTED}
        assert again.undo() is not None
    assert not log.exists()


def test_a_long_log_is_written_back_where_nothing_stops_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(continuing, "_LONG_LOG_BYTES", 0)
    with Project.open(path) as project:
        project.apply(set_note(project.events.at(project.events.rows()[:1])[0], "begins the log"))
        length = path.stat().st_size
        project.apply(add_events("r", [Event(f"f{n}", n, n + 1, "Cat") for n in range(EVENTS)]))
        assert path.stat().st_size > length
    assert not path.with_name(path.name + "-wal").exists()


def test_a_log_that_is_written_back_is_not_taken_for_another_programs_writing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(continuing, "_LONG_LOG_BYTES", 0)
    with Project.open(path) as project:
        for step in range(3):
            names = [f"{step}-{n}" for n in range(EVENTS)]
            project.apply(add_events("r", [Event(n, k, k + 1, "Cat") for k, n in enumerate(names)]))
            assert project.replacement is None
        assert project.path == path
    assert list(path.parent.glob("*.yamnet")) == [path]


def test_queries_and_comparing_are_stopped_in_sqlite_and_outside(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_checks, "_STEPS", 100)
    with Project.open(path) as project:
        project.save_as(tmp_path / "copy.yamnet")
        with pytest.raises(Cancelled), stoppable(After(3)):
            project.events.count()
        assert project.events.count() == EVENTS
        with (
            Project.open(tmp_path / "copy.yamnet", read_only=True) as copy,
            pytest.raises(Cancelled),
            stoppable(After(8)),
        ):
            compare(project, copy)


def test_a_copy_that_is_stopped_leaves_nothing_behind(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "copy.yamnet"
    with Project.open(path) as project, pytest.raises(Cancelled), stoppable(lambda: True):
        project.save_as(target)
    assert [p.name for p in target.parent.glob("*") if not p.name.endswith(".lock")] == []


def test_what_holds_a_project_does_not_rest(tmp_path: Path) -> None:
    """The window may be waiting for it."""
    rests: list[str] = []
    with Project.create(tmp_path / "a.yamnet") as project, resting(lambda: rests.append("")):
        connection = project._connection
        with connection.reading():
            before = len(rests)
            check_stopped()
            project.recordings.all()
            assert len(rests) == before

        def work() -> ChangeSet:
            check_stopped()
            return ChangeSet()

        connection.write("try it", work)
        assert len(rests) == before
        project.recordings.all()  # before it takes hold of the project
        assert len(rests) == before + 1
