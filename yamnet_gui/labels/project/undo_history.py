"""Makes, undoes and redoes commands inside a transaction, and keeps the history in the file.

Every step is a row of `steps`; what it changed are rows of `changes` with the whole old value and
what the new one differs in. Steps are "done", "undone" or "dropped" (undone, then overtaken by
another edit); none is ever deleted, so the undo stack and the history are one and survive a
restart.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event

from .codec import Value, dumps, from_fields, patch, patched, to_fields
from .command import Change, Command
from .models import HistoryEntry, LabelSet, ProjectChange, Recording, Reviewed, StoredRules, new_id
from .tables import Tables, parse_utc


@dataclass
class ChangeSet:
    """What a transaction has changed, for the index and for those who listen."""

    rows: dict[int, tuple[int, Event] | None] = field(default_factory=dict)
    events: dict[str, dict[str, None]] = field(default_factory=dict)
    recordings: set[str] = field(default_factory=set)
    reviewed: set[str] = field(default_factory=set)
    label_sets: bool = False
    rules: bool = False

    def changes(self) -> tuple[ProjectChange, ...]:
        ids = dict.fromkeys([*self.events, *sorted(self.recordings | self.reviewed)])
        found = [
            ProjectChange(
                i, tuple(self.events.get(i, ())), i in self.recordings, i in self.reviewed
            )
            for i in ids
        ]
        if self.label_sets or self.rules:
            found.append(
                ProjectChange(label_sets_changed=self.label_sets, rules_changed=self.rules)
            )
        return tuple(found)


class Journal:
    """The undo stack of a project. The caller keeps the transaction."""

    def __init__(self, connection: sqlite3.Connection, tables: Tables, subject: str) -> None:
        self._connection = connection
        self._tables = tables
        self._subject = subject
        self._session = new_id()

    def part(self) -> None:
        """Lets no later edit join an earlier one: somebody may have a copy of that."""
        self._session = new_id()

    # doing

    def apply(self, command: Command, reviewer: str, adopt: bool = False) -> ChangeSet:
        """Raises ProjectError where something is no longer what the command says it was.

        With `adopt`, detections that nobody touched are taken as the command has them.
        """
        touched = ChangeSet()
        joined = self._joins(command)
        self._connection.execute(
            "UPDATE steps SET state = 'dropped' WHERE state = 'undone'"
        )  # what was undone cannot be redone behind a new edit
        step = joined if joined is not None else self._add_step("do", command, reviewer)
        rows = []
        for change in command.changes:
            if adopt:
                self._adopt(change, touched)
            self._expect(change)
            self._put(change.kind, change.recording_id, change.key, change.new, touched)
            rows.append(self._row(step, change))
        if joined is not None:
            self._extend(joined, rows)
        else:
            self._connection.executemany(
                "INSERT INTO changes (step, kind, rec, key, old, new) VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )
        return touched

    def undo(self, reviewer: str) -> tuple[str, ChangeSet] | None:
        """The title of what was undone; None where there is nothing to undo."""
        return self._turn(self._last_done(), "undo", reviewer)

    def redo(self, reviewer: str) -> tuple[str, ChangeSet] | None:
        return self._turn(self._first_undone(), "redo", reviewer)

    def note_step(self, action: str, title: str, reviewer: str) -> int:
        """A step that is only history: nobody can undo it."""
        return self._insert_step(action, title, reviewer, "noted", "", None)

    # looking

    def undo_title(self) -> str | None:
        found = self._last_done()
        return found[1] if found else None

    def redo_title(self) -> str | None:
        found = self._first_undone()
        return found[1] if found else None

    def steps(self, limit: int) -> list[HistoryEntry]:
        """The newest steps first."""
        rows = self._connection.execute(
            "SELECT step, utc, reviewer, action, title FROM steps ORDER BY step DESC LIMIT ?",
            (limit,),
        )
        return [_entry(row, "", "", None, None) for row in rows]

    def history_of(self, recording_id: str, key: str, kind: str) -> list[HistoryEntry]:
        """Everything that happened to one thing, oldest first."""
        rec = self._tables.rec_of(recording_id) if recording_id else 0
        rows = self._connection.execute(
            "SELECT s.step, s.utc, s.reviewer, s.action, s.title, c.old, c.new, c.change"
            " FROM changes c JOIN steps s ON s.step = c.step WHERE c.rec = ? AND c.key = ?"
            " AND c.kind = ? UNION ALL "
            "SELECT s.step, s.utc, s.reviewer, s.action, s.title, c.old, c.new, c.change"
            " FROM changes c JOIN steps s ON s.target = c.step WHERE c.rec = ? AND c.key = ?"
            " AND c.kind = ? ORDER BY 1, 8",
            (rec, key, kind, rec, key, kind),
        ).fetchall()
        found = []
        for row in rows:
            try:
                old, new = _sides(kind, row[5], row[6])
            except ValueError:
                continue
            if row[3] == "undo":
                old, new = new, old
            found.append(_entry(row, recording_id, key, old, new))
        return found

    def deleted_events(self, rec: int) -> Iterator[Event]:
        """Events of a recording that people took out and did not bring back."""
        rows = self._connection.execute(
            "SELECT c.old FROM changes c JOIN steps s ON s.step = c.step"
            " WHERE c.rec = ? AND c.kind = 'event' AND c.new IS NULL AND s.state = 'done'"
            " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.rec = c.rec AND e.id = c.key)",
            (rec,),
        )
        for (old,) in rows:
            event = from_fields("event", json.loads(old))
            if isinstance(event, Event):
                yield event

    def step_uids(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._connection.execute("SELECT uid FROM steps"))

    def events_changed_since(self, shared: frozenset[str]) -> frozenset[tuple[str, str]]:
        """(recording id, event id) that steps outside `shared` made, undid or redid."""
        found = set()
        for uid, step, target in self._connection.execute(
            "SELECT uid, step, target FROM steps ORDER BY step"
        ).fetchall():
            if uid in shared:
                continue
            rows = self._connection.execute(
                "SELECT DISTINCT rec, key FROM changes WHERE step = ? AND kind = 'event'",
                (step if target is None else target,),
            )
            for rec, key in rows:
                with suppress(KeyError):
                    found.add((self._tables.recording_id_of(rec), key))
        return frozenset(found)

    # inside

    def _adopt(self, change: Change, touched: ChangeSet) -> None:
        """Puts in the detection that a change starts from: rules may find it anew at any time."""
        old = change.old
        if isinstance(old, Event) and not old.touched:
            now = self._get("event", change.recording_id, old.id)
            if now is None or (isinstance(now, Event) and not now.touched and now != old):
                self.put_event(change.recording_id, old.id, old, touched)

    def _expect(self, change: Change) -> None:
        """Refuses a change whose old value is not what the project holds."""
        now = self._get(change.kind, change.recording_id, change.key)
        if isinstance(now, Recording) and now.removed and change.old is None:
            now = None
        if isinstance(now, Reviewed) and change.old is None and not now.spans:
            now = None
        if now != change.old:
            if now is None:
                reason = f"the {change.kind} {change.key or change.recording_id} is no longer there"
            elif change.old is None:
                reason = f"the {change.kind} {change.key or change.recording_id} is already there"
            else:
                reason = f"the {change.kind} {change.key or change.recording_id} has changed since"
            raise ProjectError(self._subject, reason, "look at it again, then repeat the edit")

    def _rec(self, recording_id: str) -> int:
        if not recording_id:
            return 0
        try:
            return self._tables.rec_of(recording_id)
        except KeyError as error:
            raise ProjectError(
                self._subject, f"holds no recording {recording_id}", "add it first"
            ) from error

    def _get(self, kind: str, recording_id: str, key: str) -> Value | None:
        if kind == "recording":
            return self._tables.find_recording(key)
        if kind == "labels":
            return next((s for s in self._tables.label_sets() if s.id == key), None)
        if kind == "rules":
            return next((s for s in self._tables.rule_sets() if s.id == key), None)
        if kind == "reviewed":
            return self._tables.reviewed(self._rec(recording_id))
        found = self._tables.find_event(self._rec(recording_id), key)
        return found[1] if found else None

    def _put(
        self, kind: str, recording_id: str, key: str, value: Value | None, touched: ChangeSet
    ) -> None:
        if kind == "event":
            self.put_event(recording_id, key, value if isinstance(value, Event) else None, touched)
        elif kind == "reviewed":
            spans = value if isinstance(value, Reviewed) else None
            self._tables.put_reviewed(self._rec(recording_id), spans)
            touched.reviewed.add(recording_id)
        elif kind == "labels":
            self._tables.put_label_set(key, value if isinstance(value, LabelSet) else None)
            touched.label_sets = True
        elif kind == "rules":
            self._tables.put_rule_set(key, value if isinstance(value, StoredRules) else None)
            touched.rules = True
        elif isinstance(value, Recording):
            self._tables.put_recording(value)
            touched.recordings.add(key)
        else:
            raise ProjectError(self._subject, "recordings are removed, never deleted")

    def put_event(
        self, recording_id: str, event_id: str, event: Event | None, touched: ChangeSet
    ) -> None:
        rec = self._rec(recording_id)
        if event is None:
            row = self._tables.drop_event(rec, event_id)
        else:
            row = self._tables.put_event(rec, event)
        if row is not None:
            touched.rows[row] = None if event is None else (rec, event)
        touched.events.setdefault(recording_id, {})[event_id] = None

    def _row(self, step: int, change: Change) -> tuple[Any, ...]:
        old = None if change.old is None else to_fields(change.old)
        new = None if change.new is None else to_fields(change.new)
        if old is not None and new is not None:
            new = patch(old, new)
        return (
            step,
            change.kind,
            self._rec(change.recording_id),
            change.key,
            None if old is None else dumps(old),
            None if new is None else dumps(new),
        )

    def _turn(
        self, found: tuple[int, str] | None, action: str, reviewer: str
    ) -> tuple[str, ChangeSet] | None:
        if found is None:
            return None
        step, title = found
        touched = ChangeSet()
        back = action == "undo"
        rows = self._connection.execute(
            f"SELECT kind, rec, key, old, new FROM changes WHERE step = ?"
            f" ORDER BY change {'DESC' if back else 'ASC'}",
            (step,),
        ).fetchall()
        for kind, rec, key, old, new in rows:
            try:
                recording_id = self._tables.recording_id_of(rec) if rec else ""
                value = self._recording_turned(key, old, new, back) if kind == "recording" else (
                    _sides(kind, old, new)[0 if back else 1]
                )  # fmt: skip
            except (KeyError, ValueError) as error:
                raise ProjectError(
                    self._subject, f"the history of step {step} ({title}) is damaged",
                    "save the project under another name and go on there",
                ) from error  # fmt: skip
            self._put(kind, recording_id, key, value, touched)
        self._connection.execute(
            "UPDATE steps SET state = ? WHERE step = ?", ("undone" if back else "done", step)
        )
        self._insert_step(action, title, reviewer, "noted", "", step)
        return title, touched

    def _recording_turned(self, key: str, old: str | None, new: str | None, back: bool) -> Value:
        """Only the fields that the step changed; an analysis may have set others since."""
        now = self._tables.find_recording(key)
        if now is None or new is None:
            raise ValueError("no such recording")
        if old is None:
            fields, changed = {"removed": back or None}, {"removed": None}
        else:
            changed = json.loads(new)
            fields = {k: json.loads(old).get(k) for k in changed} if back else changed
        return from_fields("recording", patched(to_fields(now), fields))

    def _last_done(self) -> tuple[int, str] | None:
        found: tuple[int, str] | None = self._connection.execute(
            "SELECT step, title FROM steps WHERE state = 'done' ORDER BY step DESC LIMIT 1"
        ).fetchone()
        return found

    def _first_undone(self) -> tuple[int, str] | None:
        found: tuple[int, str] | None = self._connection.execute(
            "SELECT step, title FROM steps WHERE state = 'undone' ORDER BY step LIMIT 1"
        ).fetchone()
        return found

    def _add_step(self, action: str, command: Command, reviewer: str) -> int:
        return self._insert_step(action, command.title, reviewer, "done", command.merge_key, None)

    def _insert_step(
        self, action: str, title: str, who: str, state: str, merge_key: str, target: int | None
    ) -> int:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        made = self._connection.execute(
            "INSERT INTO steps (uid, utc, reviewer, session, action, title, merge_key, state,"
            " target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (new_id(), now, who, self._session, action, title, merge_key, state, target),
        )
        if who:
            self._connection.execute("INSERT OR IGNORE INTO reviewers VALUES (?, ?)", (who, now))
        return int(made.lastrowid or 0)

    def _joins(self, command: Command) -> int | None:
        """The last step where the command goes on with it."""
        if not command.merge_key:
            return None
        last = self._connection.execute(
            "SELECT step, session, merge_key, state FROM steps ORDER BY step DESC LIMIT 1"
        ).fetchone()
        if last is None or last[1:] != (self._session, command.merge_key, "done"):
            return None
        there = self._connection.execute(
            "SELECT kind, rec, key FROM changes WHERE step = ? ORDER BY change", (last[0],)
        ).fetchall()
        mine = [(c.kind, self._rec(c.recording_id), c.key) for c in command.changes]
        both = all(c.old is not None and c.new is not None for c in command.changes)
        return int(last[0]) if both and there == mine and len(set(mine)) == len(mine) else None

    def _extend(self, step: int, rows: Iterable[tuple[Any, ...]]) -> None:
        for _step, kind, rec, key, old, new in rows:
            first = self._connection.execute(
                "SELECT change, old FROM changes WHERE step = ? AND kind = ? AND rec = ?"
                " AND key = ?",
                (step, kind, rec, key),
            ).fetchone()
            before = json.loads(first[1]) if first[1] else {}
            now = patched(json.loads(old), json.loads(new))
            self._connection.execute(
                "UPDATE changes SET new = ? WHERE change = ?",
                (dumps(patch(before, now)), first[0]),
            )
        now_text = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._connection.execute("UPDATE steps SET utc = ? WHERE step = ?", (now_text, step))


def _sides(kind: str, old: str | None, new: str | None) -> tuple[Value | None, Value | None]:
    before = None if old is None else json.loads(old)
    after = None if new is None else json.loads(new)
    if before is not None and after is not None:
        after = patched(before, after)
    return (
        None if before is None else from_fields(kind, before),
        None if after is None else from_fields(kind, after),
    )


def _entry(row: Any, recording_id: str, key: str, old: object, new: object) -> HistoryEntry:
    when = parse_utc(row[1]) or datetime.fromtimestamp(0, UTC)
    return HistoryEntry(row[0], when, row[2], row[3], row[4], recording_id, key, old, new)
