"""Projects whose rows a foreign hand has changed: every table, every column, values of any kind."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection import Stability
from yamnet_gui.labels.project import (
    LabelSet,
    OwnLabel,
    StoredRules,
    accept,
    delete,
    mark_reviewed,
    move_edge,
    reject,
    relabel,
    set_label_set,
    set_note,
    set_rules,
)
from yamnet_gui.labels.project.analysis_settings import StoredSettings
from yamnet_gui.labels.project.calibrations import calibrated, reviews_in, store_calibration
from yamnet_gui.labels.project.schema import expected_layout
from yamnet_gui.labels.project.stabilities import store_stabilities

from .helpers import made

_DEEP = "[" * 100_000
VALUES: tuple[Any, ...] = (
    None, "text", "", b"\xff\x00\x01", 2**62, -(2**62), -1, 0, 3, 1.5, 1e300, -1e300, float("inf"),
    -float("inf"), "NaN", "{broken", "null", "7", "[]", "[1, 2]", "{}", '{"a": {"b": 1}}',
    '{"labels": 3}', '{"spans": [[1, 0, 3, 4, 5]]}', '{"format": 1}', "1e999", _DEEP, "x" * 300_000,
    "\x00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59", "2024-01-01",
)  # fmt: skip
JSON_VALUES = (
    None, "text", -1, 10**400, 1e308, [], [[]], {}, {"a": 1}, True, [1, "x", None], ["a", 1, 0],
)  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """One value in a column of every row of a table, or of one; or a statement."""

    name: str
    sql: str
    values: tuple[Any, ...] = ()


def whole_project(path: Path) -> None:
    """A project with something in every table."""
    with made(path, recordings=3, events=8) as project:
        items = project.events.at(project.events.rows())
        project.apply(accept(items[:6], "Anna"))
        project.apply(reject(items[6:9], "Ben"))
        project.apply(relabel(items[9:10], "Own", None, reviewer="Anna"))
        project.apply(move_edge(items[10], 1.0, 90.0))
        project.apply(set_note(items[11], "faint"))
        project.apply(delete(items[12:14]))
        old = project.recordings.reviewed("r0")
        project.apply(mark_reviewed("r0", old, TimeSpan(0, 9), ("Dog",), "Anna"))
        labels = LabelSet("mine", "Mine", (OwnLabel("Own", "#aabbcc", "o", "/m/0", 0),))
        project.apply(set_label_set(None, labels))
        project.apply(set_rules(None, StoredRules("rules", "Rules", 1, "{}")))
        settings = StoredSettings(AnalysisSettings(), "rules")
        for n in range(3):
            project.recordings.add_analysis(settings.record(f"r{n}", "a" * 64, "YAMNet"))
        found = project.events.of("r1").events[0]
        store_stabilities(project, "r1", "a" * 64, {found.id: Stability(found.id, (0.1, 0.4))})
        store_calibration(project, calibrated(reviews_in(project, "a" * 64), "a" * 64, "YAMNet"))
        project.undo()
        project.redo()
        project.undo()


def mutations() -> Iterator[Mutation]:
    """All of them, in an order that does not change."""
    for table, columns in sorted(expected_layout().items()):
        for column in columns:
            for value in VALUES:
                short = repr(value)[:30]
                yield Mutation(
                    f"{table}.{column} = {short}",
                    f"UPDATE OR IGNORE {table} SET {column} = ?",
                    (value,),
                )
        yield Mutation(f"{table} empty", f"DELETE FROM {table}")
    for table, column in (("changes", "old"), ("changes", "new"), ("label_sets", "value"),
                          ("analyses", "settings"), ("meta", "value"), ("rule_sets", "text"),
                          ("reviewed", "labels")):  # fmt: skip
        for value in JSON_VALUES:
            yield Mutation(
                f"json in {table}.{column} = {repr(value)[:30]}", f"{table} {column}", (value,)
            )
    yield Mutation(
        "blob id beside text id",
        "INSERT INTO recordings (id, path) VALUES (CAST('r0' AS BLOB), 'other.wav')",
    )
    yield Mutation(
        "blob event beside text event",
        "INSERT INTO events (rec, id, onset_s, offset_s, kind, state, source)"
        " SELECT rec, CAST(id AS BLOB), onset_s, offset_s, kind, state, source"
        " FROM events",
    )
    yield Mutation(
        "trigger", "CREATE TRIGGER t AFTER UPDATE ON events BEGIN DELETE FROM events; END"
    )
    yield Mutation("view", "CREATE VIEW v AS SELECT * FROM events")
    for table in sorted(expected_layout()):
        yield Mutation(f"no {table}", f"DROP TABLE {table}")
        yield Mutation(
            f"{table} as a view",
            f"ALTER TABLE {table} RENAME TO hidden; CREATE VIEW {table} AS SELECT * FROM hidden",
        )
        yield Mutation(f"more columns in {table}", f"ALTER TABLE {table} ADD COLUMN more")


def mutate(whole: Path, path: Path, mutation: Mutation) -> None:
    """Writes a mutated copy of `whole` to `path`."""
    shutil.copyfile(whole, path)
    database = sqlite3.connect(path, isolation_level=None)
    try:
        # the constraints of the file go too, so that every value can be stored
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'"
        )
        database.execute("PRAGMA writable_schema = RESET")
        database.close()
        database = sqlite3.connect(path, isolation_level=None)
        # a column may refuse a value (a row number that is no integer): then nothing changes
        with contextlib.suppress(sqlite3.IntegrityError):
            if mutation.name.startswith("json in "):
                _mutate_json(database, *mutation.sql.split(), mutation.values[0])
            elif mutation.values:
                database.execute(mutation.sql, mutation.values)
            else:
                database.executescript(mutation.sql)
    finally:
        database.close()


def _mutate_json(database: sqlite3.Connection, table: str, column: str, value: Any) -> None:
    """Another value in every field of the JSON texts of a column, a field of each row in turn."""
    texts = {row[0] for row in database.execute(f"SELECT {column} FROM {table}")}
    for number, text in enumerate(sorted(t for t in texts if isinstance(t, str))):
        try:
            data = json.loads(text)
        except ValueError:
            continue
        paths = list(_paths(data))
        changed = _replaced(data, paths[number % len(paths)], value)
        database.execute(
            f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (json.dumps(changed), text)
        )


def _paths(data: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield before
    inside = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data if isinstance(data, list) else ())
    )
    for key, value in inside:
        yield from _paths(value, (*before, key))


def _replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    data[path[0]] = _replaced(data[path[0]], path[1:], value)
    return data
