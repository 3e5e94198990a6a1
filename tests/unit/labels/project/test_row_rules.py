"""Rows that are checked by block: the same rows come out as by row, whatever is wrong in them."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from yamnet_gui.labels.project.event_rows import EVENT_COLUMNS
from yamnet_gui.labels.project.row_rules import RULES, RowReader

COLUMNS = {"events": f"row, {EVENT_COLUMNS}", "kinds": "kind, label, class_index, mid"}
RIGHT = {
    "events": (
        1, 1, "dm-0-7", 3, 0.5, 1.5, 0, 0, 0.9, None, None, None, None, None, None, None, None,
        None, None, None, None, None, None,
    ),
    "kinds": (0, "Speech", 0, "/m/09x0r"),
}  # fmt: skip
ODD = (None, "text", b"\xff", 2**62, -(2**62), -1, 1e30, float("inf"), 0, 0.25, "")


def by_row(reader: RowReader, rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for row in rows:
        try:
            yield reader.checked(row)
        except ValueError:
            continue


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_a_block_gives_the_rows_that_single_ones_give(table: str):
    rng, reader = random.Random(3), RowReader(table, COLUMNS[table])
    right = RIGHT[table]
    assert len(right) == len(COLUMNS[table].split(","))
    assert set(RULES[table]) == {name.strip() for name in COLUMNS[table].split(",")}
    for wrong in range(200):
        rows = [list(right) for _ in range(rng.choice((1, 3, 20)))]
        for _ in range(rng.choice((0, 1, 2))):
            rng.choice(rows)[rng.randrange(len(right))] = ODD[wrong % len(ODD)]
        assert list(map(tuple, reader.each(map(tuple, rows)))) == list(
            map(tuple, by_row(reader, rows))
        )


def test_wrong_rows_far_apart_are_left_out_and_all_others_come():
    reader, right = RowReader("kinds", COLUMNS["kinds"]), RIGHT["kinds"]
    rows = [(n, *right[1:]) for n in range(1700)]
    rows[3] = (3, None, 0, "")
    rows[1200] = ("no number", *right[1:])
    assert [row[0] for row in reader.each(rows)] == [n for n in range(1700) if n not in (3, 1200)]
