"""Filters and orders over a dataset mean what they mean in a project."""

from datetime import date, timedelta

import pytest

pytest.importorskip("duckdb", reason="needs the extra 'dataset'")

from tests.unit.dataset.made import DAY, info, make_unit
from yamnet_gui.core.clock_time import TimeOfDay
from yamnet_gui.core.events import EventSource, ReviewState
from yamnet_gui.dataset import Contents, Dataset, DatasetEvents, add_units
from yamnet_gui.labels.exchange.project_tables import import_command, plan_for_project
from yamnet_gui.labels.project import EventFilter, Project, Sort, SortKey

FILTERS = (
    EventFilter(),
    EventFilter(labels=frozenset({"Dog", "Rain"})),
    EventFilter(min_score=0.95),
    EventFilter(max_score=0.93, min_duration_s=0.5),
    EventFilter(text="CAT"),
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
SORTS = [
    Sort(key, down)
    for key in (SortKey.TIME, SortKey.LABEL, SortKey.SCORE, SortKey.DURATION, SortKey.ONSET)
    for down in (False, True)
]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A dataset, and a project with the same events."""
    folder, contents = tmp_path_factory.mktemp("both"), Contents()
    starts = (DAY, DAY + timedelta(hours=20), None)
    units = [
        make_unit(folder / "u", f"{k}.wav", start, 60, contents, seed=k)
        for k, start in enumerate(starts)
    ]
    add_units(folder / "made", info(contents), units)
    with Dataset(folder / "made") as dataset, Project.create(folder / "p.yamnet") as project:
        events = DatasetEvents(dataset)
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


def test_recordings_come_with_start_and_zone(both):
    events, _ = both
    ids = events.recordings(EventFilter(text="1.wav"))
    (recording,) = events.of_recordings(ids)
    assert recording.recording.recorded_at == DAY + timedelta(hours=20)
    assert recording.recording.path.name == "1.wav"
