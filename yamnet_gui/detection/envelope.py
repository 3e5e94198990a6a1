"""How far sound stands out from the noise floor, every 10 ms: what edges are refined by."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ENVELOPE_STEP_S = 0.01
_FLOOR_PERCENTILE = 10.0
_BLOCK = 3000  # 30 s, over which the floor is taken once
_AROUND = 4  # and this many blocks on each side belong to it


@dataclass(frozen=True, slots=True)
class Envelope:
    """Natural logarithm of the magnitude above the noise floor in the band that stands out most.

    `values`: float32 (n,), 0 or more, read-only; value i belongs to the 10 ms about
    `start_s` + 0.01·i + 0.0125 s, the middle of its STFT window.
    """

    values: NDArray[np.float32]
    start_s: float = 0.0

    def __post_init__(self) -> None:
        self.values.flags.writeable = False


class EnvelopeBuilder:
    """Log-mel rows as they come to an envelope, with memory that does not grow but for the result.

    The floor is, in each mel band, the 10th percentile over about 4 minutes around: a sound that
    lasts longer than most of that becomes part of it. `push` takes rows (n, 64) in order, `finish`
    gives the envelope.
    """

    def __init__(self, start_s: float = 0.0) -> None:
        self._start_s = start_s
        self._rows: list[NDArray[np.float32]] = []
        self._waiting = 0
        self._blocks: list[NDArray[np.float32]] = []  # blocks whose neighbours are not all known
        self._first = 0  # number of the first of these
        self._done = 0  # blocks turned into values
        self._values: list[NDArray[np.float32]] = []

    def push(self, rows: NDArray[np.float32]) -> None:
        self._rows.append(np.array(rows, np.float16))
        self._waiting += len(rows)
        while self._waiting >= _BLOCK:
            held = np.concatenate(self._rows)
            self._blocks.append(held[:_BLOCK])
            self._rows = [held[_BLOCK:]]
            self._waiting -= _BLOCK
            self._values.extend(self._ready(final=False))

    def finish(self) -> Envelope:
        if self._waiting:
            self._blocks.append(np.concatenate(self._rows))
            self._rows, self._waiting = [], 0
        self._values.extend(self._ready(final=True))
        values = np.concatenate([np.zeros(0, np.float32), *self._values])
        return Envelope(values, self._start_s)

    def _ready(self, final: bool) -> Iterator[NDArray[np.float32]]:
        """Values of the blocks whose surroundings are known."""
        known = self._first + len(self._blocks)
        while self._done < known and (final or self._done + _AROUND < known):
            low = max(self._done - _AROUND, self._first) - self._first
            near = np.concatenate(self._blocks[low : self._done + _AROUND + 1 - self._first])
            floor = np.percentile(near[:: max(1, len(near) // _BLOCK)], _FLOOR_PERCENTILE, axis=0)
            block = self._blocks[self._done - self._first]
            yield np.maximum((block - floor).max(axis=1), 0).astype(np.float32)
            self._done += 1
        drop = max(self._done - _AROUND, self._first) - self._first
        del self._blocks[:drop]
        self._first += drop


def envelope_of(log_mel: NDArray[np.float32], start_s: float = 0.0) -> Envelope:
    """The envelope of log-mel rows (n, 64) that are all at hand."""
    builder = EnvelopeBuilder(start_s)
    for start in range(0, len(log_mel), _BLOCK):
        builder.push(log_mel[start : start + _BLOCK])
    return builder.finish()
