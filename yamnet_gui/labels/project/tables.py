"""Values in and out of the tables of a project file. Knows nothing of undo."""

import copy
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.event_block import EventBlock
from yamnet_gui.core.events import Event, ReviewedSpan
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.stopping import until_stopped

from .bulk import insert_rows
from .codec import dumps, from_fields, parse_utc, parsed, to_fields, utc_text
from .event_rows import EVENT_COLUMNS, NAMES, Kind, columns_of, event_of_row, row_of
from .models import LabelSet, Recording, RecordingState, Reviewed, StoredRules
from .project_model import CUSTOM_CLASSES, MODEL, class_indices
from .row_rules import RowReader

_RECORDING_STATES = frozenset(RecordingState)
_INSERT = f"INSERT INTO events ({EVENT_COLUMNS}) VALUES ({', '.join('?' * len(NAMES))})"
_UPDATE = f"UPDATE events SET {', '.join(f'{name} = ?' for name in NAMES[2:])} WHERE row = ?"
_SELECT = f"SELECT row, {EVENT_COLUMNS} FROM events"
_RECORDING_COLUMNS = (
    "id, path, content_hash, size_bytes, duration_s, sample_rate_hz, channels, recorded_at, state,"
    " error, note, removed, start_source"
)
_EVENTS = RowReader("events", f"row, {EVENT_COLUMNS}")
_RECORDINGS = RowReader("recordings", _RECORDING_COLUMNS)
_RECORDING_KEYS = RowReader("recordings", "rec, id, path")
_KINDS = RowReader("kinds", "kind, label, class_index, mid")
_SPANS = RowReader("reviewed", "start_s, end_s, labels, reviewer, reviewed_utc")
_RULE_SETS = RowReader("rule_sets", "id, name, version, text")
_LABEL_SETS = RowReader("label_sets", "value")
_VALUES = RowReader("meta", "value")
_TEXT = "value:"


