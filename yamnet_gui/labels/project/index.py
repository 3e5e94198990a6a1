"""What queries need of every event, as columns in memory: filters and sorts in milliseconds.

A million events take about 45 MB. The file stays authoritative; columns are read from it once and
follow every transaction.
"""

import copy
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice, repeat
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.event_limits import LARGEST
from yamnet_gui.core.events import Event
from yamnet_gui.core.negatives import is_negative, negative_ids

from .event_rows import (
    SOURCE_CODES,
    SOURCE_OF_WORD,
    SOURCES,
    STATE_CODES,
    STATE_OF_WORD,
    STATES,
)
from .tables import Tables

_COLUMNS: dict[str, str] = {
    "row": "i8", "onset": "f8", "offset": "f8", "score": "f4", "probability": "f4",
    "rec": "i4", "kind": "i4", "state": "i1", "source": "i1", "channel": "i2", "noted": "?",
    "negative": "?", "alive": "?",
}  # fmt: skip
_NONE = -1.0  # no score
_ORDERS = 4
"""How many orders of all events are cached: one of a million takes 4 MB."""


class EventIndex:
    """Columns by position. Positions follow `row`, which only grows, and never move."""

    def __init__(self) -> None:
        self.count = 0
        self._data = {name: np.empty(0, kind) for name, kind in _COLUMNS.items()}
        self._versions = dict.fromkeys(_COLUMNS, 0)
        self._orders: dict[str, tuple[tuple[int, ...], NDArray[np.int32]]] = {}
        self._ordering = threading.Lock()
        self.change = 0
        """Grows with every event that is written, added or removed."""
        self._changes: dict[int, int] = {}

    @classmethod
    def load(cls, connection: sqlite3.Connection, tables: Tables) -> "EventIndex":
        """Reads all events; rows that make no event are left out. Raises sqlite3.Error."""
        index = cls()
        # few numbers a row: making Python numbers is what takes the time
        packed = "((rec * 65536 + kind) * 8 + state) * 8 + source"
        names = ("row", packed, "onset_s", "offset_s", f"ifnull(score_max, {_NONE})")
        numbers = _numbers(connection, names)
        code = numbers[:, 1].clip(-1, 2**53).astype(np.int64)
        data = index._data
        data["row"] = numbers[:, 0].astype(np.int64)
        data["source"] = (code % 8).astype(np.int8)
        data["state"] = (code // 8 % 8).astype(np.int8)
        data["kind"] = (code // 64 % 65536).astype(np.int32)
        data["rec"] = (code // 64 // 65536).clip(-1, 2**31 - 1).astype(np.int32)
        data["onset"], data["offset"] = numbers[:, 2].copy(), numbers[:, 3].copy()
        data["score"] = numbers[:, 4].clip(-LARGEST, LARGEST).astype(np.float32)
        index.count = len(numbers)
        with np.errstate(invalid="ignore"):
            data["alive"] = (
                (code >= 0)
                & (data["state"] < len(STATES))
                & (data["source"] < len(SOURCES))
                & (data["kind"] < len(tables.kinds))
                & tables.known_recs(data["rec"])
                & (data["offset"] >= data["onset"])
                & (data["onset"] >= -LARGEST)
                & (data["offset"] <= LARGEST)
                & np.isfinite(data["score"])
            )
        negatives = f"id >= '{negative_ids()[0]}' AND id < '{negative_ids()[1]}'"
        rows = _numbers(connection, ("row",), negatives)[:, 0].astype(np.int64)
        data["negative"] = np.zeros(index.count, bool)
        data["negative"][index.positions(rows)] = True
        for name, empty in (("probability", _NONE), ("channel", -1), ("note", 0)):
            column = "noted" if name == "note" else name
            data[column] = np.full(index.count, empty, _COLUMNS[column])
            value = "1" if name == "note" else name
            sparse = _numbers(connection, ("row", value), f"{name} IS NOT NULL")
            values = np.nan_to_num(sparse[:, 1], nan=empty).clip(-LARGEST, LARGEST)
            if column == "channel":
                values = values.clip(-1, 2**15 - 1)
            data[column][index.positions(sparse[:, 0].astype(np.int64))] = values
        return index

    def column(self, name: str) -> NDArray:
        """A view by position; includes removed events (see `alive`)."""
        return self._data[name][: self.count]

    def equals(self, other: "EventIndex") -> bool:
        """Whether both have the same existing events, by what queries need of them."""
        mine, others = self.column("alive"), other.column("alive")
        return all(
            np.array_equal(self.column(name)[mine], other.column(name)[others]) for name in _COLUMNS
        )

    def version(self, *names: str) -> tuple[int, ...]:
        """Numbers that change when one of the columns does."""
        return tuple(self._versions[name] for name in names)

    def snapshot(self) -> "EventIndex":
        """The same columns for a query beside which others go on writing.

        Its length and versions stay. What a write changes in place meanwhile shows in some columns
        and not in others, and orders that are cached from it end with the versions.
        """
        now = copy.copy(self)
        now._data = {name: self.column(name) for name in _COLUMNS}
        now._versions = dict(self._versions)
        now._changes = dict(self._changes)
        return now

    def changed_since(self, change: int) -> list[int]:
        """Numbers of the recordings whose events were changed after this `change`."""
        return [rec for rec, last in self._changes.items() if last > change]

    def _note(self, *recs: int) -> None:
        self.change += 1
        for rec in recs:
            self._changes[rec] = self.change

    def positions(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions of rows, which must be in the index."""
        return np.searchsorted(self.column("row"), rows)

    def held(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the rows belong to an existing event."""
        if not self.count:
            return np.zeros(len(rows), bool)
        at = np.minimum(self.positions(rows), self.count - 1)
        return (self.column("row")[at] == rows) & self.column("alive")[at]

    def put(self, row: int, rec: int, kind: int, event: Event) -> None:
        """Takes over what a transaction has written."""
        at = int(self.positions(np.array([row]))[0])
        if at == self.count:
            self._grow()
            self._data["row"][at] = row
        values = {
            "onset": event.onset_s, "offset": event.offset_s,
            "score": _NONE if event.score_max is None else event.score_max,
            "probability": _NONE if event.probability is None else event.probability,
            "rec": rec, "kind": kind, "state": STATE_CODES[event.state],
            "source": SOURCE_CODES[event.source],
            "channel": -1 if event.channel is None else event.channel,
            "noted": bool(event.note), "negative": is_negative(event), "alive": True,
        }  # fmt: skip
        self._note(int(self._data["rec"][at]), rec)
        for name, value in values.items():
            column = self._data[name]
            if column[at] != value:
                column[at] = value
                self._versions[name] += 1

    def is_after(self, row: int) -> bool:
        """Whether the row comes after all others."""
        return not self.count or row > self._data["row"][self.count - 1]

    def append(
        self,
        rows: Sequence[int],
        recs: Iterable[int],
        kinds: Sequence[int],
        events: Sequence[Event],
    ) -> None:
        """Takes over many new events at once, each with the number of its recording and its kind.

        `rows` come after all others.
        """
        recs = list(islice(recs, len(rows)))
        self._note(*set(recs))
        first, self.count = self.count, self.count + len(rows)
        self._make_room()
        values: dict[str, Iterable[float]] = {
            "row": rows,
            "kind": kinds,
            "rec": recs,
            "onset": map(attrgetter("onset_s"), events),
            "offset": map(attrgetter("offset_s"), events),
            "score": _or_empty(_NONE, events, "score_max"),
            "probability": _or_empty(_NONE, events, "probability"),
            "state": map(STATE_OF_WORD.__getitem__, map(attrgetter("state._value_"), events)),
            "source": map(SOURCE_OF_WORD.__getitem__, map(attrgetter("source._value_"), events)),
            "channel": _or_empty(-1, events, "channel"),
            "noted": map(bool, map(attrgetter("note"), events)),
            "negative": map(is_negative, events),
            "alive": repeat(True, len(rows)),
        }
        for name, kind in _COLUMNS.items():
            self._data[name][first : self.count] = np.fromiter(values[name], kind, len(rows))
            self._versions[name] += 1

    def drop(self, row: int) -> None:
        if self.held(np.array([row]))[0]:
            at = self.positions(np.array([row]))[0]
            self._note(int(self._data["rec"][at]))
            self._data["alive"][at] = False
            self._versions["alive"] += 1

    def order(
        self, name: str, stamp: tuple[int, ...], make: Callable[[], NDArray[np.integer]]
    ) -> NDArray[np.int32]:
        """Positions in an order, read-only. The last few are cached until their stamp changes."""
        with self._ordering:
            cached = self._orders.pop(name, None)
            if cached is not None and cached[0] == stamp:
                self._orders[name] = cached  # the last one now
                return cached[1]
        positions = make().astype(np.int32, copy=False)
        positions.flags.writeable = False
        with self._ordering:
            self._orders.pop(name, None)
            self._orders[name] = stamp, positions
            while len(self._orders) > _ORDERS:
                del self._orders[next(iter(self._orders))]
        return positions

    def _grow(self) -> None:
        self.count += 1
        self._make_room()
        for name in _COLUMNS:
            self._versions[name] += 1

    def _make_room(self) -> None:
        """Makes the columns long enough for `count` events."""
        held = len(self._data["row"])
        if self.count > held:
            size = max(1024, self.count + self.count // 4)
            for name, column in self._data.items():
                bigger = np.zeros(size, column.dtype)
                bigger[:held] = column
                self._data[name] = bigger


def _or_empty(empty: float, events: Sequence[Event], name: str) -> list[float]:
    return [empty if value is None else value for value in map(attrgetter(name), events)]


def _numbers(
    connection: sqlite3.Connection, columns: Sequence[str], where: str = "TRUE"
) -> NDArray[np.float64]:
    """Columns of all events as numbers, shape (events, columns), in order of row."""
    tail = f"FROM events WHERE {where} ORDER BY row"

    def read(names: Sequence[str]) -> NDArray[np.float64]:
        cursor = connection.execute(f"SELECT {', '.join(names)} {tail}")
        return np.fromiter(chain.from_iterable(cursor), dtype=np.float64)

    try:
        flat = read(columns)
    except (TypeError, ValueError, OverflowError):  # text where a number belongs: a foreign hand
        flat = read([f"iif(typeof({c}) IN ('real', 'integer'), {c}, 9e999)" for c in columns])
    return flat.reshape(-1, len(columns))
