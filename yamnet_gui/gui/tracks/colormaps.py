"""Perceptually uniform colour maps as tables of 256 colours."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
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
        rgb = np.floor(255 * _with_pyqtgraph(name) + 0.5)
    parts = np.round(rgb).astype(np.uint32)
    table = (0xFF << 24) | (parts[:, 0] << 16) | (parts[:, 1] << 8) | parts[:, 2]
    result = table.astype(np.uint32)
    result.flags.writeable = False
    return result


def _with_pyqtgraph(name: str) -> NDArray[np.float64]:
    """256 colours from 0 to 1, shape (256, 3), from a table that ships with pyqtgraph.

    The package itself is not imported: that takes as long as everything else that shows a window.
    """
    package = find_spec("pyqtgraph")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent / "colors" / "maps" / f"{name}.csv"
    return np.loadtxt(path, delimiter=",", comments=";", usecols=(0, 1, 2))
