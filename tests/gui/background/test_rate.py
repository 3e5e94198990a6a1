"""How long work still takes."""

import pytest

from yamnet_gui.gui.background.rate import Rate


def test_what_came_at_once_does_not_count_once_the_work_goes_on_slowly():
    now = [0.0]
    rate = Rate(lambda: now[0])
    assert rate.left_s(0.0) is None
    now[0] = 0.1
    assert rate.left_s(0.5) is None  # stored already
    for second in range(1, 21):
        now[0] = second
        left = rate.left_s(0.5 + second / 100)
    assert left == pytest.approx(30.0, rel=0.01)


def test_other_work_begins_anew():
    now = [0.0]
    rate = Rate(lambda: now[0])
    rate.left_s(0.0)
    now[0] = 5.0
    assert rate.left_s(0.5) == pytest.approx(5.0)
    assert rate.left_s(None) is None
    now[0] = 6.0
    assert rate.left_s(0.1) is None
