"""One value of a project at a time, of any kind that a command can change, by kind and key."""

import sqlite3

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.event_block import EventBlock
from yamnet_gui.core.events import Event

from .change_set import Added, ChangeSet
from .codec import Value
from .command import Change
from .models import LabelSet, Recording, Reviewed, StoredRules, StoredText
from .tables import Tables


class StoredValues:
    """Reads and writes values inside a transaction of the caller.

    `subject` names the project in messages.
    """

    def __init__(self, tables: Tables, subject: str) -> None:
        self._tables = tables
        self._subject = subject

    def adopt(self, change: Change, touched: ChangeSet) -> None:
        """Stores the detection that a change starts from: rules may recompute it at any time."""
        old = change.old
        if isinstance(old, Event) and not old.touched:
            now = self.get("event", change.recording_id, old.id)
            if now is None or (isinstance(now, Event) and not now.touched and now != old):
                self.put_event(change.recording_id, old.id, old, touched)

    def expect_recording(self, recording_id: str) -> None:
        """Refuses a recording that was removed: nobody would see what is decided there."""
        recording = self._tables.find_recording(recording_id)
        if recording is not None and recording.removed:
            raise ProjectError(
                self._subject,
                f"{recording.name} is not in the project any more",
                "undo its removal, or open it again",
            )

    def expect(self, change: Change) -> None:
        """Refuses a change whose old value is not what the project holds."""
        now = self.get(change.kind, change.recording_id, change.key)
        if isinstance(now, Recording) and now.removed and change.old is None:
            now = None
        if isinstance(now, Reviewed) and change.old is None and not now.spans:
            now = None
        if now != change.old:
            if now is None:
                reason = f"the {change.kind} {change.key or change.recording_id} no longer exists"
            elif change.old is None:
                reason = f"the {change.kind} {change.key or change.recording_id} already exists"
            else:
                reason = f"the {change.kind} {change.key or change.recording_id} has changed since"
            raise ProjectError(self._subject, reason, "check it, then repeat the edit")

    def rec(self, recording_id: str) -> int:
        if not recording_id:
            return 0
        try:
            return self._tables.rec_of(recording_id)
        except KeyError as error:
            raise ProjectError(
                self._subject, f"has no recording {recording_id}", "add it first"
            ) from error

    def get(self, kind: str, recording_id: str, key: str) -> Value | None:
        if kind == "recording":
            return self._tables.find_recording(key)
        if kind == "labels":
            return next((s for s in self._tables.label_sets() if s.id == key), None)
        if kind == "rules":
            return next((s for s in self._tables.rule_sets() if s.id == key), None)
        if kind == "text":
            text = self._tables.text(key)
            return StoredText(key, text) if text else None
        if kind == "reviewed":
            return self._tables.reviewed(self.rec(recording_id))
        row = self._tables.find_event(self.rec(recording_id), key)
        return row[1] if row else None

    def put(
        self, kind: str, recording_id: str, key: str, value: Value | None, touched: ChangeSet
    ) -> None:
        if kind == "event":
            self.put_event(recording_id, key, value if isinstance(value, Event) else None, touched)
        elif kind == "reviewed":
            spans = value if isinstance(value, Reviewed) else None
            self._tables.put_reviewed(self.rec(recording_id), spans)
            touched.reviewed.add(recording_id)
        elif kind == "labels":
            self._tables.put_label_set(key, value if isinstance(value, LabelSet) else None)
            touched.label_sets = True
        elif kind == "rules":
            self._tables.put_rule_set(key, value if isinstance(value, StoredRules) else None)
            touched.rules = True
        elif kind == "text":
            self._tables.put_text(key, value.text if isinstance(value, StoredText) else None)
            touched.texts = True
        elif isinstance(value, Recording):
            self._tables.put_recording(value)
            touched.recordings.add(key)
        else:
            raise ProjectError(self._subject, "recordings are removed, never deleted")

    def add_events(self, recording_id: str, block: EventBlock, touched: ChangeSet) -> None:
        """Adds new events to one recording. Raises ProjectError where one exists already."""
        rec = self.rec(recording_id)
        try:
            rows, kinds = self._tables.add_events(rec, block)
        except sqlite3.IntegrityError:
            for (
                event
            ) in block.events:  # one by one, so that the first that cannot be added is named
                self.expect(Change(recording_id, None, event))
                self.put_event(recording_id, event.id, event, touched)
            raise
        touched.added.append(Added(rows, rec, kinds, block.events))
        touched.events.setdefault(recording_id, {}).update(dict.fromkeys(block.column("id")))

    def put_event(
        self, recording_id: str, event_id: str, event: Event | None, touched: ChangeSet
    ) -> None:
        rec = self.rec(recording_id)
        if event is None:
            row = self._tables.drop_event(rec, event_id)
        else:
            row = self._tables.put_event(rec, event)
        if row is not None:
            touched.rows[row] = None if event is None else (rec, event)
        touched.events.setdefault(recording_id, {})[event_id] = None
