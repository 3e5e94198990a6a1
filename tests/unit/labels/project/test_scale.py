"""A project of 10,000 recordings and 1,000,000 events stays quick (slow: makes one)."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yamnet_gui.core.events import Event, ReviewState, detection_id
from yamnet_gui.labels.project import (
    EventFilter,
    Project,
    QueueKind,
    Recording,
    Sort,
    SortKey,
    accept,
    add_recordings,
)

pytestmark = pytest.mark.slow
RECORDINGS, EVENTS = 10_000, 100


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("big") / "big.yamnet"
    rng = random.Random(1)
    with Project.create(path) as project:
        project._connection.backups = None
        items = [
            Recording(f"{n:032x}", f"site {n % 50}/rec {n:05d}.wav", f"h{n}", 1, 3600.0, 48000, 1)
            for n in range(RECORDINGS)
        ]
        project.apply(add_recordings(items))
        for item in items:
            found = []
            for k in range(EVENTS):
                c = int(520 * rng.random() ** 3)
                onset, score = k * 33.6, rng.random()
                found.append(
                    Event(
                        detection_id(c, k * 70), onset, onset + 0.96 + 3 * rng.random(),
                        f"Class {c:03d}", c, f"/m/{c}", score_max=score, score_mean=score * 0.8,
                    )
                )  # fmt: skip
            project.events.store_detections(item.id, found)
    yield path
    path.unlink()


def _milliseconds(work: Callable[[], object], times: int = 3) -> float:
    """The best of some runs, in time of the processor: other programs do not count."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1000


def test_a_million_events_open_sort_and_are_decided_quickly(big: Path) -> None:
    figures = {}
    start = time.process_time()
    project = Project.open(big)
    project._connection.backups = None
    rows = project.events.rows()
    figures["open, with the whole table"] = ((time.process_time() - start) * 1000, 2000)
    assert len(rows) == RECORDINGS * EVENTS
    with project:
        for key in SortKey:
            for down in (False, True):
                sort = Sort(key, down)
                project._connection._index._orders.clear()  # type: ignore[union-attr]
                took = _milliseconds(lambda sort=sort: project.events.rows(sort=sort), 1)
                figures[f"sort {key} {down}"] = (took, 200)
        unreviewed = frozenset([ReviewState.UNREVIEWED])
        for wanted in (
            EventFilter(labels=frozenset(["Class 007"])),
            EventFilter(states=unreviewed, min_score=0.5),
            EventFilter(text="rec 001"),
            EventFilter(min_duration_s=2, max_duration_s=3),
        ):
            sort = Sort(SortKey.SCORE, True)
            took = _milliseconds(lambda w=wanted: project.events.rows(w, sort))  # noqa: B023
            figures[f"filter {wanted}"] = (took, 200)
        figures["counts"] = (_milliseconds(project.events.class_counts), 200)
        figures["a screen of events"] = (
            _milliseconds(lambda: project.events.at(rows[5000:5100])),
            50,
        )
        queue = project.events.queue(
            QueueKind.STRATIFIED, EventFilter(labels=frozenset(["Class 007"]))
        )
        current = int(queue[0])
        took = []
        for _ in range(200):
            start = time.perf_counter()
            project.apply(accept(project.events.at([current]), "Anna"))
            following = project.events.next_unreviewed(current, queue)
            took.append((time.perf_counter() - start) * 1000)
            assert following is not None
            current = following
        figures["accept and next, median"] = (sorted(took)[100], 50)
        figures["accept and next, 95 %"] = (sorted(took)[190], 50)
    for name, (found, limit) in figures.items():
        print(f"{name[:80]:80} {found:8.1f} ms of {limit}")
    slow = {name: found for name, found in figures.items() if found[0] > found[1]}
    assert not slow
