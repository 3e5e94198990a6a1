"""Maxima of rows are those of the plain definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamnet_gui.core.pooling import max_rows


@given(
    st.integers(1, 60).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(
                st.integers(0, n - 1).flatmap(
                    lambda a: st.tuples(st.just(a), st.integers(a + 1, n))
                ),
                min_size=1,
                max_size=20,
            ),
        )
    )
)
def test_each_pair_gives_the_largest_of_its_rows(case: tuple[int, list[tuple[int, int]]]) -> None:
    rows, pairs = case
    values = np.random.default_rng(rows).integers(0, 255, (rows, 5), np.uint8)
    starts = np.array([a for a, _ in pairs])
    stops = np.array([b for _, b in pairs])
    expected = np.stack([values[a:b].max(axis=0) for a, b in pairs])
    np.testing.assert_array_equal(max_rows(values, starts, stops), expected)


@pytest.mark.parametrize("wide", [1, 3, 40])
def test_a_single_bright_row_is_never_lost(wide: int) -> None:
    values = np.zeros((120, 2), np.uint8)
    values[77] = 200
    starts = np.arange(0, 120, wide)
    pooled = max_rows(values, starts, np.minimum(starts + wide, 120))
    assert pooled.max() == 200
