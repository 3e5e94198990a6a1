"""Reads a file that this process may have open as a database.

The locks of SQLite are POSIX ones: closing any descriptor of a file lifts all that the process has
on it (https://www.sqlite.org/howtocorrupt.html, 2.2). So a file that is open already is read
through the descriptor that is there.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_DESCRIPTORS = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"

_BLOCK_BYTES = 1 << 20


def first_bytes(path: Path, count: int) -> bytes:
    """Up to `count` bytes from the beginning of a file. Raises OSError."""
    for handle in descriptors_of(path):
        try:
            return os.pread(handle, count, 0)
        except OSError:  # open for writing only, or closed meanwhile
            continue
    with path.open("rb", 0) as file:
        return file.read(count)


def copy_contents(path: Path, target: Path) -> None:
    """Copies what a file holds into another, which is replaced. Raises OSError."""
    for handle in descriptors_of(path):
        if _copied(handle, path, target):
            return
    shutil.copyfile(path, target)


def _copied(handle: int, path: Path, target: Path) -> bool:
    """Whether all of the file came through this descriptor, which others may close meanwhile."""
    wanted, at = path.stat(), 0
    with target.open("wb") as copy:
        while True:
            try:
                block = os.pread(handle, _BLOCK_BYTES, at)
                if not os.path.samestat(os.fstat(handle), wanted):
                    return False
            except OSError:
                return False
            if not block:
                return True
            copy.write(block)
            at += len(block)


def descriptors_of(path: Path) -> Iterator[int]:
    """The descriptors of this process of the file at `path`; none where closing one does no harm.

    Raises OSError where nothing can be seen at `path`.
    """
    if sys.platform == "win32":  # its locks belong to a handle
        return
    wanted = path.stat()
    for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - names are numbers here
        try:
            if os.path.samestat(os.fstat(int(name)), wanted):
                yield int(name)
        except (OSError, ValueError):  # closed meanwhile
            continue
