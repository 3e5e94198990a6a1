from pathlib import Path

import pytest

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.detection import Stability
from yamnet_gui.labels.project import EventFilter, Project, Recording, add_events
from yamnet_gui.labels.project.stabilities import (
    least_stable,
    store_stabilities,
    stored_stabilities,
)

MODEL = "a" * 64


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p.yamnet") as project:
        for name in ("one", "two"):
            project.recordings.register(Recording(name, f"{name}.wav"))
            events = [Event(f"e{k}", k, k + 1, "Dog" if k else "Cat") for k in range(4)]
            project.apply(add_events(name, events))
        yield project


def scored(**scores: tuple[float, ...]) -> dict[str, Stability]:
    return {event_id: Stability(event_id, values) for event_id, values in scores.items()}


def test_what_is_kept_comes_back_for_the_same_weights(project: Project) -> None:
    stabilities = scored(e0=(0.5, 0.75), e1=(0.25, 0.25))
    store_stabilities(project, "one", MODEL, stabilities)
    assert stored_stabilities(project, "one", MODEL) == stabilities
    assert stored_stabilities(project, "one") == stabilities
    assert stored_stabilities(project, "one", "b" * 64) == {}
    assert stored_stabilities(project, "two") == {}


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"scores": {"e": ["x"]}}'])
def test_what_cannot_be_read_is_nothing(project: Project, text: str) -> None:
    project.settings.set_value("stability-one", text)
    assert stored_stabilities(project, "one") == {}


def test_the_least_stable_come_first_over_all_recordings(project: Project) -> None:
    store_stabilities(project, "one", MODEL, scored(e0=(0.5, 0.6), e1=(0.1, 0.9), gone=(0, 1)))
    store_stabilities(project, "two", MODEL, scored(e2=(0.5, 0.8)))

    def names(wanted: EventFilter) -> list[tuple[str, str]]:
        items = project.events.at(least_stable(project, wanted))
        return [(item.recording_id, item.event.id) for item in items]

    assert names(EventFilter()) == [("one", "e1"), ("two", "e2"), ("one", "e0")]
    assert names(EventFilter(recording_ids=frozenset(["two"]))) == [("two", "e2")]
    assert names(EventFilter(labels=frozenset(["Cat"]))) == [("one", "e0")]
    assert names(EventFilter(states=frozenset([ReviewState.ACCEPTED]))) == []
