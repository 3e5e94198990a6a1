"""Whole runs on real clusters: results, kills, and what is said where something is missing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.batch.test_pool import CRASHES
from tests.unit.fakes import write_sound

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL"),
]


def analyze(folder: Path, weights: Path, *arguments: str) -> subprocess.Popen:
    """The command on the sounds in `folder`, with its tables there as well."""
    return subprocess.Popen(
        [
            sys.executable, "-m", "yamnet_gui", "analyze", "sounds", "-o", "events.csv",
            "--scores", "scores.csv", "--no-cache", *arguments,
        ],
        cwd=folder,
        env={
            **os.environ,
            "YAMNET_GUI_WEIGHTS": str(weights),
            "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]),
        },
        stdout=subprocess.DEVNULL,  # a pipe that nobody reads would fill up
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def make_sounds(folder: Path, count: int) -> None:
    (folder / "sounds").mkdir(parents=True)
    for k in range(count):
        write_sound(folder / "sounds" / f"{k:03d}.wav", 0.5 + k % 3, seed=k)


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("events.csv", "scores.csv")}


def ended(process: subprocess.Popen, status: int = 0, within_s: float = 300) -> str:
    """What the command wrote to its errors; it must end with this status, without a traceback."""
    _, errors = process.communicate(timeout=within_s)
    assert process.returncode == status, errors
    assert "Traceback" not in errors, errors
    return errors


@pytest.mark.workflow
def test_workers_started_here_give_the_tables_of_jobs_byte_for_byte(tmp_path, tiny_weights):
    make_sounds(tmp_path, 12)
    ended(analyze(tmp_path, tiny_weights, "--jobs", "2"))
    expected = tables(tmp_path)
    for name in expected:
        (tmp_path / name).unlink()
    ended(analyze(tmp_path, tiny_weights, "--cluster", "local:2"))
    assert tables(tmp_path) == expected
    assert not list(tmp_path.glob("*.unfinished"))


@pytest.mark.slow
@pytest.mark.parametrize("per", ["frame", "event"])
def test_vectors_are_those_of_one_process(tmp_path, tiny_weights, per):
    make_sounds(tmp_path, 6)
    command = [sys.executable, "-m", "yamnet_gui", "embed", "sounds", "-o", "v.csv", "--per", per]
    written = []
    for more in ([], ["--cluster", "local:2"]):
        process = subprocess.Popen(
            [*command, "--no-cache", *more],
            cwd=tmp_path,
            env={
                **os.environ,
                "YAMNET_GUI_WEIGHTS": str(tiny_weights),
                "PYTHONPATH": str(Path.cwd()),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        ended(process)
        written.append((tmp_path / "v.csv").read_bytes())
        (tmp_path / "v.csv").unlink()
    assert written[0] == written[1]
    assert written[0].count(b"\n") > 1
    assert not list(tmp_path.glob("*.unfinished"))


@pytest.mark.slow
def test_a_killed_worker_costs_a_retry_and_a_recording_that_kills_three_is_named(
    tmp_path, tiny_weights, processes, monkeypatch
):
    make_sounds(tmp_path, 16)
    (tmp_path / "sounds" / "007.wav").rename(tmp_path / "sounds" / "crash.wav")
    (tmp_path / "patch").mkdir()
    (tmp_path / "patch" / "sitecustomize.py").write_text(CRASHES)
    folders = [str(tmp_path / "patch"), str(Path.cwd())]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    processes.start_scheduler()
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    running = analyze(tmp_path, tiny_weights, "--cluster", processes.place)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))
    deaths = 0
    started = time.monotonic()
    while running.poll() is None and time.monotonic() - started < 100:
        alive = [worker for worker in processes.workers if worker.poll() is None]
        deaths = len(processes.workers) - len(alive)
        if len(alive) < 2:
            processes.start_worker()
        time.sleep(0.1)
    errors = ended(running, 1)
    assert "crash.wav: ended three workers" in errors
    assert deaths == 3
    assert (tmp_path / "events.failed.csv").read_text().count("\n") == 2
    (tmp_path / "sounds" / "crash.wav").unlink()
    on_cluster = tables(tmp_path)
    ended(analyze(tmp_path, tiny_weights, "--jobs", "2"))
    assert tables(tmp_path) == on_cluster


_LITTLE_MEMORY = """
import sys

if __name__ == "__main__":
    from yamnet_gui.__main__ import main
    from yamnet_gui.batch.cluster import places

    places.WORKER_BYTES = 700 << 20
    sys.exit(main())
