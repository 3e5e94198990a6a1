"""What may stand in each column of a project: the one place that every row is checked by.

SQLite lets any value stand in any column. Rows of a small file are checked when it is opened, in
SQL; rows of every file when they are read. A value that may be missing is taken as missing where it
is of a wrong kind; a row without one that it needs makes no value and is left out.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, cast

from yamnet_gui.core.event_limits import LARGEST, LARGEST_CLASS, MOST_CHANNELS
from yamnet_gui.core.text import grouped

MOST_RECORDINGS = 10_000_000

_BLOCK = 500
"""Rows that are looked at together."""

_NEEDED: Any = object()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a column holds: `types` as SQLite names them, numbers from `low` to `high`.

    `default` stands for whatever is wrong; without one the whole row is. `json` names what the text
    must be as JSON.
    """

    types: tuple[str, ...]
    default: Any = _NEEDED
    low: float = -LARGEST
    high: float = LARGEST
    json: str = ""

    @property
    def needed(self) -> bool:
        return self.default is _NEEDED

    def holds(self, value: Any) -> bool:
        """Whether the value is of this kind; JSON is left to whoever parses it."""
        name = _TYPES.get(type(value), "")
        if name not in self.types:
            return False
        return name not in ("integer", "real") or self.low <= value <= self.high

    def condition(self, column: str) -> str:
        """The same in SQL."""
        named = ", ".join(f"'{name}'" for name in self.types)
        parts = [f"typeof({column}) IN ({named})"]
        if "integer" in self.types:
            missing = f"{column} IS NULL OR " if "null" in self.types else ""
            parts.append(f"({missing}{column} BETWEEN {self.low!r} AND {self.high!r})")
        if self.json:
            missing = f"WHEN {column} IS NULL THEN 1 " if "null" in self.types else ""
            parts.append(
                f"CASE {missing}WHEN json_valid({column}) THEN json_type({column}) ="
                f" '{self.json}' ELSE 0 END"
            )
        return " AND ".join(parts)


_TYPES = {int: "integer", float: "real", str: "text", bytes: "blob", type(None): "null"}
_NUMBERS = frozenset([int, float])

_TEXT = Rule(("text",))
_NOTE = Rule(("text",), "")
_MAYBE_TEXT = Rule(("text", "null"), None)
_WHOLE = Rule(("integer",))
_COUNT = Rule(("integer",), 0, 0)
_TIME = Rule(("integer", "real"))
_DURATION = Rule(("integer", "real"), 0.0, 0)
_MAYBE = Rule(("integer", "real", "null"), None)
_REC = Rule(("integer",), low=0, high=MOST_RECORDINGS)

RULES: Mapping[str, Mapping[str, Rule]] = {
    "meta": {"key": _TEXT, "value": _TEXT},
    "recordings": {
        "rec": Rule(("integer",), low=1, high=MOST_RECORDINGS), "id": _TEXT, "path": _TEXT,
        "content_hash": _NOTE, "size_bytes": _COUNT, "duration_s": _DURATION,
        "sample_rate_hz": Rule(("integer",), 0, 0, 2**31 - 1),
        "channels": Rule(("integer",), 0, 0, 2**15 - 1), "recorded_at": _MAYBE_TEXT,
        "state": Rule(("text",), "pending"), "error": _NOTE, "note": _NOTE,
        "removed": _COUNT, "start_source": _NOTE,
    },
    "analyses": {
        "rec": _REC, "model_sha256": _TEXT, "model_name": _NOTE, "settings_key": _TEXT,
        "settings": _NOTE, "made_utc": _MAYBE_TEXT,
    },
    "kinds": {
        "kind": Rule(("integer",), low=0, high=1_000_000), "label": _TEXT,
        "class_index": Rule(("integer",), -1, -1, LARGEST_CLASS), "mid": _NOTE,
    },
    "events": {
        "row": _WHOLE, "rec": _REC, "id": _TEXT, "onset_s": _TIME, "offset_s": _TIME,
        "kind": Rule(("integer",), low=0, high=1_000_000),
        "state": Rule(("integer",), low=0, high=3), "source": Rule(("integer",), low=0, high=3),
        "score_max": _MAYBE, "score_mean": _MAYBE, "probability": _MAYBE,
        "channel": Rule(("integer", "null"), None, 0, MOST_CHANNELS - 1),
        "original_label": _MAYBE_TEXT,
        "original_onset_s": _MAYBE, "original_offset_s": _MAYBE, "low_hz": _MAYBE,
        "high_hz": _MAYBE, "onset_uncertainty_s": _MAYBE, "offset_uncertainty_s": _MAYBE,
        "reviewer": _MAYBE_TEXT, "reviewed_utc": _MAYBE_TEXT, "note": _MAYBE_TEXT,
        "rules_id": _MAYBE_TEXT,
    },
    "reviewed": {
        "rec": _REC, "n": _WHOLE, "start_s": _TIME, "end_s": _TIME,
        "labels": Rule(("text",), json="array"), "reviewer": _NOTE, "reviewed_utc": _MAYBE_TEXT,
    },
    "label_sets": {"id": _TEXT, "value": Rule(("text",), json="object")},
    "rule_sets": {"id": _TEXT, "name": _NOTE, "version": _WHOLE, "text": _TEXT},
    "reviewers": {"name": _TEXT, "first_utc": _NOTE},
    "steps": {
        "step": _WHOLE, "uid": _TEXT, "utc": _NOTE, "reviewer": _NOTE, "session": _NOTE,
        "action": _TEXT, "title": _NOTE, "merge_key": _NOTE, "state": _TEXT,
        "target": Rule(("integer", "null"), None),
    },
    "changes": {
        "change": _WHOLE, "step": _WHOLE, "kind": _TEXT, "rec": _REC, "key": _TEXT,
        "old": Rule(("text", "null"), json="object"), "new": Rule(("text", "null"), json="object"),
    },
}  # fmt: skip

