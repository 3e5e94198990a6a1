"""Applies, undoes and redoes commands inside a transaction, and writes the history to the file.

Every step is a row of `steps`; what it changed are rows of `changes` with the whole old value and
what the new one differs in. Steps are "done", "undone" or "dropped" (undone, then overtaken by
another edit); none is ever deleted, so the undo stack and the history are one and survive a
restart.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice, repeat
from operator import attrgetter
from typing import Any

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.event_block import EventBlock
from yamnet_gui.core.events import Event
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.text import encodable

from .bulk import insert_rows
from .change_set import ChangeSet
from .codec import (
    KINDS,
    Value,
    both_sides,
    dumps,
    from_fields,
    parsed,
    patch,
    patched,
    stored_text,
    stored_texts,
    to_fields,
)
from .command import Change, Command
from .continuing import log_to_disk
from .models import MOST_COUNTED, NextStep, Reviewed, new_id
from .stored_values import StoredValues
from .tables import Tables

_AT_ONCE = 50_000
_CHANGE_COLUMNS = "step, kind, rec, key, old, new"
_INSIDE = (KINDS[Event], KINDS[Reviewed])  # what belongs to a recording


NumberedStep = tuple[int, str]
"""The number of a step and its title."""


def _added_to(change: Change) -> str | None:
    """The recording that the change adds an event to; None for every other change."""
    added = change.old is None and isinstance(change.new, Event)
    return change.recording_id if added else None


class UndoHistory:
    """The undo stack of a project. The caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection, tables: Tables, subject: str) -> None:
        self._connection = connection
        self._tables = tables
        self._subject = subject
        self._session = new_id()
        self.values = StoredValues(tables, subject)

    def use(self, connection: sqlite3.Connection, subject: str) -> None:
        """Goes on with a copy of the same rows."""
        self._connection = connection
        self._subject = subject
        self.values = StoredValues(self._tables, subject)

    def start_new_session(self) -> None:
        """Keeps later edits from joining earlier ones: a copy may already hold those."""
        self._session = new_id()

    def apply(
        self, command: Command, reviewer: str, adopt: bool = False, action: str = "do"
    ) -> ChangeSet:
        """Raises ProjectError where a value is no longer the old one of the command.

        With `adopt`, detections that nobody touched are taken as the command has them. `action`:
        what the history calls the step, DERIVE where it is no decision of the user.
        """
        touched = ChangeSet()
        joined = self._joins(command)
        self._connection.execute(
            "UPDATE steps SET state = 'dropped' WHERE state = 'undone'"
        )  # what was undone cannot be redone behind a new edit
        step = joined if joined is not None else self._add_step(action, command, reviewer)
        since = 0
        for target, run in groupby(command.changes, key=_added_to):
            changes = iter(run)
            while part := list(islice(changes, _AT_ONCE)):  # a million events need no million rows
                if target is not None:
                    rows = self._add(step, target, [change.new for change in part], touched)
                else:
                    self._put(part, touched, adopt)
                    rows = [self._row(step, change) for change in until_stopped(part)]
                if joined is not None:
                    self._extend(joined, rows)
                else:
                    insert_rows(self._connection, "changes", _CHANGE_COLUMNS, rows)
                since += len(part)
                if since >= _AT_ONCE:
                    since = 0
                    log_to_disk(self._connection)
        return touched

    def _add(
        self, step: int, recording_id: str, values: Sequence[Value | None], touched: ChangeSet
    ) -> list[tuple[Any, ...]]:
        """Adds events; what `_row` makes of each of these changes.

        They come in order of their ids, as the tables' indices are: ids of imported events are
        random, and single ones would touch a page of the file each.
        """
        self.values.expect_recording(recording_id)
        events = [value for value in values if isinstance(value, Event)]
        events.sort(key=attrgetter("id"))
        block = EventBlock(events)
        self.values.add_events(recording_id, block, touched)
        head = repeat(step), repeat(KINDS[Event]), repeat(self.values.rec(recording_id))
        return list(zip(*head, block.column("id"), repeat(None), stored_texts(block)))

    def _put(self, changes: Iterable[Change], touched: ChangeSet, adopt: bool) -> None:
        present: set[str] = set()
        for change in until_stopped(changes):
            recording_id = change.recording_id
            if change.kind in _INSIDE and recording_id not in present:
                self.values.expect_recording(recording_id)
                present.add(recording_id)
            if adopt:
                self.values.adopt(change, touched)
            self.values.expect(change)
            self.values.put(change.kind, change.recording_id, change.key, change.new, touched)

    def undo(self, reviewer: str) -> tuple[str, ChangeSet] | None:
        """The title of what was undone; None where there is nothing to undo."""
        return self._turn(self._last_done(), "undo", reviewer)

    def redo(self, reviewer: str) -> tuple[str, ChangeSet] | None:
        return self._turn(self._first_undone(), "redo", reviewer)

    def note_step(self, action: str, title: str, reviewer: str) -> int:
        """A step that is only history: it cannot be undone."""
        return self._insert_step(action, title, reviewer, "noted", "", None)

    def turnable(self) -> tuple[NumberedStep | None, NumberedStep | None]:
        """The steps that undo and redo would take; None where there is no such step."""
        return self._last_done(), self._first_undone()

    def next_undo(self) -> NextStep | None:
        """The step that undo would take back."""
        return self._about(self._last_done())

    def next_redo(self) -> NextStep | None:
        """The same of redo."""
        return self._about(self._first_undone())

    def _about(self, entry: NumberedStep | None) -> NextStep | None:
        if entry is None:
            return None
        rows = self._connection.execute(
            "SELECT rec, kind FROM changes WHERE step = ? LIMIT ?", (entry[0], MOST_COUNTED)
        ).fetchall()
        inside = {rec for rec, kind in rows if rec and kind in _INSIDE}
        try:
            about = frozenset(self._tables.recording_id_of(rec) for rec in inside)
        except KeyError:  # a damaged step: undoing it reports that
            about = frozenset()
        return NextStep(entry[0], len(rows), about)

    def _row(self, step: int, change: Change) -> tuple[Any, ...]:
        old, new = change.old, change.new
        head = (step, change.kind, self.values.rec(change.recording_id), change.key)
        if old is not None and new is not None:
            before = to_fields(old)
            return (*head, dumps(before), dumps(patch(before, to_fields(new))))
        texts = (None if value is None else stored_text(value) for value in (old, new))
        return (*head, *texts)

    def _turn(
        self, entry: NumberedStep | None, action: str, reviewer: str
    ) -> tuple[str, ChangeSet] | None:
        if entry is None:
            return None
        step, title = entry
        touched = ChangeSet()
        back = action == "undo"
        rows = self._connection.execute(
            f"SELECT kind, rec, key, old, new FROM changes WHERE step = ?"
            f" ORDER BY change {'DESC' if back else 'ASC'}",
            (step,),
        ).fetchall()
        for kind, rec, key, old, new in until_stopped(rows):
            try:
                recording_id = self._tables.recording_id_of(rec) if rec else ""
                value = self._recording_turned(key, old, new, back) if kind == "recording" else (
                    both_sides(kind, old, new)[0 if back else 1]
                )  # fmt: skip
            except (KeyError, ValueError) as error:
                raise ProjectError(
                    self._subject, f"the history of step {step} ({title}) is damaged",
                    "save the project under another name and continue there",
                ) from error  # fmt: skip
            self.values.put(kind, recording_id, key, value, touched)
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
            fields: dict[str, Any] = {"removed": back or None}
        else:
            changed = parsed(new)
            fields = {k: parsed(old).get(k) for k in changed} if back else changed
        return from_fields("recording", patched(to_fields(now), fields))

    def _last_done(self) -> NumberedStep | None:
        row: NumberedStep | None = self._connection.execute(
            "SELECT step, title FROM steps WHERE state = 'done' ORDER BY step DESC LIMIT 1"
        ).fetchone()
        return row

    def _first_undone(self) -> NumberedStep | None:
        row: NumberedStep | None = self._connection.execute(
            "SELECT step, title FROM steps WHERE state = 'undone' ORDER BY step LIMIT 1"
        ).fetchone()
        return row

    def _add_step(self, action: str, command: Command, reviewer: str) -> int:
        return self._insert_step(action, command.title, reviewer, "done", command.merge_key, None)

    def _insert_step(
        self, action: str, title: str, who: str, state: str, merge_key: str, target: int | None
    ) -> int:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        title = encodable(title)  # names of files may be any bytes
        made = self._connection.execute(
            "INSERT INTO steps (uid, utc, reviewer, session, action, title, merge_key, state,"
            " target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (new_id(), now, who, self._session, action, title, merge_key, state, target),
        )
        if who:
            self._connection.execute("INSERT OR IGNORE INTO reviewers VALUES (?, ?)", (who, now))
        return int(made.lastrowid or 0)

    def _joins(self, command: Command) -> int | None:
        """The last step if the command can be merged into it."""
        if not command.merge_key:
            return None
        last = self._connection.execute(
            "SELECT step, session, merge_key, state FROM steps ORDER BY step DESC LIMIT 1"
        ).fetchone()
        if last is None or last[1:] != (self._session, command.merge_key, "done"):
            return None
        last_keys = self._connection.execute(
            "SELECT kind, rec, key FROM changes WHERE step = ? ORDER BY change", (last[0],)
        ).fetchall()
        mine = [(c.kind, self.values.rec(c.recording_id), c.key) for c in command.changes]
        both = all(c.old is not None and c.new is not None for c in command.changes)
        return int(last[0]) if both and last_keys == mine and len(set(mine)) == len(mine) else None

    def _extend(self, step: int, rows: Iterable[tuple[Any, ...]]) -> None:
        for _step, kind, rec, key, old, new in rows:
            first = self._connection.execute(
                "SELECT change, old FROM changes WHERE step = ? AND kind = ? AND rec = ?"
                " AND key = ?",
                (step, kind, rec, key),
            ).fetchone()
            before = parsed(first[1]) if first[1] else {}
            now = patched(parsed(old), parsed(new))
            self._connection.execute(
                "UPDATE changes SET new = ? WHERE change = ?",
                (dumps(patch(before, now)), first[0]),
            )
        now_text = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._connection.execute("UPDATE steps SET utc = ? WHERE step = ?", (now_text, step))