class Tables:
    """Reads and writes values through one connection; the caller owns the transaction.

    Labels are stored once: `kinds` are the (label, class index, mid) triples that events use.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.kinds: list[Kind] = []
        self._class_indices: Mapping[str, int] | None = None
        self._kind_codes: dict[Kind, int] = {}
        self._recs: dict[str, int] = {}
        self._ids: dict[int, str] = {}
        self.refresh()

    def use(self, connection: sqlite3.Connection) -> None:
        """Goes on with a copy of the same rows."""
        self.connection = connection
        self.refresh()

    def snapshot(self) -> "Tables":
        """The classes and recordings as they are now; what is added later is not in it."""
        now = copy.copy(self)
        now.kinds, now._recs, now._ids = list(self.kinds), dict(self._recs), dict(self._ids)
        return now

    def refresh(self) -> None:
        """Forgets what was remembered, as after a transaction that was undone."""
        stored = self.connection.execute(
            "SELECT kind, label, class_index, mid FROM kinds ORDER BY kind"
        )
        rows = list(_KINDS.each(stored))
        self._class_indices = class_indices(self.text(MODEL), self.text(CUSTOM_CLASSES))
        self.kinds = [("?", None, "")] * (rows[-1][0] + 1 if rows else 0)
        for kind, label, class_index, mid in rows:
            stored_index = None if class_index < 0 else class_index
            self.kinds[kind] = self._present(label, stored_index, mid)
        self._kind_codes = {self.kinds[row[0]]: row[0] for row in rows}
        pairs = self.connection.execute("SELECT rec, id, path FROM recordings").fetchall()
        self._recs = {row[1]: row[0] for row in _RECORDING_KEYS.each(pairs)}
        self._ids = {rec: recording_id for recording_id, rec in self._recs.items()}

    # numbers and ids

    def rec_of(self, recording_id: str) -> int:
        """The number of a recording. Raises KeyError where there is none of this id."""
        return self._recs[recording_id]

    def recording_id_of(self, rec: int) -> str:
        return self._ids[rec]

    def knows(self, recording_id: str) -> bool:
        return recording_id in self._recs

    def known_recs(self, recs: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which of the numbers are those of recordings."""
        return np.isin(recs, np.fromiter(self._ids, np.int64, len(self._ids)))

    def kind_of(self, event: Event) -> int:
        return self._kind((event.label, event.class_index, event.mid))

    def _kind(self, named: Kind) -> int:
        key = self._present(*named)
        label, class_index, mid = key
        code = self._kind_codes.get(key)
        if code is None:
            code = len(self.kinds)
            stored = -1 if class_index is None else int(class_index)
            self.connection.execute(
                "INSERT INTO kinds (kind, label, class_index, mid) VALUES (?, ?, ?, ?)",
                (code, str(label), stored, mid),
            )
            self.kinds.append(key)
            self._kind_codes[key] = code
        return code

    def _present(self, label: str, index: int | None, mid: str) -> Kind:
        """A kind with the index that its class has in the project's model."""
        known = self._class_indices
        if known is not None:
            index = known.get(mid) if mid in known else known.get(str(label).casefold())
        return label, index, mid

    # events

    def _events_in(self, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, int, Event]]:
        """(row, rec, event) of rows; those that make no event are left out."""
        for row in _EVENTS.each(rows):
            try:
                event = event_of_row(row, self.kinds)
            except ValueError:
                continue
            yield row[0], row[1], event

    def find_event(self, rec: int, event_id: str) -> tuple[int, Event] | None:
        """(row, event)."""
        row = self.connection.execute(
            f"{_SELECT} WHERE rec = ? AND id = ?", (rec, event_id)
        ).fetchone()
        made = next(self._events_in([row] if row else ()), None)
        return None if made is None else (made[0], made[2])

    def text(self, name: str) -> str | None:
        """A small text that was stored under a name."""
        row = self.connection.execute(
            "SELECT value FROM meta WHERE key = ?", (f"{_TEXT}{name}",)
        ).fetchone()
        return next((str(r[0]) for r in _VALUES.each([row] if row else ())), None)

    def put_text(self, name: str, text: str | None) -> None:
        """Stores it; None removes it."""
        if text is None:
            self.connection.execute("DELETE FROM meta WHERE key = ?", (f"{_TEXT}{name}",))
        else:
            self.connection.execute(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"{_TEXT}{name}", text)
            )
        if name == MODEL or (name == CUSTOM_CLASSES and self._class_indices is not None):
            self.refresh()

    def some_events(self, rec: int, event_ids: Iterable[str]) -> Iterator[Event]:
        """Events of a recording with these ids, in no order."""
        wanted = list(event_ids)
        for first in until_stopped(range(0, len(wanted), 500), 1):
            part = wanted[first : first + 500]
            marks = ", ".join("?" * len(part))
            query = f"{_SELECT} WHERE rec = ? AND id IN ({marks})"
            for _, _, event in self._events_in(self.connection.execute(query, (rec, *part))):
                yield event

    def count_ids(self, rec: int, first: str, end: str) -> int:
        """How many events of a recording have an id from `first` up to `end`; reads none."""
        query = "SELECT COUNT(*) FROM events WHERE rec = ? AND id >= ? AND id < ?"
        return int(self.connection.execute(query, (rec, first, end)).fetchone()[0])

    def put_event(self, rec: int, event: Event) -> int:
        """Inserts or updates; gives the row."""
        row = self.connection.execute(
            "SELECT row FROM events WHERE rec = ? AND id = ?", (rec, event.id)
        ).fetchone()
        values = row_of(rec, self.kind_of(event), event)
        if row:
            self.connection.execute(_UPDATE, [*values[2:], row[0]])
            return int(row[0])
        return int(self.connection.execute(_INSERT, values).lastrowid or 0)

    def add_events(self, rec: int, block: EventBlock) -> tuple[range, list[int]]:
        """Inserts events that are not there yet; gives their rows, which follow each other, and
        the kind of each.

        Raises sqlite3.IntegrityError where one is there already, and adds none then.
        """
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
        before = self.connection.execute(query).fetchone()
        self.connection.execute("SAVEPOINT adding")
        try:
            named = list(zip(*map(block.column, ("label", "class_index", "mid")), strict=True))
            codes = {kind: self._kind(kind) for kind in dict.fromkeys(named)}
            kinds = list(map(codes.__getitem__, named))
            columns = columns_of(rec, kinds, block)
            insert_rows(
                self.connection, "events", ", ".join(columns), zip(*columns.values(), strict=True)
            )
        except sqlite3.IntegrityError:
            self.connection.execute("ROLLBACK TO adding")
            self.connection.execute("RELEASE adding")
            raise
        self.connection.execute("RELEASE adding")
        first = (before[0] if before else 0) + 1
        return range(first, first + len(block)), kinds

    def drop_event(self, rec: int, event_id: str) -> int | None:
        rows = self.connection.execute(
            "DELETE FROM events WHERE rec = ? AND id = ? RETURNING row", (rec, event_id)
        ).fetchall()
        return int(rows[0][0]) if rows else None

    def events_of(self, rec: int) -> Iterator[tuple[int, Event]]:
        """(row, event) of a recording; rows that make no event are left out."""
        rows = self.connection.execute(f"{_SELECT} WHERE rec = ?", (rec,))
        for row, _, event in self._events_in(until_stopped(rows)):
            yield row, event

    def events_at(self, rows: Iterable[int]) -> Iterator[tuple[int, int, Event]]:
        """(row, rec, event) for these rows in their order; removed ones are left out."""
        wanted = [int(row) for row in rows]
        for first in until_stopped(range(0, len(wanted), 500), 1):
            part = wanted[first : first + 500]
            marks = ", ".join("?" * len(part))
            query = f"{_SELECT} WHERE row IN ({marks})"
            stored = self._events_in(self.connection.execute(query, part))
            by_number = {found[0]: found for found in stored}
            for number in part:
                if number in by_number:
                    yield by_number[number]

    # recordings

    def recordings(self) -> Iterator[Recording]:
        """All recordings, removed ones too; rows that make none are left out."""
        rows = self.connection.execute(f"SELECT {_RECORDING_COLUMNS} FROM recordings")
        for row in _RECORDINGS.each(rows):
            if row[0] in self._recs:
                yield _recording(row)

    def find_recording(self, recording_id: str) -> Recording | None:
        row = self.connection.execute(
            f"SELECT {_RECORDING_COLUMNS} FROM recordings WHERE id = ?", (recording_id,)
        ).fetchone()
        return next(
            (_recording(checked) for checked in _RECORDINGS.each([row] if row else ())), None
        )

    def put_recording(self, recording: Recording) -> None:
        values = (
            recording.id,
            recording.path,
            recording.content_hash,
            int(recording.size_bytes),
            float(recording.duration_s),
            int(recording.sample_rate_hz),
            int(recording.channels),
            utc_text(recording.recorded_at),
            recording.state.value,
            recording.error,
            recording.note,
            int(recording.removed),
            recording.start_source,
        )
        names = [name.strip() for name in _RECORDING_COLUMNS.split(",")]
        updates = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
        self.connection.execute(
            f"INSERT INTO recordings ({_RECORDING_COLUMNS}) VALUES ({', '.join('?' * len(names))})"
            f" ON CONFLICT (id) DO UPDATE SET {updates}",
            values,
        )
        if recording.id not in self._recs:
            rec = self.connection.execute(
                "SELECT rec FROM recordings WHERE id = ?", (recording.id,)
            ).fetchone()[0]
            self._recs[recording.id] = rec
            self._ids[rec] = recording.id

    # reviewed spans

    def reviewed(self, rec: int) -> Reviewed:
        rows = self.connection.execute(
            "SELECT start_s, end_s, labels, reviewer, reviewed_utc FROM reviewed"
            " WHERE rec = ? ORDER BY n",
            (rec,),
        )
        spans = []
        for start, end, labels, reviewer, when in _SPANS.each(rows):
            try:
                names = tuple(str(name) for name in json.loads(labels))
                spans.append(ReviewedSpan(TimeSpan(start, end), names, reviewer, parse_utc(when)))
            except (TypeError, ValueError, RecursionError):
                continue
        return Reviewed(tuple(spans))

    def put_reviewed(self, rec: int, reviewed: Reviewed | None) -> None:
        self.connection.execute("DELETE FROM reviewed WHERE rec = ?", (rec,))
        rows = [
            (rec, n, float(s.span.start_s), float(s.span.end_s), dumps(list(s.labels)),
             s.reviewer, utc_text(s.reviewed_utc))
            for n, s in enumerate(reviewed.spans if reviewed else ())
        ]  # fmt: skip
        self.connection.executemany("INSERT INTO reviewed VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    # label sets and rules

    def label_sets(self) -> list[LabelSet]:
        rows = self.connection.execute("SELECT value FROM label_sets ORDER BY id")
        sets = []
        for (text,) in _LABEL_SETS.each(rows):
            try:
                label_set = from_fields("labels", parsed(text))
            except ValueError:
                continue
            if isinstance(label_set, LabelSet):
                sets.append(label_set)
        return sets

    def put_label_set(self, key: str, value: LabelSet | None) -> None:
        self.connection.execute("DELETE FROM label_sets WHERE id = ?", (key,))
        if value is not None:
            self.connection.execute(
                "INSERT INTO label_sets VALUES (?, ?)", (key, dumps(to_fields(value)))
            )

    def rule_sets(self) -> list[StoredRules]:
        rows = self.connection.execute("SELECT id, name, version, text FROM rule_sets ORDER BY id")
        return [StoredRules(*row) for row in _RULE_SETS.each(rows)]

    def put_rule_set(self, key: str, value: StoredRules | None) -> None:
        self.connection.execute("DELETE FROM rule_sets WHERE id = ?", (key,))
        if value is not None:
            self.connection.execute(
                "INSERT INTO rule_sets VALUES (?, ?, ?, ?)",
                (key, value.name, int(value.version), value.text),
            )


def _recording(row: Sequence[Any]) -> Recording:
    return Recording(
        id=row[0],
        path=row[1],
        content_hash=row[2],
        size_bytes=row[3],
        duration_s=row[4],
        sample_rate_hz=row[5],
        channels=row[6],
        recorded_at=parse_utc(row[7]),
        state=RecordingState(row[8]) if row[8] in _RECORDING_STATES else RecordingState.PENDING,
        error=row[9],
        note=row[10],
        removed=bool(row[11]),
        start_source=row[12],
    )
