"""Which detections appear beside the user's events: one answer through every door."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.events import Event, EventList, EventSource
from yamnet_gui.core.matching import merge_detections
from yamnet_gui.detection import RuleSet
from yamnet_gui.gui.state.project import ProjectState, StorageMode
from yamnet_gui.labels.project import (
    Project,
    ProjectEvent,
    Recording,
    accept,
    add_events,
    delete,
    move_edge,
)
from yamnet_gui.quality.references import StoredScores
from yamnet_gui.quality.rule_preview import apply_rules, preview_rules

CLASSES = ClassMap((SoundClass(0, "/m/d", "Dog"),))
Door = Callable[[Project, EventList], Iterable[Event]]


def detection(key: str, onset_s: float, offset_s: float) -> Event:
    return Event(key, onset_s, offset_s, "Dog", 0, "/m/d", score_max=0.5)


def drawn(onset_s: float, offset_s: float) -> Event:
    return replace(detection("mine", onset_s, offset_s), source=EventSource.DRAWN, score_max=None)


def by_the_rule(project: Project, detections: EventList) -> EventList:
    return merge_detections(detections, project.events.of("r"), project.events.deleted("r"))


def in_the_window(project: Project, detections: EventList) -> EventList:
    state = ProjectState()
    state.use(project, StorageMode.PROJECT)
    state.set_recording(
        "r", project.events.of("r"), project.events.deleted("r"), project.recordings.reviewed("r")
    )
    shown = state.combined(detections)
    state.use(None)
    return shown


def in_the_project(project: Project, detections: EventList) -> EventList:
    return project.events.store_detections("r", detections)


def applied_to_all_recordings(project: Project, detections: EventList) -> EventList:
    steps = preview_rules(project, StoredScores(None, ""), RuleSet(), CLASSES, {"r": detections})
    preview = [step.preview for step in steps][-1]
    assert preview is not None
    apply_rules(project, preview)
    return project.events.of("r")


DOORS = [by_the_rule, in_the_window, in_the_project, applied_to_all_recordings]


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p.yamnet") as made:
        made.recordings.register(Recording("r", "a.wav"))
        yield made


def draw_event(project: Project, onset_s: float, offset_s: float) -> ProjectEvent:
    event = drawn(onset_s, offset_s)
    project.apply(add_events("r", [event], "draw"))
    return ProjectEvent("r", event)


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__)
def spans(request, project) -> Callable[..., list[tuple[float, float]]]:
    def through(*detections: Event) -> list[tuple[float, float]]:
        events = request.param(project, EventList.of(detections))
        return [(event.onset_s, event.offset_s) for event in events]

    return through


def test_a_detection_that_covers_less_than_half_of_an_event_is_another_sound(project, spans):
    draw_event(project, 5.0, 6.0)
    assert spans(detection("d1", 5.52, 6.52)) == [(5.0, 6.0), (5.52, 6.52)]


def test_a_much_longer_detection_is_another_sound(project, spans):
    project.apply(accept([ProjectEvent("r", detection("d1", 5.0, 6.0))]), adopt=True)
    assert spans(detection("d2", 4.0, 9.0)) == [(4.0, 9.0), (5.0, 6.0)]


def test_an_event_stands_for_a_detection_of_about_the_same_bounds(project, spans):
    draw_event(project, 5.0, 6.0)
    assert spans(detection("d1", 5.4, 6.4)) == [(5.0, 6.0)]


def test_an_event_that_was_drawn_and_deleted_stands_for_nothing(project, spans):
    project.apply(delete([draw_event(project, 0.0, 1.0)]))
    assert spans(detection("d1", 0.0, 1.0)) == [(0.0, 1.0)]


def test_a_deleted_detection_does_not_come_back(project, spans):
    project.apply(delete([ProjectEvent("r", detection("d1", 0.0, 1.0))]), adopt=True)
    assert spans(detection("d1", 0.0, 3.0), detection("d2", 0.3, 1.3)) == []


def test_a_detection_that_was_moved_and_deleted_does_not_come_back(project, spans):
    item = ProjectEvent("r", detection("d1", 0.0, 1.0))
    project.apply(move_edge(item, onset_s=10.0, offset_s=11.0), adopt=True)
    moved = project.events.get("r", "d1")
    project.apply(delete([moved]))
    assert spans(detection("d2", 0.0, 1.0), detection("d3", 10.0, 11.0)) == [(10.0, 11.0)]


def test_what_is_decided_after_a_preview_is_not_doubled(project):
    project.events.store_detections("r", [detection("d1", 0.0, 1.0), detection("d2", 5.0, 6.0)])
    new = EventList.of([detection("d3", 0.1, 1.1), detection("d4", 5.1, 6.1)])
    steps = preview_rules(project, StoredScores(None, ""), RuleSet(), CLASSES, {"r": new})
    preview = [step.preview for step in steps][-1]
    project.apply(accept([project.events.get("r", "d1")]))
    project.apply(delete([project.events.get("r", "d2")]))
    apply_rules(project, preview)
    assert [e.id for e in project.events.of("r")] == ["d1"]
