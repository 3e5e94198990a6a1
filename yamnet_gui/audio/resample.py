"""Exact, streaming resampling: the numbers of `resampy.resample` (kaiser_best), block by block.

YAMNet's published scores were made with resampy, whose filter dampens everything above 7 kHz, so
another resampler would give other scores. For a fixed pair of rates resampy's loop is a linear
filter whose weights repeat after L outputs and M inputs (L/M = the ratio in lowest terms). Here
those weights stand in matrices, and resampling is a matrix product.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import SAMPLE_RATE_HZ
from yamnet_gui.core.threads import BLAS_THREADS

from .taps import Ratio, Weights

RESAMPLING = 2
"""Goes up when last bits of the result change: an interrupted analysis begins again then."""
_GROUP = 64
"""Outputs that share one band of inputs, so one matrix. Small groups waste fewer products on
zeros, large ones suit the matrix routines."""
_LARGEST_MATRICES = 8 << 20
"""Bytes of weights above which resampy's own loop is used instead."""
_WORK = 1 << 20
"""Inputs handled at a time, whatever the size of the blocks that are pushed."""


class Resampler:
    """Turns mono sound at `rate_hz` into `target_hz`, block after block.

    Pushed blocks may have any length; what comes out, joined, equals
    `resampy.resample(whole, rate_hz, target_hz)` within 1e-6 and has
    floor(n · target_hz / rate_hz) samples. (Within 2e-6 for noise of full scale, where resampy's
    own sums in float32 are as far from exact ones.) Equal rates pass through unchanged.
    Raises ValueError where a rate is not positive.
    """

    def __init__(self, rate_hz: int, target_hz: int = SAMPLE_RATE_HZ) -> None:
        if rate_hz < 1 or target_hz < 1:
            raise ValueError("a sample rate must be positive")
        self._same = rate_hz == target_hz
        self.reach = 0
        """How many inputs before and after its own place an output depends on."""
        self._ratio = Ratio.of(int(rate_hz), int(target_hz))
        if self._same:
            return
        self._compute: Callable[[NDArray[np.float32], int, int, int], NDArray[np.float32]]
        self._compute = _kernel(int(rate_hz), int(target_hz))
        self.reach = self._ratio.reach
        # inputs from absolute index `_origin` on; what lies before the file is silence
        self._held = np.zeros(self.reach, np.float32)
        self._origin = -self.reach
        self._received = 0
        self._made = 0

    def made_after(self, received: int) -> int:
        """How many samples are out once `received` ones are in."""
        if self._same:
            return received
        return max(0, (received - self.reach - 1) * self._ratio.up // self._ratio.down)

    def held_after(self, received: int) -> int:
        """How many of the last of `received` samples are then needed further on."""
        return 0 if self._same else received - max(0, self._origin_after(received))

    def go_to(self, received: int, held: NDArray[np.float32]) -> None:
        """The state in which pushing `received` samples leaves a new resampler, to the last bit.

        `held` are the last `held_after(received)` of them, float32.
        """
        if len(held) != self.held_after(received):
            raise ValueError("a resampler resumes with as many samples as it would hold")
        if self._same:
            return
        self._origin = self._origin_after(received)
        silence = np.zeros(max(0, -self._origin), np.float32)
        self._held = np.concatenate([silence, np.asarray(held, np.float32)])
        self._received, self._made = received, self.made_after(received)

    def _origin_after(self, received: int) -> int:
        """The first input that is still needed; negative where silence before the file is."""
        made = self.made_after(received)
        return max(-self.reach, self._needed_from(made)) if made else -self.reach

    def _needed_from(self, output: int) -> int:
        return output * self._ratio.down // self._ratio.up - self.reach - 1

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Takes the next samples, float32 (n,), and gives those that are settled, float32 (m,)."""
        samples = np.asarray(samples, np.float32)
        if samples.ndim != 1:
            raise ValueError("the resampler takes one channel at a time")
        if self._same:
            return samples.copy()
        pieces = [self._push(samples[at : at + _WORK]) for at in range(0, len(samples), _WORK)]
        return _joined(pieces)

    def finish(self) -> NDArray[np.float32]:
        """The rest, after the last block. The resampler cannot be used afterwards."""
        if self._same:
            return np.zeros(0, np.float32)
        total = self._received * self._ratio.up // self._ratio.down
        silence = np.zeros(self.reach + 1, np.float32)
        self._held = np.concatenate([self._held, silence])
        return self._make(total)

    def _push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        self._held = np.concatenate([self._held, samples])
        self._received += len(samples)
        # output n needs inputs up to n·M/L + reach
        settled = (self._received - self.reach - 1) * self._ratio.up // self._ratio.down
        return self._make(settled)

    def _make(self, end: int) -> NDArray[np.float32]:
        if end <= self._made:
            return np.zeros(0, np.float32)
        out = self._compute(self._held, self._origin, self._made, end)
        self._made = end
        drop = min(max(0, self._needed_from(end) - self._origin), len(self._held))
        self._held = self._held[drop:].copy()
        self._origin += drop
        return out


@lru_cache(maxsize=4)
def _kernel(
    rate: int, target: int
) -> Callable[[NDArray[np.float32], int, int, int], NDArray[np.float32]]:
    ratio = Ratio.of(rate, target)
    if ratio.up * ratio.band(_GROUP) * 4 > _LARGEST_MATRICES:
        return _Loop(rate, target, ratio)
    return _Matrices(rate, target, ratio)


class _Matrices:
    """Outputs from matrix products. Holds no state but the weights."""

    def __init__(self, rate: int, target: int, ratio: Ratio) -> None:
        self.ratio = ratio
        self._weights = Weights(rate, target)
        up, down = ratio.up, ratio.down
        # As many whole periods as make a row of inputs at least as long as the band of a group:
        # then rows do not overlap in memory, and BLAS reads them in place.
        band = ratio.band(_GROUP)
        periods = max(1, -(-band // down), -(-_GROUP // up))
        self.row_in, self.row_out = periods * down, periods * up
        self._groups: list[tuple[int, int, NDArray[np.float32]]] = []
        for first in range(0, self.row_out, _GROUP):
            self._groups.append(self._group(first, min(first + _GROUP, self.row_out)))

    def _group(self, first: int, last: int) -> tuple[int, int, NDArray[np.float32]]:
        up, down, reach = self.ratio
        outputs = np.arange(first, last)
        whole = outputs * down // up
        fraction = (outputs * down % up) / up
        weights = self._weights.at(fraction, reach).astype(np.float32)
        begin = int(whole[0]) - reach
        matrix = np.zeros((int(whole[-1]) + reach + 2 - begin, len(outputs)), np.float32)
        for column, (at, taps) in enumerate(zip(whole, weights, strict=True)):
            start = int(at) - reach - begin
            matrix[start : start + len(taps), column] = taps
        return first, begin, matrix

    def __call__(
        self, held: NDArray[np.float32], origin: int, first: int, end: int
    ) -> NDArray[np.float32]:
        """Outputs [first, end) from inputs that begin at index `origin`."""
        first_row = first // self.row_out
        rows = -(-end // self.row_out) - first_row
        reach = self.ratio.reach
        begin = first_row * self.row_in - reach
        length = (rows + 1) * self.row_in + 2 * reach + 2
        inputs = _window(held, origin, begin, length)
        out = np.empty((rows, self.row_out), np.float32)
        # several threads would wait for each other by spinning, which takes ten times as long where
        # the network keeps the cores busy
        with BLAS_THREADS.one():
            for at, band_begin, matrix in self._groups:
                start = band_begin + reach
                view = np.lib.stride_tricks.as_strided(
                    inputs[start:], (rows, len(matrix)), (4 * self.row_in, 4), writeable=False
                )
                np.matmul(view, matrix, out=out[:, at : at + matrix.shape[1]])
        skip = first - first_row * self.row_out
        result = out.reshape(-1)[skip : skip + end - first]
        self._mend(result, inputs, begin, first, end)
        return result

    def _mend(
        self,
        result: NDArray[np.float32],
        inputs: NDArray[np.float32],
        begin: int,
        first: int,
        end: int,
    ) -> None:
        """Redoes outputs that fall on an input exactly where resampy rounds to the one before.

        resampy's clock is a float product; where it lands just below a whole number, the taps are
        those of a fraction of nearly 1, and its truncated step makes them differ from those of 0.
        """
        up, down, reach = self.ratio
        outputs = np.arange(-(-first // up) * up, end, up)
        exact = outputs // up * down
        clock = outputs * self._weights.increment
        early = np.floor(clock) < exact
        if not early.any():
            return
        outputs, exact, clock = outputs[early], exact[early], clock[early]
        taps = self._weights.at(np.array([1.0 - 1e-12]), reach)[0].astype(np.float32)
        starts = exact - 1 - reach - begin
        ok = starts >= 0
        view = np.lib.stride_tricks.sliding_window_view(inputs, len(taps))
        result[outputs[ok] - first] = view[starts[ok]] @ taps


class _Loop:
    """Outputs from resampy's own loop, for ratios whose matrices would be too large."""

    def __init__(self, rate: int, target: int, ratio: Ratio) -> None:
        self.ratio = ratio
        self._weights = Weights(rate, target)

    def __call__(
        self, held: NDArray[np.float32], origin: int, first: int, end: int
    ) -> NDArray[np.float32]:
        """Outputs [first, end) from inputs that begin at index `origin`."""
        from resampy.interpn import resample_f_s

        weights = self._weights
        clock = np.arange(first, end) * weights.increment
        begin = int(clock[0]) - self.ratio.reach - 1
        length = int(clock[-1]) + self.ratio.reach + 2 - begin
        inputs = _window(held, origin, begin, length)
        out = np.zeros(end - first, np.float32)
        resample_f_s(
            inputs,
            clock - begin,
            weights.window,
            weights.slope,
            weights.per_zero,
            weights.scale,
            out,
        )
        return out


def _window(held: NDArray[np.float32], origin: int, begin: int, length: int) -> NDArray[np.float32]:
    """Inputs [begin, begin + length), silence where there are none."""
    start = begin - origin
    if start >= 0 and start + length <= len(held):
        return held[start : start + length]
    out = np.zeros(length, np.float32)
    source = held[max(0, start) : max(0, start + length)]
    at = max(0, -start)
    out[at : at + len(source)] = source
    return out


def _joined(pieces: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
