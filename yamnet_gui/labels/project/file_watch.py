"""Whether the files of an open project are still those that lie at their names."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

LOG, INDEX = "-wal", "-shm"
"""What SQLite appends to a project's name for its write-ahead log and the index of that."""


class FileFate(StrEnum):
    """What became of a file that is open, in the words of a message."""

    REMOVED = "removed, renamed or moved"
    REPLACED = "replaced by another file"
    OVERWRITTEN = "overwritten by another program"
    LOG_REMOVED = "separated from its log, which was removed"
    LOG_REPLACED = "separated from its log, which was replaced"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What became of a project's file while it was open, and where its decisions are since then.

    `copy` is None where nothing had to be copied: the project is read-only.
    """

    path: Path
    fate: FileFate
    copy: Path | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

    @property
    def reason(self) -> str:
        """What `path` is followed by in a message."""
        text = f"was {self.fate} while it was open."
        if self.copy is None:
            return f"{text} What is shown is as it was before."
        place = self.copy if self.copy.parent != self.path.parent else self.copy.name
        return f"{text} Nothing is lost: all decisions are in {place}, also those from now on."


class FileWatch:
    """Remembers which files a project has open, by device and inode.

    Times say nothing: clocks jump, and services set them. As long as a file is open its inode is
    not given to another one. What is written into the open file itself shows in its head, which
    `head` reads: SQLite changes it only with steps of ours, while a log lies beside it. A file that
    became shorter was cut by somebody else.
    """

    def __init__(self, path: Path, head: Callable[[], bytes] | None) -> None:
        self.path = path
        log = head is not None
        self._read_head = head
        self._head = head() if head is not None else b""
        real = path.resolve()  # SQLite names its files after the file that a link leads to
        self._real = real
        self._logs = tuple(real.with_name(real.name + tail) for tail in (LOG, INDEX) if log)
        self._database = identity(path)
        self._size = self._size_now()
        self._known = {p: identity(p) for p in self._logs}

    def fate(self) -> FileFate | None:
        """None while everything is in its place, also where that cannot be known."""
        try:
            now = identity(self.path)
            if now != self._database:
                return FileFate.REMOVED if now is None else FileFate.REPLACED
            logs = {p: identity(p) for p in self._logs}
        except OSError:  # a drive that does not answer: reading and writing will say so
            return None
        if self._overwritten:
            return FileFate.OVERWRITTEN
        changed = [p for p in self._logs if self._known[p] not in (None, logs[p])]
        if not changed:
            return None
        gone = all(logs[p] is None for p in changed)
        return FileFate.LOG_REMOVED if gone else FileFate.LOG_REPLACED

    def look_again(self) -> None:
        """A step of ours was written: SQLite may have changed the head with it."""
        if self._read_head is not None:
            self._head = self._read_head()
            self._size = self._size_now()

    @property
    def _overwritten(self) -> bool:
        if self._read_head is None:
            return False
        return self._read_head() != self._head or self._size_now() < self._size

    def _size_now(self) -> int:
        try:
            return self._real.stat().st_size
        except OSError:
            return 0

    @property
    def is_whole(self) -> bool:
        """Whether database and log are in their place: it is only a link that leads elsewhere."""
        if self._overwritten:
            return False
        names = (self._real, *self._logs[:1])
        known = (self._database, *(self._known[p] for p in self._logs[:1]))
        return all(identity(p) == k for p, k in zip(names, known, strict=True))

    def own_logs(self) -> list[Path]:
        """The log and its index where they are still those of the open project, whose database is
        not: they must not be taken for those of another one."""
        if identity(self._real) == self._database and not self._overwritten:
            return []
        return [p for p in self._logs if self._known[p] and self._known[p] == identity(p)]


def identity(path: Path) -> tuple[int, int] | None:
    """(device, inode) of what lies there; None for nothing. Raises OSError."""
    try:
        status = os.stat(path)  # noqa: PTH116 - called with every decision
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino
