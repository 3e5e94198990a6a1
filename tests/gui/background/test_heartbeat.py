"""Workers rest while the window is busy, and only then."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.gui.background import heartbeat as heartbeat_module
from yamnet_gui.gui.background.heartbeat import (
    BUSY_S,
    Heartbeat,
    end_heartbeat,
    heartbeat,
    start_heartbeat,
)
from yamnet_gui.gui.background.runner import JobRunner


@pytest.fixture
def beats(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heartbeat]:
    """That of the application; workers rest however long the window is busy."""
    monkeypatch.setattr(heartbeat_module, "LONGEST_S", 60.0)
    start_heartbeat(qapp)
    beats = heartbeat()
    assert beats is not None
    yield beats
    end_heartbeat()


@dataclass
class Counting:
    """Counts until it is told that this is enough."""

    begun: threading.Event = field(default_factory=threading.Event)
    enough: threading.Event = field(default_factory=threading.Event)
    count: int = 0

    def run(self) -> Iterator[int]:
        while not self.enough.is_set():
            check_stopped()
            self.count += 1
            self.begun.set()
        yield self.count


def _busy(beats: Heartbeat) -> None:
    """Holds the window until the worker rests."""
    latest = time.monotonic() + 10
    while not beats._resting and time.monotonic() < latest:
        threading.Event().wait(BUSY_S)


def test_a_job_rests_while_the_window_is_busy_and_goes_on_behind_it(
    beats: Heartbeat, qtbot: QtBot
) -> None:
    runner, job = JobRunner("counting"), Counting()
    results: list[int] = []
    runner.submit(job, on_result=results.append)
    qtbot.waitUntil(job.begun.is_set)
    _busy(beats)
    count = job.count
    threading.Event().wait(3 * BUSY_S)
    assert job.count == count
    qtbot.waitUntil(lambda: job.count > count)  # the event loop runs again
    job.enough.set()
    qtbot.waitUntil(lambda: bool(results))
    qtbot.waitUntil(lambda: not runner.busy)
    runner.close()


def test_a_job_that_rests_can_be_ended(beats: Heartbeat, qtbot: QtBot) -> None:
    runner, job = JobRunner("counting"), Counting()
    runner.submit(job)
    qtbot.waitUntil(job.begun.is_set)
    _busy(beats)
    assert beats._resting
    runner.close()  # waits for the thread
    assert not beats._resting


def test_no_timer_runs_without_work(beats: Heartbeat, qtbot: QtBot) -> None:
    runner, job = JobRunner("counting"), Counting()
    assert not beats.beats
    job.enough.set()
    runner.submit(job)
    assert beats.beats
    qtbot.waitUntil(lambda: not runner.busy)
    assert not beats.beats
    runner.close()


def test_nothing_rests_for_longer_than_it_may(
    beats: Heartbeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat_module, "LONGEST_S", 2 * BUSY_S)
    beats.begin("work")
    for _ in range(3):  # no beat comes: this thread does not go back to the event loop
        threading.Event().wait(1.5 * BUSY_S)
        beats.rest(lambda: False)
    assert not beats._resting
    beats.end("work")


def test_without_a_program_nothing_rests(qapp: QApplication) -> None:
    assert heartbeat() is None
    start_heartbeat(qapp)
    start_heartbeat(qapp)
    assert len(qapp.findChildren(Heartbeat)) == 1
    end_heartbeat()
    assert heartbeat() is None
