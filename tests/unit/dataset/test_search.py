"""Search in a dataset by an index on the disk."""

import shutil

import numpy as np
import pytest

pytest.importorskip("duckdb", reason="needs the extra 'dataset'")

from tests.unit.dataset.made import info, make_unit
from tests.unit.storage.folder_store import use_store
from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.dataset import (
    Contents,
    Dataset,
    EmbeddingIndex,
    add_units,
    build_index,
    index_build,
    search,
)
from yamnet_gui.dataset.cells import make_cells

pytestmark = pytest.mark.workflow  # compiled loops are loaded

CONTENTS = Contents(embeddings=True, partition="folder")


@pytest.fixture
def folder(tmp_path):
    units = [
        make_unit(tmp_path / "u", f"{k}.wav", frames=200, contents=CONTENTS, seed=k)
        for k in range(2)
    ]
    add_units(tmp_path / "made", info(CONTENTS), units)
    return tmp_path / "made"


def frames(dataset):
    """File, start and direction of every frame."""
    rows = dataset.ask(
        "SELECT file, start_s, embedding FROM embeddings JOIN recordings USING (recording)"
    )
    vectors = np.array([vector for *_, vector in rows], np.float32)
    return [row[:2] for row in rows], vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_most_similar_frames_are_found_where_they_are(folder, monkeypatch):
    monkeypatch.setattr(index_build, "RUN_ROWS", 150)  # several runs of one file
    with Dataset(folder) as dataset:
        assert list(build_index(dataset))[-1] == 1.0
        index = EmbeddingIndex(dataset)
        places, units = frames(dataset)
        for query in (3, 250, 399):
            near = units @ units[query]
            wanted = [places[k] for k in np.argsort(-near)[:5]]
            found = index.search(units[query], 5, apart_s=0.0)
            assert (found[0].file, found[0].start_s) == pytest.approx(places[query])
            assert found[0].cosine == pytest.approx(1, abs=0.01)
            assert len({(m.file, round(m.start_s, 2)) for m in found}
                       & {(f, round(s, 2)) for f, s in wanted}) >= 4  # fmt: skip
        assert index.unindexed == 0


def test_the_recall_that_is_stated_is_that_of_an_exhaustive_search(tmp_path, monkeypatch):
    unit = make_unit(tmp_path / "u", "0.wav", frames=1200, contents=CONTENTS)
    add_units(tmp_path / "made", info(CONTENTS), [unit])
    monkeypatch.setattr(search, "CELLS_READ", 3)
    with Dataset(tmp_path / "made") as dataset:
        list(build_index(dataset))
        index = EmbeddingIndex(dataset)
        places, units = frames(dataset)
        shares = []
        for query in range(0, 1200, 40):
            best = {places[k] for k in np.argsort(-(units @ units[query]))[:100]}
            found = index.search(units[query], 100, apart_s=0.0)
            shares.append(len(best & {(m.file, m.start_s) for m in found}) / 100)
    assert index.recall is not None
    assert 0 < index.recall < 1
    assert index.recall == pytest.approx(np.mean(shares), abs=0.15)


def test_what_is_added_or_replaced_later_is_indexed_alone(folder, tmp_path):
    with Dataset(folder) as dataset:
        list(build_index(dataset))
    old = {p.name for p in (folder / "index").glob("run-*.codes")}
    other = Contents(embeddings=True, partition="folder")
    unit = make_unit(tmp_path / "v", "9.wav", frames=50, contents=other, seed=9)
    add_units(folder, info(CONTENTS), [unit])
    with Dataset(folder) as dataset:
        before = EmbeddingIndex(dataset)
        assert before.unindexed == 450  # the file was joined with what is new
        list(build_index(dataset))
        assert EmbeddingIndex(dataset).unindexed == 0
        assert list(build_index(dataset)) == []
    assert not old & {p.name for p in (folder / "index").glob("run-*.codes")}


def test_two_programs_do_not_index_at_once(folder, monkeypatch):
    monkeypatch.setattr(index_build, "RUN_ROWS", 150)
    with Dataset(folder) as dataset, Dataset(folder) as other:
        steps = build_index(dataset)
        next(steps)
        with pytest.raises(DatasetError, match="is being written by another program"):
            next(build_index(other))
        list(steps)
        assert list(build_index(other)) == []
        assert EmbeddingIndex(other).unindexed == 0


def test_neighbours_in_time_are_one_result(folder):
    with Dataset(folder) as dataset:
        list(build_index(dataset))
        _, units = frames(dataset)
        found = EmbeddingIndex(dataset).search(units[0], 20, apart_s=5.0)
    by_file = {}
    for match in found:
        by_file.setdefault(match.file, []).append(match.start_s)
    for starts in by_file.values():
        assert np.diff(sorted(starts)).min(initial=9.0) > 5.0


def test_without_an_index_or_with_a_damaged_one_a_sentence_says_so(folder):
    with Dataset(folder) as dataset:
        with pytest.raises(DatasetError, match="has no index yet"):
            EmbeddingIndex(dataset)
        list(build_index(dataset))
        codes = next((folder / "index").glob("run-*.codes"))
        codes.write_bytes(codes.read_bytes()[:-1])
        with pytest.raises(DatasetError, match="is damaged"):
            EmbeddingIndex(dataset)


def test_one_at_an_address_is_not_said_to_lack_an_index(folder, tmp_path, monkeypatch):
    store = use_store(tmp_path / "storage", monkeypatch)
    shutil.copytree(folder, store.folder / "bucket" / "made")
    with Dataset(path_of("fake://bucket/made")) as dataset:
        with pytest.raises(DatasetError, match="reads its index on this computer"):
            EmbeddingIndex(dataset)
        with pytest.raises(DatasetError, match="reads its index on this computer"):
            list(build_index(dataset))


@pytest.mark.parametrize("name", ["cells.npz", "run-*.npz"])
@pytest.mark.parametrize("share", [0.3, 0.95])
def test_damaged_arrays_of_an_index_give_a_sentence(folder, name, share):
    with Dataset(folder) as dataset:
        list(build_index(dataset))
        _, units = frames(dataset)
        path = next((folder / "index").glob(name))
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(DatasetError, match="is damaged"):
            EmbeddingIndex(dataset).search(units[0])


def test_cells_of_few_or_silent_frames_hold_all_of_them():
    silent = np.zeros((40, 8), np.float16)
    cells = make_cells(silent, 4)
    assert set(cells.of(silent).tolist()) <= set(range(len(cells)))
    assert len(make_cells(np.ones((3, 8), np.float16), 100)) == 1
