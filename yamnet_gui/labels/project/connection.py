"""What an open project keeps in memory, and who is told when it changes."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from yamnet_gui.core.errors import ProjectError

from .backups import Backups
from .index import EventIndex
from .lock import WriterLock
from .models import ProjectChange
from .open_checks import in_words
from .queries import Queries
from .recovery import Rescue
from .tables import Tables
from .undo_history import Journal

Listener = Callable[[tuple[ProjectChange, ...]], None]


class Held:
    """The connection and what is built on it. `Project` is the class to use."""

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

    @property
    def read_only(self) -> bool:
        return self._lock is None

    @property
    def id(self) -> str:
        """The same for a project and its copies."""
        return id_of(self._connection)

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


def id_of(connection: sqlite3.Connection) -> str:
    found = connection.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()
    return str(found[0]) if found else ""
