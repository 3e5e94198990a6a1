"""Small projects for the tests beside it."""

import random
from pathlib import Path

from yamnet_gui.core.events import Event, detection_id
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.project import (
    Command,
    EventFilter,
    Project,
    ProjectEvent,
    Recording,
    accept,
    add_recordings,
    delete,
    draw,
    group,
    mark_reviewed,
    merge,
    move_edge,
    reject,
    relabel,
    remove_recordings,
    set_note,
    split,
    uncertain,
    unreview,
)

LABELS = ("Bird", "Dog", "Speech", "Wind")


def detections(count: int, seed: int = 0) -> list[Event]:
    rng = random.Random(seed)
    events = []
    for n in range(count):
        c = rng.randrange(len(LABELS))
        onset = n * 2.4
        events.append(
            Event(
                detection_id(c, n * 5),
                onset,
                onset + 0.96,
                LABELS[c],
                c,
                f"/m/{c}",
                score_max=round(rng.random(), 4),
            )
        )
    return events


def made(path: Path, recordings: int = 2, events: int = 10) -> Project:
    """An open project with recordings r0, r1, … and detections in each."""
    project = Project.create(path)
    project.reviewer = "Anna"
    items = [
        Recording(f"r{n}", f"audio/rec {n}.wav", f"hash{n}", 1000 + n, 60.0, 16000, 1)
        for n in range(recordings)
    ]
    project.apply(add_recordings(items))
    for n, item in enumerate(items):
        project.events.store_detections(item.id, detections(events, n))
    return project


def snapshot(project: Project) -> dict:
    """Everything the user sees, without row numbers."""
    return {
        "recordings": project.recordings.all(),
        "events": {r.id: set(project.events.of(r.id)) for r in project.recordings.all()},
        "reviewed": {r.id: project.recordings.reviewed(r.id) for r in project.recordings.all()},
        "labels": project.settings.label_sets(),
        "rules": project.settings.rule_sets(),
    }


def agrees(project: Project) -> None:
    """What queries say is what the tables hold."""
    held = {(r.id, e.id): e for r in project.recordings.all() for e in project.events.of(r.id)}
    asked = {
        (i.recording_id, i.event.id): i.event for i in project.events.at(project.events.rows())
    }
    assert asked == held
    counts = {c.label: (c.total, c.accepted, c.rejected) for c in project.events.class_counts()}
    for label, (total, accepted, rejected) in counts.items():
        mine = [e for e in held.values() if e.label == label]
        assert total == len(mine)
        assert accepted == sum(e.state == "accepted" for e in mine)
        assert rejected == sum(e.state == "rejected" for e in mine)
    assert sum(c[0] for c in counts.values()) == len(held)


def some(project: Project, rng: random.Random, count: int) -> list[ProjectEvent]:
    rows = project.events.rows()
    return project.events.at(rng.sample(list(rows), min(count, len(rows))))


def random_command(project: Project, rng: random.Random) -> Command | None:
    """An edit of a random kind; None where the kind does not fit just now."""
    kind = rng.randrange(14)
    if kind == 0:
        return accept(some(project, rng, 3), "Anna")
    if kind == 1:
        return reject(some(project, rng, 2), "Ben")
    if kind == 2:
        return uncertain(some(project, rng, 1), "Anna")
    if kind == 3:
        return unreview(some(project, rng, 4))
    if kind in (4, 5) and (items := some(project, rng, 1)):
        event = items[0].event
        return move_edge(items[0], event.onset_s, event.offset_s + rng.random())
    if kind == 6 and (items := some(project, rng, 2)):
        label = rng.choice([*LABELS, "Own"])
        index = LABELS.index(label) if label in LABELS else None
        near = project.events.touched_beside(items)
        return relabel(items, label, index, reviewer="Anna", existing=near)
    if kind == 7 and (items := some(project, rng, 1)) and items[0].event.duration_s > 0.01:
        event = items[0].event
        return split(items[0], event.onset_s + event.duration_s / 2)
    if kind == 8 and project.recordings.all():
        chosen = rng.choice(project.recordings.all())
        rows = project.events.rows(EventFilter(recording_ids=frozenset([chosen.id])))
        return merge(project.events.at(rows[:2])) if len(rows) > 1 else None
    if kind == 9 and project.recordings.all():
        at = rng.random() * 50
        return draw(rng.choice(project.recordings.all()).id, at, at + 1, rng.choice(LABELS))
    if kind == 10 and (items := some(project, rng, 1)):
        return set_note(items[0], rng.choice(["", "faint", "zwei Vögel", "\u2028\x00'"]))
    if kind == 11 and project.recordings.all():
        chosen = rng.choice(project.recordings.all())
        start = rng.random() * 50
        now = project.recordings.reviewed(chosen.id)
        return mark_reviewed(chosen.id, now, TimeSpan(start, start + 5), LABELS[:2], "Anna")
    if kind == 12:
        return delete(some(project, rng, 1))
    if kind == 13 and len(project.recordings.all()) > 1 and rng.random() < 0.3:
        removed = rng.choice(project.recordings.all())
        first = [i for i in some(project, rng, 2) if i.recording_id != removed.id]
        return group("both", [accept(first), remove_recordings([removed])])
    return None
