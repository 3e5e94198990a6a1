"""Many events in one step: stored and remembered as single ones are."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from tests.unit.labels.formats.strategies import events
from yamnet_gui.core.errors import Cancelled, ProjectError
from yamnet_gui.core.events import Event, EventSource, Original, ReviewState
from yamnet_gui.core.stopping import stoppable
from yamnet_gui.labels.project import (
    Command,
    Project,
    Recording,
    add_events,
    add_recordings,
    group,
    replace_events,
)
from yamnet_gui.labels.project.codec import both_sides, dumps, stored_text, to_fields

MANY = 250


@given(events(1))
@settings(deadline=None, max_examples=20)
def test_the_text_of_the_history_is_that_of_the_fields(event: Event) -> None:
    assert stored_text(event) == dumps(to_fields(event))


@pytest.mark.parametrize(
    "event",
    [
        Event("e", 1, 2, "Dog"),
        Event("e", np.float64(1.5), np.float64(2), "Dog", score_max=np.float32(0.5)),
        Event("e", 1.5, 2.0, 'a "b"\n\\ 鳥', 3, "/m/1", 1, ReviewState.ACCEPTED,
              EventSource.DRAWN, 0.25, 0.5, 0.75, Original("Cat", 0.5, 1.0), 10.0, 20.0, 0.1, 0.2,
              "Ada", datetime(2024, 5, 1, tzinfo=UTC), "near", "r1"),
    ],
)  # fmt: skip
def test_every_kind_of_value_comes_back_from_the_history(event: Event) -> None:
    assert stored_text(event) == dumps(to_fields(event))
    assert both_sides("event", None, stored_text(event)) == (None, event)


def recordings(project: Project) -> list[Recording]:
    items = [
        Recording(name, f"{name}.wav", "", 1, 60.0, 16_000, 1) for name in ("one", "two", "three")
    ]
    project.apply(add_recordings(items))
    return items


def new_events(prefix: str, count: int = MANY) -> list[Event]:
    return [
        Event(
            f"{prefix}{(7 * n) % count}", n / 10, n / 10 + 0.5, "Dog", source=EventSource.IMPORTED
        )
        for n in range(count)
    ]


def same_as_read_again(project: Project) -> None:
    """What is at hand of all events is what stands in the file."""
    kept = [project.events.at(project.events.rows()), project.events.class_counts()]
    project.refresh()
    assert [project.events.at(project.events.rows()), project.events.class_counts()] == kept


def test_a_step_of_added_changed_and_adopted_events_is_one_step(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.yamnet") as project:
        recordings(project)
        before = new_events("old", 3)
        project.apply(add_events("one", before))
        assert project.events.count() == 3  # all of them are at hand now
        adopted = Event("d1", 1.0, 2.0, "Cat")  # a detection that was never stored
        step = group(
            "import",
            [
                add_events("two", new_events("a")),
                replace_events("one", [(before[1], replace(before[1], note="near"))]),
                replace_events("three", [(adopted, replace(adopted, note="far"))]),
                add_events("three", new_events("b")),
                add_events("one", new_events("c", 5)),
            ],
        )
        project.apply(step, adopt=True)
        assert project.events.count() == 3 + 2 * MANY + 5 + 1
        same_as_read_again(project)
        assert project.undo() == "import"
        assert {e.event for e in project.events.at(project.events.rows())} == {*before, adopted}
        assert project.redo() == "import"
        assert project.events.count() == 3 + 2 * MANY + 5 + 1
        same_as_read_again(project)


def test_an_event_that_is_there_already_is_named_and_nothing_is_added(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.yamnet") as project:
        recordings(project)
        project.apply(add_events("one", new_events("a")[:1]))
        with pytest.raises(ProjectError, match="event a0 already exists"):
            project.apply(add_events("one", new_events("a")))
        assert project.events.count() == 1
        same_as_read_again(project)


@pytest.mark.parametrize("questions", [1, 2, 3, 5, 8])
def test_a_step_that_is_stopped_leaves_nothing(tmp_path: Path, questions: int) -> None:
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > questions

    with Project.create(tmp_path / "p.yamnet") as project:
        recordings(project)
        assert project.events.count() == 0
        command: Command = group("import", [add_events("one", new_events("a", 2000))])
        with pytest.raises(Cancelled), stoppable(stopped):
            project.apply(command)
        assert project.events.count() == 0
        assert project.history.steps()[-1].title != "import"
        project.apply(command)
        same_as_read_again(project)
