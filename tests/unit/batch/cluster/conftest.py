"""Real schedulers and workers on 127.0.0.1, as processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


def free_port() -> int:
    """Below those that the system gives away, so that no worker takes it while it is free."""
    for port in range(20_000 + os.getpid() % 5000, 32_000):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


class Processes:
    """A scheduler and its workers, which tests may kill and start again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.place = f"tcp://127.0.0.1:{self._port}"
        self.scheduler: subprocess.Popen | None = None
        self.workers: list[subprocess.Popen] = []

    def start_scheduler(self) -> None:
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard"
        )
        for _ in range(600):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the scheduler does not answer")

    def start_worker(self) -> None:
        self.workers.append(
            self._start(
                "worker", self.place, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                "--death-timeout", "60", "--local-directory", str(self._folder / "dask"),
            )
        )  # fmt: skip

    def kill(self, process: subprocess.Popen) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None and process.poll() is None:
                self.kill(process)

    def _start(self, *arguments: str) -> subprocess.Popen:
        # one that is left alone by its scheduler ends soon, and no connection is waited for long
        settings = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
        with (self._folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                stdout=log,
                stderr=log,
                env={**os.environ, **settings},
            )


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.stop()
