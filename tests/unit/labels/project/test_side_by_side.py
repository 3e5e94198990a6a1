"""The window goes on with a project while other threads ask long questions of it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yamnet_gui.labels.project import (
    AnalysisRecord,
    EventFilter,
    Project,
    RecordingState,
    Sort,
    SortKey,
    accept,
)
from yamnet_gui.labels.project import recordings as recordings_module
from yamnet_gui.labels.project.index_queries import IndexQueries

from .helpers import agrees, made

_SOON_S = 5.0


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with made(tmp_path / "p.yamnet", recordings=3, events=20) as project:
        project.events.count()
        yield project


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


class Held:
    """A function that waits inside until it is let go."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work
        self.inside, self.let_go = threading.Event(), threading.Event()

    def __get__(self, owner: object, _kind: object) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.inside.set()
            assert self.let_go.wait(4 * _SOON_S)
            return self._work(owner, *arguments)

        return call


def test_titles_of_undo_and_redo_wait_for_nobody(project: Project, pool: ThreadPoolExecutor):
    project.apply(accept(project.events.at([1])))
    project.apply(accept(project.events.at([2])))
    project.undo()
    titles: Future[tuple[str | None, str | None]]
    with project._connection.reading():  # as a query in another thread does
        titles = pool.submit(lambda: (project.history.undo_title, project.history.redo_title))
        undo, redo = titles.result(_SOON_S)
    assert undo is not None
    assert redo is not None
    project.redo()
    assert project.history.redo_title is None


def test_titles_follow_a_step_only_once_it_is_made(project: Project):
    before = project.history.undo_title
    stale = accept(project.events.at([1]))
    project.apply(accept(project.events.at([1])))
    title = project.history.undo_title
    assert title != before
    with pytest.raises(Exception, match="changed"):
        project.apply(stale)
    assert project.history.undo_title == title


@pytest.mark.parametrize("ask", ["rows", "class_counts", "recording_counts"])
def test_events_are_decided_while_a_long_query_runs(
    project: Project, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, ask: str
):
    name = {"rows": "rows", "class_counts": "counts", "recording_counts": "counts_per_recording"}
    held = Held(getattr(IndexQueries, name[ask]))
    monkeypatch.setattr(IndexQueries, name[ask], held)
    answer = pool.submit(getattr(project.events, ask))
    try:
        assert held.inside.wait(_SOON_S)
        item = project.events.get("r0", project.events.of("r0").events[0].id)
        assert item is not None
        pool.submit(project.apply, accept([item], "Anna")).result(_SOON_S)
    finally:
        held.let_go.set()
    assert len(answer.result(_SOON_S))
    monkeypatch.undo()
    agrees(project)


def test_a_class_that_comes_while_classes_are_counted_is_left_out(
    project: Project, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
):
    before = project.events.class_counts()
    event = project.events.of("r1").events[0]
    bincount = np.bincount

    def late(*arguments: Any, **settings: Any) -> Any:
        counted = bincount(*arguments, **settings)
        more = [replace(event, id="late", label="A class of one's own", class_index=None)]
        pool.submit(project.events.store_detections, "r2", more).result(_SOON_S)
        return counted

    monkeypatch.setattr(np, "bincount", late)
    assert project.events.class_counts() == before
    monkeypatch.undo()
    assert "A class of one's own" in [c.label for c in project.events.class_counts()]


def test_a_query_that_began_before_new_events_came_leaves_them_out(project: Project):
    queries = project._connection.queries().snapshot(EventFilter())
    before = project.events.count()
    more = [e.moved(e.onset_s + 0.5, e.offset_s + 0.5) for e in project.events.of("r1")]
    project.events.store_detections("r2", more)
    agrees(project)
    assert len(queries.rows(EventFilter(), Sort(SortKey.SCORE))) <= before
    agrees(project)


def test_the_place_of_a_recording_is_made_out_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    made_out: list[str] = []
    located = recordings_module.located

    def counted(stored: str, folder: Path) -> Path:
        made_out.append(stored)
        return located(stored, folder)

    monkeypatch.setattr(recordings_module, "located", counted)
    every = project.recordings.all()
    first = [project.recordings.locate(r) for r in every]
    made_out.clear()
    assert [project.recordings.locate(r) for r in every] == first
    assert not made_out
    for recording, place in zip(every, first, strict=True):
        assert project.recordings.at(place) == recording
    assert len(made_out) == len(every)  # what was asked for, not every one for each


def test_models_of_all_recordings_are_read_at_once(project: Project):
    for n in range(3):
        project.recordings.add_analysis(
            AnalysisRecord(f"r{n}", f"sha{n % 2}", f"model {n % 2}", "key")
        )
    asked: list[str] = []
    project._connection.database.set_trace_callback(asked.append)
    models = project.recordings.models()
    assert sorted(models) == [("sha0", "model 0"), ("sha1", "model 1")]
    assert len(asked) == 1


def test_what_is_found_out_about_a_recording_leaves_the_order_of_all_events(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    sorts: list[int] = []
    order = IndexQueries.set_recordings

    def counted(queries: IndexQueries, recordings: Any) -> None:
        sorts.append(1)
        order(queries, recordings)

    monkeypatch.setattr(IndexQueries, "set_recordings", counted)
    first = project.events.rows()
    recording = project.recordings.get("r1")
    assert recording is not None
    project.recordings.update(replace(recording, state=RecordingState.ANALYSED, duration_s=59.0))
    project.recordings.add_analysis(AnalysisRecord("r1", "sha", "model", "key"))
    assert not sorts
    assert project.events.rows().tolist() == first.tolist()
    project.recordings.update(replace(recording, recorded_at=datetime(2026, 5, 1, 4, tzinfo=UTC)))
    assert len(sorts) == 1
    project.recordings.update(replace(recording, path="zzz.wav"))
    assert len(sorts) == 2
    last = [e.recording_id for e in project.events.at(project.events.rows())][-1]
    assert last == "r1"


def test_orders_of_all_events_do_not_pile_up(project: Project):
    for key in SortKey:
        for descending in (False, True):
            rows = project.events.rows(sort=Sort(key, descending))
            assert sorted(rows.tolist()) == sorted(project.events.rows().tolist())
    orders = project._connection.queries()._index._orders
    assert len(orders) <= 4
    assert {positions.dtype for _, positions in orders.values()} == {np.dtype(np.int32)}
