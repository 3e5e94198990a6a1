"""Spectrograms show what is there, where it is, at any zoom."""

from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.audio import (
    PRESETS,
    MemorySource,
    OverviewBuilder,
    SpectrogramOverview,
    SpectrogramSettings,
    row_edges,
    sample_spectrogram,
    spectrogram_columns,
)

RATE = 48000


def sine(frequency: float, seconds: float = 2.0, rate: int = RATE, loudness: float = 1.0):
    t = np.arange(round(seconds * rate)) / rate
    return (loudness * np.sin(2 * np.pi * frequency * t)).astype(np.float32)


def click(at_s: float, seconds: float, rate: int = RATE) -> np.ndarray:
    """5 ms of noise in silence."""
    sound = np.zeros(round(seconds * rate), np.float32)
    first = round(at_s * rate)
    length = round(0.005 * rate)
    sound[first : first + length] = np.random.default_rng(0).uniform(-0.5, 0.5, length)
    return sound


@pytest.mark.parametrize("window", ["hann", "hamming", "blackman", "blackmanharris", "boxcar"])
def test_sine_of_full_scale_is_0_db(window: str) -> None:
    settings = SpectrogramSettings(window_length=960, window=window)
    picture = sample_spectrogram(sine(1000), RATE, settings, 0.5, 0.01, 50, 481)
    assert picture.dtype == np.float32
    np.testing.assert_allclose(picture.max(axis=0), 0, atol=0.05)


@pytest.mark.parametrize("scale", ["linear", "mel", "log"])
@pytest.mark.parametrize("frequency", [100.0, 440.0, 3000.0, 15000.0])
@pytest.mark.parametrize("rows", [64, 300, 1000])
def test_sine_stands_in_its_row(scale: str, frequency: float, rows: int) -> None:
    settings = SpectrogramSettings(window_s=0.08, scale=scale, low_hz=50.0)
    picture = sample_spectrogram(sine(frequency), RATE, settings, 0.5, 0.02, 20, rows)
    edges = row_edges(scale, 50.0, RATE / 2, rows)
    loudest = picture[:, 10].argmax()
    half_bin = 1 / 0.08
    assert edges[loudest] - half_bin <= frequency <= edges[loudest + 1] + half_bin


def test_rows_above_half_the_rate_are_empty() -> None:
    settings = SpectrogramSettings(high_hz=48000.0)
    picture = sample_spectrogram(sine(1000), RATE, settings, 0.0, 0.02, 20, 100)
    assert np.isnan(picture[52:]).all()
    assert not np.isnan(picture[:50]).any()


def test_columns_outside_the_recording_are_empty() -> None:
    settings = SpectrogramSettings()
    picture = sample_spectrogram(sine(1000, 1.0), RATE, settings, -0.5, 0.1, 20, 50)
    assert np.isnan(picture[:, :5]).all()
    assert not np.isnan(picture[:, 5:15]).any()
    assert np.isnan(picture[:, 15:]).all()


@pytest.mark.parametrize("scale", ["linear", "mel", "yamnet"])
@pytest.mark.parametrize("seconds_per_column", [0.002, 0.01, 0.0333, 0.5, 2.0, 7.0])
def test_a_click_stays_visible_at_any_zoom(scale: str, seconds_per_column: float) -> None:
    settings = SpectrogramSettings(scale=scale)
    columns = round(14 / seconds_per_column)
    for at_s in (0.013, 6.2801, 13.5):
        sound = click(at_s, 14.0)
        first = max(0.0, at_s - 40 * seconds_per_column) if columns > 100 else 0.0
        shown = min(columns, 100)
        picture = sample_spectrogram(sound, RATE, settings, first, seconds_per_column, shown, 80)
        quiet = np.nanmin(picture)
        loudest = np.unravel_index(np.nanargmax(picture), picture.shape)[1]
        assert np.nanmax(picture) > quiet + 30
        column = (at_s + 0.0025 - first) / seconds_per_column
        assert abs(loudest + 0.5 - column) <= 0.5 + 0.02 / seconds_per_column


def test_picture_does_not_depend_on_how_it_is_cut_into_tiles() -> None:
    rng = np.random.default_rng(4)
    source = MemorySource(rng.uniform(-0.3, 0.3, (RATE * 3, 2)).astype(np.float32), RATE)
    for scale in ("linear", "yamnet"):
        settings = SpectrogramSettings(scale=scale)
        whole = spectrogram_columns(source, settings, 0.5, 0.01, 100, 64)
        left = spectrogram_columns(source, settings, 0.5, 0.01, 40, 64)
        right = spectrogram_columns(source, settings, 0.9, 0.01, 60, 64)
        np.testing.assert_allclose(np.concatenate([left, right], axis=1), whole, atol=0.02)


def test_one_column_over_a_long_span_is_bounded_and_complete() -> None:
    picture = sample_spectrogram(click(33.3, 60.0), RATE, SpectrogramSettings(), 0.0, 60.0, 1, 64)
    assert picture.shape == (64, 1)
    assert picture.max() > -45


def test_one_channel_or_the_mix() -> None:
    both = np.stack([sine(1000), sine(5000)], axis=1)
    for channel, frequency in ((0, 1000), (1, 5000)):
        settings = SpectrogramSettings(channel=channel)
        picture = sample_spectrogram(both, RATE, settings, 0.5, 0.01, 10, 240)
        assert abs(picture[:, 5].argmax() * 100 + 50 - frequency) <= 100
    mix = sample_spectrogram(both, RATE, SpectrogramSettings(), 0.5, 0.01, 10, 240)[:, 5]
    assert mix[10] > -7
    assert mix[50] > -7


