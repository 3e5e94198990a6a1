"""The levels that fit a recording are those of NumPy's percentiles."""

import numpy as np
import pytest

from yamnet_gui.gui.state.spectrogram_look import percentile


@pytest.mark.parametrize("count", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("percent", [0, 20, 50, 99.8, 100])
def test_percentiles_of_levels_are_those_of_numpy(count: int, percent: float) -> None:
    values = np.random.default_rng(count).integers(1, 256, count).astype(np.uint8)
    assert percentile(values, percent) == pytest.approx(np.percentile(values, percent))
