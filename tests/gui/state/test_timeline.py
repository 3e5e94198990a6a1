"""The owner of time keeps its promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamnet_gui.core.marks import decimals_for, time_step
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.times import clock

numbers = st.floats(-1e5, 1e5, allow_nan=False)


@given(st.floats(0.01, 40_000), st.lists(st.tuples(numbers, numbers), max_size=12))
def test_the_view_never_leaves_the_recording(
    duration_s: float, views: list[tuple[float, float]]
) -> None:
    timeline = Timeline()
    timeline.set_recording(duration_s, 48_000)
    for start_s, end_s in views:
        timeline.set_view(min(start_s, end_s), max(start_s, end_s))
        view = timeline.view
        assert -1e-9 <= view.start_s <= view.end_s <= duration_s * (1 + 1e-12) + 1e-9
        assert view.duration_s > 0


def test_zooming_keeps_the_time_under_the_pointer() -> None:
    timeline = Timeline()
    timeline.set_recording(100.0, 48_000)
    timeline.set_view(20.0, 40.0)
    timeline.zoom(0.5, 25.0)
    assert timeline.view == TimeSpan(22.5, 32.5)


def test_one_can_zoom_to_single_samples_and_no_further() -> None:
    timeline = Timeline()
    timeline.set_recording(36_000.0, 48_000)
    for _ in range(200):
        timeline.zoom(0.5, 1234.5)
    assert timeline.view.duration_s == pytest.approx(24 / 48_000, rel=1e-3)


def test_setters_signal_only_changes() -> None:
    timeline = Timeline()
    timeline.set_recording(10.0, 8000)
    seen: list[object] = []
    timeline.view_changed.connect(seen.append)
    timeline.selection_changed.connect(seen.append)
    timeline.set_view(1.0, 2.0)
    timeline.set_view(1.0, 2.0)
    timeline.set_selection(TimeSpan(1.0, 3.0))
    timeline.set_selection(TimeSpan(1.0, 3.0))
    timeline.set_selection(TimeSpan(12.0, 13.0))  # outside: nothing is selected
    assert seen == [TimeSpan(1.0, 2.0), TimeSpan(1.0, 3.0), None]


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0, 3, "0:00.000"),
        (59.9996, 3, "1:00.000"),
        (3599.99, 1, "1:00:00.0"),
        (3725.5, 0, "1:02:06"),
        (-1.25, 2, "-0:01.25"),
        (36_000.0, 3, "10:00:00.000"),
    ],
)
def test_times_are_rounded_as_a_whole(seconds: float, decimals: int, text: str) -> None:
    assert clock(seconds, decimals) == text


@given(st.floats(1e-7, 100.0))
def test_marks_stand_apart_and_can_be_told_apart(seconds_per_pixel: float) -> None:
    step = time_step(seconds_per_pixel * 90)
    assert step >= 90 * seconds_per_pixel * (1 - 1e-9)
    if step >= 1e-6:
        labels = {clock(i * step, decimals_for(step)) for i in range(5)}
        assert len(labels) == 5
