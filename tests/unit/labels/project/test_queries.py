"""Filters, sorts, counts and queues against the plain way of finding them."""

import random
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.clock_time import TimeOfDay, clock_time
from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.labels.project import (
    SET_BY_HAND,
    ClassCounts,
    EventFilter,
    Project,
    ProjectEvent,
    QueueKind,
    Sort,
    SortKey,
    accept,
    add_events,
    delete,
    draw,
    move_edge,
    reject,
    set_note,
    set_starts,
)

from .helpers import agrees, made, random_command


@pytest.fixture
def project(tmp_path: Path):  # type: ignore[no-untyped-def]
    rng = random.Random(5)
    with made(tmp_path / "a.yamnet", recordings=4, events=40) as opened:
        opened.events.rows()  # from here on the columns follow the edits
        for _ in range(150):
            command = random_command(opened, rng)
            if command is not None and command.title != "both":
                opened.apply(command)
        opened.apply(
            add_events(
                "r2", [Event("x", 3, 4, "Own", channel=1, probability=0.7, note="Ein Ästchen")]
            )
        )
        agrees(opened)
        yield opened


def _all(project: Project) -> list[ProjectEvent]:
    return [
        ProjectEvent(r.id, e) for r in project.recordings.all() for e in project.events.of(r.id)
    ]


FILTERS = [
    (EventFilter(labels=frozenset(["Dog", "Own"])), lambda r, e: e.label in ("Dog", "Own")),
    (
        EventFilter(states=frozenset([ReviewState.ACCEPTED, ReviewState.REJECTED])),
        lambda r, e: e.state in ("accepted", "rejected"),
    ),
    (
        EventFilter(sources=frozenset([EventSource.DRAWN])),
        lambda r, e: e.source is EventSource.DRAWN,
    ),
    (EventFilter(recording_ids=frozenset(["r1", "none"])), lambda r, e: r == "r1"),
    (
        EventFilter(min_score=0.25, max_score=0.75),
        lambda r, e: e.score_max is not None and 0.25 <= e.score_max <= 0.75,
    ),
    (EventFilter(min_probability=0.5), lambda r, e: (e.probability or 0) >= 0.5),
    (
        EventFilter(min_duration_s=1.0, max_duration_s=2.5),
        lambda r, e: 1.0 <= e.offset_s - e.onset_s <= 2.5,
    ),
    (EventFilter(channels=frozenset([1])), lambda r, e: e.channel == 1),
    (EventFilter(channels=frozenset([None])), lambda r, e: e.channel is None),
    (EventFilter(channels=frozenset([0, None])), lambda r, e: e.channel in (0, None)),
    (EventFilter(with_note=True), lambda r, e: bool(e.note)),
    (EventFilter(text="äst"), lambda r, e: "ästchen" in e.note.casefold()),
    (EventFilter(text="SPEE"), lambda r, e: e.label == "Speech"),
    (EventFilter(text="rec 3"), lambda r, e: r == "r3"),
    (
        EventFilter(labels=frozenset(["Dog"]), states=frozenset([ReviewState.UNREVIEWED])),
        lambda r, e: e.label == "Dog" and e.state == "unreviewed",
    ),
]


@pytest.mark.parametrize(("wanted", "plain"), FILTERS)
def test_filters_find_what_they_say(project: Project, wanted: EventFilter, plain) -> None:  # type: ignore[no-untyped-def]
    items = project.events.at(project.events.rows(wanted))
    expected = {
        (i.recording_id, i.event.id) for i in _all(project) if plain(i.recording_id, i.event)
    }
    assert {(i.recording_id, i.event.id) for i in items} == expected
    assert expected
    assert project.events.count(wanted) == len(expected)


KEYS = {
    SortKey.TIME: lambda e: 0,
    SortKey.LABEL: lambda e: e.label.casefold(),
    SortKey.SCORE: lambda e: -1 if e.score_max is None else np.float32(e.score_max),
    SortKey.PROBABILITY: lambda e: -1 if e.probability is None else e.probability,
    SortKey.DURATION: lambda e: np.float32(e.offset_s - e.onset_s),
    SortKey.ONSET: lambda e: e.onset_s,
    SortKey.STATE: lambda e: list(ReviewState).index(e.state),
    SortKey.SOURCE: lambda e: list(EventSource).index(e.source),
    SortKey.CHANNEL: lambda e: -1 if e.channel is None else e.channel,
}


