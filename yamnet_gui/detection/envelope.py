"""How far sound stands out from the noise floor, every 10 ms: the basis of edge refinement."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ENVELOPE_STEP_S = 0.01
_FLOOR_SHARE = 0.1
_BLOCK = 3000  # 30 s, over which the floor is taken once
_AROUND = 4  # and this many blocks on each side belong to it
_SAMPLED = 32  # every so many rows are enough for it


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


class EnvelopeStream:
    """Log-mel rows as they come to values of an envelope, in memory that does not grow.

    The floor is, in each mel band, the 10th percentile over about 4 minutes around: a sound that
    lasts longer than most of that becomes part of it. Values come a block of 30 s at a time, once
    the two minutes after it are known.

    To go on after `done` values (a whole number of blocks), push rows from `first_row(done)` on:
    the rest is the same to the last bit.
    """

    def __init__(self, done: int = 0) -> None:
        if done % _BLOCK:
            raise ValueError("values are resumed after a whole block")
        self._next = self.first_row(done)
        self._rows: list[NDArray[np.float32]] = []
        self._waiting = 0
        self._skip = (done - self._next) // _BLOCK  # blocks that are only surroundings
        self._blocks: deque[NDArray[np.float32]] = deque()  # bands by rows, without values yet
        self._around: deque[NDArray[np.float32]] = deque()  # a few rows of each block near them
        self._before = 0  # blocks in `_around` that lie before the first in `_blocks`

    @staticmethod
    def first_row(done: int) -> int:
        """The row at which to begin after so many values."""
        return max(0, done - _AROUND * _BLOCK)

    @staticmethod
    def row_behind(values: int) -> int:
        """The row up to which rows are needed for so many values, a whole number of blocks."""
        return values + _AROUND * _BLOCK

    @staticmethod
    def whole_blocks(values: int) -> int:
        """The largest number of values, at most these, after which one may go on."""
        return values - values % _BLOCK

    def push(self, rows: NDArray[np.float32], first: int | None = None) -> NDArray[np.float32]:
        """Takes rows (n, 64) in order; gives the values that are known from now on.

        `first` is the index of the first row, where earlier rows may be stored already.
        """
        if first is not None:
            rows = rows[max(0, self._next - first) :]
        self._next += len(rows)
        self._rows.append(np.array(rows, np.float32))
        self._waiting += len(rows)
        ready: list[NDArray[np.float32]] = []
        while self._waiting >= _BLOCK:
            held = np.concatenate(self._rows)
            self._take(held[:_BLOCK])
            self._rows = [held[_BLOCK:]]
            self._waiting -= _BLOCK
            if len(self._blocks) > _AROUND:
                ready.append(self._valued())
        return _joined(ready)

    def finish(self) -> NDArray[np.float32]:
        """The values of all rows that are still waiting."""
        if self._waiting:
            self._take(np.concatenate(self._rows))
            self._rows, self._waiting = [], 0
        return _joined([self._valued() for _ in range(len(self._blocks))])

    def _take(self, rows: NDArray[np.float32]) -> None:
        self._around.append(np.ascontiguousarray(rows[::_SAMPLED].T))
        if self._skip:
            self._skip -= 1
            self._before += 1
        else:
            self._blocks.append(np.ascontiguousarray(rows.T))

    def _valued(self) -> NDArray[np.float32]:
        """Values of the first block that has none yet."""
        near = list(self._around)[: self._before + 1 + _AROUND]
        some = np.concatenate(near, axis=1)
        place = int(_FLOOR_SHARE * some.shape[1])
        floor = np.partition(some, place, axis=1)[:, place]
        block = self._blocks.popleft()
        self._before += 1
        if self._before > _AROUND:
            self._around.popleft()
            self._before -= 1
        values: NDArray[np.float32] = np.maximum((block - floor[:, None]).max(axis=0), 0)
        return values


class EnvelopeBuilder:
    """Log-mel rows as they come to one envelope: `push` rows (n, 64) in order, then `finish`."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._start_s = start_s
        self._stream = EnvelopeStream()
        self._values: list[NDArray[np.float32]] = []

    def push(self, rows: NDArray[np.float32]) -> None:
        self._values.append(self._stream.push(rows))

    def finish(self) -> Envelope:
        self._values.append(self._stream.finish())
        return Envelope(_joined(self._values), self._start_s)


def envelope_of(log_mel: NDArray[np.float32], start_s: float = 0.0) -> Envelope:
    """The envelope of log-mel rows (n, 64) that are all at hand."""
    builder = EnvelopeBuilder(start_s)
    for start in range(0, len(log_mel), _BLOCK):
        builder.push(log_mel[start : start + _BLOCK])
    return builder.finish()


def _joined(parts: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate([np.zeros(0, np.float32), *parts])
