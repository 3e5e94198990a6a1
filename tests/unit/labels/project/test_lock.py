"""One writer at a time, whatever happens to the lock file."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.labels.project.helpers import made
from yamnet_gui.labels.project import Project, ProjectInUseError
from yamnet_gui.labels.project.recovery import recover

LOCK = ".lock"
HOLDER = """
import sys
from pathlib import Path
from yamnet_gui.labels.project import Project
project = Project.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""

TAKER = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, (1 << 30) + 2)  # those of all readers
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "p.yamnet"
    made(path).close()
    return path


def lock_file(path: Path) -> Path:
    return path.with_name(path.name + LOCK)


def test_a_removed_lock_file_lets_no_second_writer_in(path: Path) -> None:
    with Project.open(path) as first:
        lock_file(path).unlink()
        with pytest.raises(ProjectInUseError, match="already open"):
            Project.open(path)
        assert not lock_file(path).exists()
        with pytest.raises(ProjectInUseError), Project.create(path.with_name("q.yamnet")) as other:
            other.save_as(path)
        with Project.open(path, read_only=True) as second:
            assert second.events.count() == first.events.count()
    with Project.open(path) as again:
        assert not again.read_only


def test_the_lock_file_of_somebody_else_is_left_alone(path: Path) -> None:
    with Project.open(path):
        lock_file(path).unlink()
        lock_file(path).write_text("theirs")
    assert lock_file(path).read_text() == "theirs"


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_a_killed_writer_leaves_no_lock_behind(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == b"open\n"
        lock_file(path).unlink()
        with pytest.raises(ProjectInUseError):
            Project.open(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with Project.open(path) as project:
        assert (project.read_only, project.damage) == (False, "")


@pytest.mark.skipif(sys.platform != "linux", reason="the locks are those of Linux")
@pytest.mark.parametrize("way", ["read", "recovered", "refused", "refused without its file"])
def test_looking_at_an_open_project_lifts_none_of_its_locks(path: Path, way: str) -> None:
    """Another program could take itself for the last one that has it open, and remove the log."""

    def taken() -> bool:
        command = [sys.executable, "-c", TAKER, str(path)]
        return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0

    with Project.open(path) as project:
        assert not taken()
        if way == "read":
            Project.open(path, read_only=True).close()
        elif way == "recovered":
            copy = recover(path, "")
            assert copy.connection.execute("SELECT count(*) FROM events").fetchone()[0] > 0
            copy.connection.close()
            copy.clean_up()
        else:
            if way == "refused without its file":
                lock_file(path).unlink()
            with pytest.raises(ProjectInUseError):
                Project.open(path)
        assert not taken()
        assert project.check() == ""
        assert not taken()
    assert taken()
