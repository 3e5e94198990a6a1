"""Blocks of objects in storage, kept on this disk for every process that reads them.

Each block is a file of its own, with a checksum at its end, so that a crash costs a block at most.
"""

import hashlib
import os
import shutil
import threading
import uuid
from contextlib import suppress
from pathlib import Path

from yamnet_gui.core.cached_files import BLOCKS, own_files, shrink
from yamnet_gui.core.folders import user_cache_folder

BLOCK_BYTES = 1 << 20
LIMIT_BYTES = 4 * 2**30
"""The room that all blocks may take; those unused for longest go first."""
SPARED_BYTES = 2**30
"""What blocks leave of the disk for all else."""
_CHECK_BYTES = 16
_WRITTEN_BETWEEN = 64
"""Blocks that are written between two looks at the room that all of them take."""


class BlockCache:
    """The blocks of one object. `key`: another one for each version of each object.

    A disk that is full or read-only costs time, and is no error.
    """

    _guard = threading.Lock()
    _written = 0

    def __init__(self, key: str, folder: Path | None = None) -> None:
        self._key = key
        self._cache = folder or user_cache_folder()

    def has(self, number: int) -> bool:
        """Whether a block is here, as far as can be told without reading it."""
        return os.path.lexists(self._path(number))

    def read(self, number: int, size: int) -> bytes | None:
        """A block of `size` bytes; None where it is not here, or damaged."""
        path = self._path(number)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        body = content[:-_CHECK_BYTES]
        if len(body) != size or _check(body) != content[-_CHECK_BYTES:]:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        with suppress(OSError):
            os.utime(path)
        return body

    def write(self, number: int, content: bytes) -> None:
        """Keeps a block."""
        path = self._path(number)
        beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with beside.open("xb") as file:  # the checksum makes waiting for the disk needless
                    file.write(content)
                    file.write(_check(content))
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
        except OSError:
            return
        with BlockCache._guard:
            look = BlockCache._written % _WRITTEN_BETWEEN == 0
            BlockCache._written += 1
        if look:
            shrink(self._cache, BLOCKS, _room(self._cache))

    def _path(self, number: int) -> Path:
        return self._cache / BLOCKS.folder / f"{self._key}-{number:08x}.block"


def _room(cache: Path) -> int:
    """Bytes that blocks may take: less than usual where the disk would be filled."""
    try:
        lacking = max(0, SPARED_BYTES - shutil.disk_usage(cache).free)
    except OSError:
        return LIMIT_BYTES
    if not lacking:
        return LIMIT_BYTES
    return max(0, min(LIMIT_BYTES, sum(f.bytes for f in own_files(cache, BLOCKS)) - lacking))


def _check(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_CHECK_BYTES).digest()
