"""The history of a project: every step, and every change of an event with old and new value."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from yamnet_gui.core.events import Event

from .codec import KINDS, both_sides, from_fields, parse_utc, parsed
from .connection import ProjectConnection
from .models import DERIVE, HistoryEntry, NextStep
from .row_rules import RowReader

_STEPS = RowReader("steps", "step, utc, reviewer, action, title")
_UIDS = RowReader("steps", "uid")


class ProjectHistory:
    """`Project.history`. Methods raise ProjectError where the file cannot be read."""

    def __init__(self, connection: ProjectConnection) -> None:
        self._connection = connection

    @property
    def undo_title(self) -> str | None:
        """What `Project.undo` would undo; at once, whatever other threads do with the project."""
        step = self._connection.turnable[0]
        return step[1] if step else None

    @property
    def redo_title(self) -> str | None:
        """What `Project.redo` would redo; at once, as `undo_title`."""
        step = self._connection.turnable[1]
        return step[1] if step else None

    @property
    def undo_step(self) -> int | None:
        """The number of that step of `undo_title`, at once."""
        step = self._connection.turnable[0]
        return step[0] if step else None

    @property
    def redo_step(self) -> int | None:
        """The number of that step of `redo_title`, at once."""
        step = self._connection.turnable[1]
        return step[0] if step else None

    def next_undo(self) -> NextStep | None:
        """What is known of the step that `Project.undo` would undo; None without one."""
        with self._connection.reading():
            return self._connection.undo_history.next_undo()

    def next_redo(self) -> NextStep | None:
        """The same of `Project.redo`."""
        with self._connection.reading():
            return self._connection.undo_history.next_redo()

    def steps(self, limit: int = 1000, *, of_user: bool = False) -> list[HistoryEntry]:
        """The newest steps first, without values; `of_user`: not those that derive events."""
        with self._connection.reading():
            rows = self._connection.database.execute(
                "SELECT step, utc, reviewer, action, title FROM steps WHERE action <> ?"
                " ORDER BY step DESC LIMIT ?",
                (DERIVE if of_user else "", limit),
            ).fetchall()
        return [_entry(row, "", "", None, None) for row in _STEPS.each(rows)]

    def times_since(self, since: datetime) -> list[datetime]:
        """When each step of the user was made (UTC), of those from `since` on."""
        with self._connection.reading():
            rows = self._connection.database.execute(
                "SELECT utc FROM steps WHERE utc >= ? AND action <> ?",
                (since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), DERIVE),
            ).fetchall()
        times = (parse_utc(text) for (text,) in rows)
        return [moment for moment in times if moment is not None]

    def of_event(self, recording_id: str, event_id: str) -> list[HistoryEntry]:
        """Every change of one event with old and new value, oldest first."""
        kind = KINDS[Event]
        with self._connection.reading():
            rec = self._connection.rec(recording_id)
            rows = self._connection.database.execute(
                "SELECT s.step, s.utc, s.reviewer, s.action, s.title, c.old, c.new, c.change"
                " FROM changes c JOIN steps s ON s.step = c.step WHERE c.rec = ? AND c.key = ?"
                " AND c.kind = ? UNION ALL "
                "SELECT s.step, s.utc, s.reviewer, s.action, s.title, c.old, c.new, c.change"
                " FROM changes c JOIN steps s ON s.target = c.step WHERE c.rec = ? AND c.key = ?"
                " AND c.kind = ? ORDER BY 1, 8",
                (rec, event_id, kind, rec, event_id, kind),
            ).fetchall()
        entries = []
        for row in rows:
            try:
                _STEPS.checked(row[:5])
                old, new = both_sides(kind, row[5], row[6])
            except ValueError:
                continue
            if row[3] == "undo":
                old, new = new, old
            entries.append(_entry(row, recording_id, event_id, old, new))
        return entries

    def event_values(self, recording_id: str) -> Iterator[Event]:
        """Every value that events of a recording have had, oldest first, without undone steps."""
        kind = KINDS[Event]
        with self._connection.reading():
            rows = self._connection.database.execute(
                "SELECT c.old, c.new FROM changes c JOIN steps s ON s.step = c.step"
                " WHERE c.rec = ? AND c.kind = ? AND s.state = 'done' ORDER BY c.step, c.change",
                (self._connection.rec(recording_id), kind),
            ).fetchall()
        for row in rows:
            try:
                sides = both_sides(kind, row[0], row[1])
            except (ValueError, TypeError, AttributeError):
                continue
            yield from (value for value in sides if isinstance(value, Event))

    def step_uids(self) -> frozenset[str]:
        """Ids of all steps, the same in all copies that share them."""
        with self._connection.reading():
            rows = self._connection.database.execute("SELECT uid FROM steps").fetchall()
        return frozenset(row[0] for row in _UIDS.each(rows))

    def events_changed_since(self, shared: frozenset[str]) -> frozenset[tuple[str, str]]:
        """(recording id, event id) of what steps outside `shared` changed, undid or redid."""
        database, tables = self._connection.database, self._connection.tables
        changed = set()
        with self._connection.reading():
            for uid, step, target in database.execute(
                "SELECT uid, step, target FROM steps ORDER BY step"
            ).fetchall():
                if uid in shared:
                    continue
                rows = database.execute(
                    "SELECT DISTINCT c.rec, c.key FROM changes c JOIN steps s ON s.step = c.step"
                    " WHERE c.step = ? AND c.kind = 'event' AND s.action <> ?",
                    (step if target is None else target, DERIVE),
                )
                for rec, key in rows:
                    with suppress(KeyError):
                        changed.add((tables.recording_id_of(rec), key))
        return frozenset(changed)


def deleted_events(database: sqlite3.Connection, rec: int) -> Iterator[Event]:
    """Events of a recording that the user deleted and did not bring back."""
    rows = database.execute(
        "SELECT c.old FROM changes c JOIN steps s ON s.step = c.step"
        " WHERE c.rec = ? AND c.kind = 'event' AND c.new IS NULL AND s.state = 'done'"
        " AND s.action <> ?"
        " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.rec = c.rec AND e.id = c.key)",
        (rec, DERIVE),
    )
    for (old,) in rows:
        try:
            event = from_fields("event", parsed(old))
        except ValueError:
            continue
        if isinstance(event, Event):
            yield event


def _entry(row: Any, recording_id: str, key: str, old: object, new: object) -> HistoryEntry:
    when = parse_utc(row[1]) or datetime.fromtimestamp(0, UTC)
    return HistoryEntry(row[0], when, row[2], row[3], row[4], recording_id, key, old, new)
