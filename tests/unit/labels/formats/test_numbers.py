"""How numbers are written in tables: one rule."""

import pytest

from yamnet_gui.labels.formats.text import number


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (6.7075000000000005, 6, "6.707500"),
        (6.7075000000000005, 3, "6.7075"),
        (0.1 + 0.2, 6, "0.300000"),
        (3 * 0.48 + 0.0125, 3, "1.4525"),
        (5.0, 3, "5.000"),
        (0.0, 6, "0.000000"),
        (1e-7, 6, "0.0000001"),
        (123456789.1, 3, "123456789.100"),
        (1e22, 3, "10000000000000000000000.000"),
        (None, 6, ""),
    ],
)
def test_what_binary_arithmetic_leaves_behind_is_not_written(
    value: float | None, decimals: int, text: str
) -> None:
    assert number(value, decimals) == text


@pytest.mark.parametrize("value", [1 / 3, 0.5033657241167778, 12345.678901234567, 1e-300])
def test_what_says_more_reads_back_to_the_same_number(value: float) -> None:
    assert float(number(value)) == value
