"""Columns of a dataset in the cache: any page of any order, and what is done with damaged ones."""

import json
from datetime import timedelta

import numpy as np
import pytest

pytest.importorskip("duckdb", reason="needs the extra 'dataset'")

from tests.unit.dataset.made import DAY, info, make_unit
from yamnet_gui.core.cached_files import COLUMNS, own_files
from yamnet_gui.core.errors import DatasetError
from yamnet_gui.dataset import Contents, Dataset, DatasetEvents, add_units
from yamnet_gui.dataset.column_file import Columns
from yamnet_gui.dataset.column_queries import ColumnQueries
from yamnet_gui.labels.project import EventFilter, QueueKind, Sort, SortKey

ROWS = 300


@pytest.fixture
def folder(tmp_path):
    units = [make_unit(tmp_path / "u", f"{k}.wav", DAY, 40, Contents(), seed=k) for k in range(2)]
    add_units(tmp_path / "made", info(Contents()), units)
    return tmp_path / "made"


@pytest.fixture(scope="module")
def queries():
    """Columns with many equal values, none from a file."""
    random = np.random.default_rng(5)
    column = {
        "onset": np.sort(random.integers(0, 50, ROWS)).astype(float),
        "score": random.integers(0, 4, ROWS).astype(np.float32) / 4,
        "label": random.integers(0, 3, ROWS).astype(np.int32),
        "channel": np.full(ROWS, -1, np.int16),
    }
    column["offset"] = column["onset"] + random.integers(1, 5, ROWS)
    values = column | {"duration": column["offset"] - column["onset"]}
    orders = {
        name: np.argsort(values[name], kind="stable").astype(np.int32)
        for name in ("onset", "score", "label", "duration")
    }
    starts = np.array([0, 100, 100, ROWS])
    names = tuple((f"r{k}", f"{k}.wav") for k in range(3))
    return ColumnQueries(Columns(names, ("Cat", "Dog", "Rain"), (), starts, column, orders))


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("key", [SortKey.LABEL, SortKey.SCORE, SortKey.DURATION, SortKey.CHANNEL])
@pytest.mark.parametrize(
    "wanted", [EventFilter(), EventFilter(min_score=0.5), EventFilter(text="0.wav")], ids=range(3)
)
def test_pages_are_parts_of_the_whole_order_equal_ones_by_time(queries, wanted, key, down):
    column = queries.columns.column
    values = {
        SortKey.DURATION: column["offset"] - column["onset"],
    }.get(key, column.get(key.value))
    rows = queries.rows(wanted)
    expected = rows[np.argsort(-values[rows] if down else values[rows], kind="stable")].tolist()
    sort = Sort(key, down)
    assert queries.page(wanted, sort, 0, ROWS).tolist() == expected
    for first in range(0, len(expected) + 7, 7):
        assert queries.page(wanted, sort, first, 7).tolist() == expected[first : first + 7]


def test_recordings_without_an_event_are_none_of_a_row(queries):
    assert queries.recording_of(np.array([0, 99, 100, ROWS - 1])).tolist() == [0, 0, 2, 2]
    assert queries.recordings(EventFilter()) == ["r0", "r2"]


def test_columns_are_made_once_for_the_same_files(folder, tmp_path):
    cache = tmp_path / "cache"
    with Dataset(folder) as dataset:
        assert list(DatasetEvents(dataset, cache).prepare())
        assert len(own_files(cache, COLUMNS)) == 1
        again = DatasetEvents(dataset, cache)
        assert again.prepared
        assert not list(again.prepare())
    unit = make_unit(tmp_path / "u", "3.wav", DAY + timedelta(days=1), 40, Contents(), seed=7)
    add_units(folder, info(Contents()), [unit])
    with Dataset(folder) as dataset:
        events = DatasetEvents(dataset, cache)
        assert not events.prepared
        listed = events.page(EventFilter(), count=10_000)
        assert list(events.prepare())
        assert events.page(EventFilter(), count=10_000) == listed


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_damaged_columns_are_made_again(folder, tmp_path, share):
    cache = tmp_path / "cache"
    with Dataset(folder) as dataset:
        list(DatasetEvents(dataset, cache).prepare())
        ((path, _, size),) = [(f.path, f.used_at, f.bytes) for f in own_files(cache, COLUMNS)]
        path.write_bytes(path.read_bytes()[: int(size * share)])
        events = DatasetEvents(dataset, cache)
        assert not events.prepared
        assert list(events.prepare())
        assert events.prepared


def test_a_damaged_file_of_the_dataset_gives_a_sentence(folder, tmp_path):
    (path,) = (folder / "events").rglob("*.parquet")
    data = bytearray(path.read_bytes())
    data[4:200] = bytes(196)
    path.write_bytes(bytes(data))
    with Dataset(folder) as dataset, pytest.raises(DatasetError, match="is damaged"):
        list(DatasetEvents(dataset, tmp_path / "cache").prepare())
    assert not own_files(tmp_path / "cache", COLUMNS)


def test_columns_with_wrong_numbers_are_thrown_away_and_the_files_asked(folder, tmp_path):
    cache = tmp_path / "cache"
    with Dataset(folder) as dataset:
        plain = DatasetEvents(dataset, tmp_path / "none").page(EventFilter(), Sort(SortKey.LABEL))
        list(DatasetEvents(dataset, cache).prepare())
        (file,) = own_files(cache, COLUMNS)
        content = bytearray(file.path.read_bytes())
        where = json.loads(content[content.rindex(b'{"version"') : -8])["arrays"]["label"]
        content[where[0] : where[0] + 4] = b"\xff\xff\xff\x7f"
        file.path.write_bytes(bytes(content))
        events = DatasetEvents(dataset, cache)
        assert events.prepared
        assert events.page(EventFilter(), Sort(SortKey.LABEL)) == plain
        assert not events.prepared
        assert len(events.queue(QueueKind.SCORE, EventFilter(), 3)) == 3
        assert events.prepared
