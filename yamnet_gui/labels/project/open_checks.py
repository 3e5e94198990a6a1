"""Opens and checks project files; errors explain what is wrong."""

import os
import sqlite3
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import Cancelled, ProjectError
from yamnet_gui.core.files import check_no_device, exists, is_folder
from yamnet_gui.core.open_files import descriptors_of, first_bytes
from yamnet_gui.core.own_files import check_own
from yamnet_gui.core.stopping import check_stopped, stop_requested
from yamnet_gui.core.text import encodable

from .paths import logs_of
from .row_rules import rows_fault
from .schema import APPLICATION_ID, MIGRATIONS, SQLITE_MAGIC, fault_in, version_of

_CHECK_BYTES = 32 << 20
"""Larger files are not searched for damage on opening (a slow disk would take seconds): that is
for `Project.check`, which can run in the background."""

_LOG_HEAD_BYTES = 32
_STEPS = 20_000
"""Instructions of SQLite between two questions whether to stop: about a millisecond."""

_PAGES = 2048

_LONGEST_VALUE_BYTES = 64 << 20
"""No value of ours comes near; a longer one of another hand is not read into memory."""

_WORDS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space and try again"),
    sqlite3.SQLITE_READONLY: ("the file is write-protected", "save the project elsewhere"),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "check the disk and its free space"),
    sqlite3.SQLITE_BUSY: ("another program is using the file", "try again when it is done"),
    sqlite3.SQLITE_LOCKED: ("another program is using the file", "try again when it is done"),
    sqlite3.SQLITE_CANTOPEN: ("the file or its folder cannot be opened", "check its permissions"),
    sqlite3.SQLITE_CORRUPT: ("the file is damaged", "open it again to recover what can be read"),
    sqlite3.SQLITE_TOOBIG: ("a value in it is too long", "open one of its backups"),
    sqlite3.SQLITE_NOTADB: ("the file is damaged", "open it again to recover what can be read"),
}


class DamagedError(ProjectError):
    """The file is a project, but broken. Only inside this package: opening rescues it."""


def is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG)


@contextmanager
def in_words(path: Path, doing: str) -> Iterator[None]:
    """Turns errors of SQLite and the system into ProjectError: "cannot `doing`: …".

    Raises Cancelled where SQLite was interrupted because the work of this thread is to stop.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_INTERRUPT and stop_requested():
            raise Cancelled from error
        reason, advice = _WORDS.get(code, (str(error), ""))
        raise ProjectError(path, f"cannot {doing}: {reason}", advice) from error
    except OSError as error:
        raise ProjectError(path, f"cannot {doing}: {error.strerror or error}") from error
    except UnicodeEncodeError as error:
        near = encodable(error.object[max(0, error.start - 20) : error.end + 20])
        reason = f"cannot {doing}: {near!r} holds half a character"
        raise ProjectError(path, reason, "correct that text") from error


class _Connection(sqlite3.Connection):
    """Names the damage where SQLite cites a name that is no text, which Python cannot read."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        try:
            return super().execute(sql, parameters)
        except UnicodeDecodeError as error:
            damage = sqlite3.DatabaseError("a name in its tables is no text")
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage from error


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection that trusts nothing in the file; `mode` is ro, rw or rwc.

    Raises sqlite3.Error, and OSError where a file that SQLite would write beside it is a link.
    """
    check_own(logs_of(path))
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=2.0,
        factory=_Connection,
    )
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE_BYTES)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA mmap_size = 0")  # a file that gets shorter would kill us
        connection.set_progress_handler(stop_requested, _STEPS)
        # damaged text must not stop the rest from being read
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def copy_database(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copies everything, in steps. Raises sqlite3.Error, or Cancelled between two of them."""
    source.backup(target, pages=_PAGES, progress=lambda *_: check_stopped())


def check_header(path: Path) -> None:
    """Refuses anything but a project file of a known version, before SQLite opens it.

    Raises ProjectError, or DamagedError where the file ends too early.
    """
    with in_words(path, "open it"):
        if is_folder(path):
            raise ProjectError(path, "is a folder", "choose a project file")
        if not exists(path):
            raise ProjectError(path, "does not exist", "check the name or look in the backups")
        check_no_device(path)
        if next(descriptors_of(path), None) is None:
            _read_ahead(path)
        head = first_bytes(path, 100)
    if not head:
        raise ProjectError(path, "is empty, so it is not a project", "look in the backups")
    if not head.startswith(SQLITE_MAGIC):
        raise ProjectError(path, "is not a project file", "choose a file made by this program")
    if len(head) < 100:
        raise ProjectError(path, "ends within its first bytes", "look in the backups")
    version, application = struct.unpack(">I", head[60:64])[0], struct.unpack(">I", head[68:72])[0]
    if application != APPLICATION_ID:
        raise ProjectError(
            path, "is a database of another program, not a project",
            "choose a file made by this program",
        )  # fmt: skip
    if version > len(MIGRATIONS):
        raise ProjectError(
            path, f"was made by a newer version of the program (format {version}, this one"
            f" knows up to {len(MIGRATIONS)})", "update the program",
        )  # fmt: skip
    if _is_short(path) and not _has_log(path):
        raise DamagedError(path, "is shorter than it should be")


def _read_ahead(path: Path) -> None:
    """Starts reading a file from the disk: loading the columns needs most of it."""
    if sys.platform == "linux":
        with path.open("rb", 0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)


def _is_short(path: Path) -> bool:
    """Whether a file is shorter than its head states."""
    with in_words(path, "open it"):
        head = first_bytes(path, 32)
        page, pages = struct.unpack(">H", head[16:18])[0], struct.unpack(">I", head[28:32])[0]
        return path.stat().st_size < (65536 if page == 1 else page) * int(pages)


def _has_log(path: Path) -> bool:
    """Whether SQLite's write-ahead log lies beside a project.

    A program that was killed leaves it, and in the middle of a checkpoint a file that is too
    short: its last pages are in the log alone. Whether both together are whole is for SQLite to
    say.
    """
    try:
        return path.with_name(path.name + "-wal").stat().st_size > _LOG_HEAD_BYTES
    except OSError:
        return False


def check_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Raises DamagedError where the tables are not those of a project or SQLite finds faults."""
    try:
        if version_of(connection) == len(MIGRATIONS):
            fault = fault_in(connection)
            if fault:
                raise DamagedError(path, fault)
        if not is_large(path) or _is_short(path):
            fault = quick_check(connection)
            if not fault and version_of(connection) == len(MIGRATIONS):
                fault = rows_fault(connection)
            if fault:
                raise DamagedError(path, fault)
    except sqlite3.Error as error:
        if is_damage(error):
            raise DamagedError(path, f"is damaged ({error})") from error
        raise


def is_large(path: Path) -> bool:
    """Whether a project is not searched for damage while it is opened. Raises OSError."""
    return path.stat().st_size > _CHECK_BYTES


def hold_in_memory(connection: sqlite3.Connection, path: Path) -> None:
    """Reads all pages into the connection's cache, unless the file is large.

    What another program writes into the open file cannot be undone, but all of a cached project can
    still be written elsewhere.
    """
    if not is_large(path):
        quick_check(connection)


def quick_check(connection: sqlite3.Connection) -> str:
    """The first fault that SQLite finds; "" where there is none."""
    row = connection.execute("PRAGMA quick_check(1)").fetchone()
    return "" if row is None or row[0] == "ok" else f"is damaged ({row[0]})"
