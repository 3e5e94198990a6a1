"""From a path to an open project: to write, read-only, or what can be read of a damaged file."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .backups import Backups
from .connection import ProjectConnection, id_of
from .continuing import set_for_writing
from .lock import WriterLock
from .open_checks import (
    DamagedError,
    check_header,
    check_tables,
    connect,
    hold_in_memory,
    in_words,
    is_damage,
)
from .recovery import recover
from .schema import MIGRATIONS, migrate, version_of

T = TypeVar("T")


def open_project(path: Path, *, read_only: bool) -> ProjectConnection:
    """See `Project.open`."""
    try:
        check_header(path)
        return _open_read_only(path) if read_only else _open_for_writing(path)
    except DamagedError as error:
        recovery = recover(path, error.reason)
        return ProjectConnection(path, recovery.connection, lock=None, recovery=recovery)


def _open_for_writing(path: Path) -> ProjectConnection:
    """Takes the lock; migrates an older file after a backup."""
    lock = WriterLock(path)
    lock.acquire()
    connection = None
    try:
        with in_words(path, "open it"):
            connection = _damage_named(path, lambda: connect(path, "rw"))
            _damage_named(path, lambda: check_tables(connection, path))
            if version_of(connection) < len(MIGRATIONS):
                Backups(path, id_of(connection)).make(connection)
                migrate(connection)
                check_tables(connection, path)
            set_for_writing(connection)
            hold_in_memory(connection, path)
            return _damage_named(path, lambda: ProjectConnection(path, connection, lock=lock))
    except BaseException:
        if connection is not None:
            connection.close()
        lock.release()
        raise


def _open_read_only(path: Path) -> ProjectConnection:
    """Leaves the file as it is; a copy of an older version is migrated."""
    with in_words(path, "open it"):
        try:
            connection = _damage_named(path, lambda: connect(path, "ro"))
            try:
                _damage_named(path, lambda: check_tables(connection, path))
                if version_of(connection) == len(MIGRATIONS):
                    return _damage_named(
                        path, lambda: ProjectConnection(path, connection, lock=None)
                    )
            except BaseException:
                connection.close()
                raise
            connection.close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (
                sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY
            ):  # fmt: skip
                raise
    # an older version, or the left-overs of a crash in a folder we may not write to
    copied = recover(path, "")
    return ProjectConnection(path, copied.connection, lock=None, recovery=copied)


def _damage_named(path: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except sqlite3.Error as error:
        if is_damage(error):
            raise DamagedError(path, f"is damaged ({error})") from error
        raise
