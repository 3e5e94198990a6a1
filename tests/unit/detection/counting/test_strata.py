import numpy as np

from yamnet_gui.detection.counting import allocation, first_allocation, strata_of, stratum_of
from yamnet_gui.detection.counting.strata import FEWEST


def test_every_unit_lies_in_one_stratum_and_none_mixes_detected_with_missed_ones() -> None:
    rng = np.random.default_rng(0)
    score = np.concatenate([rng.random(500), np.zeros(40), np.ones(40)])
    detected = score >= 0.25
    strata = strata_of(score, detected)
    place = stratum_of(strata, score, detected)
    assert place.min() == 0
    assert place.max() == len(strata) - 1
    assert all(
        np.unique(detected[place == k]).tolist() == [s.detected] for k, s in enumerate(strata)
    )
    assert {s.detected for s in strata} == {True, False}


def test_units_of_one_score_make_one_stratum() -> None:
    assert len(strata_of(np.full(9, 0.3), np.ones(9, bool))) == 1


def test_the_first_reviews_reach_every_stratum_and_no_more_than_it_has() -> None:
    sizes = np.array([3, 40, 6000])
    first = first_allocation(sizes, 100)
    assert first[0] == 3
    assert (first[1:] >= FEWEST).all()
    assert first.sum() == 100
    assert first_allocation(sizes, 10_000).tolist() == sizes.tolist()


def test_more_reviews_go_where_the_count_is_uncertain() -> None:
    sizes, done = np.array([1000, 1000]), np.array([50, 50])
    added = allocation(sizes, done, np.array([25, 0]), 60)
    assert added.sum() == 60
    assert added[0] > 2 * added[1] >= 0
