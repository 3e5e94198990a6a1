"""The resampler gives resampy's numbers, however the sound is cut into blocks."""

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
import resampy
from hypothesis import given, settings
from hypothesis import strategies as st

from yamnet_gui.audio import Resampler
from yamnet_gui.audio import resample as module

# resampy adds up in float32: on white noise of full scale its own result is 1e-6 away from exact
# arithmetic, so the sounds here stay at half of that, as loud as recordings are.
LOUDNESS = 0.5
CLOSE = 1e-6
COMMON = (8000, 11025, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000, 250000, 384000)

# tiny blocks are tried apart: thousands of them say no more than a few
BLOCKS = st.one_of(st.just(0), st.integers(400, 40_000))


def noise(length: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(-LOUDNESS, LOUDNESS, length).astype(np.float32)


def in_blocks(sound: np.ndarray, rate: int, sizes: list[int], target: int = 16000) -> np.ndarray:
    resampler = Resampler(rate, target)
    pieces, at, turn = [], 0, 0
    while at < len(sound):
        size = sizes[turn % len(sizes)]
        pieces.append(resampler.push(sound[at : at + size]))
        at += size
        turn += 1
    return np.concatenate([*pieces, resampler.finish()])


def whole(sound: np.ndarray, rate: int, target: int = 16000) -> np.ndarray:
    if len(sound) * target // rate == 0:
        return np.zeros(0, np.float32)  # resampy refuses what gives no sample
    return resampy.resample(sound, rate, target)


@pytest.mark.parametrize("rate", COMMON)
def test_equals_resampy_at_common_rates(rate: int) -> None:
    sound = noise(rate + 1234, seed=rate)
    expected = whole(sound, rate)
    resampled = in_blocks(sound, rate, [4096, 1, 0, 70000])
    assert resampled.dtype == np.float32
    assert resampled.shape == expected.shape
    np.testing.assert_allclose(resampled, expected, rtol=0, atol=CLOSE)


@settings(max_examples=25, deadline=None)
@given(
    rate=st.one_of(st.sampled_from(COMMON), st.integers(4000, 400_000)),
    length=st.integers(0, 60_000),
    sizes=st.lists(BLOCKS, min_size=1, max_size=6).filter(any),
    seed=st.integers(0, 2**32 - 1),
)
@pytest.mark.workflow
def test_equals_resampy_for_any_rate_length_and_blocks(
    rate: int, length: int, sizes: list[int], seed: int
) -> None:
    sound = noise(length, seed)
    expected = whole(sound, rate)
    resampled = in_blocks(sound, rate, sizes)
    assert len(resampled) == length * 16000 // rate
    np.testing.assert_allclose(resampled, expected, rtol=0, atol=CLOSE)


@settings(max_examples=8, deadline=None)
@given(
    rate=st.sampled_from((44101, 47999, 96001, 199_999, 383_999)),
    sizes=st.lists(BLOCKS, min_size=1, max_size=4).filter(any),
)
def test_rates_without_small_ratio_agree_at_block_borders(rate: int, sizes: list[int]) -> None:
    sound = noise(90_000, rate)
    np.testing.assert_allclose(in_blocks(sound, rate, sizes), whole(sound, rate), atol=CLOSE)


@pytest.mark.parametrize("rate", [44101, 199_999, 383_999])
def test_large_ratios_use_resampys_own_loop(rate: int) -> None:
    assert isinstance(module._kernel(rate, 16000), module._Loop)


@pytest.mark.parametrize(
    "rate", [44100, *(pytest.param(r, marks=pytest.mark.workflow) for r in (48000, 22050, 44056))]
)
@pytest.mark.workflow
def test_block_size_hardly_changes_the_result(rate: int) -> None:
    sound = noise(50_000)
    one = in_blocks(sound, rate, [50_000])
    for size in (1000, 333, 16384):
        np.testing.assert_allclose(in_blocks(sound, rate, [size]), one, rtol=0, atol=CLOSE)


def test_clock_of_resampy_is_followed_where_it_rounds_down() -> None:
    """Rates whose float clock falls just short of whole inputs, where resampy's taps differ."""
    flipped = []
    for rate in (4350, 4900, 5200, 5450, 7200, 44_056, 48_000, 98_000):
        weights = module.Weights(rate, 16000)
        ratio = module.Ratio.of(rate, 16000)
        outputs = np.arange(1, 2000) * ratio.up
        if (np.floor(outputs * weights.increment) < outputs // ratio.up * ratio.down).any():
            flipped.append(rate)
    assert flipped
    for rate in flipped:
        sound = noise(rate // 2)
        np.testing.assert_allclose(
            in_blocks(sound, rate, [7777]), whole(sound, rate), rtol=0, atol=CLOSE
        )


def test_impulse_at_every_phase_comes_out_as_from_resampy() -> None:
    for at in (0, 1, 440, 441, 442, 999):
        sound = np.zeros(1000, np.float32)
        sound[at] = 1.0
        np.testing.assert_allclose(in_blocks(sound, 44100, [100]), whole(sound, 44100), atol=CLOSE)


def test_other_targets() -> None:
    sound = noise(20_000)
    resampled = in_blocks(sound, 16000, [999], target=44100)
    np.testing.assert_allclose(resampled, whole(sound, 16000, 44100), rtol=0, atol=CLOSE)


def test_same_rate_passes_unchanged() -> None:
    sound = noise(5000)
    np.testing.assert_array_equal(in_blocks(sound, 16000, [7, 1000]), sound)


def test_long_blocks_are_cut_and_memory_stays_small() -> None:
    sound = noise(module._WORK * 2 + 5)
    resampler = Resampler(48000)
    out = resampler.push(sound)
    assert len(resampler._held) < 5000
    np.testing.assert_allclose(out[:1000], whole(sound[:10_000], 48000)[:1000], atol=CLOSE)


@pytest.mark.parametrize(("rate", "target"), [(0, 16000), (-1, 16000), (8000, 0)])
def test_nonsense_rates_are_refused(rate: int, target: int) -> None:
    with pytest.raises(ValueError, match="sample rate"):
        Resampler(rate, target)


def test_several_channels_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="one channel"):
        Resampler(44100).push(np.zeros((10, 2), np.float32))


def test_common_rates_need_neither_resampy_nor_its_compiler() -> None:
    code = (
        "import sys, numpy; from yamnet_gui.audio import Resampler;"
        "Resampler(44100).push(numpy.zeros(9000, 'f4'));"
        "print([m for m in ('resampy', 'numba', 'av', 'scipy', 'tensorflow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@pytest.mark.parametrize("rate", [44100, 48000])
def test_twenty_times_as_fast_as_resampy(rate: int) -> None:
    sound = noise(rate * 10)
    resampy.resample(sound[:rate], rate, 16000)  # compiles
    in_blocks(sound[:rate], rate, [131_072])  # builds the matrices

    def quickest(work: Callable[[], object], rounds: int) -> float:
        times = []
        for _ in range(rounds):
            start = time.process_time()  # both work in one thread; other programs do not count
            work()
            times.append(time.process_time() - start)
        return min(times)

    theirs = quickest(lambda: whole(sound, rate), 10)
    ours = quickest(lambda: in_blocks(sound, rate, [131_072]), 50)
    assert theirs / ours > 20
