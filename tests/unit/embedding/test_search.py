"""Search finds exactly what looking at every frame finds."""

from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.embedding import (
    EmbeddingStore,
    EmbeddingTrack,
    Exclusion,
    Frames,
    Query,
    find_similar,
    near_duplicates,
    pooled,
    top_rows,
)

NUMBERS = 48


def stored(tmp_path: Path, vectors: np.ndarray, recordings: int = 10) -> Frames:
    with EmbeddingStore(tmp_path, "m", numbers=vectors.shape[1]) as store:
        for k, part in enumerate(np.array_split(vectors, recordings)):
            store.append(EmbeddingTrack(f"r{k}", f"r{k}.wav", 0.48 * len(part) + 0.5), 0, part)
        return store.frames()


def brute_force(frames: Frames, query: Query, rows: np.ndarray) -> np.ndarray:
    wide = np.asarray(frames.vectors[rows], np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    direction = query.direction / np.linalg.norm(query.direction.astype(np.float64))
    return np.where(lengths > 0, wide @ direction / np.where(lengths > 0, lengths, 1), 0)


def sparse(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.maximum(rng.standard_normal((count, NUMBERS)) - 0.8, 0).astype(np.float32)


def crowded(rng: np.random.Generator, count: int) -> np.ndarray:
    """All so much alike that the coarse form cannot tell them apart."""
    return (1 + 0.001 * rng.standard_normal((count, NUMBERS))).astype(np.float32)


@pytest.mark.parametrize("kind", [sparse, crowded])
@pytest.mark.parametrize("with_negatives", [False, True])
def test_the_best_frames_are_those_of_a_brute_force_search(
    tmp_path: Path, kind: object, with_negatives: bool
) -> None:
    rng = np.random.default_rng(3)
    vectors = kind(rng, 70_000)  # type: ignore[operator]
    vectors[100] = 0
    vectors[5000:5003] = vectors[4000]  # equal frames come in the order of their rows
    frames = stored(tmp_path, vectors)
    negatives = [vectors[7:9]] if with_negatives else []
    query = Query.of([vectors[4000:4002], vectors[60_000]], negatives)
    rows, cosines = top_rows(frames, query, 300)
    every = brute_force(frames, query, np.arange(len(vectors)))
    order = np.argsort(-np.round(every, 12), kind="stable")[:300]
    np.testing.assert_allclose(cosines, every[order], rtol=0, atol=1e-12)
    np.testing.assert_allclose(cosines, every[rows], rtol=0, atol=1e-12)
    if kind is sparse:  # otherwise some differ by less than double precision can tell
        np.testing.assert_array_equal(rows, order)


def test_frames_in_memory_are_searched_as_well() -> None:
    vectors = sparse(np.random.default_rng(1), 500)
    frames = Frames.of(EmbeddingTrack("a", "a.wav", 300.0), vectors)
    rows, cosines = top_rows(frames, Query.of([vectors[33]]), 5)
    assert rows[0] == 33
    assert cosines[0] == pytest.approx(1)


def test_one_match_for_each_neighbourhood() -> None:
    vectors = np.tile(np.eye(4, dtype=np.float32)[0], (40, 1))
    vectors[10:13] = [[0, 1, 0.1, 0], [0, 1, 0, 0], [0, 1, 0.2, 0]]
    vectors[30] = [0.1, 1, 0.3, 0]
    frames = Frames.of(EmbeddingTrack("a", "a.wav", 20.0), vectors)
    query = Query.of([np.array([0, 1, 0, 0], np.float32)])
    first, second = find_similar(frames, query, 10, lowest=0.5)
    assert (first.row, second.row) == (11, 30)
    assert first.score == pytest.approx(1)
    assert (first.span.start_s, first.span.end_s) == pytest.approx((4.8, 6.72))
    assert (second.span.start_s, second.span.end_s) == pytest.approx((14.4, 15.36))


def test_matches_keep_their_distance_and_leave_out_what_is_excluded() -> None:
    rng = np.random.default_rng(0)
    vectors = sparse(rng, 2000)
    frames = Frames.of(EmbeddingTrack("a", "a.wav", 970.0), vectors)
    query = Query.of([vectors[700]])
    matches = find_similar(
        frames, query, 50, exclude=[Exclusion("a", TimeSpan(336, 337))], apart_s=3.0, share=1e6
    )
    assert len(matches) == 50
    assert all(abs(m.row - 700) > 1 for m in matches)
    rows_matched = sorted(m.row for m in matches)
    assert min(np.diff(rows_matched)) > 6
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)


def test_every_frame_matches_once_where_more_are_asked_for_than_exist() -> None:
    vectors = sparse(np.random.default_rng(2), 100) + 0.01  # no cosine is 0
    frames = Frames.of(EmbeddingTrack("a", "a.wav", 50.0), vectors)
    matches = find_similar(frames, Query.of([vectors[0]]), 1000, apart_s=0.0, share=1e6)
    assert sorted(m.row for m in matches) == list(range(100))
    assert find_similar(frames, Query.of([vectors[0]]), 5, exclude=[Exclusion("a")]) == []


def test_negative_examples_push_away() -> None:
    wanted, unwanted = np.eye(3, dtype=np.float32)[:2]
    mixed, clean = (wanted + unwanted), (wanted + 0.9 * np.eye(3, dtype=np.float32)[2])
    frames = Frames.of(
        EmbeddingTrack("a", "a.wav", 9.0), np.stack([mixed, clean]).astype(np.float32)
    )
    assert top_rows(frames, Query.of([wanted]), 1)[0].tolist() == [1]
    plain = Query.of([wanted, unwanted])
    assert top_rows(frames, plain, 1)[0].tolist() == [0]
    pushed = Query.of([wanted, unwanted], [unwanted], push=1.5)
    assert top_rows(frames, pushed, 1)[0].tolist() == [1]


def test_silence_weighs_little_in_an_example() -> None:
    silence, bark = np.eye(2, dtype=np.float32)
    clip = np.stack([bark, silence, silence, silence, silence])
    assert pooled(clip)[1] < 0.3
    assert pooled(clip, silence)[1] > 0.99


@pytest.mark.parametrize("examples", [[], [np.zeros(4, np.float32)]])
def test_a_query_needs_sound(examples: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="example"):
        Query.of(examples)


def test_near_duplicates_of_a_recording_come_with_their_offset(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    one = sparse(rng, 60)
    copy = one[10:50] * rng.uniform(0.97, 1.03, (40, NUMBERS)).astype(np.float32)
    with EmbeddingStore(tmp_path, "m", numbers=NUMBERS) as store:
        store.append(EmbeddingTrack("one", "one.wav", 30.0), 0, one)
        store.append(EmbeddingTrack("other", "other.wav", 30.0), 0, sparse(rng, 60))
        store.append(EmbeddingTrack("copy", "copy.wav", 30.0), 0, copy)
        frames = store.frames()
    (duplicate,) = near_duplicates(frames, "one")
    assert duplicate.other.recording == "copy"
    assert duplicate.share == pytest.approx(40 / 60, abs=0.03)
    assert duplicate.offset_s == pytest.approx(-4.8)
    assert near_duplicates(frames, "other") == []
