"""Many rows into a table of a project at once."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from yamnet_gui.core.stopping import check_stopped

_ROWS = 100
"""Rows of a statement: one for each row takes half as long again. SQLite allows 32,766 values."""


def insert_rows(
    connection: sqlite3.Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]
) -> None:
    """Inserts rows in their order; `columns` names those of each, separated by commas.

    Raises sqlite3.IntegrityError where one does not fit, Cancelled where the work is to end. Then
    earlier ones may have been inserted.
    """
    marks = f"({', '.join('?' * (columns.count(',') + 1))})"
    head = f"INSERT INTO {table} ({columns}) VALUES "
    several = head + ", ".join([marks] * _ROWS)
    left = iter(rows)
    while part := list(islice(left, _ROWS)):
        check_stopped()
        if len(part) == _ROWS:
            connection.execute(several, tuple(chain.from_iterable(part)))
        else:
            connection.executemany(head + marks, part)
