"""Filters and orders over a dataset mean what they mean in a project."""

from datetime import date, timedelta

import pytest

pytest.importorskip("duckdb", reason="needs the extra 'dataset'")

from tests.unit.dataset.made import DAY, info, make_unit
from yamnet_gui.core.clock_time import TimeOfDay
from yamnet_gui.core.events import EventSource, ReviewState
from yamnet_gui.dataset import Contents, Dataset, DatasetEvents, add_units, dataset_activity
from yamnet_gui.labels.exchange.activity import ActivityBy, project_activity
from yamnet_gui.labels.exchange.project_tables import import_command, plan_for_project
from yamnet_gui.labels.project import EventFilter, Project, QueueKind, Sort, SortKey

FILTERS = (
    EventFilter(),
    EventFilter(labels=frozenset({"Dog", "Rain"})),
    EventFilter(min_score=0.95),
    EventFilter(max_score=0.93, min_duration_s=0.5),
    EventFilter(text=" CAT"),
    EventFilter(min_score=0.9123, max_score=1.0),
    EventFilter(max_duration_s=0.96),
    EventFilter(labels=frozenset()),
    EventFilter(text="1.wav"),
    EventFilter(text="no such"),
    EventFilter(states=frozenset({ReviewState.ACCEPTED})),
    EventFilter(sources=frozenset({EventSource.DETECTED})),
    EventFilter(sources=frozenset({EventSource.DRAWN})),
    EventFilter(channels=frozenset({None})),
    EventFilter(channels=frozenset({1})),
    EventFilter(day=date(2026, 5, 2)),
    EventFilter(time_of_day=TimeOfDay(23 * 3600, 4 * 3600 + 30)),
    EventFilter(with_note=True),
)
SORTS = [Sort(key, down) for key in SortKey for down in (False, True)]


@pytest.fixture(scope="module", params=["files", "columns"])
def both(request, tmp_path_factory):
    """A dataset, asked of its files or of columns, and a project with the same events."""
    folder, contents = tmp_path_factory.mktemp("both"), Contents()
    starts = (DAY, DAY + timedelta(hours=20), None)
    units = [
        make_unit(folder / "u", f"{k}.wav", start, 60, contents, seed=k)
        for k, start in enumerate(starts)
    ]
    add_units(folder / "made", info(contents), units)
    with Dataset(folder / "made") as dataset, Project.create(folder / "p.yamnet") as project:
        events = DatasetEvents(dataset, folder / "cache")
        if request.param == "columns":
            assert list(events.prepare())[-1] == 1
        assert events.prepared == (request.param == "columns")
        plan = plan_for_project(project, events.of_recordings([u.key for u in units]))
        project.apply(import_command(project, plan, add_missing=True))
        yield events, project


def _place(event):
    return event.onset_s, event.label, event.score_max


@pytest.mark.parametrize("wanted", FILTERS, ids=range(len(FILTERS)))
def test_filters_find_the_same_events(both, wanted):
    events, project = both
    found = events.page(wanted, count=10_000)
    assert len(found) == events.count(wanted) == project.events.count(wanted)
    listed = [item.event for item in project.events.at(project.events.rows(wanted).tolist())]
    assert sorted(map(_place, found)) == sorted(map(_place, listed))


@pytest.mark.parametrize("sort", SORTS, ids=lambda s: f"{s.key}-{s.descending}")
def test_orders_are_the_same(both, sort):
    events, project = both
    rows = project.events.rows(EventFilter(), sort)
    listed = [i.event.onset_s for i in project.events.at(rows.tolist())]
    found = events.page(EventFilter(), sort, count=10_000)
    assert [row.onset_s for row in found] == listed  # those at one place in any order
    part = events.page(EventFilter(), sort, first=3, count=4)
    assert part == found[3:7]


@pytest.mark.parametrize("kind", QueueKind)
def test_reviews_come_in_the_order_of_a_project(both, kind, tmp_path):
    asked, project = both
    events, wanted = DatasetEvents(asked.dataset, tmp_path), EventFilter(labels=frozenset({"Cat"}))
    rows = project.events.queue(kind, wanted, seed=3, threshold=0.95)
    listed = [_place(item.event) for item in project.events.at(rows.tolist())]
    found = events.queue(kind, wanted, 10_000, seed=3, threshold=0.95)
    assert list(map(_place, found)) == listed
    assert events.queue(kind, wanted, 2, first=1, seed=3, threshold=0.95) == found[1:3]


def test_activity_is_that_of_a_project(both, tmp_path):
    asked, project = both
    mine = dataset_activity(DatasetEvents(asked.dataset, tmp_path))
    others = project_activity(project)
    for by in (ActivityBy.HOUR, ActivityBy.DAY, ActivityBy.RECORDING):
        table, other = mine.table(by), others.table(by)
        assert [s.recorded_s for s in table.slots] == [s.recorded_s for s in other.slots]
        assert table.raw == other.raw
    assert mine.without_clock == others.without_clock == 1
    assert set(mine.table(ActivityBy.DAY).calibrated["Dog"]) == {None}


def test_classes_are_counted(both):
    events, project = both
    wanted = EventFilter(min_score=0.95)
    counts = {c.label: c.total for c in project.events.class_counts(wanted)}
    assert events.label_counts(wanted) == counts
    assert list(events.label_counts(wanted).values()) == sorted(counts.values(), reverse=True)
    assert events.labels == ("Cat", "Dog", "Rain")
    assert events.channels == project.events.channels() == {None}


def test_recordings_come_with_start_and_zone(both):
    events, _ = both
    ids = events.recordings(EventFilter(text="1.wav"))
    (recording,) = events.of_recordings(ids)
    assert recording.recording.recorded_at == DAY + timedelta(hours=20)
    assert recording.recording.path.name == "1.wav"
