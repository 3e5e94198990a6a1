"""Marks of axes stand at round values."""

import pytest

from yamnet_gui.core.marks import count_marks, decimals_for, time_step


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (1, [0, 1]),
        (2.5, [0, 2, 4]),
        (7, [0, 5, 10]),
        (37, [0, 20, 40]),
        (950, [0, 500, 1000]),
        (12_345, [0, 10_000, 20_000]),
    ],
)
def test_counts_have_two_or_three_round_marks(most: float, marks: list[int]) -> None:
    assert count_marks(most, 2) == marks


@pytest.mark.parametrize(
    ("least_s", "step_s"), [(0.03, 0.05), (13, 15), (28, 30), (1000, 1800), (90_000, 172_800)]
)
def test_times_are_round_by_the_clock(least_s: float, step_s: float) -> None:
    assert time_step(least_s) == step_s


def test_marks_differ_in_writing() -> None:
    assert [decimals_for(step) for step in (60, 1, 0.5, 0.02)] == [0, 0, 1, 2]