_TOGETHER = {"events": "offset_s >= onset_s", "reviewed": "end_s >= start_s"}
"""What the columns of a row must meet together."""


class RowReader:
    """Checks rows of some columns of a table, in the order in which they were selected."""

    def __init__(self, table: str, columns: str) -> None:
        self._rules = [RULES[table][name.strip()] for name in columns.split(",")]
        self._numbers = [
            (n, rule.low, rule.high)
            for n, rule in enumerate(self._rules)
            if {"integer", "real"} & set(rule.types)
        ]
        self._allowed = [
            (frozenset(k for k, name in _TYPES.items() if name in rule.types), rule.low, rule.high)
            for rule in self._rules
        ]
        self._table = table
        self._fits = cast("Callable[[tuple[type, ...]], bool]", lru_cache(4096)(self._have_fit))

    def _have_fit(self, types: tuple[type, ...]) -> bool:
        return all(_TYPES[t] in r.types for t, r in zip(types, self._rules, strict=True))

    def checked(self, row: Sequence[Any]) -> Sequence[Any]:
        """The row, defaults in place of what is of a wrong kind.

        Raises ValueError where something that the row needs is.
        """
        # nearly all rows are right, and have one of a few lists of types
        if self._fits(tuple(map(type, row))):
            for n, low, high in self._numbers:
                value = row[n]
                if value is not None and not low <= value <= high:
                    break
            else:
                return row
        values = list(row)
        for n, rule in enumerate(self._rules):
            if not rule.holds(values[n]):
                if rule.needed:
                    raise ValueError(f"a row of the table {self._table!r} has a wrong value")
                values[n] = rule.default
        return values

    def each(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows that make a value."""
        left = iter(rows)
        while block := list(islice(left, _BLOCK)):
            if self._all_right(block):
                yield from block
                continue
            for row in block:
                try:
                    yield self.checked(row)
                except ValueError:
                    continue

    def _all_right(self, rows: Sequence[Sequence[Any]]) -> bool:
        """Whether nothing in these rows is wrong: by column, in a fraction of the time by row."""
        columns = zip(*rows, strict=True)
        for (allowed, low, high), column in zip(self._allowed, columns, strict=True):
            if column[0] is None and column.count(None) == len(column):
                if type(None) not in allowed:
                    return False
                continue
            kinds = set(map(type, column))
            if not kinds <= allowed:
                return False
            if not kinds.isdisjoint(_NUMBERS):
                if len(kinds) > 1 and type(None) in kinds:
                    column = tuple(value for value in column if value is not None)
                if not low <= min(column) <= max(column) <= high:
                    return False
        return True


def rows_fault(connection: sqlite3.Connection) -> str:
    """The tables with values that no project has, in words; "" where there are none."""
    counts = []
    for table, rules in RULES.items():
        right = " AND ".join(f"({rule.condition(name)})" for name, rule in rules.items())
        number = _count(connection, table, _with(right, table))
        if number:
            counts.append(f"{grouped(number)} in {table!r}")
    return f"holds rows with values that no project has ({', '.join(counts)})" if counts else ""


def repair_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Puts defaults in place of wrong values and removes rows that make none; these by table."""
    lost = {}
    for table, rules in RULES.items():
        needed = [f"({rule.condition(name)})" for name, rule in rules.items() if rule.needed]
        wrong = f"NOT ifnull({_with(' AND '.join(needed), table)}, 0)"
        removed = connection.execute(f"DELETE FROM {table} WHERE {wrong}").rowcount
        if removed:
            lost[table] = removed
        for name, rule in rules.items():
            if not rule.needed:
                connection.execute(
                    f"UPDATE {table} SET {name} = ? WHERE NOT ifnull({rule.condition(name)}, 0)",
                    (rule.default,),
                )
    return lost


def _with(condition: str, table: str) -> str:
    together = _TOGETHER.get(table)
    return f"({condition} AND ({together}))" if together else f"({condition})"


def _count(connection: sqlite3.Connection, table: str, right: str) -> int:
    query = f"SELECT count(*) FROM {table} WHERE NOT ifnull({right}, 0)"
    return int(connection.execute(query).fetchone()[0])
