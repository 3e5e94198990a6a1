import signal
import subprocess
import sys

from yamnet_gui.core.lock import FileLock


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
