"""Colour maps of spectrogram and scores."""

import numpy as np
import pyqtgraph as pg
import pytest

from yamnet_gui.gui.tracks.colormaps import color_table


@pytest.mark.parametrize("name", ["magma", "inferno", "viridis", "cividis"])
def test_colours_are_those_that_pyqtgraph_gives(name: str) -> None:
    red, green, blue = pg.colormap.get(name).getLookupTable(nPts=256, alpha=False).T.astype(int)
    assert np.array_equal(color_table(name), 0xFF000000 | red << 16 | green << 8 | blue)
