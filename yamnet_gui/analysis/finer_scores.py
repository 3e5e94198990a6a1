"""Scores of frames that were looked at again: what they are, and the file that holds them.

The file only grows. Each record has the number of a block of frames, how many of them it has
scores for, a checksum, the frames and their scores; so the file says which frames are there, in
whatever order blocks were made, and whatever a kill left behind the last whole record is cut off.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.own_files import open_own
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.detection.doubtful import BLOCK_FRAMES, block_count

from .settings import Finer
from .stored import table_name

_HEAD = struct.Struct("<4sIIII")
"""Mark, block, frames, classes, CRC-32 of the rest."""
_MARK = b"fine"


@dataclass(frozen=True, slots=True)
class FinerBlock:
    """Frames of one block of a table, int32 (n,) ascending, and their scores, float32 (n, classes).

    Both are read-only. A block in which no frame was looked at again has none.
    """

    number: int
    frames: NDArray[np.int32]
    scores: NDArray[np.float32]
    channel: int | None = None

    def __post_init__(self) -> None:
        self.frames.flags.writeable = False
        self.scores.flags.writeable = False


@dataclass(frozen=True, slots=True)
class FinerScores:
    """The blocks of a table by their number; those that are missing were not looked at yet."""

    blocks: Mapping[int, FinerBlock] = field(default_factory=dict)

    def complete(self, count: int) -> bool:
        """Whether all of a table of `count` frames was looked at."""
        return len(self.blocks) >= block_count(count)

    @property
    def frames(self) -> int:
        """How many frames were looked at again."""
        return sum(len(block.frames) for block in self.blocks.values())

    def over(self, first: int, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores (n, classes) of the frames from `first` on, with these in place of theirs.

        Classes beyond the model's keep their scores. Gives `scores` itself where none is replaced.
        """
        result = scores
        last = first + len(scores)
        for number in range(first // BLOCK_FRAMES, block_count(last)):
            block = self.blocks.get(number)
            if block is None:
                continue
            inside = (block.frames >= first) & (block.frames < last)
            if inside.any():
                if result is scores:
                    result = np.array(scores)
                width = block.scores.shape[1]
                result[block.frames[inside] - first, :width] = block.scores[inside]
        return result

    def table(self, table: ScoreTable) -> ScoreTable:
        """The table with these scores in place of its own; of a mapped one, only what is replaced
        takes memory."""
        own = table.scores
        if isinstance(own, np.memmap) and own.filename is not None:
            file, offset, shape = own.filename, own.offset, own.shape
            scores: NDArray[np.float32] = np.memmap(file, np.float32, "c", offset, shape)
        else:
            scores = np.array(own)
        for block in self.blocks.values():
            scores[block.frames, : block.scores.shape[1]] = block.scores
        scores.flags.writeable = False
        return ScoreTable(table.grid, scores, table.channel)


def finer_name(channel: int | None, finer: Finer) -> str:
    """The file name of the finer scores of one table."""
    return f"{table_name(channel)}.{finer}.finer"


def read_finer(path: Path, channel: int | None, classes: int) -> FinerScores:
    """The finer scores in a file, mapped; none where it is missing or cannot be read."""
    with suppress(OSError, ValueError):
        return FinerScores({block.number: block for block, _ in _records(path, channel, classes)})
    return FinerScores()


class FinerFile:
    """Adds blocks to a file of finer scores, behind the last whole record. Raises OSError."""

    def __init__(self, path: Path, channel: int | None, classes: int) -> None:
        end = 0
        with suppress(FileNotFoundError, ValueError):
            end = max((end for _, end in _records(path, channel, classes)), default=0)
        self._file: BinaryIO = open_own(path)
        self._file.truncate(end)
        self._file.seek(end)

    def append(self, block: FinerBlock) -> None:
        frames = block.frames.astype("<i4").tobytes()
        content = frames + np.ascontiguousarray(block.scores, "<f4").tobytes()
        shape = (block.number, len(block.frames), block.scores.shape[1])
        self._file.write(_HEAD.pack(_MARK, *shape, zlib.crc32(content)) + content)
        self._file.flush()

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()


def store_finer(path: Path, scores: FinerScores) -> None:
    """Writes finer scores of one channel to a new file. Raises OSError."""
    file: FinerFile | None = None
    try:
        for block in scores.blocks.values():
            if file is None:
                file = FinerFile(path, block.channel, block.scores.shape[1])
            file.append(block)
    finally:
        if file is not None:
            file.close()


def _records(path: Path, channel: int | None, classes: int) -> Iterator[tuple[FinerBlock, int]]:
    """The whole records of a file, and where each ends. Raises OSError, or ValueError for none."""
    if path.is_symlink() or path.stat().st_size < _HEAD.size:
        raise ValueError(f"{path} holds no scores")
    raw = np.memmap(path, np.uint8, "r")
    at = 0
    while at + _HEAD.size <= len(raw):
        mark, number, count, width, checksum = _HEAD.unpack(raw[at : at + _HEAD.size].tobytes())
        end = at + _HEAD.size + 4 * count * (1 + width)
        whole = mark == _MARK and count <= BLOCK_FRAMES and width == classes and end <= len(raw)
        if not whole or zlib.crc32(raw[at + _HEAD.size : end].data) != checksum:
            return
        middle = at + _HEAD.size + 4 * count
        frames = np.array(raw[at + _HEAD.size : middle]).view("<i4").astype(np.int32)
        first = number * BLOCK_FRAMES
        if len(frames) and not (first <= frames[0] and frames[-1] < first + BLOCK_FRAMES):
            return
        if np.any(frames[1:] <= frames[:-1]):
            return
        scores = raw[middle:end].view("<f4").reshape(count, width)
        yield FinerBlock(number, frames, scores, channel), end
        at = end
