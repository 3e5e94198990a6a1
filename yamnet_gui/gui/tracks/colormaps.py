"""Perceptually uniform colour maps as tables of 256 colours."""

from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

# From the background of each theme to its strongest colour, rising evenly in lightness.
_HEAT = {
    "heat-dark": ((22, 24, 26), (24, 52, 84), (28, 104, 138), (74, 168, 142), (250, 226, 96)),
    "heat-light": ((255, 255, 255), (204, 224, 240), (116, 176, 216), (38, 108, 178), (8, 38, 88)),
}


@lru_cache
def color_table(name: str) -> NDArray[np.uint32]:
    """256 opaque colours as 0xAARRGGBB, from the lowest value to the highest.

    Magma, inferno, viridis and cividis are those that ship with pyqtgraph (matplotlib's,
    CC0); "heat-dark" and "heat-light" are for scores, "grey" runs from white to black.
    """
    if name == "grey":
        grey = np.linspace(255, 0, 256)
        rgb = np.stack([grey, grey, grey], axis=1)
    elif name in _HEAT:
        at = np.linspace(0, 1, len(_HEAT[name]))
        wanted = np.linspace(0, 1, 256)
        parts_of = zip(*_HEAT[name], strict=True)
        rgb = np.stack([np.interp(wanted, at, part) for part in parts_of], axis=1)
    else:
        rgb = pg.colormap.get(name).getLookupTable(nPts=256, alpha=False)
    parts = np.round(rgb).astype(np.uint32)
    table = (0xFF << 24) | (parts[:, 0] << 16) | (parts[:, 1] << 8) | parts[:, 2]
    result = table.astype(np.uint32)
    result.flags.writeable = False
    return result
