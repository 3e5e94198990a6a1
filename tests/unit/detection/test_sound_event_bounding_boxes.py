import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yamnet_gui.detection import RuleSet, detect
from yamnet_gui.detection.sound_event_bounding_boxes import BoxSettings, class_boxes

from .tables import random_table, rule_set, seeds, table_of


def test_a_box_spans_from_the_steepest_rise_to_the_steepest_fall() -> None:
    scores = np.array([0.0, 0.0, 0.1, 0.8, 0.9, 0.85, 0.1, 0.0, 0.0])
    assert class_boxes(scores, 1) == [(3, 5, 0.9)]


def test_neighbours_with_a_clear_gap_stay_two_boxes() -> None:
    scores = np.array([0.0, 0.9, 0.9, 0.05, 0.05, 0.9, 0.9, 0.0])
    assert [box[:2] for box in class_boxes(scores, 1)] == [(1, 2), (5, 6)]


def test_neighbours_without_a_clear_gap_become_one() -> None:
    scores = np.array([0.0, 0.9, 0.9, 0.75, 0.9, 0.9, 0.0])
    assert [box[:2] for box in class_boxes(scores, 1)] == [(1, 5)]
    apart = class_boxes(scores, 1, BoxSettings(difference=0.01, share=0.99))
    assert [box[:2] for box in apart] == [(1, 2), (4, 5)]


def test_a_recording_that_begins_or_ends_inside_a_sound_has_its_box() -> None:
    assert class_boxes(np.full(6, 0.8), 1) == [(0, 5, 0.8)]
    assert class_boxes(np.zeros(6), 1) == []


def test_a_lower_threshold_adds_boxes_but_stretches_none() -> None:
    table = table_of([0, 0.3, 0.9, 0.9, 0.3, 0.0, 0.0, 0.0, 0.0, 0.35, 0.0, 0.0])
    rules = RuleSet(default=rule_set("boxes", on=0.6).default)
    high = detect(table, rules)
    low = detect(table, rules.with_threshold(None, 0.2))
    assert (len(high), len(low)) == (1, 2)
    assert low.onset_s[0] == high.onset_s[0]
    assert low.offset_s[0] == high.offset_s[0]
    plain = detect(table, RuleSet.threshold(0.2))
    assert plain.offset_s[0] - plain.onset_s[0] > low.offset_s[0] - low.onset_s[0]


@given(seeds, st.integers(1, 4))
def test_boxes_are_in_order_apart_and_as_strong_as_their_strongest_frame(
    seed: int, width: int
) -> None:
    scores = random_table(seed, frames=80, classes=1).scores[:, 0].astype(float)
    boxes_of_class = class_boxes(scores, width)
    for first, last, confidence in boxes_of_class:
        assert 0 <= first <= last < len(scores)
        assert confidence == scores[first : last + 1].max()
    assert all(a[1] < b[0] for a, b in itertools.pairwise(boxes_of_class))
