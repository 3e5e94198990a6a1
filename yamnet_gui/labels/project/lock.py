"""One writer at a time: a lock that the operating system drops when its process ends."""

import contextlib
import getpass
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.lock import is_current, try_lock, try_lock_bytes
from yamnet_gui.core.open_files import descriptors_of
from yamnet_gui.core.own_files import open_own

from .file_watch import INDEX
from .paths import LOCK_TAIL

_FAR = 1 << 30  # Windows locks are mandatory: lock a byte behind the text, which stays readable
_WRITER_BYTE = (1 << 30) + 512
"""The byte of the database that its writer locks: the first behind those of SQLite's own locks
(https://www.sqlite.org/fileformat2.html#the_lock_byte_page), in a page that never holds data."""

_SIGNATURE = b'{"user": '
_READERS = 510
"""As many bytes before it are those of which SQLite's readers lock one or all."""
_HEAD_BYTES = 100
_INDEX_BYTE = 128
"""The byte of the log's index that every connection holds a shared lock on (SQLite, os_unix.c)."""


class ProjectInUseError(ProjectError):
    """Somebody else has the project open for writing; it can be opened to read only."""


class WriterLock:
    """The right to write to a project: a lock on a byte of the database, and on a file next to it.

    The file next to it says who has the right and works for a project that does not exist yet, but
    anybody may remove it; the byte holds as long as the database is the same file. Both locks are
    the operating system's, on open files: a crash leaves none behind.
    """

    def __init__(self, project: Path) -> None:
        real = project.resolve()  # two names of one project share its lock
        self._real = real
        self._path = real.with_name(real.name + LOCK_TAIL)
        self._file: BinaryIO | None = None
        self._database: int | None = None
        self._project = project

    def acquire(self, *, replacing: bool = False) -> None:
        """Raises ProjectInUseError where another process (or project object) holds the lock.

        With `replacing`, the database is about to be replaced: it is only checked that nobody
        writes to it.
        """
        for _attempt in range(20):
            try:
                file = open_own(self._path)
            except OSError as error:
                raise ProjectError(
                    self._project, f"cannot be locked for writing ({error.strerror})",
                    "open it read-only or copy it to a folder you may write to",
                ) from error  # fmt: skip
            if not _is_ours(file):
                file.close()
                why = f"{self._path.name} is a file of another program"
                raise ProjectError(
                    self._project, f"cannot be locked for writing ({why})",
                    "open it read-only or move that file away",
                )  # fmt: skip
            try:
                held = try_lock(file.fileno(), windows_byte=_FAR)
            except OSError as error:
                file.close()
                raise ProjectError(
                    self._project, f"its folder does not support locks ({error.strerror})",
                    "open it read-only or copy it to a local disk",
                ) from error  # fmt: skip
            if not held:
                file.close()
                raise ProjectInUseError(
                    self._project, f"is already open{self._owner()}",
                    "close it there, or open it read-only here",
                )  # fmt: skip
            if is_current(file.fileno(), self._path):
                self._file = file
                if not self._lock_database():  # its lock file was removed meanwhile
                    self.release()
                    raise ProjectInUseError(
                        self._project, "is already open in another window",
                        "close it there, or open it read-only here",
                    )  # fmt: skip
                if replacing:
                    self._release_database()
                self._sign(file)
                return
            file.close()  # its last owner removed it between opening and locking
        raise ProjectError(self._project, "cannot be locked for writing", "try again")

    def head(self) -> bytes:
        """The first bytes of the database as they are on the disk; b"" where that is not known.

        Through the descriptor that holds the lock: closing another one would drop SQLite's locks.
        """
        if self._database is None:
            return b""
        try:
            os.lseek(self._database, 0, os.SEEK_SET)
            return os.read(self._database, _HEAD_BYTES)
        except OSError:
            return b""

    def close_without_traces(self, connection: sqlite3.Connection, logs: Iterable[Path]) -> None:
        """Closes a connection to a database at whose name or log's name lies another file by now.

        SQLite looks at the database, but would write its log back and remove it by its name where
        only that is another file. `logs` are those that are still the connection's: nobody may
        take them for the log of another file, so they are removed unless a program has them open.
        """
        if self._database is not None:
            with contextlib.suppress(OSError):
                # the last connection tidies up only where nobody else reads
                try_lock_bytes(self._database, _WRITER_BYTE - _READERS, _READERS, shared=True)
        if sys.version_info >= (3, 12):
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
        connection.close()
        logs = tuple(logs)
        for path in logs:
            if path.name.endswith(INDEX) and not _unused(path):
                return
        for path in logs:
            path.unlink(missing_ok=True)

    def release(self) -> None:
        if self._file is None:
            return
        self._release_database()
        # Windows cannot remove open files, where a left one does no harm; another one is not ours
        if sys.platform != "win32" and is_current(self._file.fileno(), self._path):
            self._path.unlink(missing_ok=True)
        self._file.close()
        self._file = None

    def _lock_database(self) -> bool:
        """Whether nobody else writes to the database; then it is locked, where that is possible."""
        try:
            handle = os.open(self._real, os.O_RDWR | getattr(os, "O_BINARY", 0))
        except OSError:  # there is none yet, or it cannot be written, which SQLite will say
            return True
        try:
            held = try_lock_bytes(handle, _WRITER_BYTE)
        except OSError:  # no locks of this kind: then the file next to it is what there is
            os.close(handle)
            return True
        if not held:
            # closed where this process has it open, it would take SQLite's locks along
            if set(descriptors_of(self._real)) == {handle}:
                os.close(handle)
            return False
        self._database = handle
        return True

    def _release_database(self) -> None:
        if self._database is not None:
            os.close(self._database)
            self._database = None

    def _sign(self, file: BinaryIO) -> None:
        try:
            user = getpass.getuser()
        except (OSError, KeyError, ImportError):
            user = "somebody"
        since = datetime.now(UTC).isoformat(timespec="seconds")
        data = {"user": user, "host": platform.node(), "pid": os.getpid(), "since": since}
        with contextlib.suppress(OSError):  # who holds it is a courtesy; a full disk is no reason
            file.seek(0)
            file.truncate()
            file.write(json.dumps(data).encode())
            file.flush()

    def _owner(self) -> str:
        try:
            data = json.loads(self._path.read_bytes()[:4096])
            return f" ({data['user']} on {data['host']}, process {data['pid']})"
        except (OSError, ValueError, KeyError, TypeError):
            return " in another window"


def _is_ours(file: BinaryIO) -> bool:
    """Whether a lock file is empty, or begins as `_sign` writes it."""
    head = file.read(len(_SIGNATURE))
    file.seek(0)
    return _SIGNATURE.startswith(head)


def _unused(index: Path) -> bool:
    """Whether no connection has the index of a log open."""
    try:
        handle = os.open(index, os.O_RDWR)
    except OSError:
        return False
    try:
        return try_lock_bytes(handle, _INDEX_BYTE)
    except OSError:
        return False
    finally:
        os.close(handle)
