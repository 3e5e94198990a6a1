"""Intervals of shares."""

import pytest

from yamnet_gui.core.statistics import two_sided_z, wilson_interval


def test_quantiles_of_usual_levels() -> None:
    assert two_sided_z(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert two_sided_z(0.90) == pytest.approx(1.644854, abs=1e-6)


def test_intervals_agree_with_published_ones() -> None:
    # R. G. Newcombe, 1998, table I, method 3
    assert wilson_interval(81, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson_interval(15, 148, 0.95) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson_interval(0, 20, 0.95) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson_interval(1, 3, 0.9) == pytest.approx((0.0783, 0.7465), abs=1e-4)


def test_no_observations_give_the_whole_interval() -> None:
    assert wilson_interval(0, 0, 0.95) == (0.0, 1.0)


def test_all_hits_reach_one() -> None:
    assert wilson_interval(10, 10, 0.9)[1] == pytest.approx(1.0)
