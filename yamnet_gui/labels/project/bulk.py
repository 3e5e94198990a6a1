"""Many rows into a table of a project at once."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from yamnet_gui.core.stopping import check_stopped

_ROWS, _VALUES = 1000, 32_000
"""Rows of a statement, and values: single rows take three times as long. SQLite allows 32,766."""


def insert_rows(
    connection: sqlite3.Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]
) -> None:
    """Inserts rows in their order; `columns` names those of each, separated by commas.

    Raises sqlite3.IntegrityError where one does not fit, Cancelled where the work is to end. Then
    earlier ones may have been inserted.
    """
    width = columns.count(",") + 1
    many = min(_ROWS, _VALUES // width)
    marks = f"({', '.join('?' * width)})"
    head = f"INSERT INTO {table} ({columns}) VALUES "
    several = head + ", ".join([marks] * many)
    left = iter(rows)
    while part := list(islice(left, many)):
        check_stopped()
        if len(part) == many:
            connection.execute(several, tuple(chain.from_iterable(part)))
        else:
            connection.executemany(head + marks, part)
