"""Copies what can still be read of a damaged project into a file of its own."""

import contextlib
import shutil
import sqlite3
import struct
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.open_files import copy_contents
from yamnet_gui.core.text import grouped

from .open_checks import connect, in_words
from .row_rules import RowReader, repair_rows
from .schema import migrate

_TABLES = (
    "meta", "recordings", "analyses", "kinds", "events", "reviewed", "label_sets", "rule_sets",
    "reviewers", "steps", "changes",
)  # fmt: skip


_ATTEMPTS = 2000
_READ_S = 60.0


@dataclass
class Recovery:
    """A connection to the recovered project, and a report for the user ("" for a plain copy)."""

    connection: sqlite3.Connection
    report: str
    folder: Path

    def clean_up(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def recover(path: Path, reason: str) -> Recovery:
    """Copies every row that can be read into a new file in a temporary folder.

    The damaged file is only read. Raises ProjectError where nothing can be read.
    """
    folder = Path(tempfile.mkdtemp(prefix="yamnet_gui-"))
    try:
        with in_words(path, "recover it"):
            broken = _copied(path, folder)
            connection, lost = _recovered(path, broken, folder / "recovered.sqlite")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    report = ""
    if reason or lost:
        counts = (
            ", ".join(f"{name}: about {grouped(n)} lost" for name, n in lost.items())
            or "no row lost"
        )
        report = f"The file {reason or 'is damaged'}. Recovered what can be read ({counts})."
    return Recovery(connection, report, folder)


def _copied(path: Path, folder: Path) -> Path:
    """A copy to work on, with its log, filled up to the length that its head states."""
    copy = folder / "broken.sqlite"
    copy_contents(path, copy)
    log = path.with_name(path.name + "-wal")
    if log.exists():
        copy_contents(log, copy.with_name(copy.name + "-wal"))
    with copy.open("r+b") as file:
        head = file.read(100)
        page, pages = struct.unpack(">H", head[16:18])[0], struct.unpack(">I", head[28:32])[0]
        wanted = (65536 if page == 1 else page) * pages
        size = copy.stat().st_size
        # SQLite reads nothing of a file that is too short; a wild figure must not fill the disk
        if size < wanted <= max(64 * size, 1 << 24):
            file.truncate(wanted)
    return copy


def _recovered(path: Path, broken: Path, target: Path) -> tuple[sqlite3.Connection, dict[str, int]]:
    source = connect(broken, "rw")
    good = connect(target, "rwc")
    try:
        try:
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            columns = {t: _columns(source, t) for t in _TABLES}
        except sqlite3.DatabaseError as error:
            raise ProjectError(
                path, "is damaged beyond reading", "open one of its backups instead"
            ) from error
        if not columns["events"] and not columns["recordings"]:
            raise ProjectError(path, "is damaged beyond reading", "open one of its backups instead")
        good.execute("PRAGMA synchronous = OFF")
        migrate(good)
        lost = {}
        good.execute("BEGIN")
        for table in _TABLES:
            shared = [c for c in _columns(good, table) if c in columns[table]]
            missing = _copy_rows(source, good, table, shared) if shared else 1
            if missing:
                lost[table] = missing
        for table, removed in repair_rows(good).items():
            lost[table] = lost.get(table, 0) + removed
        good.execute("COMMIT")
    except BaseException:
        good.close()
        raise
    finally:
        source.close()
    return good, lost


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [r[0] for r in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def _copy_rows(
    source: sqlite3.Connection, good: sqlite3.Connection, table: str, columns: list[str]
) -> int:
    """Copies a table; the number of rows that seem to be lost."""
    names = ", ".join(columns)
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    key = {"recordings": "rec", "kinds": "kind", "events": "row", "steps": "step",
           "changes": "change"}.get(table)  # fmt: skip
    rows = _RowCopier(good, insert, RowReader(table, names))
    if key is None:
        # without row numbers there is no way around a broken page
        query = f"SELECT {names} FROM {table} NOT INDEXED"
        return _copy_range(source, query, (), rows)[1] + rows.refused
    lost, low, stride = 0, -(2**62), 1
    select = f"SELECT {names} FROM {table} NOT INDEXED WHERE {key} > ? ORDER BY {key}"
    highest = _highest(source, table, key)
    at = columns.index(key)
    for _attempt in range(_ATTEMPTS):
        last, failed = _copy_range(source, select, (low,), rows, at)
        if not failed:
            return lost + rows.refused
        if last is not None and last > low:  # keys on broken pages may run backwards
            low, stride = last, 1
        elif low < 0:
            low = 0
        step = min(stride, max(highest - low, 0))
        if step <= 0 or low >= highest:
            return lost + rows.refused
        low, lost, stride = low + step, lost + step, stride * 2
    return lost + 1 + rows.refused


class _RowCopier:
    """Puts rows of one table into the recovered file; `refused` counts those that make no value."""

    def __init__(self, good: sqlite3.Connection, insert: str, reader: RowReader) -> None:
        self._good = good
        self._insert = insert
        self._reader = reader
        self.refused = 0

    def add(self, row: Sequence[Any]) -> None:
        try:
            values = self._reader.checked(row)
        except ValueError:
            self.refused += 1
            return
        with contextlib.suppress(sqlite3.IntegrityError, sqlite3.InterfaceError):
            self._good.execute(self._insert, tuple(values))


def _copy_range(
    source: sqlite3.Connection,
    select: str,
    values: tuple[int, ...],
    rows: "_RowCopier",
    at: int = 0,
) -> tuple[int | None, int]:
    """(key of the last row copied, 1 where reading ended at a fault)."""
    last: int | None = None
    deadline = time.monotonic() + _READ_S
    try:
        for row in source.execute(select, values):
            if time.monotonic() > deadline:  # broken pages can lead round in a circle
                return last, 1
            if values and isinstance(row[at], int) and row[at] <= max(values[0], last or -(2**62)):
                return last, 1
            rows.add(row)
            if isinstance(row[at], int):
                last = row[at]
    except sqlite3.DatabaseError:
        return last, 1
    return last, 0


def _highest(source: sqlite3.Connection, table: str, key: str) -> int:
    try:
        highest = source.execute(f"SELECT max({key}) FROM {table}").fetchone()[0]
    except sqlite3.DatabaseError:
        highest = None
    if not isinstance(highest, int):
        try:
            highest = source.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)
            ).fetchone()
            highest = highest[0] if highest else None
        except sqlite3.DatabaseError:
            highest = None
    return highest if isinstance(highest, int) and 0 < highest < 2**40 else 10_000_000
