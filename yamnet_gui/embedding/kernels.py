"""Loops over stored rows that NumPy has no fast form of, compiled by Numba. Imported late.

NumPy turns half into single precision one number at a time (1 GB/s here), and its products take no
bytes; these loops run as fast as memory is read and let other threads run.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from yamnet_gui.core.stopping import check_stopped, inherited
from yamnet_gui.core.threads import usable_cores

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Halves = NDArray[np.float16]

_EXPONENT = np.float32(2.0**112)
_PARTS = 8
_WORTH_THREADS = 4096


def widen(rows: Halves) -> Floats:
    """Half to single precision, exactly; (n, m)."""
    rows = np.ascontiguousarray(rows)
    out = np.empty(rows.shape, np.float32)
    _in_threads(_widen, (), (rows.view(np.uint16), out))
    return out


def half_products(rows: Halves, direction: Floats) -> Floats:
    """Row · direction in single precision, (n,)."""
    out = np.empty(len(rows), np.float32)
    _in_threads(_half_products, (direction * _EXPONENT,), (rows.view(np.uint16), out))
    return out


def half_products_at(rows: Halves, places: NDArray[np.int64], direction: Floats) -> Floats:
    """Row · direction of the rows at `places` in single precision, (n,)."""
    out = np.empty(len(places), np.float32)
    fixed = (direction * _EXPONENT, rows.view(np.uint16))
    _in_threads(_half_products_at, fixed, (places, out))
    return out


def coarse_products(codes: NDArray[np.int8], steps: Floats, direction: Floats) -> Floats:
    """Step · (codes · direction) of each row, (n,)."""
    out = np.empty(len(codes), np.float32)
    _in_threads(_coarse_products, (direction,), (codes, steps, out))
    return out


def half_cosines(rows: Halves, places: NDArray[np.int64], direction: Doubles) -> Doubles:
    """Cosines of the rows at `places` with a direction of length 1, in double precision, (n,);
    0 for a row of zeros."""
    out = np.empty(len(places))
    _in_threads(_half_cosines, (rows.view(np.uint16), direction), (places, out))
    return out


def _in_threads(
    kernel: Callable[..., None], fixed: tuple[Any, ...], sliced: tuple[Any, ...]
) -> None:
    """Runs a kernel on slices of the arrays `sliced`, which are equally long."""

    @inherited
    def run(first: int) -> None:
        check_stopped()
        kernel(*fixed, *(array[first : first + step] for array in sliced))

    count, threads = len(sliced[0]), usable_cores()
    if count < _WORTH_THREADS or threads == 1:
        step = max(1, count)
        run(0)
        return
    step = -(-count // (threads * _PARTS))
    with ThreadPoolExecutor(threads, thread_name_prefix="search") as pool:
        list(pool.map(run, range(0, count, step)))


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _single(half: np.uint16) -> np.float32:
    """The bits of a half moved into those of a single; 2^-112 of its value, also for subnormals."""
    wide = np.uint32(half)
    sign = (wide & np.uint32(0x8000)) << np.uint32(16)
    return np.uint32(sign | ((wide & np.uint32(0x7FFF)) << np.uint32(13))).view(np.float32)


@njit(nogil=True, cache=True)
def _widen(rows, out):  # type: ignore[no-untyped-def]
    scale = np.float32(2.0**112)
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            out[i, j] = _single(rows[i, j]) * scale


@njit(nogil=True, fastmath=True, cache=True)
def _half_products(direction, rows, out):  # type: ignore[no-untyped-def]
    for i in range(rows.shape[0]):
        total = np.float32(0)
        for j in range(rows.shape[1]):
            total += _single(rows[i, j]) * direction[j]
        out[i] = total


@njit(nogil=True, fastmath=True, cache=True)
def _half_products_at(direction, rows, places, out):  # type: ignore[no-untyped-def]
    for k in range(places.shape[0]):
        row = rows[places[k]]
        total = np.float32(0)
        for j in range(row.shape[0]):
            total += _single(row[j]) * direction[j]
        out[k] = total


@njit(nogil=True, fastmath=True, cache=True)
def _coarse_products(direction, codes, steps, out):  # type: ignore[no-untyped-def]
    for i in range(codes.shape[0]):
        total = np.float32(0)
        for j in range(codes.shape[1]):
            total += np.float32(codes[i, j]) * direction[j]
        out[i] = total * steps[i]


@njit(nogil=True, fastmath=True, cache=True)
def _half_cosines(rows, direction, places, out):  # type: ignore[no-untyped-def]
    scale = 2.0**112
    for k in range(places.shape[0]):
        row = rows[places[k]]
        total, square = 0.0, 0.0
        for j in range(row.shape[0]):
            value = np.float64(_single(row[j])) * scale
            total += value * direction[j]
            square += value * value
        out[k] = total / np.sqrt(square) if square > 0 else 0.0
