"""The quick picture of the overview agrees with the exact one."""

import numpy as np
import pytest

from yamnet_gui.audio import MemorySource
from yamnet_gui.audio.overview import OverviewBuilder, SpectrogramOverview
from yamnet_gui.audio.spectrogram import SpectrogramSettings


@pytest.fixture(scope="module")
def overview() -> SpectrogramOverview:
    rate = 16_000
    time = np.arange(rate * 120) / rate
    sound = 0.2 * np.sin(2 * np.pi * (300 + 40 * time) * time)
    sound[rate * 50] = 0.9
    with MemorySource(sound.astype(np.float32), rate) as source:
        builder = OverviewBuilder(source)
        for _ in builder.run():
            pass
        return builder.overview


@pytest.mark.parametrize("column_s", [0.2, 0.5, 3.7])
def test_a_linear_axis_gives_the_same_decibels(
    overview: SpectrogramOverview, column_s: float
) -> None:
    settings = SpectrogramSettings()
    exact = overview.columns(settings, 0.0, column_s, 60, 256)
    steps = overview.steps(settings, 0.0, column_s, 60, 256).T
    known = ~np.isnan(exact)
    assert np.array_equal(steps > 0, known)
    quick = (steps[known].astype(float) - 1) * 0.5 - 127.5
    assert np.abs(quick - exact[known]).max() <= 0.5


@pytest.mark.parametrize("scale", ["mel", "log", "yamnet"])
def test_other_axes_never_show_less_than_the_exact_picture(
    overview: SpectrogramOverview, scale: str
) -> None:
    settings = SpectrogramSettings(scale=scale)  # type: ignore[arg-type]
    exact = overview.columns(settings, 10.0, 0.5, 80, 256)
    steps = overview.steps(settings, 10.0, 0.5, 80, 256).T.astype(float)
    quick = np.where(steps > 0, (steps - 1) * 0.5 - 127.5, np.nan)
    both = ~np.isnan(exact) & ~np.isnan(quick)
    assert both.mean() > 0.9
    assert np.median(np.abs(quick - exact)[both]) < 6
    assert np.nanmax(quick, axis=0) == pytest.approx(np.nanmax(exact, axis=0), abs=3)


def test_nothing_is_shown_outside_the_recording(overview: SpectrogramOverview) -> None:
    steps = overview.steps(SpectrogramSettings(), 110.0, 1.0, 30, 64)
    assert steps[:9].any()
    assert not steps[11:].any()
