import json
import os

import numpy as np
import pytest

from yamnet_gui.analysis import analyse_recording, finished
from yamnet_gui.analysis.stored import PROGRESS, AnalysisWriter, open_rows
from yamnet_gui.core.scores import ScoreChunk


def chunk(first: int, count: int) -> ScoreChunk:
    random = np.random.default_rng(first)
    return ScoreChunk(
        first,
        random.random((count, 5), dtype=np.float32),
        random.random((count, 3), dtype=np.float32),
    )


@pytest.fixture
def begun(tmp_path):
    """A folder with three chunks of ten frames."""
    with AnalysisWriter(tmp_path, [None], "r") as writer:
        for first in (0, 10, 20):
            writer.append(None, chunk(first, 10))
    return tmp_path


def stored(folder, recipe="r"):
    with AnalysisWriter(folder, [None], recipe) as writer:
        return [(c.first_frame, c.scores.copy(), c.embeddings) for c in writer.stored(None)]


def test_what_was_appended_is_taken_up(begun):
    ((first, scores, embeddings),) = stored(begun)
    assert first == 0
    wanted = [chunk(k, 10) for k in (0, 10, 20)]
    assert np.array_equal(scores, np.concatenate([c.scores for c in wanted]))
    assert np.array_equal(embeddings, np.concatenate([c.embeddings for c in wanted]))


def test_a_finished_file_is_a_plain_numpy_file(begun):
    with AnalysisWriter(begun, [None], "r") as writer:
        writer.append(None, chunk(30, 7))
        writer.finish({"meta": 1})
    assert not (begun / PROGRESS).exists()
    rows = open_rows(begun / "mix.scores.npy", 37)
    assert np.array_equal(rows[30:], chunk(30, 7).scores)
    assert np.array_equal(rows, np.load(begun / "mix.scores.npy"))
    with pytest.raises(ValueError, match="does not hold"):
        open_rows(begun / "mix.scores.npy", 38)


@pytest.mark.parametrize("name", ["mix.scores.npy", "mix.embeddings.npy"])
@pytest.mark.parametrize("cut", [1, 50, 130])
def test_a_torn_end_is_cut_back_to_the_last_whole_chunk(begun, name, cut):
    path = begun / name
    path.write_bytes(path.read_bytes()[:-cut])
    ((_, scores, _),) = stored(begun)
    assert len(scores) in (10, 20)
    assert np.array_equal(scores[:10], chunk(0, 10).scores)


def test_rows_without_a_checkpoint_are_dropped(begun):
    path = begun / "mix.scores.npy"
    path.write_bytes(path.read_bytes() + b"x" * 77)
    ((_, scores, _),) = stored(begun)
    assert len(scores) == 30
    with AnalysisWriter(begun, [None], "r") as writer:
        writer.append(None, chunk(30, 10))
        writer.finish({})
    assert np.array_equal(open_rows(path, 40)[30:], chunk(30, 10).scores)


def test_damage_inside_is_noticed(begun):
    path = begun / "mix.embeddings.npy"
    content = bytearray(path.read_bytes())
    content[128 + 15 * 3 * 4] ^= 1  # frame 15
    path.write_bytes(bytes(content))
    ((_, scores, _),) = stored(begun)
    assert len(scores) == 10


def test_a_torn_line_of_progress_is_ignored(begun):
    path = begun / PROGRESS
    path.write_bytes(path.read_bytes()[:-5])
    ((_, scores, _),) = stored(begun)
    assert len(scores) == 20


@pytest.mark.parametrize("content", [b"", b"\x00\xff\n", b"[1]\n", b"null\n{}\n"])
def test_progress_that_makes_no_sense_begins_again(begun, content):
    (begun / PROGRESS).write_bytes(content)
    assert stored(begun) == []


def test_another_recipe_begins_again(begun):
    assert stored(begun, "other") == []
    assert json.loads((begun / PROGRESS).read_text()) == {"recipe": "other"}


def test_frames_out_of_order_are_refused(begun):
    with AnalysisWriter(begun, [None], "r") as writer, pytest.raises(ValueError, match="in order"):
        writer.append(None, chunk(31, 1))


def test_a_result_that_shall_not_last_does_not_wait_for_the_disk(monkeypatch, sound, model, cache):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    finished(analyse_recording(sound, model))
    assert synced == []
    finished(analyse_recording(sound, model, cache=cache))
    assert synced != []
