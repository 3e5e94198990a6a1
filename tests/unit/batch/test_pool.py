"""Real processes, some of which are killed."""

import multiprocessing
import os
import signal
from collections import deque
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.batch.executor import groups_of
from yamnet_gui.batch.journal import Record
from yamnet_gui.batch.options import BatchOptions
from yamnet_gui.batch.pool import run_pooled
from yamnet_gui.batch.worker import Task
from yamnet_gui.core.errors import WeightsError

killed = pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
CRASHES = """
import os, signal, sys

def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith("crash.wav"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
"""


def make_tasks(folder: Path, count: int) -> list[Task]:
    folder.mkdir()
    return [
        Task(write_sound(folder / f"{k:02d}.wav", 0.5 + k % 3, seed=k), f"k{k}")
        for k in range(count)
    ]


def waiting(tasks: list[Task]) -> deque[list[Task]]:
    return deque(groups_of(tasks, 2))


def test_groups_keep_the_order_and_large_files_stand_alone(tmp_path):
    sizes = [10, 20, 40 << 20, 30, 20 << 20, 20 << 20, 5]
    tasks = []
    for k, size in enumerate(sizes):
        with (tmp_path / f"{k}.wav").open("wb") as file:
            file.truncate(size)
        tasks.append(Task(tmp_path / f"{k}.wav", f"k{k}"))
    groups = groups_of(tasks * 20, 1)
    assert [task for group in groups for task in group] == tasks * 20
    assert [[sizes[tasks.index(t)] for t in group] for group in groups[:4]] == [
        [10, 20], [40 << 20], [30, 20 << 20], [20 << 20, 5, 10, 20]
    ]  # fmt: skip
    assert [len(group) for group in groups_of(tasks[:1] * 4, 2)] == [1] * 4
    assert max(len(group) for group in groups_of(tasks[:1] * 1000, 2)) == 64


@killed
@pytest.mark.workflow
def test_a_recording_that_crashes_its_process_is_reported_and_the_others_are_done(
    tmp_path, tiny_weights, monkeypatch
):
    tasks = make_tasks(tmp_path / "sounds", 16)
    bad = tasks[7].path.with_name("crash.wav")
    tasks[7] = Task(tasks[7].path.rename(bad), "bad")
    (tmp_path / "patch").mkdir()
    (tmp_path / "patch" / "sitecustomize.py").write_text(CRASHES)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "patch"), prepend=os.pathsep)
    records = list(run_pooled(BatchOptions(tiny_weights), None, waiting(tasks), 2))
    ended = {record.key: record for record in records if record is not None}
    assert len(ended) == 16
    assert "crash" in ended.pop("bad").reason
    assert all(record.ok for record in ended.values())
    assert multiprocessing.active_children() == []


@killed
@pytest.mark.workflow
def test_killed_processes_lose_nothing_and_closing_stops_the_others(tmp_path, tiny_weights):
    tasks = make_tasks(tmp_path / "sounds", 16)
    with closing(run_pooled(BatchOptions(tiny_weights), None, waiting(tasks), 2)) as records:
        seen: list[Record] = []
        for record in records:
            if record is not None:
                seen.append(record)
                if len(seen) == 1:
                    for child in multiprocessing.active_children():
                        os.kill(child.pid, signal.SIGKILL)
                if len(seen) == 12:
                    break
    assert len({record.key for record in seen}) == 12
    assert all(record.ok for record in seen)
    assert multiprocessing.active_children() == []


@pytest.mark.workflow
def test_broken_weights_end_the_run(tmp_path):
    weights = tmp_path / "weights.h5"
    weights.write_bytes(b"no weights")
    tasks = make_tasks(tmp_path / "sounds", 4)
    with pytest.raises(WeightsError):
        list(run_pooled(BatchOptions(weights), None, waiting(tasks), 2))
    assert multiprocessing.active_children() == []
