"""The project: one SQLite file that never loses a decision."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.files import replacing

from . import edits
from .backups import Backups
from .codec import KINDS
from .commands import Command
from .deriving import derived
from .filters import EventFilter, QueueKind, Sort
from .index import EventIndex
from .journal import Journal, Touched
from .lock import WriterLock
from .opening import (
    DamagedError,
    check_header,
    check_tables,
    connect,
    in_words,
    is_damage,
    quick_check,
)
from .places import drop_left_overs, located, stored_path
from .queries import Queries
from .salvage import Rescue, rescue
from .schema import MIGRATIONS, migrate, version_of
from .tables import Tables, parse_utc, utc_text
from .values import (
    Analysis,
    ClassCounts,
    HistoryEntry,
    LabelSet,
    ProjectChange,
    ProjectEvent,
    Recording,
    Reviewed,
    RuleSet,
    new_id,
)

Listener = Callable[[tuple[ProjectChange, ...]], None]
T = TypeVar("T")
_ALL = EventFilter()
_BY_TIME = Sort()


class Project:
    """An open project. Safe to use from several threads; one writer per file.

    Every `apply`, `undo` and `redo` is one transaction that is on the disk when it returns. All
    methods raise ProjectError where the file cannot be read or written; a refused edit leaves the
    project as it was. `damage` says what was lost where a damaged file was rescued ("" else);
    such a project is read-only and can be saved under another name.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        *,
        lock: WriterLock | None,
        rescued: Rescue | None = None,
    ) -> None:
        self.path = path
        self.damage = rescued.report if rescued else ""
        self.reviewer = ""
        self._connection = connection
        self._lock = lock
        self._rescued = rescued
        self._guard = threading.RLock()
        self._listeners: list[Listener] = []
        self._index: EventIndex | None = None
        self._queries: Queries | None = None
        self._tables = Tables(connection)
        self._journal = Journal(connection, self._tables, str(path))
        self._recordings = {r.id: r for r in self._tables.recordings()}
        self._backups = Backups(path, self.id) if lock is not None else None
        self._closed = False

    # opening and closing

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
                    Backups(path, _id_of(connection)).make(connection)
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

    @property
    def read_only(self) -> bool:
        return self._lock is None

    @property
    def id(self) -> str:
        """The same for a project and its copies."""
        return _id_of(self._connection)

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

    # editing

    def apply(self, command: Command, *, adopt: bool = False) -> None:
        """Makes the command's changes, all or none. An empty command does nothing.

        With `adopt`, detections that nobody touched need not be stored before: the command brings
        those that it changes along, so that undo leaves them as detections.
        """
        if command.changes:
            self._write(
                "make the change", lambda: self._journal.apply(command, self.reviewer, adopt)
            )

    def undo(self) -> str | None:
        """Takes the last step back, also of an earlier session; its title, None without one."""
        return self._turn("undo", self._journal.undo)

    def redo(self) -> str | None:
        return self._turn("redo", self._journal.redo)

    @property
    def undo_title(self) -> str | None:
        with self._guard:
            return self._journal.undo_title()

    @property
    def redo_title(self) -> str | None:
        with self._guard:
            return self._journal.redo_title()

    def derive(self, recording_id: str, detections: Iterable[Event]) -> EventList:
        """Puts fresh detections in place of those nobody touched; gives the recording's events.

        Touched events stay exactly as they are, and neither they nor deleted ones get a second
        detection beside them. This is not an edit of a person: it is in the history, but not on
        the undo stack, and what was undone can still be redone.
        """
        fresh = list(detections)

        def work() -> Touched:
            touched = Touched()
            rec = self._rec(recording_id)
            now = {event.id: event for _, event in self._tables.events_of(rec)}
            gone = list(self._journal.deleted_events(rec))
            after = {event.id: event for event in derived(now.values(), gone, fresh)}
            for event_id in now.keys() - after.keys():
                self._journal.put_event(recording_id, event_id, None, touched)
            for event_id, event in after.items():
                if now.get(event_id) != event:
                    self._journal.put_event(recording_id, event_id, event, touched)
            if touched.rows:
                title = f"detections of {self._recordings[recording_id].name}"
                self._journal.note_step("derive", title, self.reviewer)
            return touched

        self._write("store the detections", work)
        return self.recording_events(recording_id)

    def register(self, recording: Recording) -> None:
        """Takes in a recording because it was opened; nothing to undo (`add_recordings` has)."""

        def work() -> Touched:
            self._tables.put_recording(recording)
            self._journal.note_step("derive", f"open {recording.name}", self.reviewer)
            return Touched(recordings={recording.id})

        self._write("add the recording", work)

    def update_recording(self, recording: Recording) -> None:
        """Stores what the program found out (state, duration, hash …); nothing to undo."""

        def work() -> Touched:
            self._rec(recording.id)
            self._tables.put_recording(recording)
            return Touched(recordings={recording.id})

        self._write("store the recording's state", work)

    def add_analysis(self, analysis: Analysis) -> None:
        """Remembers that a recording was scored; replaces the same model and settings."""

        def work() -> Touched:
            self._connection.execute(
                "INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, ?, ?)",
                (self._rec(analysis.recording_id), analysis.model_sha256, analysis.model_name,
                 analysis.settings_key, analysis.settings, utc_text(analysis.made_utc)),
            )  # fmt: skip
            return Touched(recordings={analysis.recording_id})

        self._write("store the analysis", work)

    def set_value(self, name: str, value: str) -> None:
        """Keeps a small text with the project (where a queue stands, say); nothing to undo."""

        def work() -> Touched:
            self._connection.execute(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"value:{name}", value)
            )
            return Touched()

        self._write("store it", work)

    # recordings

    def recordings(self) -> list[Recording]:
        """Those in the project, by path."""
        with self._guard:
            there = [r for r in self._recordings.values() if not r.removed]
        return sorted(there, key=lambda r: (r.path.casefold(), r.path, r.id))

    def recording(self, recording_id: str) -> Recording | None:
        found = self._recordings.get(recording_id)
        return found if found and not found.removed else None

    def recording_at(self, path: Path) -> Recording | None:
        """The recording whose file this is."""
        wanted = located(self.stored_path(path), self.path.parent)
        return next((r for r in self.recordings() if self.locate(r) == wanted), None)

    def recordings_with_hash(self, content_hash: str) -> list[Recording]:
        return [r for r in self.recordings() if content_hash and r.content_hash == content_hash]

    def locate(self, recording: Recording) -> Path:
        """Where the file should be."""
        return located(recording.path, self.path.parent)

    def stored_path(self, path: Path) -> str:
        """How this project writes the path of a recording."""
        return stored_path(path, self.path.parent)

    def missing(self) -> list[Recording]:
        """Recordings whose file is not where it should be. Asks the disk for each."""
        return [r for r in self.recordings() if not self.locate(r).exists()]

    def analyses(self, recording_id: str) -> list[Analysis]:
        with self._reading():
            rows = self._connection.execute(
                "SELECT model_sha256, model_name, settings_key, settings, made_utc FROM analyses"
                " WHERE rec = ? ORDER BY made_utc", (self._rec(recording_id),)
            ).fetchall()  # fmt: skip
        return [
            Analysis(recording_id, row[0], row[1], row[2], row[3], parse_utc(row[4]))
            for row in rows
        ]

    def reviewed(self, recording_id: str) -> Reviewed:
        """All reviewed spans of the recording."""
        with self._reading():
            return self._tables.reviewed(self._rec(recording_id))

    def labelled(self, recording_id: str) -> LabelledRecording:
        """The recording as label formats write it."""
        recording = self._recordings[recording_id]
        info = RecordingInfo(
            self.locate(recording), recording.duration_s, recording.sample_rate_hz,
            recording.channels, recording.recorded_at,
        )  # fmt: skip
        analyses = self.analyses(recording_id)
        return LabelledRecording(
            info,
            self.recording_events(recording_id),
            self.reviewed(recording_id).spans,
            analyses[-1].model_sha256 if analyses else "",
        )

    # label sets, rules and the rest

    def label_sets(self) -> list[LabelSet]:
        with self._reading():
            return self._tables.label_sets()

    def rule_sets(self) -> list[RuleSet]:
        with self._reading():
            return self._tables.rule_sets()

    def reviewers(self) -> list[str]:
        """Everybody who has changed something, by name."""
        with self._reading():
            rows = self._connection.execute("SELECT name FROM reviewers ORDER BY name").fetchall()
        return [row[0] for row in rows]

    def value(self, name: str, default: str = "") -> str:
        with self._reading():
            found = self._connection.execute(
                "SELECT value FROM meta WHERE key = ?", (f"value:{name}",)
            ).fetchone()
        return found[0] if found else default

    def history(self, limit: int = 1000) -> list[HistoryEntry]:
        """The newest steps first, without values."""
        with self._reading():
            return self._journal.steps(limit)

    def history_of(self, recording_id: str, event_id: str) -> list[HistoryEntry]:
        """Every change of one event with old and new value, oldest first."""
        with self._reading():
            return self._journal.history_of(recording_id, event_id, KINDS[Event])

    def knows(self, recording_id: str) -> bool:
        """Whether the recording is or once was in the project."""
        return recording_id in self._recordings

    def step_uids(self) -> frozenset[str]:
        """Names of all steps, the same in all copies that share them."""
        with self._reading():
            return self._journal.step_uids()

    def events_changed_since(self, shared: frozenset[str]) -> frozenset[tuple[str, str]]:
        """(recording id, event id) of what steps outside `shared` changed."""
        with self._reading():
            return self._journal.events_changed_since(shared)

    # events

    def recording_events(self, recording_id: str) -> EventList:
        with self._reading():
            found = self._tables.events_of(self._rec(recording_id))
            return EventList.of(event for _, event in found)

    def deleted_events(self, recording_id: str) -> list[Event]:
        """Events of the recording that people took out and did not bring back."""
        with self._reading():
            return list(self._journal.deleted_events(self._rec(recording_id)))

    def event(self, recording_id: str, event_id: str) -> ProjectEvent | None:
        with self._reading():
            found = self._tables.find_event(self._rec(recording_id), event_id)
        return ProjectEvent(recording_id, found[1], found[0]) if found else None

    def negatives_of(self, items: Iterable[ProjectEvent]) -> list[ProjectEvent]:
        """The "not X" events that earlier corrections of these left behind (for `relabel`)."""
        found = []
        for recording_id in {item.recording_id for item in items}:
            with self._reading():
                for row, event in self._tables.events_of(self._rec(recording_id)):
                    if edits.is_negative(event):
                        found.append(ProjectEvent(recording_id, event, row))
        return found

    def events(self, rows: Iterable[int]) -> list[ProjectEvent]:
        """Events by row in the order asked for; those that are gone are left out."""
        with self._reading():
            return [
                ProjectEvent(self._tables.recording_id_of(rec), event, row)
                for row, rec, event in self._tables.events_at(rows)
            ]

    def event_ids(self, wanted: EventFilter = _ALL, sort: Sort = _BY_TIME) -> NDArray[np.int64]:
        """Rows of all events that meet the filter, sorted; int64 (n,). Hand slices to `events`."""
        with self._reading():
            return self._asked().rows(wanted, sort)

    def count(self, wanted: EventFilter = _ALL) -> int:
        with self._reading():
            return self._asked().count(wanted)

    def class_counts(self, wanted: EventFilter = _ALL) -> list[ClassCounts]:
        """States per class, with reviewed share and precision so far, by name."""
        with self._reading():
            return self._asked().counts(wanted)

    def recording_counts(self) -> dict[str, ClassCounts]:
        """States per recording id over all classes; recordings without events are not in it."""
        with self._reading():
            return self._asked().counts_per_recording()

    def queue(
        self,
        kind: QueueKind | str,
        wanted: EventFilter = _ALL,
        *,
        seed: int = 0,
        threshold: float = 0.5,
    ) -> NDArray[np.int64]:
        """Rows of the events to review, in order. Scores are probabilities where there are any."""
        with self._reading():
            return self._asked().queue(QueueKind(kind), wanted, seed, threshold)

    def next_unreviewed(
        self, after: int | None, within: NDArray[np.int64] | None = None, *, backwards: bool = False
    ) -> int | None:
        """The row of the next unreviewed event of a queue (None: of all by time); None at the end.

        Starts over at the start, so that what was skipped comes again.
        """
        with self._reading():
            rows = self._asked().rows(_ALL, _BY_TIME) if within is None else within
            return self._asked().next_unreviewed(rows, after, backwards)

    def at_or_above(self, row: int, *, unreviewed_only: bool = True) -> NDArray[np.int64]:
        """Rows of the event's class with at least its score, the event included."""
        with self._reading():
            return self._asked().beyond(row, True, unreviewed_only)

    def at_or_below(self, row: int, *, unreviewed_only: bool = True) -> NDArray[np.int64]:
        with self._reading():
            return self._asked().beyond(row, False, unreviewed_only)

    def accept_and_above(self, row: int, reviewer: str = "") -> Command:
        """Accepts the event and all unreviewed ones of its class that score at least as high.

        `command.count` says beforehand how many; nothing is changed before `apply`.
        """
        command = edits.accept(self.events(self.at_or_above(row)), reviewer or self.reviewer)
        return replace(command, title=f"{command.title} (and all above)")

    def reject_and_below(self, row: int, reviewer: str = "") -> Command:
        command = edits.reject(self.events(self.at_or_below(row)), reviewer or self.reviewer)
        return replace(command, title=f"{command.title} (and all below)")

    # telling others

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` after every transaction with what it changed, in the thread that made
        it. Returns what ends the subscription."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def refresh(self) -> None:
        """Reads again what another process may have changed (of use in a read-only project)."""
        with self._reading():
            self._tables.refresh()
            self._recordings = {r.id: r for r in self._tables.recordings()}
            self._index = self._queries = None

    # inside

    def _rec(self, recording_id: str) -> int:
        try:
            return self._tables.rec_of(recording_id)
        except KeyError as error:
            raise ProjectError(
                self.path, f"holds no recording {recording_id}", "add it first"
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._guard, in_words(self.path, "read it"):
            if self._closed:
                raise ProjectError(self.path, "is closed", "open it again")
            yield

    def _asked(self) -> Queries:
        if self._index is None or self._queries is None:
            self._index = EventIndex.load(self._connection, self._tables)
            self._queries = Queries(self._connection, self._tables, self._index, self._recordings)
        return self._queries

    def _turn(self, doing: str, step: Callable[[str], tuple[str, Touched] | None]) -> str | None:
        title: list[str] = []

        def work() -> Touched:
            done = step(self.reviewer)
            if done is None:
                return Touched()
            title.append(done[0])
            return done[1]

        self._write(doing, work)
        return title[0] if title else None

    def _write(self, doing: str, work: Callable[[], Touched]) -> None:
        """One transaction. What is in memory follows only when it is on the disk."""
        with self._guard:
            if self._closed:
                raise ProjectError(self.path, "is closed", "open it again")
            if self._lock is None:
                why = "was rescued from damage" if self.damage else "is open to read only"
                raise ProjectError(self.path, why, "save it under another name and go on there")
            with in_words(self.path, doing):
                try:
                    self._connection.execute("BEGIN IMMEDIATE")
                    touched = work()
                    self._connection.execute("COMMIT")
                except BaseException:
                    self._roll_back()
                    raise
            changes = self._follow(touched)
            if self._backups is not None and changes and self._backups.changed():
                self._journal.part()
        for listener in list(self._listeners):
            if changes:
                listener(changes)

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._tables.refresh()

    def _follow(self, touched: Touched) -> tuple[ProjectChange, ...]:
        for recording_id in touched.recordings:
            found = self._tables.find_recording(recording_id)
            if found is not None:
                self._recordings[recording_id] = found
        if self._index is not None and self._queries is not None:
            for row in sorted(touched.rows):
                there = touched.rows[row]
                if there is None:
                    self._index.drop(row)
                else:
                    rec, event = there
                    self._index.put(row, rec, self._tables.kind_of(event), event)
            if touched.recordings:
                self._queries.set_recordings(self._recordings)
        return touched.changes()


def _id_of(connection: sqlite3.Connection) -> str:
    found = connection.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()
    return str(found[0]) if found else ""


def _damage_named(path: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except sqlite3.Error as error:
        if is_damage(error):
            raise DamagedError(path, f"is damaged ({error})") from error
        raise
