"""Peaks at every zoom: complete, exact, cheap and stored."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from yamnet_gui.audio import (
    MemorySource,
    PeakBuilder,
    PeakPyramid,
    open_audio,
    peaks_key,
    sample_columns,
)
from yamnet_gui.audio.peaks import BASE_FRAMES
from yamnet_gui.core.errors import RecordingError

STEP = 1 / 32768


def noise(frames: int, channels: int = 2) -> np.ndarray:
    rng = np.random.default_rng(frames)
    return rng.uniform(-0.9, 0.9, (frames, channels)).astype(np.float32)


def built(samples: np.ndarray, rate: int = 44100) -> PeakPyramid:
    builder = PeakBuilder(MemorySource(samples, rate))
    for _ in builder.run():
        pass
    return builder.pyramid


def slow_columns(
    column: np.ndarray, first: float, width: float, count: int, bin_frames: int
) -> tuple[np.ndarray, np.ndarray]:
    """The definition, in so many words."""
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    for c in range(count):
        begin = int(np.floor((first + c * width) / bin_frames)) * bin_frames
        end = int(np.ceil((first + (c + 1) * width) / bin_frames)) * bin_frames
        part = column[max(begin, 0) : max(end, 0)]
        if len(part):
            low[c], high[c] = part.min(), part.max()
    return low, high


@settings(max_examples=60, deadline=None)
@given(
    frames=st.integers(1, 300_000),
    first=st.floats(-5000, 300_000),
    width=st.floats(1, 100_000),
    count=st.integers(1, 300),
)
def test_columns_are_exact_at_any_zoom(frames: int, first: float, width: float, count: int) -> None:
    samples = noise(frames, 1)
    pyramid = built(samples)
    bin_frames = BASE_FRAMES * 4 ** pyramid._level(width)
    low, high = pyramid.columns(0, first, width, count)
    slow_low, slow_high = slow_columns(samples[:, 0], first, width, count, bin_frames)
    np.testing.assert_allclose(low, slow_low, rtol=0, atol=STEP * 1.01)
    np.testing.assert_allclose(high, slow_high, rtol=0, atol=STEP * 1.01)
    filled = ~np.isnan(low)
    assert (low[filled] <= slow_low[filled]).all()
    assert (high[filled] >= slow_high[filled]).all()


@pytest.mark.parametrize("width", [256.0, 300.0, 1000.0, 4096.5, 70_000.0, 500_000.0])
def test_a_click_of_one_sample_shows_at_every_zoom(width: float) -> None:
    for at in (0, 255, 256, 99_999, 499_999):
        samples = np.zeros((500_000, 1), np.float32)
        samples[at] = 0.75
        low, high = built(samples).columns(0, 0.0, width, int(500_000 / width) + 1)
        assert np.nanmax(high) == 0.75
        assert 0.75 in high[[int(at / width)]]
        assert np.nanmin(low) == 0


def test_integers_of_16_bit_files_are_read_exactly(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    rng = np.random.default_rng(0)
    numbers = rng.integers(-32768, 32768, (100_001, 3), dtype=np.int16)
    soundfile.write(path, numbers, 48000)
    with open_audio(path) as source:
        builder = PeakBuilder(source)
        done = list(builder.run())
        assert done == sorted(done)
        assert done[-1] == 1.0
    for channel in range(3):
        low, high = builder.pyramid.columns(channel, 0, 256, 391)
        part = numbers[:256, channel]
        assert low[0] == part.min() / 32768
        assert high[0] == part.max() / 32768
        last = numbers[390 * 256 :, channel]
        assert (low[-1], high[-1]) == (last.min() / 32768, last.max() / 32768)


def test_snapshot_while_building_ends_where_the_work_stands() -> None:
    samples = noise(1_000_000)
    builder = PeakBuilder(MemorySource(samples, 44100))
    assert builder.pyramid.ready_frames == 0
    assert np.isnan(builder.pyramid.columns(0, 0, 1000, 1000)[0]).all()
    step = builder.run()
    next(step)
    early = builder.pyramid
    low, high = early.columns(1, 0, 1000, 1000)
    ready = early.ready_frames // 1000
    assert 0 < ready < 1000
    assert not np.isnan(low[: ready - 1]).any()
    assert np.isnan(low[ready + 5 :]).all()
    for _ in step:
        pass
    np.testing.assert_array_equal(early.columns(1, 0, 1000, 1000)[1], high)
    np.testing.assert_array_equal(
        builder.pyramid.columns(1, 0, 1000, 1000)[1][: ready - 1], high[: ready - 1]
    )
    with pytest.raises(ValueError, match="not finished"):
        early.save(Path("never written"))


def test_columns_outside_the_recording_are_empty() -> None:
    pyramid = built(noise(10_000))
    low, high = pyramid.columns(0, -2560.0, 256.0, 100)
    assert np.isnan(low[:10]).all()
    assert np.isnan(high[50:]).all()
    assert not np.isnan(low[10:50]).any()


def test_peaks_come_back_from_disk(tmp_path: Path) -> None:
    pyramid = built(noise(400_000))
    pyramid.save(tmp_path / "cache" / "a.peaks")
    loaded = PeakPyramid.load(tmp_path / "cache" / "a.peaks")
    assert loaded is not None
    assert (loaded.frames, loaded.channels, loaded.sample_rate_hz) == (400_000, 2, 44100)
    for width in (256.0, 5000.0, 100_000.0):
        for mine, theirs in zip(
            pyramid.columns(1, 7, width, 300), loaded.columns(1, 7, width, 300), strict=True
        ):
            np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("keep", [0, 10, 1000, -1])
def test_damaged_peaks_are_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.peaks"
    assert PeakPyramid.load(path) is None
    built(noise(400_000)).save(path)
    path.write_bytes(path.read_bytes()[:keep])
    assert PeakPyramid.load(path) is None


def test_beyond_full_scale_is_limited() -> None:
    low, high = built(np.array([[3.0], [-3.0]], np.float32)).columns(0, 0, 256, 1)
    assert low[0] == -1.0
    assert high[0] == pytest.approx(1.0, abs=STEP)


def test_key_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"one")
    key = peaks_key(path)
    assert key == peaks_key(path)
    path.write_bytes(b"another")
    assert peaks_key(path) != key
    with pytest.raises(RecordingError, match="cannot be reached"):
        peaks_key(tmp_path / "missing")


@settings(max_examples=40, deadline=None)
@given(
    first=st.floats(0, 900),
    width=st.floats(0.01, 255),
    count=st.integers(1, 200),
    samples_first=st.integers(0, 500),
)
def test_columns_from_samples(first: float, width: float, count: int, samples_first: int) -> None:
    samples = noise(800)
    low, high = sample_columns(samples, samples_first, first, width, count)
    assert low.shape == high.shape == (2, count)
    padded = np.concatenate([np.full((samples_first, 2), np.nan, np.float32), samples])
    for c in range(count):
        # the column's borders as they are computed, so that rounding falls the same way
        begin = int(np.floor(first - samples_first + c * width)) + samples_first
        end = int(np.ceil(first - samples_first + (c + 1) * width)) + samples_first
        part = padded[max(begin, 0) : max(end, 0)]
        part = part[~np.isnan(part[:, 0])]
        if len(part):
            np.testing.assert_array_equal(low[:, c], part.min(axis=0))
            np.testing.assert_array_equal(high[:, c], part.max(axis=0))
        else:
            assert np.isnan(low[:, c]).all()


@pytest.mark.slow
def test_cost_does_not_grow_with_the_span_shown() -> None:
    pyramid = built(noise(20_000_000, 1))

    def cost(width: float) -> float:
        times = []
        for _ in range(30):
            start = time.process_time()  # other programs do not count
            pyramid.columns(0, 0, width, 1920)
            times.append(time.process_time() - start)
        return min(times)

    assert cost(10_000.0) < 10 * cost(256.0)
