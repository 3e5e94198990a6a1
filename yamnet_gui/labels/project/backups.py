"""Copies of a project in the user's data folder: made by themselves, the oldest dropped."""

import sqlite3
import stat
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from yamnet_gui.core.errors import Cancelled
from yamnet_gui.core.files import is_folder, replacing
from yamnet_gui.core.open_files import copy_contents
from yamnet_gui.core.stopping import stoppable

from .lock import WriterLock
from .open_checks import (
    check_header,
    check_tables,
    connect,
    copy_database,
    in_words,
    quick_check,
)
from .paths import data_folder, drop_left_overs
from .schema import is_project_content

_EVERY_S = 15 * 60.0
_AT_THE_END_S = 1.5
"""How long closing a project may wait for a backup: a large one has had its last minutes ago."""
_NEWEST = 5
_DAYS = 7
_WEEKS = 4
_MOST_BYTES = 4 << 30
"""What the backups of all projects may take together: the oldest are dropped, but never the newest
of a project."""
_STAMP = "%Y-%m-%dT%H-%M-%S-%fZ"


class Backups:
    """Backups of one project, in `backups/<name>-<start of its id>`."""

    def __init__(self, project: Path, project_id: str, every_s: float = _EVERY_S) -> None:
        self._project = project
        self.folder = data_folder() / "backups" / f"{project.stem[:60]}-{project_id[:8]}"
        self._every_s = every_s
        self._pending = False
        self._last = time.monotonic()
        self._worker: threading.Thread | None = None
        self._latest = float("inf")  # when a backup has to be done

    def all(self) -> list[Path]:
        """Newest first."""
        files = self.folder.glob(f"*Z{self._project.suffix}") if self.folder.is_dir() else ()
        return sorted(files, reverse=True)

    def changed(self) -> bool:
        """Called after each edit; starts a backup in the background when one is due."""
        self._pending = True
        busy = self._worker is not None and self._worker.is_alive()
        if busy or time.monotonic() - self._last < self._every_s:
            return False
        self._last = time.monotonic()
        self._worker = threading.Thread(target=self._in_background, name="project backup")
        self._worker.start()
        return True

    def finish(self, connection: sqlite3.Connection) -> None:
        """Called before closing: makes a backup where it is missing, if that takes no longer than a
        moment, also where one was being made."""
        self._latest = time.monotonic() + _AT_THE_END_S
        self.wait()
        if self._pending:
            # what goes wrong here is no reason not to close
            with suppress(OSError, sqlite3.Error, Cancelled), stoppable(self._late):
                self.make(connection)

    def wait(self) -> None:
        """Waits for a backup that is being made."""
        if self._worker is not None:
            self._worker.join()

    def _late(self) -> bool:
        return time.monotonic() > self._latest

    def make(self, connection: sqlite3.Connection) -> Path:
        """Raises OSError, sqlite3.Error or Cancelled; then older backups stay as they are."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / (self._stamp() + self._project.suffix)
        self._pending = False
        try:
            with replacing(target) as beside:
                copy = connect(beside, "rw")
                try:
                    copy_database(connection, copy)
                    copy.execute("PRAGMA journal_mode = DELETE")
                    fault = quick_check(copy)
                finally:
                    copy.close()
                if fault:  # a damaged copy must not push out a good one
                    raise sqlite3.DatabaseError(fault)
        except BaseException:
            self._pending = True
            raise
        self._drop_old(target)
        with suppress(OSError):  # the backup is made
            _limit_total(target)
        return target

    def _stamp(self) -> str:
        """The time, later than that of all other backups.

        Where the clock was ahead and was put right, those say that they are of tomorrow; the newest
        must still be the last in order of name.
        """
        now = datetime.now(UTC)
        latest = max((when for when in map(backup_time, self.all()) if when), default=now)
        with suppress(OverflowError):
            now = max(now, latest + timedelta(microseconds=1))
        return now.strftime(_STAMP)

    def make_from_file(self) -> Path:
        """Through a connection of its own, so that edits can go on meanwhile."""
        source = connect(self._project, "ro")
        try:
            return self.make(source)
        finally:
            source.close()

    def _in_background(self) -> None:
        # stays pending where that fails, so the next edit tries again
        with suppress(OSError, sqlite3.Error, Cancelled), stoppable(self._late):
            self.make_from_file()

    def _drop_old(self, newest: Path) -> None:
        keep = {newest}
        days: dict[object, Path] = {}
        weeks: dict[object, Path] = {}
        backups = self.all()
        keep.update(backups[:_NEWEST])
        for path in backups:
            made = backup_time(path)
            if made is None or not _is_backup(path):
                keep.add(path)  # not ours
                continue
            when = made.date()
            days.setdefault(when, path)
            weeks.setdefault(when.isocalendar()[:2], path)
        keep.update(list(days.values())[:_DAYS], list(weeks.values())[:_WEEKS])
        for path in backups:
            if path not in keep:
                path.unlink(missing_ok=True)


def backups_for(project: Path) -> list[Path]:
    """Backups of projects of this file name, newest first; needs not open the project."""
    files = (data_folder() / "backups").glob(f"{project.stem[:60]}-*/*Z{project.suffix}")
    return sorted(files, key=lambda path: path.name, reverse=True)


def _limit_total(newest: Path) -> None:
    """Drops the oldest backups of all projects until the rest is within the limit."""
    held: list[tuple[float, int, Path]] = []
    total = 0
    for folder in newest.parent.parent.iterdir():
        if folder.is_symlink() or not is_folder(folder):
            continue
        backups = [p for p in folder.iterdir() if _is_backup(p)]
        last = max(backups, key=lambda path: path.name, default=None)
        for path in backups:
            status = path.stat()
            total += status.st_size
            # by the file's own time: the names of a clock that was ahead are too late
            if path not in (last, newest):
                held.append((status.st_mtime, status.st_size, path))
    for _, size, path in sorted(held):
        if total <= _MOST_BYTES:
            break
        with suppress(OSError):
            path.unlink()
            total -= size


def backup_time(backup: Path) -> datetime | None:
    """When a backup was made, in UTC; None for a file that is not a backup."""
    try:
        return datetime.strptime(backup.stem, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_backup(path: Path) -> bool:
    """Whether this has the name of a backup and is a project, and no link: only such are dropped.

    Raises OSError.
    """
    if backup_time(path) is None or not stat.S_ISREG(path.lstat().st_mode):
        return False
    return is_project_content(path)


def restore_backup(backup: Path, project: Path) -> Path | None:
    """Puts a backup in place of a closed project; the path of the previous file, if any.

    Paths of recordings fit again, unlike in a backup that is opened where it lies. Raises
    ProjectError where the backup is not complete, the project is open or writing fails.
    """
    check_header(backup)
    lock = WriterLock(project)
    with in_words(project, "restore the backup"):
        project.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(replacing=True)
        try:
            previous = None
            with replacing(project, through_links=True) as beside:
                copy_contents(backup, beside)
                copy = connect(beside, "rw")
                try:
                    check_tables(copy, backup)
                finally:
                    copy.close()
                if project.exists():
                    when = datetime.now(UTC).strftime(_STAMP)
                    previous = project.with_name(f"{project.stem} before {when}{project.suffix}")
                    copy_contents(project, previous)
                    log = project.with_name(project.name + "-wal")
                    if log.exists():
                        copy_contents(log, previous.with_name(previous.name + "-wal"))
                drop_left_overs(project)
        finally:
            lock.release()
    return previous
