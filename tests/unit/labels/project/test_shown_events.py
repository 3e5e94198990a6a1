"""One event for one sound over a whole project: what filters, counts and queues leave out."""

import random
from pathlib import Path

import numpy as np

from yamnet_gui.core.events import Event, ReviewState, detection_id
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import shown_events
from yamnet_gui.labels.project import (
    EventFilter,
    Project,
    QueueKind,
    Recording,
    accept,
    add_recordings,
    delete,
    draw,
    reject,
    relabel,
    set_note,
    unreview,
)

ONE = EventFilter(one_per_sound=True)
LABELS = ("Cricket", "Insect", "Animal", "Dog", "Speech", "Silence")


def detections(seed: int, count: int = 60) -> list[Event]:
    rng = random.Random(seed)
    events = []
    for n in range(count):
        (entry,) = bundled_class_map().select([rng.choice(LABELS)])
        onset = rng.uniform(0, 50)
        events.append(
            Event(
                detection_id(entry.index, n),
                onset,
                onset + rng.uniform(0, 8),
                entry.name,
                entry.index,
                entry.mid,
                score_max=rng.random(),
            )
        )
    return events


def made(path: Path, recordings: int = 3) -> Project:
    project = Project.create(path)
    names = [f"r{n}" for n in range(recordings)]
    project.apply(add_recordings([Recording(n, f"{n}.wav", n, 0, 60.0, 16000, 1) for n in names]))
    for n, name in enumerate(names):
        project.events.store_detections(name, detections(n))
    return project


def agrees(project: Project) -> None:
    """Every answer is that of the rule applied to each recording."""
    expected = {
        (recording.id, event.id)
        for recording in project.recordings.all()
        for event in shown_events(project.events.of(recording.id), bundled_ontology())
    }
    found = project.events.at(project.events.rows(ONE))
    assert {(item.recording_id, item.event.id) for item in found} == expected
    assert project.events.count(ONE) == len(expected)
    assert sum(c.total for c in project.events.recording_counts(ONE).values()) == len(expected)
    assert sum(c.total for c in project.events.class_counts(ONE)) == len(expected)


def test_answers_follow_every_edit_and_undo(tmp_path: Path) -> None:
    rng = random.Random(3)
    with made(tmp_path / "a.yamnet") as project:
        agrees(project)
        assert project.events.count(ONE) < project.events.count()
        for _ in range(40):
            recording = f"r{rng.randrange(3)}"
            rows = project.events.rows(EventFilter(recording_ids=frozenset([recording])))
            some = project.events.at(rng.sample(rows.tolist(), min(len(rows), 3)))
            edit = rng.choice(
                [accept, reject, unreview, delete, "note", "draw", "undo", "detect", "correct"]
            )
            if edit == "correct":
                project.apply(
                    relabel(some, "My cricket", existing=project.events.touched_beside(some))
                )
            elif edit == "note":
                project.apply(set_note(some[0], rng.choice(["", "faint"])))
            elif edit == "draw":
                project.apply(draw(recording, 1.0, 9.0, "Dog", 69))
            elif edit == "undo":
                project.undo()
            elif edit == "detect":
                project.events.store_detections(recording, detections(rng.randrange(99)))
            else:
                project.apply(edit(some))
            agrees(project)
    with Project.open(tmp_path / "a.yamnet") as project:
        agrees(project)  # as it was read anew


def test_a_class_that_is_asked_for_is_listed_as_a_whole(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        silence = frozenset({"Silence"})
        asked = EventFilter(labels=silence, one_per_sound=True)
        assert project.events.count(asked) == project.events.count(EventFilter(labels=silence)) > 0
        shown = {counts.label for counts in project.events.class_counts(ONE)}
        assert "Silence" not in shown


def test_queues_and_steps_over_a_class_lead_through_what_is_shown(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        shown = set(project.events.rows(ONE).tolist())
        for kind in (QueueKind.SCORE, QueueKind.RANDOM, QueueKind.STRATIFIED):
            assert set(project.events.queue(kind, ONE).tolist()) == shown
        animals = project.events.rows(EventFilter(labels=frozenset({"Animal"})))
        lowest = min(
            (item for item in project.events.at(animals) if item.row in shown),
            key=lambda item: item.event.score_max or 0,
        )
        above = project.events.at_or_above(lowest.row, ONE)
        assert set(above.tolist()) == set(animals.tolist()) & shown
        assert len(project.events.at_or_above(lowest.row)) > len(above)


def test_the_events_themselves_stay(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        before = project.events.rows()
        project.events.count(ONE)
        assert np.array_equal(project.events.rows(), before)
        assert all(e.state is ReviewState.UNREVIEWED for e in project.events.of("r0"))
