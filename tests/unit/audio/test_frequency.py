"""Frequency scales."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamnet_gui.audio import SCALES, frequency_at, height_of, row_edges
from yamnet_gui.audio.frequency import RowMap


@pytest.mark.parametrize("scale", SCALES)
@given(part=st.floats(0, 1), low=st.floats(20, 5000), width=st.floats(100, 100_000))
def test_height_and_frequency_are_inverse(scale, part, low, width) -> None:  # type: ignore[no-untyped-def]
    frequency = frequency_at(np.array([part]), scale, low, low + width)
    assert low - 1e-6 <= frequency[0] <= low + width + 1e-6
    np.testing.assert_allclose(height_of(frequency, scale, low, low + width), part, atol=1e-9)


@pytest.mark.parametrize("scale", SCALES)
def test_edges_rise_from_low_to_high(scale) -> None:  # type: ignore[no-untyped-def]
    edges = row_edges(scale, 100.0, 8000.0, 50)
    assert len(edges) == 51
    assert (np.diff(edges) > 0).all()
    ends = (125.0, 7500.0) if scale == "yamnet" else (100.0, 8000.0)
    np.testing.assert_allclose((edges[0], edges[-1]), ends)


def test_log_scale_from_0_begins_a_little_above() -> None:
    assert row_edges("log", 0.0, 1000.0, 10)[0] == pytest.approx(10.0)


def test_a_thin_line_is_not_lost_where_rows_are_few() -> None:
    for line in range(257):
        decibels = np.full((257, 1), -100.0, np.float32)
        decibels[line] = -10.0
        rows = RowMap(np.linspace(0, 8000, 21), 31.25, 257)(decibels)
        assert (rows == -10.0).sum() == (1 if line < 256 else 0)


def test_values_between_bins_are_between_theirs() -> None:
    decibels = np.linspace(-90, -10, 9, dtype=np.float32)[:, None]
    rows = RowMap(np.linspace(0, 800, 81), 100.0, 9)(decibels)
    assert (np.diff(rows[:, 0]) >= -1e-4).all()
    assert rows.min() >= -90
    assert rows.max() <= -10
