"""What a cluster costs: python benchmarks/cluster.py [--quick] [--json OUT]

Runs `yamnet-gui analyze` as a whole process, without a cache, with `--jobs 2` and with `--cluster
local:2`, in turn, on 500 clips of 5 s and two recordings of an hour (16 kHz, noise and tones); and
a real scheduler with 1,000 simulated workers, whose tasks sleep as long as those of the run took.
Prints, and writes as JSON:

local2_over_jobs2     speed of --cluster local:2 over that of --jobs 2, both from start to end
local2_over_jobs2_cpu the same from processor seconds, which other programs disturb less
same_tables           whether the tables are equal, byte for byte
hours_a_core_second   hours of sound for each second of a processor, with --jobs 2
workers               how many were simulated
wall_s, cpu_s         seconds of each way
seconds_a_task        mean of the tasks that the simulation is made from
overhead_ms_a_task    processor time of the scheduler and of the program that gives the work, for
                      each task
busy_share            of the time of the simulated workers
simulated_s           seconds that their tasks took
scheduler_mb          the most that the scheduler held, above what it held with workers and no task
"""

import argparse
import asyncio
import json
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile
from announce import announce

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))  # where workers find the plugin

from tests.tiny_network import write_tiny_weights  # noqa: E402
from yamnet_gui.batch.executor import run_groups  # noqa: E402
from yamnet_gui.batch.worker import Task  # noqa: E402
from yamnet_gui.yamnet import find_weights  # noqa: E402

RATE_HZ = 16_000
CLIP_S = 5
TASKS_EACH = 4
PROCESSES = 4
MOST_START_S = 240.0


def make_sounds(folder: Path, clips: int, long_s: float) -> float:
    """Clips and two long recordings; hours of sound."""
    chance = np.random.default_rng(1)

    def sound(seconds: float) -> np.ndarray:
        t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        tone = np.sin(2 * np.pi * chance.uniform(200, 4000) * t)
        return 0.3 * tone * (
            np.sin(t * chance.uniform(1, 5)) > 0.7
        ) + 0.05 * chance.standard_normal(len(t))

    for k in range(clips):
        soundfile.write(folder / f"clip{k:03d}.wav", sound(CLIP_S), RATE_HZ, "PCM_16")
    for k in range(2):
        with soundfile.SoundFile(folder / f"long{k}.wav", "w", RATE_HZ, 1, "PCM_16") as file:
            for _ in range(round(long_s / 60)):
                file.write(sound(60))
    return (clips * CLIP_S + 2 * long_s) / 3600


