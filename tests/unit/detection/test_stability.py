import pytest

from yamnet_gui.core.events import Event
from yamnet_gui.detection import Stability, Variant, review_order, segment, stability, variants

EVENT = Event("d1", 2.0, 3.0, "Dog")


def test_a_stereo_event_is_scored_at_other_levels_shifted_and_by_channel() -> None:
    made = variants(2)
    assert made[0] == Variant()
    assert {v.gain_db for v in made} == {0.0, -6.0, 6.0}
    assert {v.shift_s for v in made} == {0.0, -0.24, 0.24}
    assert {v.channel for v in made} == {None, 0, 1}
    assert {v.channel for v in variants(1)} == {None}


def test_the_segment_holds_every_window_and_stays_inside() -> None:
    plain = segment(EVENT, Variant(), 10.0)
    assert (plain.start_s, plain.end_s) == pytest.approx((1.52, 3.48))
    assert segment(EVENT, Variant(shift_s=0.24), 10.0).start_s == pytest.approx(1.76)
    early = segment(Event("x", 0.0, 0.1, "Dog"), Variant(shift_s=-0.24), 10.0)
    assert early.start_s == 0.0
    assert segment(Event("x", 9.9, 10.0, "Dog"), Variant(), 10.0).end_s == 10.0


def test_the_spread_of_the_scores_sorts_the_queue() -> None:
    shaky = stability(EVENT, {Variant(gain_db=6): [0.2, 0.1], Variant(): [0.5, 0.9]})
    assert shaky.scores == (0.9, 0.2)
    assert shaky.spread == pytest.approx(0.7)
    assert review_order([Stability("firm", (0.8, 0.8)), shaky]) == ["d1", "firm"]
    assert Stability("none", ()).spread == 0
