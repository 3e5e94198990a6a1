"""The parts of a run's tables, one after another in one file of each process.

A file for each recording and table would cost a folder entry and a wait for the disk each.
"""

from __future__ import annotations

import io
import os
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_COPY_BYTES = 1 << 20
SUFFIX = ".parts"


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file: `length` from `offset` on, or the whole file where that is None.

    `path` is absolute. `crc32` shows whether they are those that were written: they reach the disk
    later than the journal may.
    """

    path: Path
    offset: int = 0
    length: int | None = None
    crc32: int = 0

    def is_whole(self) -> bool:
        """Whether the bytes are there; files of their own were synced when they were written."""
        if self.length is None:
            return self.path.exists()
        try:
            crc = 0
            for block in self.blocks():
                crc = zlib.crc32(block, crc)
        except OSError:
            return False
        return crc == self.crc32

    def blocks(self) -> Iterator[bytes]:
        """The bytes, some at a time. Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            left = self.length if self.length is not None else self.path.stat().st_size
            while left > 0 and (block := file.read(min(_COPY_BYTES, left))):
                yield block
                left -= len(block)

    def open(self) -> IO[bytes]:
        """The bytes as a file that can be read from any place. Raises OSError."""
        file = self.path.open("rb")
        return file if self.length is None else io.BufferedReader(_Section(file, self))


LARGE_BYTES = 64 << 20


class PartWriter:
    """Appends parts to new files in `folder`; a kill leaves whole what was finished before.

    A file that has grown large gets no more parts: those that are copied elsewhere while they grow
    are copied whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder
        self._file: IO[bytes] | None = None

    @contextmanager
    def part(self) -> Iterator[PartStream]:
        """A stream for one part; its `part` is set when the block ends well. Raises OSError."""
        if self._file is not None and self._file.tell() >= LARGE_BYTES:
            self.sync()
            self._file.close()
            self._file = None
        if self._file is None:
            self._path = self._folder / f"{uuid.uuid4().hex[:12]}{SUFFIX}"
            self._file = self._path.open("xb")
        stream = PartStream(self._file, self._path)
        yield stream
        self._file.flush()
        stream.finish()

    def sync(self) -> None:
        """Puts what was written on the disk. Raises OSError."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Section(io.RawIOBase):
    """The bytes of a part, read-only. Closes the file with itself."""

    def __init__(self, file: IO[bytes], part: Part) -> None:
        super().__init__()
        self._file = file
        self._start, self._length = part.offset, part.length or 0
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(view), self._length - self._at)))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


class PartStream(io.RawIOBase):
    """Takes bytes in order and counts from 0, so that a whole file can be written into a part."""

    part: Part

    def __init__(self, file: IO[bytes], path: Path) -> None:
        super().__init__()
        self._file, self._path = file, path
        self._start = file.tell()
        self._length = self._crc = 0

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        self._file.write(data)
        count = memoryview(data).nbytes
        self._crc = zlib.crc32(data, self._crc)
        self._length += count
        return count

    def tell(self) -> int:
        return self._length

    def finish(self) -> None:
        self.part = Part(self._path, self._start, self._length, self._crc)


def sync(path: Path) -> None:
    """Puts what any process has written to the file on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
