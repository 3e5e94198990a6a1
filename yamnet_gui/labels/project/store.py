"""The project: one SQLite file that never loses a decision."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.files import replacing

from .backups import Backups
from .connection import id_of
from .editing import Editing
from .lock import WriterLock
from .models import new_id
from .open_checks import (
    DamagedError,
    check_header,
    check_tables,
    connect,
    in_words,
    is_damage,
    quick_check,
)
from .paths import drop_left_overs, located, stored_path
from .recovery import rescue
from .schema import MIGRATIONS, migrate, version_of
from .tables import utc_text

T = TypeVar("T")


class Project(Editing):
    """An open project. Safe to use from several threads; one writer per file.

    Every `apply`, `undo` and `redo` is one transaction that is on the disk when it returns. All
    methods raise ProjectError where the file cannot be read or written; a refused edit leaves the
    project as it was. `damage` says what was lost where a damaged file was rescued ("" else);
    such a project is read-only and can be saved under another name.
    """

    @classmethod
    def create(cls, path: Path) -> "Project":
        """Makes an empty project and opens it for writing.

        Raises ProjectError where something is there already or nothing can be written.
        """
        path = Path(path).absolute()
        if path.exists():
            raise ProjectError(path, "is there already", "open it or choose another name")
        with in_words(path, "make the project"):
            path.parent.mkdir(parents=True, exist_ok=True)
            drop_left_overs(path)
            with replacing(path) as beside:
                connection = connect(beside, "rw")
                try:
                    migrate(connection)
                    now = utc_text(datetime.now(UTC))
                    connection.execute("INSERT INTO meta VALUES ('id', ?)", (new_id(),))
                    connection.execute("INSERT INTO meta VALUES ('created_utc', ?)", (now,))
                finally:
                    connection.close()
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> "Project":
        """Opens a project; a damaged one read-only with what can be saved (see `damage`).

        Raises ProjectError where the file is no project, of a newer version, or (unless
        `read_only`) open elsewhere. The file is not changed in any of these cases.
        """
        path = Path(path).absolute()
        try:
            check_header(path)
            return cls._open_read_only(path) if read_only else cls._open_to_write(path)
        except DamagedError as error:
            rescued = rescue(path, error.reason)
            return cls(path, rescued.connection, lock=None, rescued=rescued)

    @classmethod
    def _open_to_write(cls, path: Path) -> "Project":
        lock = WriterLock(path)
        lock.acquire()
        connection = None
        try:
            with in_words(path, "open it"):
                connection = connect(path, "rw")
                _damage_named(path, lambda: check_tables(connection, path))
                if version_of(connection) < len(MIGRATIONS):
                    Backups(path, id_of(connection)).make(connection)
                    migrate(connection)
                    check_tables(connection, path)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                return _damage_named(path, lambda: cls(path, connection, lock=lock))
        except BaseException:
            if connection is not None:
                connection.close()
            lock.release()
            raise

    @classmethod
    def _open_read_only(cls, path: Path) -> "Project":
        with in_words(path, "open it"):
            try:
                connection = connect(path, "ro")
                try:
                    _damage_named(path, lambda: check_tables(connection, path))
                    if version_of(connection) == len(MIGRATIONS):
                        return _damage_named(path, lambda: cls(path, connection, lock=None))
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
        copied = rescue(path, "")
        return cls(path, copied.connection, lock=None, rescued=copied)

    def close(self) -> None:
        """Leaves a single portable file, and a backup where something has changed."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            try:
                if self._lock is not None:
                    if self._backups is not None:
                        self._backups.finish(self._connection)
                    # what fails here stays in the write-ahead log and is read back next time
                    for pragma in ("wal_checkpoint(TRUNCATE)", "journal_mode = DELETE"):
                        try:
                            self._connection.execute(f"PRAGMA {pragma}").fetchall()
                        except sqlite3.Error:
                            break
            finally:
                self._connection.close()
                if self._lock is not None:
                    self._lock.release()
                if self._rescued is not None:
                    self._rescued.clean_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def save_as(self, path: Path) -> None:
        """Writes a whole copy, with history and undo, in place of whatever is at `path`.

        Relative paths of recordings are made to fit the new folder. This project stays open as it
        is; open the copy to go on there. A copy that is open elsewhere is not overwritten.
        """
        path = Path(path).absolute()
        if path == self.path:
            raise ProjectError(path, "is this project itself", "choose another name")
        lock = WriterLock(path)
        with in_words(path, "save the project"):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
            try:
                with self._guard, replacing(path) as beside:
                    copy = connect(beside, "rw")
                    try:
                        self._journal.part()
                        self._connection.backup(copy)
                        copy.execute("PRAGMA journal_mode = DELETE")
                        self._move_paths(copy, path.parent)
                    finally:
                        copy.close()
                    drop_left_overs(path)
            finally:
                lock.release()

    def _move_paths(self, copy: sqlite3.Connection, folder: Path) -> None:
        copy.execute("BEGIN")
        for recording in self._recordings.values():
            there = stored_path(located(recording.path, self.path.parent), folder)
            if there != recording.path:
                copy.execute("UPDATE recordings SET path = ? WHERE id = ?", (there, recording.id))
        copy.execute("COMMIT")

    def backup(self) -> Path | None:
        """Makes a backup now and drops the oldest; its path. May run in any thread."""
        if self._backups is None:
            return None
        with in_words(self.path, "make a backup"):
            return self._backups.make_from_file()

    def backups(self) -> list[Path]:
        """Backups of this project, newest first."""
        return Backups(self.path, self.id).all()

    def check(self) -> str:
        """Looks at the whole file for damage: what is wrong, "" where nothing is."""
        with in_words(self.path, "check it"):
            connection = connect(self.path, "ro")
            try:
                return quick_check(connection)
            except sqlite3.Error as error:
                if is_damage(error):
                    return f"is damaged ({error})"
                raise
            finally:
                connection.close()


def _damage_named(path: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except sqlite3.Error as error:
        if is_damage(error):
            raise DamagedError(path, f"is damaged ({error})") from error
        raise
