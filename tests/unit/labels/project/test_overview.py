"""How far a project is, and what to do next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.gui.support import projects
from yamnet_gui.core.events import Event
from yamnet_gui.labels.project import (
    DAYS,
    Overview,
    Project,
    RecordingState,
    Task,
    accept,
    overview,
    relabel,
)

DONE = Overview(recordings=3, analysed=3, events=12, reviewed=12)


@pytest.mark.parametrize(
    ("state", "task"),
    [
        (Overview(), Task.ADD),
        (Overview(recordings=2, missing=2), Task.FIND),
        (replace(DONE, waiting=1, recordings=4), Task.ANALYSE),
        (replace(DONE, waiting=1, recordings=4, reviewed=3), Task.ANALYSE),
        (replace(DONE, reviewed=11), Task.REVIEW),
        (replace(DONE, reviewed=11, missing=1), Task.REVIEW),
        (DONE, Task.EXPORT),
        (replace(DONE, events=0, reviewed=0), Task.LOWER),
        (replace(DONE, reviewed=0, read_only=True), Task.EXPORT),
    ],
)
def test_the_next_task_is_the_first_that_is_not_done(state: Overview, task: Task) -> None:
    assert state.next_task is task


def test_recordings_events_and_steps_are_counted(tmp_path: Path) -> None:
    with Project.open(projects.made(tmp_path)) as project:
        b = project.recordings.get("id-b")
        c = project.recordings.get("id-c")
        assert b is not None
        assert c is not None
        project.recordings.update(replace(b, state=RecordingState.FAILED, error="broken"))
        project.recordings.update(replace(c, state=RecordingState.PENDING))
        project.apply(accept([project.events.get("id-a", e.id) for e in project.events.of("id-a")]))
        project.apply(accept([project.events.at([9])[0]]))
        project.undo()
        now = datetime.now(UTC)
        state = overview(project, lambda path: path.name != "b.wav", now)
        assert (state.recordings, state.analysed, state.failed) == (3, 1, 1)
        assert (state.missing, state.waiting, state.reviewed_recordings) == (1, 1, 1)
        assert (state.events, state.reviewed) == (12, 4)
        assert len(state.days) == DAYS
        assert state.days[-1][0] == now.astimezone().date()
        assert sum(n for _, n in state.days) == state.days[-1][1] >= 3
        assert [entry.action for entry in state.steps[:2]] == ["undo", "do"]
        later = overview(project, lambda _path: True, now + timedelta(days=20))
        assert sum(n for _, n in later.days) == 0
        assert later.waiting == 1


def test_a_corrected_label_is_one_decision_on_one_event(tmp_path: Path) -> None:
    with Project.open(projects.made(tmp_path)) as project:
        before = overview(project, lambda _path: True, datetime.now(UTC))
        project.apply(relabel([project.events.at([9])[0]], "Own", None))
        assert project.events.count() == before.events + 1  # the former label, as rejected
        now = overview(project, lambda _path: True, datetime.now(UTC))
        assert (now.events, now.reviewed) == (before.events, before.reviewed + 1)
        assert now.corrected == 1


def test_what_the_user_did_last_is_not_lost_behind_derived_events(tmp_path: Path) -> None:
    with Project.open(projects.made(tmp_path)) as project:
        project.apply(accept([project.events.at([9])[0]]))
        own = project.history.steps(1)
        for number in range(60):
            found = Event(f"found {number}", float(number), number + 0.5, "Dog", 69)
            project.events.store_detections("id-a", [found])
        assert project.history.steps(1) != own
        state = overview(project, lambda _path: True, datetime.now(UTC))
        assert list(state.steps[:1]) == own
