"""The project: one SQLite file that never loses a decision."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.files import exists, replacing
from yamnet_gui.core.stopping import stoppable

from .backups import Backups
from .change_set import ChangeSet
from .codec import utc_text
from .command import Command
from .connection import Listener, ProjectConnection
from .continuing import write_copy
from .events import ProjectEvents
from .file_watch import Replacement
from .history import ProjectHistory
from .lock import WriterLock
from .models import ProjectChange, new_id
from .open_checks import connect, in_words, is_damage, is_large, quick_check
from .opening import open_project
from .paths import drop_left_overs
from .recordings import ProjectRecordings
from .row_rules import rows_fault
from .schema import migrate
from .settings import ProjectSettings

_HURRY_S = 1.0
"""How long closing may take once the program is interrupted."""


class Project:
    """An open project. Safe to use from several threads; one writer per file.

    `recordings`, `events`, `history` and `settings` read it; the user's edits are commands for
    `apply`. Every `apply`, `undo` and `redo` is one transaction that is on the disk when it
    returns. All methods raise ProjectError where the file cannot be read or written; a refused edit
    leaves the project as it was.
    """

    def __init__(self, connection: ProjectConnection) -> None:
        self._connection = connection
        self.recordings = ProjectRecordings(connection)
        self.events = ProjectEvents(connection)
        self.history = ProjectHistory(connection)
        self.settings = ProjectSettings(connection)

    @classmethod
    def create(cls, path: Path) -> "Project":
        """Makes an empty project and opens it for writing.

        Raises ProjectError where the file exists already or cannot be written.
        """
        path = Path(path).absolute()
        if exists(path):
            raise ProjectError(path, "exists already", "open it or choose another name")
        with in_words(path, "create the project"):
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

        Raises ProjectError where the file is not a project, of a newer version, or (unless
        `read_only`) open elsewhere. The file is not changed in any of these cases.
        """
        return cls(open_project(Path(path).absolute(), read_only=read_only))

    def close(self) -> None:
        """Leaves a single portable file, and a backup where something has changed."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None or issubclass(kind, Exception):
            self.close()
            return
        latest = time.monotonic() + _HURRY_S  # Ctrl+C: the program is to end
        with stoppable(lambda: time.monotonic() > latest):
            self.close()

    @property
    def path(self) -> Path:
        return self._connection.path

    @property
    def id(self) -> str:
        """The same for a project and its copies."""
        return self._connection.id

    @property
    def read_only(self) -> bool:
        return self._connection.read_only

    @property
    def damage(self) -> str:
        """What was lost where a damaged file was rescued ("" otherwise).

        Such a project is read-only and can be saved under another name.
        """
        return self._connection.damage

    @property
    def replacement(self) -> Replacement | None:
        """What became of the file while it was open; None as long as it is in its place.

        Every edit, `check_file` and `close` look. A project open for writing then goes on in a copy
        with all decisions, and `path` is that of the copy.
        """
        return self._connection.replacement

    def check_file(self) -> Replacement | None:
        """Whether the file is still in its place; see `replacement`. May run in any thread.

        Raises ProjectError where it is not, and no copy can be written.
        """
        return self._connection.check_file()

    @property
    def reviewer(self) -> str:
        """Who makes the edits, for the history."""
        return self._connection.reviewer

    @reviewer.setter
    def reviewer(self, name: str) -> None:
        self._connection.reviewer = name

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` after every transaction with what it changed, in the thread that made
        it. Returns what ends the subscription."""
        return self._connection.subscribe(listener)

    def refresh(self) -> None:
        """Reads again what another process may have changed (of use in a read-only project)."""
        self._connection.refresh()

    def apply(self, command: Command, *, adopt: bool = False) -> None:
        """Makes the command's changes, all or none. An empty command does nothing.

        With `adopt`, untouched detections need not be stored before: the command brings those that
        it changes along, so that undo leaves them as detections.
        """
        if command.changes:
            undo_history = self._connection.undo_history
            self._connection.write(
                "make the change", lambda: undo_history.apply(command, self.reviewer, adopt)
            )

    def busy(self, wait_s: float = 0.0) -> bool:
        """Whether another thread is at work on the file for longer than `wait_s`.

        Reading and writing would have to wait until it is done.
        """
        return self._connection.busy(wait_s)

    def undo(self) -> str | None:
        """Takes the last step back, also of an earlier session; its title, None without one."""
        turned = self.turn(back=True)
        return turned[0] if turned is not None else None

    def redo(self) -> str | None:
        """Makes the step again that was undone last; its title, None without one."""
        turned = self.turn(back=False)
        return turned[0] if turned is not None else None

    def turn(self, *, back: bool) -> tuple[str, tuple[ProjectChange, ...]] | None:
        """Undoes (`back`) or redoes a step: its title and what changed; None without one."""
        history = self._connection.undo_history
        step = history.undo if back else history.redo
        title: list[str] = []

        def work() -> ChangeSet:
            done = step(self.reviewer)
            if done is None:
                return ChangeSet()
            title.append(done[0])
            return done[1]

        changes = self._connection.write("undo" if back else "redo", work)
        return (title[0], changes) if title else None

    def save_as(self, path: Path) -> None:
        """Writes a complete copy, with history and undo, to `path`, replacing any file.

        Relative paths of recordings are made to fit the new folder. This project stays open as it
        is; open the copy to go on there. A copy that is open elsewhere is not overwritten.
        """
        path = Path(path).absolute()
        if path == self.path:
            raise ProjectError(path, "is this project itself", "choose another name")
        lock = WriterLock(path)
        connection = self._connection
        with in_words(path, "save the project"):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(replacing=True)
            try:
                with connection.reading("save the project"):
                    connection.undo_history.start_new_session()
                    recordings = connection.recordings.values()
                    write_copy(connection.database, recordings, self.path.parent, path)
            finally:
                lock.release()

    def backup(self) -> Path | None:
        """Makes a backup now and drops the oldest; its path. May run in any thread."""
        backups = self._connection.backups
        if backups is None:
            return None
        with in_words(self.path, "make a backup"):
            return backups.make_from_file()

    def backups(self) -> list[Path]:
        """Backups of this project, newest first."""
        return Backups(self.path, self.id).all()

    @property
    def unchecked(self) -> bool:
        """Whether it was too large for `check` while it was opened."""
        try:
            return not self.damage and is_large(self.path)
        except OSError:  # whatever needs the file says so
            return False

    def check(self) -> str:
        """Checks the whole file for damage and wrong values: what is wrong, or ""."""
        with in_words(self.path, "check it"):
            connection = connect(self.path, "ro")
            try:
                return quick_check(connection) or rows_fault(connection)
            except sqlite3.Error as error:
                if is_damage(error):
                    return f"is damaged ({error})"
                raise
            finally:
                connection.close()
