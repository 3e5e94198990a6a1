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
    found = []
    for n in range(count):
        c = rng.randrange(len(LABELS))
        onset = n * 2.4
        found.append(
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
    return found


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
        project.derive(item.id, detections(events, n))
    return project


def snapshot(project: Project) -> dict:
    """Everything a person sees, without row numbers."""
    return {
        "recordings": project.recordings(),
        "events": {r.id: set(project.recording_events(r.id)) for r in project.recordings()},
        "reviewed": {r.id: project.reviewed(r.id) for r in project.recordings()},
        "labels": project.label_sets(),
        "rules": project.rule_sets(),
    }


def agrees(project: Project) -> None:
    """What queries say is what the tables hold."""
    held = {(r.id, e.id): e for r in project.recordings() for e in project.recording_events(r.id)}
    asked = {(i.recording_id, i.event.id): i.event for i in project.events(project.event_ids())}
    assert asked == held
    counts = {c.label: (c.total, c.accepted, c.rejected) for c in project.class_counts()}
    for label, (total, accepted, rejected) in counts.items():
        mine = [e for e in held.values() if e.label == label]
        assert total == len(mine)
        assert accepted == sum(e.state == "accepted" for e in mine)
        assert rejected == sum(e.state == "rejected" for e in mine)
    assert sum(c[0] for c in counts.values()) == len(held)


def some(project: Project, rng: random.Random, count: int) -> list[ProjectEvent]:
    rows = project.event_ids()
    return project.events(rng.sample(list(rows), min(count, len(rows))))


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
    if kind in (4, 5) and (found := some(project, rng, 1)):
        event = found[0].event
        return move_edge(found[0], event.onset_s, event.offset_s + rng.random())
    if kind == 6 and (found := some(project, rng, 2)):
        label = rng.choice([*LABELS, "Own"])
        index = LABELS.index(label) if label in LABELS else None
        near = project.negatives_of(found)
        return relabel(found, label, index, reviewer="Anna", existing=near)
    if kind == 7 and (found := some(project, rng, 1)) and found[0].event.duration_s > 0.01:
        event = found[0].event
        return split(found[0], event.onset_s + event.duration_s / 2)
    if kind == 8 and project.recordings():
        chosen = rng.choice(project.recordings())
        rows = project.event_ids(EventFilter(recording_ids=frozenset([chosen.id])))
        return merge(project.events(rows[:2])) if len(rows) > 1 else None
    if kind == 9 and project.recordings():
        at = rng.random() * 50
        return draw(rng.choice(project.recordings()).id, at, at + 1, rng.choice(LABELS))
    if kind == 10 and (found := some(project, rng, 1)):
        return set_note(found[0], rng.choice(["", "faint", "zwei Vögel", "\u2028\x00'"]))
    if kind == 11 and project.recordings():
        chosen = rng.choice(project.recordings())
        start = rng.random() * 50
        now = project.reviewed(chosen.id)
        return mark_reviewed(chosen.id, now, TimeSpan(start, start + 5), LABELS[:2], "Anna")
    if kind == 12:
        return delete(some(project, rng, 1))
    if kind == 13 and len(project.recordings()) > 1 and rng.random() < 0.3:
        gone = rng.choice(project.recordings())
        first = [i for i in some(project, rng, 2) if i.recording_id != gone.id]
        return group("both", [accept(first), remove_recordings([gone])])
    return None
