"""Steady time from a count that jumps."""

import numpy as np

from yamnet_gui.gui.playback.playback_clock import PlaybackClock


def test_a_count_in_steps_becomes_steady_time() -> None:
    now = 0.0
    clock = PlaybackClock(0.1, lambda: now)
    heard = []
    for step in range(200):
        now = step * 0.016
        counted_s = 0.1 + 0.06 * (now // 0.06)
        heard.append(clock.heard_s(counted_s))
    lag_s = np.arange(200) * 0.016 - np.array(heard)
    assert np.all(np.diff(heard) >= 0)
    assert np.all(np.abs(lag_s[5:]) <= 0.017)


def test_time_stands_while_the_device_does() -> None:
    now = 0.0
    clock = PlaybackClock(0.1, lambda: now)
    clock.heard_s(0.5)
    now = 60.0
    assert clock.heard_s(0.5) == 0.5


def test_nothing_is_heard_before_the_first_count() -> None:
    now = 0.0
    clock = PlaybackClock(0.1, lambda: now)
    now = 5.0
    assert clock.heard_s(0.0) == 0.0
