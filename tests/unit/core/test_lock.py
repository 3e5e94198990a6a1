import errno
import signal
import subprocess
import sys

import pytest

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.lock import FileLock
from yamnet_gui.labels.project.lock import WriterLock


def test_only_one_holds_the_lock_and_its_file_goes_with_it(tmp_path):
    path = tmp_path / "x.lock"
    first, second = FileLock(path), FileLock(path)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert not path.exists()
    assert second.acquire()
    second.release()


def test_releasing_twice_does_not_take_the_lock_from_another(tmp_path):
    path = tmp_path / "x.lock"
    first, second = FileLock(path), FileLock(path)
    first.acquire()
    first.release()
    assert second.acquire()
    first.release()
    assert not FileLock(path).acquire()
    second.release()


def test_the_lock_of_a_killed_program_is_free(tmp_path):
    path = tmp_path / "x.lock"
    program = (
        "import sys; from pathlib import Path; from yamnet_gui.core.lock import FileLock\n"
        "lock = FileLock(Path(sys.argv[1])); print(lock.acquire(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "True\n"
        assert not FileLock(path).acquire()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert path.exists()
    lock = FileLock(path)
    assert lock.acquire()
    lock.release()


def test_nothing_is_locked_where_the_file_system_has_no_locks(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_args):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert not FileLock(tmp_path / "x.lock").acquire()
    with pytest.raises(ProjectError, match="does not support locks"):
        WriterLock(tmp_path / "review.yamnet").acquire()
