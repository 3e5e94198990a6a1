"""Closing ends jobs in their midst, and lets those go on for a moment that store decisions."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from yamnet_gui.core.errors import Cancelled
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.gui.background import runner as runner_module
from yamnet_gui.gui.background.runner import JobRunner


@dataclass
class Busy:
    """Works without a result in between until it is stopped or `enough` is set."""

    begun: threading.Event = field(default_factory=threading.Event)
    enough: threading.Event = field(default_factory=threading.Event)
    how: list[str] = field(default_factory=list)

    def run(self) -> Iterator[None]:
        self.begun.set()
        try:
            while not self.enough.is_set():
                check_stopped()
        except Cancelled:
            self.how.append("stopped")
            raise
        self.how.append("finished")
        yield None


@dataclass
class Whole:
    """Is in a step that cannot be taken back any more, and ends with it."""

    begun: threading.Event = field(default_factory=threading.Event)
    enough: threading.Event = field(default_factory=threading.Event)

    def run(self) -> Iterator[None]:
        self.begun.set()
        assert self.enough.wait(10)
        yield None


def test_closing_ends_a_job_between_two_results(qtbot: QtBot) -> None:
    runner, job = JobRunner("busy"), Busy()
    failures: list[object] = []
    runner.submit(job, on_failed=failures.append)
    assert job.begun.wait(10)
    runner.close()
    assert job.how == ["stopped"]
    assert failures == []


def test_a_job_that_another_replaces_ends_at_once(qtbot: QtBot) -> None:
    runner, first, second = JobRunner("busy"), Busy(), Busy()
    handle = runner.submit(first)
    assert first.begun.wait(10)
    handle.cancel()
    runner.submit(second)
    assert second.begun.wait(10)
    assert first.how == ["stopped"]
    runner.close()


def test_closing_waits_for_what_stores_decisions(qtbot: QtBot) -> None:
    runner, before, job = JobRunner("busy"), Busy(), Busy()
    runner.submit(before)
    runner.submit(job, finish=True)
    assert before.begun.wait(10)
    threading.Timer(0.05, job.enough.set).start()
    runner.close()
    assert (before.how, job.how) == (["stopped"], ["finished"])


def test_closing_does_not_wait_for_ever(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "FINISH_S", 0.05)
    runner, job = JobRunner("busy"), Busy()
    runner.submit(job, finish=True)
    assert job.begun.wait(10)
    began = time.monotonic()
    runner.close()
    assert job.how == ["stopped"]
    assert time.monotonic() - began < 10


def test_runners_that_close_together_share_the_time_for_finishing(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    runners, jobs = [JobRunner(f"busy {n}") for n in range(4)], [Busy() for _ in range(4)]
    for runner, job in zip(runners, jobs, strict=True):
        runner.submit(job, finish=True)
        assert job.begun.wait(10)
    jobs[0].enough.set()
    began = time.monotonic()
    for runner in runners:
        runner.end_by(began + 0.3)
    for runner in runners:
        runner.close()
    assert [job.how for job in jobs] == [["finished"], *[["stopped"]] * 3]
    taken_back = [record.args for record in caplog.records]
    assert taken_back == [(f"busy {n}",) for n in (1, 2, 3)]


def test_several_jobs_of_a_runner_share_the_time_for_finishing(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    runner, first, second, third = JobRunner("busy"), Busy(), Busy(), Busy()
    for job in (first, second, third):
        runner.submit(job, finish=True)
    first.enough.set()
    assert second.begun.wait(10)
    runner.end_by(time.monotonic() + 0.2)
    runner.close()
    assert (first.how, second.how, third.how) == (["finished"], ["stopped"], [])
    assert [record.args for record in caplog.records] == [("busy",)]


def test_what_came_to_its_end_at_the_last_moment_is_not_said_to_be_taken_back(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    runner, job = JobRunner("busy"), Whole()
    runner.submit(job, finish=True)
    assert job.begun.wait(10)
    runner.end_by(time.monotonic())
    threading.Timer(0.05, job.enough.set).start()
    runner.close()
    assert not caplog.records


def test_a_runner_without_jobs_has_no_thread(qtbot: QtBot) -> None:
    runner, job = JobRunner("idle"), Busy()
    thread = runner.findChild(QThread)
    assert thread is not None
    assert not thread.isRunning()
    runner.submit(job)
    assert thread.isRunning()
    runner.close()
    runner.submit(Busy())  # comes too late
    assert not thread.isRunning()