def test_ultrasound_at_384_khz() -> None:
    sound = sine(52_000, 0.5, 384_000, 0.1)
    settings = next(p.settings for p in PRESETS if p.name == "Bats")
    picture = sample_spectrogram(sound, 384_000, settings, 0.1, 0.0005, 200, 182)
    low_hz, high_hz = settings.band(384_000)
    edges = row_edges("linear", low_hz, high_hz, 182)
    row = picture[:, 100].argmax()
    assert edges[row] - 600 <= 52_000 <= edges[row + 1] + 600
    assert picture[row, 100] == pytest.approx(-20, abs=1.5)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
@pytest.mark.parametrize("rate", [8000, 44100, 384000])
def test_presets_work_at_any_rate(preset, rate: int) -> None:  # type: ignore[no-untyped-def]
    picture = sample_spectrogram(sine(900, 0.5, rate), rate, preset.settings, 0, 0.01, 50, 60)
    assert picture.shape == (60, 50)
    assert not np.isnan(picture[0]).any()
    assert preset.floor_db < preset.ceiling_db


@pytest.mark.parametrize(
    "wrong",
    [
        {"overlap": 1.0},
        {"overlap": -0.1},
        {"window_s": 0.0},
        {"window_length": 2},
        {"window": "round"},
        {"low_hz": 500.0, "high_hz": 400.0},
        {"low_hz": -1.0},
    ],
)
def test_nonsense_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"overlap|window|frequencies"):
        SpectrogramSettings(**wrong)


def overview_of(sound: np.ndarray, rate: int = RATE) -> SpectrogramOverview:
    builder = OverviewBuilder(MemorySource(sound, rate))
    for _ in builder.run():
        pass
    return builder.overview


@pytest.mark.parametrize("rate", [8000, 22050, 48000, 384000])
def test_overview_agrees_with_the_direct_picture(rate: int) -> None:
    rng = np.random.default_rng(7)
    seconds = 20 if rate < 100_000 else 6
    sound = rng.normal(0, 0.02, rate * seconds).astype(np.float32)
    sound[: rate * 2] += sine(rate / 8, 2.0, rate, 0.5)
    overview = overview_of(sound, rate)
    settings = SpectrogramSettings(window_length=max(512, 1 << round(np.log2(0.021 * rate))))
    source = MemorySource(sound, rate)
    direct = spectrogram_columns(source, settings, 0.0, 1.0, seconds, 128)
    stored = spectrogram_columns(source, settings, 0.0, 1.0, seconds, 128, overview)
    assert stored.shape == direct.shape
    assert np.abs(np.median(stored - direct)) < 3
    assert abs(int(stored[:, 0].argmax()) - int(direct[:, 0].argmax())) <= 1
    assert abs(stored[:, 0].max() - direct[:, 0].max()) < 2


@pytest.mark.parametrize("seconds_per_column", [0.21, 0.9, 3.3, 30.0, 300.0])
@pytest.mark.parametrize("at_s", [0.0, 0.197, 77.77, 299.99])
def test_click_in_the_overview(seconds_per_column: float, at_s: float) -> None:
    overview = overview_of(click(at_s, 300.0, 16000), 16000)
    columns = int(np.ceil(300 / seconds_per_column))
    picture = overview.columns(SpectrogramSettings(), 0.0, seconds_per_column, columns, 64)
    assert not np.isnan(picture).any()
    loudest = np.unravel_index(picture.argmax(), picture.shape)[1]
    assert picture.max() > -60
    if columns > 3:
        assert picture[:, loudest].max() > picture.min() + 60
    # a stored bin may touch the columns beside it
    assert abs(loudest + 0.5 - at_s / seconds_per_column) <= 0.5 + 0.3 / seconds_per_column


def test_wide_views_read_nothing_from_the_file() -> None:
    class Unreadable(MemorySource):
        def _read(self, first: int, count: int) -> np.ndarray:
            raise AssertionError("read")

    sound = sine(1000, 60.0, 16000)
    overview = overview_of(sound, 16000)
    source = Unreadable(sound, 16000)
    spectrogram_columns(source, SpectrogramSettings(), 0, 0.5, 100, 50, overview)
    with pytest.raises(AssertionError, match="read"):
        spectrogram_columns(source, SpectrogramSettings(), 0, 0.1, 100, 50, overview)


def test_unfinished_overview_ends_where_the_work_stands() -> None:
    builder = OverviewBuilder(MemorySource(sine(1000, 120.0, 8000), 8000))
    steps = builder.run()
    next(steps)
    early = builder.overview
    picture = early.columns(SpectrogramSettings(), 0, 0.25, 480, 40)
    known = ~np.isnan(picture[0])
    assert known[0]
    assert not known[-1]
    assert 1 <= known.sum() < 100
    with pytest.raises(ValueError, match="not finished"):
        early.save(Path("never written"))


def test_overview_comes_back_from_disk(tmp_path: Path) -> None:
    overview = overview_of(sine(1000, 300.0, 8000), 8000)
    overview.save(tmp_path / "a.overview")
    loaded = SpectrogramOverview.load(tmp_path / "a.overview")
    assert loaded is not None
    assert loaded.finished
    settings = SpectrogramSettings(scale="mel")
    np.testing.assert_array_equal(
        loaded.columns(settings, 3.0, 1.0, 200, 80), overview.columns(settings, 3.0, 1.0, 200, 80)
    )
    content = (tmp_path / "a.overview").read_bytes()
    (tmp_path / "a.overview").write_bytes(content[:-1])
    assert SpectrogramOverview.load(tmp_path / "a.overview") is None
    assert SpectrogramOverview.load(tmp_path / "none") is None