"""


@pytest.mark.slow
def test_a_recording_that_takes_all_memory_is_named_and_the_others_are_done(tmp_path, tiny_weights):
    make_sounds(tmp_path, 6)
    (tmp_path / "sounds" / "003.wav").rename(tmp_path / "sounds" / "crash.wav")
    (tmp_path / "patch").mkdir()
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    assert kill in CRASHES
    eat = "import numpy, time; eaten = numpy.ones(150_000_000); time.sleep(30)"  # 1.2 GB
    (tmp_path / "patch" / "sitecustomize.py").write_text(CRASHES.replace(kill, eat))
    (tmp_path / "little.py").write_text(_LITTLE_MEMORY)
    running = subprocess.Popen(
        [
            sys.executable, "little.py", "analyze", "sounds", "-o", "events.csv", "--no-cache",
            "--cluster", "local:2",
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "YAMNET_GUI_WEIGHTS": str(tiny_weights),
            "PYTHONPATH": os.pathsep.join([str(tmp_path / "patch"), str(Path.cwd())]),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    errors = ended(running, 1)
    assert "crash.wav: ended three workers" in errors
    assert "5 done, 1 failed" in errors


@pytest.mark.slow
def test_after_a_dead_scheduler_the_same_command_goes_on(tmp_path, tiny_weights, processes):
    make_sounds(tmp_path, 60)
    processes.start_scheduler()
    processes.start_worker()
    running = analyze(tmp_path, tiny_weights, "--cluster", processes.place)
    wait_for_records(tmp_path, 5)
    processes.kill(processes.scheduler)
    errors = ended(running, 2)
    assert "the scheduler does not answer any more — start it again" in errors
    before = records(tmp_path)
    assert 5 <= before < 60
    processes.start_scheduler()
    processes.start_worker()
    errors = ended(analyze(tmp_path, tiny_weights, "--cluster", processes.place))
    assert f"({before} in an earlier run)" in errors
    on_cluster = tables(tmp_path)
    ended(analyze(tmp_path, tiny_weights, "--jobs", "2"))
    assert tables(tmp_path) == on_cluster


@pytest.mark.slow
def test_ctrl_c_leaves_a_state_that_goes_on_and_workers_that_are_free(
    tmp_path, tiny_weights, processes
):
    make_sounds(tmp_path, 60)
    processes.start_scheduler()
    processes.start_worker()
    for _ in range(2):
        running = analyze(tmp_path, tiny_weights, "--cluster", processes.place)
        wait_for_records(tmp_path, records(tmp_path) + 5)
        running.send_signal(signal.SIGINT)
        ended(running, 130)
    assert processes.workers[0].poll() is None
    before = records(tmp_path)
    assert f"({before} in an earlier run)" in ended(
        analyze(tmp_path, tiny_weights, "--cluster", processes.place)
    )


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_named(tmp_path, tiny_weights, monkeypatch):
    make_sounds(tmp_path, 2)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    running = analyze(tmp_path, tiny_weights, "--cluster", "tcp://127.0.0.1:9")
    assert "tcp://127.0.0.1:9: no scheduler answers" in ended(running, 2)


def records(folder: Path) -> int:
    journal = folder / "events.csv.unfinished" / "journal.jsonl"
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


def wait_for_records(folder: Path, count: int) -> None:
    started = time.monotonic()
    while records(folder) < count:
        assert time.monotonic() - started < 100
        time.sleep(0.02)


@pytest.mark.slow
def test_workers_killed_twenty_times_and_the_scheduler_five_lose_and_double_nothing(
    tmp_path, tiny_weights, processes, monkeypatch
):
    """Each kill comes after some recordings more are on record, so that the work goes on."""
    count = 400
    make_sounds(tmp_path, count)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "5s")
    processes.start_scheduler()
    for _ in range(2):
        processes.start_worker()
    running = analyze(tmp_path, tiny_weights, "--cluster", processes.place)
    killed = schedulers = 0
    kill_at = 5
    started = time.monotonic()
    while (killed, schedulers) < (20, 5) and time.monotonic() - started < 1500:
        time.sleep(0.05)
        if running.poll() is not None:
            ended(running, 2)  # the scheduler had died, and nothing else ends the run
            running = analyze(tmp_path, tiny_weights, "--cluster", processes.place)
        if records(tmp_path) < kill_at:
            continue
        kill_at = records(tmp_path) + 5
        worker = processes.workers[0]
        processes.kill(worker)
        killed += 1
        if killed % 4 == 0:
            processes.kill(processes.scheduler)
            schedulers += 1
            running.wait(120)
            for left in processes.workers:
                processes.kill(left)
            processes.workers.clear()
            processes.start_scheduler()
            processes.start_worker()
            processes.start_worker()
        else:
            processes.workers.remove(worker)
            processes.start_worker()
    assert (killed, schedulers) == (20, 5)
    if running.poll() is not None:
        ended(running, 2)
        running = analyze(tmp_path, tiny_weights, "--cluster", processes.place)
    errors = running.communicate(timeout=900)[1]
    assert running.returncode == 0, errors
    on_cluster = tables(tmp_path)
    ended(analyze(tmp_path, tiny_weights, "--jobs", "2"), 0, within_s=900)
    assert tables(tmp_path) == on_cluster


@pytest.mark.slow
def test_a_notebook_gets_a_recording_from_a_cluster_as_it_would_be_here(
    tmp_path, tiny_weights, monkeypatch
):
    import numpy as np

    from yamnet_gui import analyze as analyze_one

    monkeypatch.setenv("YAMNET_GUI_CACHE", str(tmp_path / "cache"))
    path = write_sound(tmp_path / "a.wav", 20.0)
    far = analyze_one(path, weights=tiny_weights, cluster="local:1")
    here = analyze_one(path, weights=tiny_weights, cache=False)
    assert np.array_equal(far.scores, here.scores)
    assert far.events == here.events
    assert list((tmp_path / "cache" / "cluster").iterdir()) == []
