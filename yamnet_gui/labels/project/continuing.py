"""Goes on with an open project whose file was removed or replaced: nothing decided is lost.

What was removed stays readable through the open connection, so all of it is copied into a file
beside the old place, and work goes on there.
"""

import os
import re
import sqlite3
import tempfile
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.files import exists, replacing
from yamnet_gui.core.stopping import Stopped
from yamnet_gui.core.text import shortened

from .file_watch import FileFate
from .lock import WriterLock
from .models import Recording
from .open_checks import connect, copy_database, in_words
from .paths import data_folder, drop_left_overs, located, stored_path

_LONG_LOG_BYTES = 32 << 20
_LOOK_S = 0.05
_TAIL = re.compile(r" continued \d{4}-\d\d-\d\d \d\d-\d\d-\d\d(-\d+)?$")


def continue_in_copy(
    path: Path, fate: FileFate, database: sqlite3.Connection, recordings: Iterable[Recording]
) -> tuple[Path, sqlite3.Connection, WriterLock]:
    """A copy of the open `database` in a file of its own, open and locked for writing.

    It lies in the folder of `path`, else in the user's data folder, else with the temporary files.
    Raises ProjectError where it cannot be written anywhere.
    """
    recordings = tuple(recordings)
    reason: ProjectError | None = None
    for folder in (path.parent, data_folder(), Path(tempfile.gettempdir())):
        copy = _free_name(folder, path)
        try:
            with in_words(copy, "write a copy"):
                if folder == data_folder():
                    folder.mkdir(parents=True, exist_ok=True)
                write_copy(database, recordings, path.parent, copy)
            return (copy, *_opened(copy))
        except ProjectError as error:
            reason = reason or error
    assert reason is not None
    raise ProjectError(
        path, f"was {fate} while it was open, and no copy can be written ({reason.reason})",
        "save it under another name before you close it",
    ) from reason  # fmt: skip


def write_copy(
    database: sqlite3.Connection, recordings: Iterable[Recording], folder: Path, target: Path
) -> None:
    """Writes a whole copy of a project in `folder` to `target`, replacing any file.

    Relative paths of recordings fit the new folder. Raises OSError or sqlite3.Error.
    """
    with replacing(target) as beside:
        copy = connect(beside, "rw")
        try:
            copy_database(database, copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            _move_paths(copy, recordings, folder, target.parent)
        finally:
            copy.close()
        drop_left_overs(target)


def set_for_writing(database: sqlite3.Connection) -> None:
    """Every step is on the disk when it is committed, and readers need not wait."""
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")


def make_single_file(database: sqlite3.Connection) -> None:
    """Leaves no log behind. What fails stays in the log and is read back next time."""
    for pragma in ("wal_checkpoint(TRUNCATE)", "journal_mode = DELETE"):
        try:
            database.execute(f"PRAGMA {pragma}").fetchall()
        except sqlite3.Error:
            break


def log_to_disk(database: sqlite3.Connection) -> None:
    """Has the system write what the log holds so far: a commit then waits for the rest alone."""
    name = database.execute("PRAGMA database_list").fetchone()[2]
    with suppress(OSError), open(f"{name}-wal", "rb") as log:  # noqa: PTH123 - any bytes
        os.fsync(log.fileno())


def has_long_log(path: Path) -> bool:
    """Whether writing back the log of a project would take longer than a moment."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > _LONG_LOG_BYTES
    except OSError:
        return False


def write_back(database: sqlite3.Connection, stopped: Stopped) -> bool:
    """Writes the log into the database until `stopped` says so; whether all of it is written.

    What is left stays in the log, from which SQLite reads it.
    """
    if stopped():
        return False
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_S):
            if stopped():  # asked of SQLite between two pages, and nowhere else inside it
                database.interrupt()

    watcher = threading.Thread(target=watch, name="project log")
    watcher.start()
    try:
        row = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return row is not None and row[0] == 0 and row[1] == row[2]
    except sqlite3.Error:
        return False
    finally:
        done.set()
        watcher.join()


def log_written_back(database: sqlite3.Connection) -> bool:
    """Writes all of the log into the database; whether that is done and the log is empty."""
    try:
        row = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return row is not None and tuple(row) == (0, 0, 0)
    except sqlite3.Error:
        return False


def _opened(copy: Path) -> tuple[sqlite3.Connection, WriterLock]:
    lock = WriterLock(copy)
    lock.acquire()
    try:
        with in_words(copy, "open it"):
            database = connect(copy, "rw")
            try:
                set_for_writing(database)
                database.execute("SELECT count(*) FROM meta").fetchone()  # makes the log
            except BaseException:
                database.close()
                raise
    except BaseException:
        lock.release()
        raise
    return database, lock


def _move_paths(
    copy: sqlite3.Connection, recordings: Iterable[Recording], before: Path, folder: Path
) -> None:
    copy.execute("BEGIN")
    for recording in recordings:
        moved = stored_path(located(recording.path, before), folder)
        if moved != recording.path:
            copy.execute("UPDATE recordings SET path = ? WHERE id = ?", (moved, recording.id))
    copy.execute("COMMIT")


def _free_name(folder: Path, path: Path) -> Path:
    """A name that says where the copy comes from and when, in local time."""
    when = datetime.now().astimezone().strftime("%Y-%m-%d %H-%M-%S")
    stem = f"{shortened(_TAIL.sub('', path.stem), 150)} continued {when}"
    copy, number = folder / f"{stem}{path.suffix}", 1
    while exists(copy):
        number += 1
        copy = folder / f"{stem}-{number}{path.suffix}"
    return copy
