"""The open file of a project: connection, lock, transactions and listeners."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.stopping import (
    Stopped,
    check_stopped,
    stop_question,
    stop_requested,
    unstoppable,
    without_rest,
)

from .backups import Backups
from .change_set import ChangeSet
from .continuing import (
    continue_in_copy,
    has_long_log,
    log_written_back,
    make_single_file,
    set_for_writing,
    write_back,
)
from .file_watch import FileFate, FileWatch, Replacement
from .index import EventIndex
from .index_queries import IndexQueries, matters
from .lock import WriterLock
from .models import ProjectChange
from .open_checks import connect, in_words
from .recovery import Recovery
from .row_rules import rows_fault
from .tables import Tables
from .undo_history import UndoHistory

Listener = Callable[[tuple[ProjectChange, ...]], None]


class ProjectConnection:
    """What all parts of an open project share. Safe to use from several threads.

    Everything is read inside `reading` and changed inside `write`. `recordings` mirrors the table
    of recordings by id, removed ones included; `turnable` are the steps that undo and redo
    would take. `damage` says what was lost where a damaged file was
    recovered ("" otherwise). `events_changed`: the recordings whose events were written since it
    was set to none of them; None where that may be any.
    """

    def __init__(
        self,
        path: Path,
        database: sqlite3.Connection,
        *,
        lock: WriterLock | None,
        recovery: Recovery | None = None,
    ) -> None:
        self.path = path
        self.damage = recovery.report if recovery else ""
        self.reviewer = ""
        self.database = database
        self._id = id_of(database)
        self.tables = Tables(database)
        self.undo_history = UndoHistory(database, self.tables, str(path))
        self.turnable = self.undo_history.turnable()
        self.recordings = {r.id: r for r in self.tables.recordings()}
        self.backups = Backups(path, self.id) if lock is not None else None
        self._lock = lock
        self._recovery = recovery
        self._guard = threading.RLock()
        self._listeners: list[Listener] = []
        self._index: EventIndex | None = None
        self._queries: IndexQueries | None = None
        self._closed = False
        self.events_changed: set[str] | None = None
        self.replacement: Replacement | None = None
        # a recovered project is a copy already
        self._watch = FileWatch(path, lock.head if lock else None) if recovery is None else None

    @property
    def read_only(self) -> bool:
        return self._lock is None

    @property
    def id(self) -> str:
        return self._id

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See `Project.subscribe`."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def refresh(self) -> None:
        """See `Project.refresh`."""
        with self.reading():
            self.tables.refresh()
            self.turnable = self.undo_history.turnable()
            self.recordings = {r.id: r for r in self.tables.recordings()}
            self._index = self._queries = self.events_changed = None

    def rec(self, recording_id: str) -> int:
        """The number of a recording. Raises ProjectError where there is none of this id."""
        try:
            return self.tables.rec_of(recording_id)
        except KeyError as error:
            raise ProjectError(
                self.path, f"has no recording {recording_id}", "add it first"
            ) from error

    @contextmanager
    def reading(self, doing: str = "read it") -> Iterator[None]:
        """Keeps other threads out. Raises ProjectError where the project is closed or damaged,
        Cancelled where the work of this thread is to stop."""
        check_stopped()
        with self._guard, without_rest(), in_words(self.path, doing):
            if self._closed:
                raise ProjectError(self.path, "is closed", "open it again")
            yield

    def queries(self) -> IndexQueries:
        """Queries on the event index, which is loaded on first use. Call it inside `reading`."""
        if self._index is None or self._queries is None:
            self._index = EventIndex.load(self.database, self.tables)
            self._queries = IndexQueries(self.database, self.tables, self._index, self.recordings)
        return self._queries

    def busy(self, wait_s: float = 0.0) -> bool:
        """See `Project.busy`."""
        free = self._guard.acquire(timeout=wait_s)
        if free:
            self._guard.release()
        return not free

    def write(self, doing: str, work: Callable[[], ChangeSet]) -> tuple[ProjectChange, ...]:
        """Runs `work` as one transaction; memory and listeners follow once it is on the disk.

        Returns what it changed.

        Raises ProjectError ("cannot `doing`: …"); then nothing has changed. Nor has it where the
        work of this thread is to stop before the transaction is on the disk (Cancelled).
        """
        with self._guard, without_rest():
            if self._closed:
                raise ProjectError(self.path, "is closed", "open it again")
            if self._lock is None:
                why = "was recovered from a damaged file" if self.damage else "is open read-only"
                raise ProjectError(self.path, why, "save it under another name and continue there")
            self.check_file()
            with in_words(self.path, doing):
                try:
                    self.database.execute("BEGIN IMMEDIATE")
                    touched = work()
                    check_stopped()
                    with unstoppable():
                        turnable = self.undo_history.turnable()
                        long = self._commit()
                        self.turnable = turnable
                        if self._watch is not None:
                            self._watch.look_again()
                except BaseException:
                    with unstoppable():
                        self._roll_back()
                    raise
            if long:
                self._write_back()
            closing = stop_requested()  # while the transaction came to the disk
            with unstoppable():
                if closing:
                    self._index = self._queries = None  # read again by whoever still asks
                changes = self._follow(touched)
            if self.backups is not None and changes and self.backups.changed():
                self.undo_history.start_new_session()
            with suppress(ProjectError):  # the change is made; the next one says what is wrong
                self.check_file()
        with unstoppable():
            for listener in list(self._listeners):
                if changes:
                    listener(changes)
        return changes

    def check_file(self) -> Replacement | None:
        """See `Project.check_file`."""
        with self._guard, unstoppable():
            fate = None if self._closed or self._watch is None else self._watch.fate()
            if fate is not None:
                self._follow_file(fate)
            return self.replacement

    def _follow_file(self, fate: FileFate) -> None:
        """Goes on where nothing is lost, after the file or its log was taken away."""
        path, before, watch, lock = self.path, self.database, self._watch, self._lock
        assert watch is not None
        if lock is None:
            if fate in (FileFate.REMOVED, FileFate.REPLACED):
                self.replacement = Replacement(path, fate)
            return
        # a file that was renamed is whole then; never with a log of somebody else beside it
        alone = fate in (FileFate.REMOVED, FileFate.LOG_REMOVED) and log_written_back(before)
        if fate is FileFate.LOG_REMOVED and alone:
            with in_words(path, "open it again"):
                before.close()
                self._use(path, connect(path, "rw"))
            return
        copy, database, copy_lock = continue_in_copy(path, fate, before, self.recordings.values())
        if fate is FileFate.OVERWRITTEN and not self._holds_the_same(database):
            database.close()
            copy_lock.release()
            copy.unlink()
            raise self._not_whole()
        self._lock = copy_lock
        self._use(copy, database)
        if self.backups is not None:
            self.backups.wait()
        self.backups = Backups(copy, self.id)
        self.replacement = Replacement(path, fate, copy)
        if watch.is_whole:
            make_single_file(before)
            before.close()
        else:
            lock.close_without_traces(before, watch.own_logs())
        lock.release()

    def _holds_the_same(self, database: sqlite3.Connection) -> bool:
        """Whether a copy of the file that was written into has everything that was in memory."""
        try:
            tables = Tables(database)
            row = database.execute("PRAGMA integrity_check(1)").fetchone()  # indices, too
            if row is None or row[0] != "ok" or rows_fault(database) or id_of(database) != self._id:
                return False
            copied = {r.id: r for r in tables.recordings()}
            known = self.recordings
            if {k: r.content_hash for k, r in copied.items()} != {
                k: r.content_hash for k, r in known.items()
            }:
                return False
            return self._index is None or self._index.equals(EventIndex.load(database, tables))
        except sqlite3.Error:
            return False

    def _not_whole(self) -> ProjectError:
        backup = next(iter(self.backups.all()), None) if self.backups is not None else None
        advice = f"open its newest backup, {backup}" if backup else "open a copy of it"
        return ProjectError(
            self.path,
            f"was {FileFate.OVERWRITTEN} while it was open, and not all that was in it can be read",
            advice,
        )

    def _use(self, path: Path, database: sqlite3.Connection) -> None:
        """Everything that is read and written from now on is in this file, with the same rows."""
        set_for_writing(database)
        self.path, self.database = path, database
        self.tables.use(database)
        self.undo_history.use(database, str(path))
        self.recordings = {r.id: r for r in self.tables.recordings()}
        self.events_changed = None
        if self._index is not None:
            self._queries = IndexQueries(database, self.tables, self._index, self.recordings)
        assert self._lock is not None
        self._watch = FileWatch(path, self._lock.head)

    def _commit(self) -> bool:
        """Whether the log is long: then it is written back later, where that can be stopped."""
        long = has_long_log(self.path)
        if not long:
            self.database.execute("COMMIT")
            return False
        (pages,) = self.database.execute("PRAGMA wal_autocheckpoint").fetchone()
        self.database.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            self.database.execute("COMMIT")
        finally:
            self.database.execute(f"PRAGMA wal_autocheckpoint = {int(pages)}")
        return True

    def _write_back(self) -> None:
        """Writes a long log into the database, whose head changes with it: that is our own doing.

        What another program did before is followed first, so that it does not pass for ours.
        """
        with suppress(ProjectError):  # the change is made; the next one says what is wrong
            self.check_file()
        write_back(self.database, stop_question())
        if self._watch is not None:
            self._watch.look_again()

    def _roll_back(self) -> None:
        if self.database.in_transaction:
            self.database.execute("ROLLBACK")
        self.tables.refresh()

    def _follow(self, touched: ChangeSet) -> tuple[ProjectChange, ...]:
        sorted_anew = False
        for recording_id in touched.recordings:
            recording = self.tables.find_recording(recording_id)
            if recording is not None:
                before = self.recordings.get(recording_id)
                sorted_anew |= before is None or matters(before) != matters(recording)
                self.recordings[recording_id] = recording
        if self.events_changed is not None:
            self.events_changed |= touched.events.keys()
        if self._index is not None and self._queries is not None:
            touched.put_into(self._index, self.tables.kind_of)
            if sorted_anew:
                self._queries.set_recordings(self.recordings)
        return touched.changes()

    def close(self) -> None:
        """See `Project.close`."""
        with self._guard:
            if self._closed:
                return
            lost: ProjectError | None = None
            try:
                self.check_file()
            except ProjectError as error:
                lost = error
            self._closed = True
            try:
                if self._lock is not None and self.backups is not None:
                    self.backups.finish(self.database)
            finally:
                stopped = stop_question()
                with unstoppable():
                    self._close(stopped, whole=lost is None)
            if lost is not None:
                raise lost

    def _close(self, stopped: Stopped, *, whole: bool) -> None:
        """Lets the file go; a single one where it is `whole`.

        A long log stays beside it once `stopped` says so: opening the project reads it.
        """
        try:
            if not whole and self._lock is not None and self._watch is not None:
                self._lock.close_without_traces(self.database, self._watch.own_logs())
            elif self._lock is not None:
                if has_long_log(self.path) and not write_back(self.database, stopped) and stopped():
                    self._lock.close_without_traces(self.database, ())
                else:
                    make_single_file(self.database)
        finally:
            self.database.close()
            if self._lock is not None:
                self._lock.release()
            if self._recovery is not None:
                self._recovery.clean_up()


def id_of(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()
    return str(row[0]) if row else ""