@pytest.mark.parametrize("key", SortKey)
@pytest.mark.parametrize("descending", [False, True])
def test_sorts_are_right_and_stable(project: Project, key: SortKey, descending: bool) -> None:
    items = project.events.at(project.events.rows(sort=Sort(key, descending)))
    assert len(items) == len(_all(project))
    values = [KEYS[key](i.event) for i in items]
    assert values == sorted(values, reverse=descending)
    if key is not SortKey.TIME:
        ties = [(v, i.recording_id, i.event.onset_s) for v, i in zip(values, items, strict=True)]
        for one, two in pairwise(ties):
            assert one[0] != two[0] or one[1:] <= two[1:]


def test_sorts_follow_edits(project: Project) -> None:
    for key in SortKey:
        project.events.rows(sort=Sort(key))
    project.apply(draw("r0", 0.001, 50, "Aardvark"))
    assert (
        project.events.at(project.events.rows(sort=Sort(SortKey.LABEL))[:1])[0].event.label
        == "Aardvark"
    )
    assert project.events.at(project.events.rows(sort=Sort(SortKey.DURATION, True))[:1])[
        0
    ].event.duration_s == pytest.approx(49.999)
    last = project.events.at(project.events.rows()[-1:])[0]
    project.apply(move_edge(last, 0, 60))
    assert project.events.rows(sort=Sort(SortKey.DURATION, True))[0] == last.row
    assert last.row in project.events.rows(sort=Sort(SortKey.ONSET))[:5]


def test_reopening_gives_the_same_answers(project: Project) -> None:
    def asked(of: Project) -> list[list[tuple[str, str]]]:
        return [
            [(i.recording_id, i.event.id) for i in of.events.at(of.events.rows(f, Sort(k)))]
            for f, _ in FILTERS
            for k in (SortKey.TIME, SortKey.SCORE)
        ]

    before = asked(project)
    with Project.open(project.path, read_only=True) as again:
        assert asked(again) == before


