"""Ctrl+C and SIGTERM, early and twice, as a terminal sends them: to all processes of a command."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
_CODE = """
import os, signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored below a shell's background job
from yamnet_gui.core.interruption import interruptible
with interruptible() as interruption:
    try:
        os.kill(os.getpid(), signal.{name})
    except KeyboardInterrupt:
        os.kill(os.getpid(), signal.SIGINT)  # while it is being cleaned up
        os.kill(os.getpid(), signal.SIGTERM)
        sys.exit(interruption.status)
"""


@posix
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_what_follows_the_first_signal_disturbs_nothing(name: str, status: int) -> None:
    code = _CODE.format(name=name)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (status, "")


_SWALLOWED = """
import os, signal, sys, time

signal.signal(signal.SIGINT, signal.default_int_handler)
from yamnet_gui.core.interruption import interruptible

class Odd:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})  # Python drops what is raised in here
        time.sleep(0.01)

with interruptible() as interruption:
    try:
        Odd()
        time.sleep(20)
        print("never heard")
    except KeyboardInterrupt:
        sys.exit(interruption.status)
"""


@posix
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_in_a_destructor_is_not_lost(name: str, status: int) -> None:
    code = _SWALLOWED.format(name=name)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


_STARTS_A_PROCESS = """
import multiprocessing, signal
from yamnet_gui.core.interruption import not_for_children

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with not_for_children():
        child = context.Process(target=there.send, args=("started",))
        child.start()
        print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    child.join()
"""


@posix
def test_the_first_process_of_a_pool_begins_without_ctrl_c(tmp_path: Path) -> None:
    script = tmp_path / "starts.py"
    script.write_text(_STARTS_A_PROCESS)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


@posix
@pytest.mark.workflow
@pytest.mark.parametrize("delay_s", [0.5, 3.0])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_run_with_workers_ends_without_traces(
    tmp_path: Path, tiny_weights: Path, delay_s: float, sent: signal.Signals
) -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, 16_000 * 60).astype(np.float32)
    for n in range(20):
        soundfile.write(tmp_path / f"{n}.wav", noise, 16_000)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    homes = {f"XDG_{v}_HOME": str(tmp_path / v) for v in ("DATA", "CACHE", "CONFIG", "STATE")}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "yamnet_gui", "analyze", str(tmp_path), "--jobs", "2"),
            *("--weights", str(tiny_weights), "--output", str(tmp_path / "out.csv")),
        ],
        env={**os.environ, **homes, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    time.sleep(delay_s)
    for _ in range(2):
        if process.poll() is None:
            os.killpg(process.pid, sent)
    _out, errors = process.communicate(timeout=30)
    assert process.returncode in (0, 128 + sent)
    assert "Traceback" not in errors
    assert list(temporary.iterdir()) == []
    assert _all_gone(process.pid)


def _all_gone(group: int) -> bool:
    """Whether no process of a group is left; one that keeps count of resources ends last."""
    latest = time.monotonic() + 10
    while time.monotonic() < latest:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
