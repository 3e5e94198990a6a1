import subprocess
import sys

import numpy as np
import pytest

from yamnet_gui.yamnet import LogMel, log_mel
from yamnet_gui.yamnet.front_end import BLOCK_FRAMES


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    """Nine seconds of noise bursts and a tone: two blocks of the front end and a bit."""
    random = np.random.default_rng(4)
    time = np.arange(9 * 16_000) / 16_000
    bursts = random.standard_normal(len(time)) * (np.sin(7 * time) > 0.3)
    return (0.1 * bursts + 0.2 * np.sin(2 * np.pi * 3000 * time)).astype(np.float32)


def by_definition(waveform: np.ndarray) -> np.ndarray:
    """The front end in double precision, written from its definition."""
    frames = np.lib.stride_tricks.sliding_window_view(waveform.astype(np.float64), 400)[::160]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    magnitude = np.abs(np.fft.rfft(frames * window, 512))

    def mel(hz: np.ndarray) -> np.ndarray:
        return 1127 * np.log(1 + hz / 700)

    edges = np.linspace(*mel(np.array([125.0, 7500.0])), 66)
    bins = mel(np.arange(257) * 16_000 / 512)
    bands = [
        np.interp(bins, edges[band : band + 3], [0.0, 1.0, 0.0], left=0, right=0)
        for band in range(64)
    ]
    return np.log(magnitude @ np.transpose(bands) + 0.001)


def with_tensorflow(waveform: np.ndarray) -> np.ndarray:
    """The front end in TensorFlow's own functions."""
    import tensorflow as tf

    magnitude = tf.abs(tf.signal.stft(waveform, 400, 160, 512))
    weights = tf.signal.linear_to_mel_weight_matrix(64, 257, 16_000, 125.0, 7500.0)
    return tf.math.log(tf.matmul(magnitude, weights) + 0.001).numpy()


def test_it_equals_the_definition(sound: np.ndarray) -> None:
    np.testing.assert_allclose(log_mel(sound), by_definition(sound), atol=1e-3)


@pytest.mark.parametrize("name", ["sound", "silence", "tone", "loud", "click"])
def test_it_equals_tensorflow(sound: np.ndarray, name: str) -> None:
    time = np.arange(48_000) / 16_000
    waveform = {
        "sound": sound,
        "silence": np.zeros(16_000),
        "tone": np.sin(2 * np.pi * 440 * time),  # far from it there is only rounding
        "loud": 40 * sound,
        "click": np.eye(1, 16_000, 8_000)[0],
    }[name].astype(np.float32)
    np.testing.assert_allclose(log_mel(waveform), with_tensorflow(waveform), rtol=0, atol=1e-4)


@pytest.mark.parametrize("samples", [0, 1, 399, 400, 559, 560, 15_600])
def test_it_gives_one_row_for_each_window_that_fits(samples: int) -> None:
    rows = log_mel(np.ones(samples, np.float32))
    assert rows.shape == (max(0, 1 + (samples - 400) // 160), 64)
    assert rows.dtype == np.float32


@pytest.mark.parametrize("size", [1, 159, 160, 7_001, 100_000])
def test_the_size_of_blocks_changes_no_bit(sound: np.ndarray, size: int) -> None:
    part = sound if size > 100 else sound[:6_000]
    stream = LogMel()
    rows = [
        row
        for start in range(0, len(part), size)
        for row in stream.push(part[start : start + size])
    ]
    assert np.array_equal(np.concatenate([*rows, *stream.finish()]), log_mel(part))


@pytest.mark.parametrize("first", [1, 48, BLOCK_FRAMES - 1, BLOCK_FRAMES, BLOCK_FRAMES + 1])
def test_a_stream_taken_up_later_gives_the_same_bits(sound: np.ndarray, first: int) -> None:
    stream = LogMel(first_frame=first)
    rows = [*stream.push(sound[first * 160 :]), *stream.finish()]
    assert np.array_equal(np.concatenate(rows), log_mel(sound)[first:])


def test_rows_stay_as_they_were_given(sound: np.ndarray) -> None:
    stream = LogMel()
    first = next(stream.push(sound[:100_000]))
    copied = first.copy()
    list(stream.push(sound))
    assert np.array_equal(first, copied)


def test_values_that_are_not_numbers_count_as_silence(sound: np.ndarray) -> None:
    broken, repaired = sound.copy(), sound.copy()
    broken[[50, 20_000, 90_000]] = np.nan, np.inf, -np.inf
    repaired[[50, 20_000, 90_000]] = 0
    assert np.array_equal(log_mel(broken), log_mel(repaired))


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = (
        "import sys, yamnet_gui.yamnet;"
        "print([m for m in ('tensorflow', 'h5py', 'scipy', 'requests') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def test_the_last_bits_do_not_depend_on_the_threads_of_matrix_products(sound: np.ndarray) -> None:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        one = log_mel(sound)
    for threads in (2, 4):
        with threadpool_limits(threads, "blas"):
            assert np.array_equal(log_mel(sound), one)


@pytest.mark.parametrize("frames", [1, 15, 16, 17, 100, 511, 512])
@pytest.mark.parametrize("first", [0, 1, 37, 500])
def test_the_rest_of_a_recording_has_the_bits_of_a_full_block(
    sound: np.ndarray, first: int, frames: int
) -> None:
    whole = log_mel(sound)
    stream = LogMel(first)
    part = sound[160 * first : 160 * (first + frames - 1) + 400]
    rows = np.concatenate([*stream.push(part), *stream.finish()])
    assert np.array_equal(rows, whole[first : first + frames])
