"""Which span a thumbnail shows of a sound."""

import pytest

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.features.gallery.items import WHOLE, shown_span


def test_a_short_sound_stands_in_the_middle_of_a_fixed_span() -> None:
    assert shown_span(TimeSpan(5.0, 6.0), 4.0) == TimeSpan(3.5, 7.5)


@pytest.mark.parametrize("length_s", [1.9, 2.0, 30.0])
def test_of_a_sound_that_does_not_fit_the_beginning_is_shown(length_s: float) -> None:
    shown = shown_span(TimeSpan(5.0, 5.0 + length_s), 2.0)
    assert shown.duration_s == pytest.approx(2.0)
    assert 4.7 < shown.start_s < 5.0


def test_the_start_of_a_recording_keeps_the_scale_of_time() -> None:
    assert shown_span(TimeSpan(0.0, 1.0), 4.0) == TimeSpan(-1.5, 2.5)


def test_a_whole_event_is_shown_with_what_is_around_it() -> None:
    assert shown_span(TimeSpan(10.0, 20.0), WHOLE) == TimeSpan(8.0, 22.0)
    assert shown_span(TimeSpan(1.0, 1.1), WHOLE) == TimeSpan(0.75, 1.35)