def run_once(folder: Path, weights: Path, *how: str) -> tuple[float, float, bytes]:
    """Seconds from start to end, processor seconds of all processes, and the tables."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(
        [
            sys.executable, "-m", "yamnet_gui", "analyze", "sounds", "-o", "events.csv",
            "--summary", "clip", "--no-cache", *how,
        ],
        cwd=folder,
        env={**os.environ, "YAMNET_GUI_WEIGHTS": str(weights), "PYTHONPATH": str(HERE.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )  # fmt: skip
    elapsed = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    table = (folder / "events.csv").read_bytes()
    (folder / "events.csv").unlink()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return elapsed, cpu, table


def measure_speed(options: argparse.Namespace) -> dict[str, Any]:
    clips, long_s, rounds = (60, 1200.0, 1) if options.quick else (500, 3600.0, options.rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sounds").mkdir()
        hours = make_sounds(folder / "sounds", clips, long_s)
        weights = find_weights() or write_tiny_weights(folder / "weights.h5")
        ways = {"jobs": ("--jobs", "2"), "local": ("--cluster", "local:2")}
        found: dict[str, list[tuple[float, float, bytes]]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, how in ways.items():
                found[way].append(run_once(folder, weights, *how))
    return speed_figures(hours, found)


def speed_figures(
    hours: float, found: dict[str, list[tuple[float, float, bytes]]]
) -> dict[str, Any]:
    """Of what `run_once` gave for each way, each the best of its runs."""
    tables = {table for runs in found.values() for _, _, table in runs}
    wall = {way: min(run[0] for run in runs) for way, runs in found.items()}
    cpu = {way: min(run[1] for run in runs) for way, runs in found.items()}
    return {
        "local2_over_jobs2": wall["jobs"] / wall["local"],
        "local2_over_jobs2_cpu": cpu["jobs"] / cpu["local"],
        "same_tables": len(tables) == 1,
        "hours_a_core_second": hours / cpu["jobs"],
        "wall_s": wall,
        "cpu_s": cpu,
    }


def task_lengths(hours_a_core_second: float, count: int) -> list[float]:
    """Seconds of tasks as a run has them: groups of 8 to 64 clips, and sections of 15 min."""
    chance = random.Random(1)
    hours = [
        0.25 if chance.random() < 0.5 else chance.randint(8, 64) * CLIP_S / 3600
        for _ in range(count)
    ]
    return [one / hours_a_core_second for one in hours]


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def measure_overhead(options: argparse.Namespace, hours_a_core_second: float) -> dict[str, Any]:
    from simulated_worker import SleepingPlugin

    from yamnet_gui.batch.cluster.executor import ClusterExecutor
    from yamnet_gui.batch.cluster.places import connected

    workers = 100 if options.quick else 1000
    lengths = task_lengths(hours_a_core_second, workers * TASKS_EACH)
    port = free_port()
    place = f"tcp://127.0.0.1:{port}"
    # a scheduler has a connection or two for each worker
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)]),
    }
    # what workers watch in themselves all the time, which real ones do on cores of their own
    watching_less = {
        "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
        "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "300s",
        "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED": "False",
        "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "60s",
        "DASK_DISTRIBUTED__ADMIN__TICK__CYCLE": "60s",
    }
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", str(port),
             "--no-dashboard"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
    ]  # fmt: skip
    try:
        scheduler = psutil.Process(started[0].pid)
        wait_for(lambda: answers(port), started, "the scheduler does not answer")
        for _ in range(PROCESSES):
            started.append(
                subprocess.Popen(
                    [sys.executable, str(HERE / "cluster.py"), "--workers", place,
                     str(workers // PROCESSES)],
                    env=environment | watching_less,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
            )  # fmt: skip
        with connected(place) as connection:
            client = connection.client
            wait_for(lambda: len(client.nthreads()) == workers, started, "the workers do not come")
            waiting = deque([Task(Path(f"{k}"), f"{k} {s}")] for k, s in enumerate(lengths))
            with ClusterExecutor(connection, SleepingPlugin()) as executor:
                idle_mb = scheduler.memory_info().rss / 1e6
                held = idle_mb
                before = cpu_s(scheduler) + cpu_s(psutil.Process())
                begun = time.monotonic()
                ended = 0
                for record in run_groups(executor, waiting):
                    ended += record is not None
                    if ended % 100 == 0:
                        held = max(held, scheduler.memory_info().rss / 1e6)
                elapsed = time.monotonic() - begun
                spent = cpu_s(scheduler) + cpu_s(psutil.Process()) - before
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert ended == len(lengths)
    return overhead_figures(workers, lengths, spent, elapsed) | {"scheduler_mb": held - idle_mb}


def overhead_figures(
    workers: int, lengths: list[float], spent_s: float, elapsed_s: float
) -> dict[str, Any]:
    """Of tasks of these lengths, with what scheduler and program spent on them."""
    return {
        "workers": workers,
        "seconds_a_task": sum(lengths) / len(lengths),
        "overhead_ms_a_task": 1000 * spent_s / len(lengths),
        "busy_share": sum(lengths) / (workers * elapsed_s),
        "simulated_s": elapsed_s,
    }


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def wait_for(ready: Callable[[], bool], processes: list[subprocess.Popen], otherwise: str) -> None:
    """Ends the benchmark with a sentence where a process ends before, or nothing comes of it."""
    latest = time.monotonic() + MOST_START_S
    while not ready():
        if time.monotonic() > latest or any(one.poll() is not None for one in processes):
            raise SystemExit(otherwise)
        time.sleep(0.5)


async def serve_workers(place: str, count: int) -> None:
    from contextlib import AsyncExitStack

    from distributed import Worker

    async with AsyncExitStack() as stack:
        for _ in range(count):
            worker = Worker(
                place, nthreads=1, memory_limit=0, local_directory=tempfile.gettempdir()
            )
            await stack.enter_async_context(worker)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=2, help="runs of each way; the best counts")
    parser.add_argument("--workers", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.workers:
        asyncio.run(serve_workers(options.workers[0], int(options.workers[1])))
        return
    announce(330, 60, quick=options.quick)
    figures = measure_speed(options)
    figures |= measure_overhead(options, figures["hours_a_core_second"])
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
