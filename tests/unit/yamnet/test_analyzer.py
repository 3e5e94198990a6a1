import gc
import math
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.scores import ScoreChunk
from yamnet_gui.yamnet import Analyzer, Network, frame_count, load_network, log_mel, start_sample


@pytest.fixture(
    scope="module",
    params=["litert", pytest.param("tensorflow", marks=pytest.mark.workflow)],  # seconds to import
)
def network(request: pytest.FixtureRequest, tiny_weights: Path) -> Network:
    return load_network(tiny_weights, batch=4, runtime=request.param)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    """13.9 s whose loudness changes all the time, not a whole number of anything."""
    random = np.random.default_rng(1)
    time = np.arange(222_222) / 16_000
    return (random.standard_normal(len(time)) * np.sin(3 * time) * 0.2).astype(np.float32)


class EnergyNetwork:
    """Cheap arithmetic in place of a network: what stands in a patch shows in its row."""

    batch, calls, place_matters = 4, 2, True

    def __call__(self, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        assert patches.shape == (self.batch, 96, 64)
        flat = patches.reshape(len(patches), -1)
        return flat[:, :521].copy(), flat[:, -1024:].copy()


def in_blocks(samples: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def joined(chunks: list[ScoreChunk]) -> tuple[np.ndarray, np.ndarray]:
    assert all(a.next_frame == b.first_frame for a, b in pairwise(chunks))
    return (
        np.concatenate([c.scores for c in chunks]),
        np.concatenate([c.embeddings for c in chunks]),
    )


def whole_at_once(network: Network, waveform: np.ndarray, hop: int) -> np.ndarray:
    """Scores the plain way: pad, TensorFlow's front end, every patch in one go."""
    import tensorflow as tf

    over = max(0, len(waveform) - 15_600)
    padded = np.zeros(15_600 + math.ceil(over / hop) * hop, np.float32)
    padded[: len(waveform)] = waveform
    magnitude = tf.abs(tf.signal.stft(padded, 400, 160, 512))
    weights = tf.signal.linear_to_mel_weight_matrix(64, 257, 16_000, 125.0, 7500.0)
    rows = tf.math.log(tf.matmul(magnitude, weights) + 0.001)
    return network(tf.signal.frame(rows, 96, hop // 160, axis=0).numpy())[0]


LENGTHS = [0, 1, 400, 15_599, 15_600, 15_601, 23_279, 23_280, 23_281, 30_960, 100_000]


@pytest.mark.parametrize("length", LENGTHS)
def test_the_end_is_padded_like_the_published_model(
    network: Network, sound: np.ndarray, length: int
) -> None:
    scores, _ = joined(list(Analyzer(network).run([sound[:length]])))
    assert len(scores) == frame_count(length)
    wanted = whole_at_once(network, sound[:length], 7_680)
    np.testing.assert_allclose(scores, wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("hop_s", [0.01, 0.1, 0.24, 0.96, 1.5])
def test_any_hop_of_whole_steps_is_exact(network: Network, sound: np.ndarray, hop_s: float) -> None:
    part = sound[: 40_123 if hop_s < 0.05 else 222_222]
    scores, _ = joined(list(Analyzer(network, hop_s).run(in_blocks(part, 5_000))))
    assert len(scores) == frame_count(len(part), hop_s)
    wanted = whole_at_once(network, part, round(hop_s * 16_000))
    np.testing.assert_allclose(scores, wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("hop_s", [0.0, -0.48, 0.005, 0.485, math.nan, math.inf, 60.01, 1e9])
def test_other_hops_are_refused(hop_s: float) -> None:
    with pytest.raises(SettingsError):
        Analyzer(EnergyNetwork(), hop_s)
    with pytest.raises(SettingsError):
        frame_count(100_000, hop_s)


@pytest.mark.parametrize("chunk", [1, 7, 64])
@pytest.mark.parametrize("block", [1_000, 7_680, 50_001, 10**6])
def test_sizes_of_chunks_and_blocks_change_no_bit(
    network: Network, sound: np.ndarray, chunk: int, block: int
) -> None:
    chunks = list(Analyzer(network).run(in_blocks(sound, block), chunk_frames=chunk))
    assert all(len(c.scores) == chunk for c in chunks[1:-1])
    assert all(1 <= len(c.scores) <= chunk for c in chunks)
    scores, embeddings = joined(chunks)
    wanted_scores, wanted_embeddings = joined(list(Analyzer(network).run([sound])))
    assert np.array_equal(scores, wanted_scores)
    assert np.array_equal(embeddings, wanted_embeddings)


@pytest.mark.parametrize(
    ("first", "hop_s"), [*((n, 0.48) for n in (1, 3, 4, 5, 11, 27)), (3, 0.1), (27, 0.1)]
)
def test_a_resumed_analysis_gives_the_same_bits(
    network: Network, sound: np.ndarray, first: int, hop_s: float
) -> None:
    analyzer = Analyzer(network, hop_s)
    scores, embeddings = joined(list(analyzer.run([sound])))
    rest = sound[start_sample(first, hop_s) :]
    chunks = list(analyzer.run(in_blocks(rest, 3_333), first_frame=first))
    assert chunks[0].first_frame == first
    resumed_scores, resumed_embeddings = joined(chunks)
    assert np.array_equal(resumed_scores, scores[first:])
    assert np.array_equal(resumed_embeddings, embeddings[first:])


@pytest.mark.parametrize("length", LENGTHS)
def test_resuming_after_the_last_frame_gives_nothing(sound: np.ndarray, length: int) -> None:
    analyzer = Analyzer(EnergyNetwork())
    done = frame_count(length)
    rest = sound[:length][start_sample(done) :]
    assert list(analyzer.run([rest], first_frame=done)) == []
    last = list(analyzer.run([sound[:length][start_sample(done - 1) :]], first_frame=done - 1))
    assert [c.first_frame for c in last] == [done - 1]


def test_frames_begin_every_7680_samples() -> None:
    assert [start_sample(k) for k in (0, 1, 10)] == [0, 7_680, 76_800]
    assert start_sample(3, 0.01) == 480


def test_the_first_chunk_does_not_wait_for_a_second_call_of_the_network(sound: np.ndarray) -> None:
    network = EnergyNetwork()
    long = np.tile(sound, 1 + 16_000 * 60 // len(sound))
    sizes = [len(c.scores) for c in Analyzer(network).run([long], chunk_frames=64)]
    assert sizes[0] == network.batch < 64
    assert set(sizes[1:-1]) == {64}


def test_chunks_are_read_only(sound: np.ndarray) -> None:
    for chunk in Analyzer(EnergyNetwork()).run([sound]):
        assert not chunk.scores.flags.writeable
        assert not chunk.embeddings.flags.writeable


def test_the_log_mel_is_handed_out(sound: np.ndarray) -> None:
    seen: list[tuple[int, np.ndarray]] = []
    blocks = in_blocks(sound, 20_000)
    list(Analyzer(EnergyNetwork()).run(blocks, on_log_mel=lambda k, rows: seen.append((k, rows))))
    position = 0
    for first, rows in seen:
        assert first == position
        position += len(rows)
    whole = log_mel(sound)
    rows = np.concatenate([rows for _, rows in seen])[: len(whole)]
    np.testing.assert_allclose(rows, whole, rtol=0, atol=1e-5)  # threads move the last bits


def endless(closed: list[str]) -> Iterator[np.ndarray]:
    try:
        while True:
            yield np.zeros(16_000, np.float32)
    finally:
        closed.append(threading.current_thread().name)


def test_closing_stops_at_once_and_closes_the_blocks() -> None:
    closed: list[str] = []
    chunks = Analyzer(EnergyNetwork()).run(endless(closed), chunk_frames=2)
    assert next(chunks).next_frame == 2
    chunks.close()
    assert len(closed) == 1
    assert not [t for t in threading.enumerate() if t.name == "prefetch"]


def test_what_the_blocks_raise_comes_out() -> None:
    def broken() -> Iterator[np.ndarray]:
        yield np.zeros(100_000, np.float32)
        raise OSError("the disk was pulled")

    with pytest.raises(OSError, match="pulled"):
        list(Analyzer(EnergyNetwork()).run(broken()))


def numpy_blas() -> set[str]:
    """The libraries of matrix products loaded by now: NumPy's, in a new process."""
    return {pool["filepath"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def blas_threads(libraries: set[str]) -> set[int]:
    return {p["num_threads"] for p in threadpool_info() if p["filepath"] in libraries}


@pytest.mark.workflow
def test_matrix_products_keep_to_one_thread_until_the_last_analysis_ends() -> None:
    # In a process of its own: other libraries' products change the same number.
    call = "from tests.unit.yamnet.test_analyzer import keep_to_one_thread; keep_to_one_thread()"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", call], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def keep_to_one_thread() -> None:
    libraries = numpy_blas()  # SciPy's own comes later; only its FFT is used
    before = blas_threads(libraries)
    first = Analyzer(EnergyNetwork()).run(endless([]))
    second = Analyzer(EnergyNetwork()).run(endless([]))
    next(first)
    next(second)
    assert blas_threads(libraries) == {1}
    first.close()
    assert blas_threads(libraries) == {1}
    second.close()
    assert blas_threads(libraries) == before


def test_negative_frames_and_empty_chunks_are_refused() -> None:
    with pytest.raises(SettingsError):
        Analyzer(EnergyNetwork()).run([], first_frame=-1)
    with pytest.raises(SettingsError):
        Analyzer(EnergyNetwork()).run([], chunk_frames=0)


@pytest.mark.workflow
def test_memory_does_not_grow_with_length() -> None:
    def peak(minutes: int) -> int:
        gc.collect()  # what earlier tests left is not to be freed in the midst of this
        tracemalloc.start()
        try:
            blocks = (np.zeros(16_000, np.float32) for _ in range(60 * minutes))
            for _ in Analyzer(EnergyNetwork()).run(blocks):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    list(Analyzer(EnergyNetwork()).run([np.zeros(16_000, np.float32)]))
    # how many batches are in flight at once differs; samples alone would take 38 MB more
    assert peak(12) < 1.5 * peak(2)
