"""Frequency scales of spectrograms: which row shows which frequencies."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import MEL_HIGH_HZ, MEL_LOW_HZ

Scale = Literal["linear", "mel", "log", "yamnet"]
SCALES: tuple[Scale, ...] = ("linear", "mel", "log", "yamnet")
LOWEST_LOG_HZ = 10.0
"""A logarithmic scale cannot begin at 0 Hz."""


def row_edges(scale: Scale, low_hz: float, high_hz: float, rows: int) -> NDArray[np.float64]:
    """Borders of the rows in Hz, shape (rows + 1,), rising; row 0 is the lowest.

    "yamnet" is the mel scale over the model's own range, whatever `low_hz` and `high_hz` are.
    Mel is HTK's: 1127 · ln(1 + f / 700).
    """
    if scale == "yamnet":
        low_hz, high_hz = MEL_LOW_HZ, MEL_HIGH_HZ
    part = np.linspace(0.0, 1.0, rows + 1)
    return frequency_at(part, scale, low_hz, high_hz)


def frequency_at(
    part: NDArray[np.float64], scale: Scale, low_hz: float, high_hz: float
) -> NDArray[np.float64]:
    """Frequency in Hz at a height of 0 (bottom) to 1 (top) of an axis."""
    if scale == "linear":
        return low_hz + part * (high_hz - low_hz)
    if scale == "log":
        low = max(low_hz, LOWEST_LOG_HZ)
        return low * (max(high_hz, low * 1.01) / low) ** part
    low_mel, high_mel = mel(np.array([low_hz, high_hz]))
    return 700.0 * np.expm1((low_mel + part * (high_mel - low_mel)) / 1127.0)


def height_of(
    frequency_hz: NDArray[np.float64], scale: Scale, low_hz: float, high_hz: float
) -> NDArray[np.float64]:
    """The inverse of `frequency_at`: 0 at the bottom of the axis, 1 at its top."""
    frequency = np.asarray(frequency_hz, np.float64)
    if scale == "linear":
        return (frequency - low_hz) / (high_hz - low_hz)
    if scale == "log":
        low = max(low_hz, LOWEST_LOG_HZ)
        return np.log(np.maximum(frequency, 1e-9) / low) / np.log(max(high_hz, low * 1.01) / low)
    low_mel, high_mel = mel(np.array([low_hz, high_hz]))
    return (mel(frequency) - low_mel) / (high_mel - low_mel)


def mel(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """HTK's mel of a frequency in Hz."""
    return 1127.0 * np.log1p(np.asarray(frequency_hz, np.float64) / 700.0)


class RowMap:
    """Turns evenly spaced frequency bins into the rows of a picture.

    A row that covers bins shows the strongest of them, one that lies between two bins shows a
    value between theirs, so neither a thin line nor a smooth slope is lost.
    """

    def __init__(self, edges_hz: NDArray[np.float64], bin_hz: float, bins: int) -> None:
        low = np.ceil(edges_hz[:-1] / bin_hz).astype(np.int64)
        high = np.ceil(edges_hz[1:] / bin_hz).astype(np.int64)  # excluded
        self._beyond = edges_hz[:-1] > (bins - 0.5) * bin_hz
        self._covers = (high > low) & (low < bins)
        self._pairs = np.stack([low, np.minimum(high, bins)], axis=1)[self._covers].reshape(-1)
        centre = (edges_hz[:-1] + edges_hz[1:]) / 2 / bin_hz
        self._below = np.clip(np.floor(centre).astype(np.int64), 0, bins - 1)
        self._above = np.minimum(self._below + 1, bins - 1)
        self._share = np.clip(centre - self._below, 0.0, 1.0).astype(np.float32)[:, None]
        self._one_to_one = bool((high - low == 1).all() and low[0] == 0 and len(low) == bins)

    def __call__(self, decibels: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (bins, columns) to (rows, columns); NaN above the highest bin."""
        if self._one_to_one:
            return decibels
        rows = decibels[self._below] * (1 - self._share) + decibels[self._above] * self._share
        if len(self._pairs):
            padded = np.concatenate([decibels, decibels[-1:]])  # reduceat needs every index inside
            rows[self._covers] = np.maximum.reduceat(padded, self._pairs, axis=0)[::2]
        rows[self._beyond] = np.nan
        return rows