def test_counts_tell_progress_and_precision(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet", recordings=1, events=0) as project:
        project.events.store_detections(
            "r0", [Event(f"d{n}", n, n + 1, "Dog", score_max=n / 10) for n in range(8)]
        )
        rows = project.events.rows()
        project.apply(accept(project.events.at(rows[:3])))
        project.apply(reject(project.events.at(rows[3:4])))
        (dog,) = project.events.class_counts()
        assert (dog.total, dog.accepted, dog.rejected, dog.unreviewed) == (8, 3, 1, 4)
        assert dog.reviewed_share == 0.5
        assert dog.precision == 0.75
        assert project.events.recording_counts()["r0"].reviewed == 4


def test_queues_order_as_they_say(tmp_path: Path) -> None:
    scores = [0.05, 0.95, 0.5, 0.45, 0.72, 0.11, 0.99, 0.51]
    with made(tmp_path / "a.yamnet", recordings=1, events=0) as project:
        detections = [Event(f"d{n}", n, n + 1, "Dog", score_max=s) for n, s in enumerate(scores)]
        project.events.store_detections("r0", detections)

        def scored(kind: QueueKind | str, **more: int | float) -> list[float | None]:
            rows = project.events.queue(kind, **more)  # type: ignore[arg-type]
            return [i.event.score_max for i in project.events.at(rows)]

        assert scored("time") == scores
        assert scored("score") == sorted(scores, reverse=True)
        assert scored("uncertainty")[:3] == [0.5, 0.51, 0.45]
        assert scored("uncertainty", threshold=0.9)[:2] == [0.95, 0.99]
        assert scored("random", seed=1) == scored("random", seed=1)
        assert len({tuple(scored("random", seed=n)) for n in range(5)}) > 1
        first = scored("stratified", seed=3)[:6]
        assert sorted(int((s or 0) * 10) for s in first) == [0, 1, 4, 5, 7, 9]


def test_the_next_unreviewed_goes_round(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet", recordings=1, events=6) as project:
        rows = [int(r) for r in project.events.rows()]
        assert project.events.next_unreviewed(None) == rows[0]
        assert project.events.next_unreviewed(rows[0]) == rows[1]
        assert project.events.next_unreviewed(rows[0], backwards=True) == rows[5]
        project.apply(accept(project.events.at(rows[1:3])))
        assert project.events.next_unreviewed(rows[0]) == rows[3]
        assert project.events.next_unreviewed(rows[5]) == rows[0]
        queue = np.array(rows[::-1])
        assert project.events.next_unreviewed(rows[3], queue) == rows[0]
        project.apply(reject(project.events.at([rows[0], *rows[3:]])))
        assert project.events.next_unreviewed(rows[0]) is None
        project.undo()
        assert project.events.next_unreviewed(rows[0]) == rows[3]


def test_this_and_all_above_and_below(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet", recordings=2, events=0) as project:
        for r in ("r0", "r1"):
            dogs = [Event(f"d{n}", n, n + 1, "Dog", score_max=n / 10) for n in range(8)]
            project.events.store_detections(r, [*dogs, Event("c", 1, 2, "Cat", score_max=0.9)])
        five = project.events.get("r0", "d5")
        assert five is not None
        project.apply(reject([i for i in [project.events.get("r1", "d7")] if i]))
        above = project.events.at_or_above(five.row)
        assert len(above) == 5
        project.apply(accept(project.events.at(above), "Anna"))
        assert project.events.count(EventFilter(states=frozenset([ReviewState.ACCEPTED]))) == 5
        low = project.events.get("r1", "d2")
        assert low is not None
        below = project.events.at_or_below(low.row)
        assert len(below) == 6
        assert all(i.event.label == "Dog" for i in project.events.at(below))


def test_rows_that_are_gone_are_left_out(project: Project) -> None:
    rows = project.events.rows()
    assert project.events.at([10**9]) == []
    assert len(project.events.at_or_above(10**9)) == 0
    item = project.events.at(rows[:1])[0]
    project.apply(set_note(item, "x"))
    assert project.events.at([int(rows[0]), 10**9, int(rows[1])])[1].row == rows[1]


def test_precision_comes_with_wilsons_interval() -> None:
    assert ClassCounts("Dog", 5, 0, 0, 3).precision_interval is None
    low, high = ClassCounts("Dog", 0, 8, 2, 0).precision_interval or (0, 0)
    # 81 of 263 stands in R. G. Newcombe, 1998, table I, method 3
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    low, high = ClassCounts("Dog", 0, 81, 182, 9).precision_interval or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert ClassCounts("Dog", 0, 3, 0, 0).precision_interval == (pytest.approx(0.4385, abs=1e-4), 1)


def test_what_is_left_of_a_queue_is_counted(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        queue = project.events.queue("random", seed=3)
        assert project.events.count_unreviewed(queue) == len(queue) == 20
        project.apply(accept(project.events.at(queue[:3])))
        project.apply(delete(project.events.at(queue[3:5])))
        assert project.events.count_unreviewed(queue) == 15
        assert project.events.count_unreviewed(queue[:0]) == 0


def test_events_are_filtered_by_the_clock_of_their_recording(project: Project) -> None:
    night = TimeOfDay(23 * 3600, 30)
    project.events.rows(EventFilter(time_of_day=night))
    zone = timezone(timedelta(hours=2))
    starts = {
        "r0": datetime(2026, 5, 3, 22, 59, 40, tzinfo=zone),
        "r1": datetime(2026, 5, 3, 23, 59, 50, tzinfo=UTC),
        "r2": datetime(2026, 5, 3, 12, 0),
    }
    project.apply(
        set_starts(
            (project.recordings.get(name), moment, SET_BY_HAND) for name, moment in starts.items()
        )
    )
    expected = set()
    for item in _all(project):
        if item.recording_id in starts:
            moment = clock_time(starts[item.recording_id], item.event.onset_s)
            if moment.hour == 23 or (
                moment.hour == 0 and moment.minute == 0 and moment.second < 30
            ):
                expected.add((item.recording_id, item.event.id))
    rows = project.events.rows(EventFilter(time_of_day=night))
    found = {(i.recording_id, i.event.id) for i in project.events.at(rows)}
    assert found == expected
    assert {name for name, _ in found} == {"r0", "r1"}
