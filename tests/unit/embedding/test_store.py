"""The store of embeddings: what goes in comes out, also after a kill."""

from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.embedding import EmbeddingStore, Track

MODEL = "a" * 64


def rows(count: int, seed: int = 0, numbers: int = 16) -> np.ndarray:
    return np.random.default_rng(seed).random((count, numbers), np.float32)


def open_store(folder: Path, **more: object) -> EmbeddingStore:
    return EmbeddingStore(folder, MODEL, numbers=16, **more)  # type: ignore[arg-type]


def test_what_is_appended_is_there_after_opening_again(tmp_path: Path) -> None:
    one, two = Track("a", "a.wav", 10.0), Track("b", "b.wav", 8.0, channel=1)
    with open_store(tmp_path / "s") as store:
        store.append(one, 0, rows(5))
        store.append(two, 0, rows(3, 1))
        store.append(one, 5, rows(4, 2))
        before = store.frames()
    with open_store(tmp_path / "s") as store:
        after = store.frames()
        assert store.recordings() == ("a", "b")
        assert (store.stored("a"), store.stored("b", 1), store.stored("b")) == (9, 3, 0)
    assert after.stretches == before.stretches
    np.testing.assert_array_equal(after.vectors, before.vectors)
    np.testing.assert_allclose(after.read(after.rows_in("a")), np.r_[rows(5), rows(4, 2)], 1e-3)


def test_frames_know_their_time(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append(Track("a", "a.wav", 3.0), 0, rows(4))
        store.append(Track("b", "b.wav", 13.0, start_s=10.0, hop_s=0.24), 0, rows(6))
        frames = store.frames()
    assert frames.span_at(1) == TimeSpan(0.48, 1.44)
    assert frames.span_at(5) == TimeSpan(10.24, 11.2)
    assert frames.rows_in("a", TimeSpan(0.3, 0.8)).tolist() == [0, 1]
    assert frames.rows_in("b", TimeSpan(0.0, 1.0)).tolist() == [4]
    assert frames.rows_in("b", channel=0).tolist() == []
    with pytest.raises(IndexError):
        frames.stretch_at(99)


def test_another_model_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with pytest.raises(ProjectError, match="another model"):
        EmbeddingStore(tmp_path, "b" * 64, numbers=16)


def test_two_writers_are_refused_and_readers_are_not(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append(Track("a", "a.wav", 3.0), 0, rows(4))
        with pytest.raises(ProjectError, match="another program"):
            open_store(tmp_path)
        with open_store(tmp_path, read_only=True) as reader:
            assert len(reader.frames()) == 4
