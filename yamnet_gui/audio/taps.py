"""The weights with which resampy's kaiser_best loop adds up its inputs."""

import importlib.util
import math
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Ratio(NamedTuple):
    """A pair of rates in lowest terms, and how far the filter reaches to either side."""

    up: int
    down: int
    reach: int

    @classmethod
    def of(cls, rate: int, target: int) -> "Ratio":
        common = math.gcd(rate, target)
        if rate == target:
            return cls(1, 1, 0)
        table = _filter_table()
        step = int(min(1.0, float(target) / rate) * table.per_zero)
        if step < 1:
            raise ValueError(f"cannot resample from {rate} Hz to {target} Hz")
        return cls(target // common, rate // common, len(table.half_window) // step + 1)

    def band(self, outputs: int) -> int:
        """Inputs that so many outputs in a row depend on, at most."""
        return 2 * self.reach + 2 + -(-outputs * self.down // self.up)


class FilterTable(NamedTuple):
    half_window: NDArray[np.float64]
    per_zero: int


@lru_cache(maxsize=1)
def _filter_table() -> FilterTable:
    """resampy's kaiser_best table, read without importing resampy (which starts a compiler)."""
    spec = importlib.util.find_spec("resampy")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("resampy is not installed")
    file = Path(spec.submodule_search_locations[0]) / "data" / "kaiser_best.npz"
    with np.load(file) as data:
        return FilterTable(np.asarray(data["half_window"], np.float64), int(data["precision"]))


class Weights:
    """Weights of resampy's loop for a pair of rates, as functions of where an output falls."""

    def __init__(self, rate: int, target: int) -> None:
        table = _filter_table()
        ratio = float(target) / rate  # the same order of roundings as in resampy
        window = ratio * table.half_window if ratio < 1 else table.half_window
        self.window = window
        self.slope = np.diff(window, append=window[-1])
        self.per_zero = table.per_zero
        self.scale = min(1.0, ratio)
        self.step = int(self.scale * table.per_zero)
        self.increment = 1.0 / ratio

    def at(self, fraction: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
        """Weights of the inputs n − reach … n + reach + 1 for an output at n + `fraction`.

        Shape (len(fraction), 2·reach + 2).
        """
        left = self._wing(self.scale * fraction, reach)
        right = self._wing(self.scale - self.scale * fraction, reach)
        return np.concatenate([left[:, ::-1], right], axis=1)

    def _wing(self, fraction: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
        index = fraction * self.per_zero
        offset = index.astype(np.int64)
        eta = (index - offset)[:, None]
        size = len(self.window)
        count = (size - offset) // self.step
        taps = np.arange(reach + 1)
        place = offset[:, None] + taps * self.step
        inside = taps < count[:, None]
        place = np.where(inside, place, 0)
        return np.where(inside, self.window[place] + eta * self.slope[place], 0.0)
