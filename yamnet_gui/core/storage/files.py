"""Opens whatever a path names: a file of this computer, or an object in storage."""

import hashlib
import io
import os
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from yamnet_gui.core.stopping import check_stopped

from .address import path_of, with_secrets
from .blocks import BLOCK_BYTES, BlockCache
from .errors import StorageError
from .notation import address_of, is_stored
from .statuses import object_status
from .store import ObjectStatus
from .stores import store_of
from .turns import in_small_steps, turn

MOST_AHEAD = 8
"""Blocks that are asked for at once where an object is read from one end to the other."""
_HELD = 16
"""Blocks in memory for each open object."""
_THIS_PROCESS = uuid.uuid4().hex


def real_path(path: Path | str) -> str:
    """The path without links, as text; of an address its notation."""
    return str(path_of(path)) if is_stored(path) else os.path.realpath(path)


def open_for_reading(path: Path, *, buffered: bool = True) -> BinaryIO:
    """A binary file that can be read from any place.

    Of an object in storage only the blocks that are read are asked for, and kept on this disk.
    Raises OSError: of storage StorageError, also later while it is read.
    """
    if not is_stored(path):
        return path.open("rb", -1 if buffered else 0)
    status = object_status(path)
    if not status.in_parts:
        return _whole(path_of(path), status).open("rb")
    return cast(BinaryIO, io.BufferedReader(StoredFile(path, status), 1 << 16))


def size_of(file: BinaryIO) -> int:
    """The size of an open file, which stays where it is."""
    at = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(at)
    return size


class StoredFile(io.RawIOBase):
    """An object in storage, read in blocks. Belongs to one thread.

    Raises StorageError while it is read: also where it is no longer the object that was opened.
    """

    def __init__(self, path: Path, status: ObjectStatus | None = None) -> None:
        super().__init__()
        self._path = path_of(path)
        self._status = status or object_status(self._path)
        self._store = store_of(self._path)
        self.name = self._path.name
        if self._status.is_folder:
            raise StorageError(self._path, "is a folder", "name an object inside it")
        self._cache = BlockCache(version_key(self._path, self._status))
        self._held: OrderedDict[int, bytes] = OrderedDict()
        self._at = 0
        self._ahead = 0
        self._next_asked = -1

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._status.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        out = memoryview(buffer).cast("B")
        done = 0
        while done < len(out) and self._at < self._status.size:
            number, offset = divmod(self._at, BLOCK_BYTES)
            piece = memoryview(self._block(number))[offset : offset + len(out) - done]
            out[done : done + len(piece)] = piece
            done += len(piece)
            self._at += len(piece)
        return done

    def _block(self, number: int) -> bytes:
        held = self._held.get(number)
        if held is not None:
            self._held.move_to_end(number)
            return held
        check_stopped()
        with turn(), _one_at_a_time(self._path, number // MOST_AHEAD):
            content = self._cache.read(number, self._size_of_block(number))
            if content is None:
                content = self._asked_for(number)
        self._hold(number, content)
        return content

    def _asked_for(self, number: int) -> bytes:
        """A block from storage, with those behind it where one follows the other."""
        follows = number == self._next_asked
        follows = follows and not in_small_steps()
        self._ahead = min(self._ahead * 2, MOST_AHEAD) if follows else 1
        count, last = 1, -(-self._status.size // BLOCK_BYTES)
        while count < self._ahead and number + count < last and not self._cache.has(number + count):
            count += 1
        first = number * BLOCK_BYTES
        end = min(first + count * BLOCK_BYTES, self._status.size)
        content = self._store.part(self._path, first, end, self._status)
        self._next_asked = number + count
        for place in range(count):
            block = content[place * BLOCK_BYTES : (place + 1) * BLOCK_BYTES]
            self._cache.write(number + place, block)
            self._hold(number + place, block)
        return content[:BLOCK_BYTES]

    def _hold(self, number: int, content: bytes) -> None:
        self._held[number] = content
        self._held.move_to_end(number)
        while len(self._held) > _HELD:
            self._held.popitem(last=False)

    def _size_of_block(self, number: int) -> int:
        return min(BLOCK_BYTES, self._status.size - number * BLOCK_BYTES)


def version_key(path: Path, status: ObjectStatus) -> str:
    """A short name for an object as it is now; of this process alone where nothing tells changes.

    32 small hexadecimal digits.
    """
    stamp = status.stamp or _THIS_PROCESS
    text = f"{address_of(path)}\n{status.size}\n{stamp}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


_wholes: dict[Path, tuple[ObjectStatus, Path]] = {}


def _whole(path: Path, status: ObjectStatus) -> Path:
    """The file of a server that sends files only whole, fetched into the cache.

    Once by this process for each version, as far as the server tells versions apart.
    """
    from yamnet_gui.core.download import fetched  # the window starts without the web

    with _one_at_a_time(path, 0):
        known = _wholes.get(path)
        if known is not None and known[0] == status and _size_here(known[1]) == status.size:
            return known[1]
        file = fetched(with_secrets(path))
        _wholes[path] = status, file
        return file


def _size_here(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return -1


_LOCKS = tuple(threading.Lock() for _ in range(64))


@contextmanager
def _one_at_a_time(path: Path, part: int) -> Iterator[None]:
    """Two threads that want the same blocks ask for them once. Raises Cancelled."""
    lock = _LOCKS[hash((path, part)) % len(_LOCKS)]
    while not lock.acquire(timeout=0.2):
        check_stopped()
    try:
        yield
    finally:
        lock.release()
