import json
from dataclasses import replace

import numpy as np
import pytest

from yamnet_gui.core.events import Event, EventList, ReviewState
from yamnet_gui.detection import (
    ClassCalibration,
    Review,
    calibrate,
    calibration_error,
    cross_validated,
    learned_prior,
    reliability,
    reviews_of,
    threshold_for_precision,
    threshold_for_recall,
    with_probability,
)


def simulated(
    seed: int, count: int, slope: float = 0.8, intercept: float = -1.0, class_index: int = 0
) -> list[Review]:
    """Reviews of scores whose true probability is a line on the logit."""
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0.1, 0.99, count)
    truth = 1 / (1 + np.exp(-(slope * np.log(scores / (1 - scores)) + intercept)))
    right = rng.random(count) < truth
    return [Review(class_index, float(s), bool(r)) for s, r in zip(scores, right, strict=True)]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_reviews_are_not_enough_and_that_is_reported(count: int) -> None:
    calibration = calibrate(simulated(3, count), [0])[0]
    assert not calibration.known
    assert calibration.more_needed >= 10 - count
    assert threshold_for_precision(calibration, [0.2, 0.9], 0.5) is None
    assert threshold_for_recall(calibration, [0.2, 0.9], 0.5) is None
    low, high = calibration.interval([0.5])
    assert high[0] - low[0] > 0.3
    event = Event("a", 0, 1, "Speech", class_index=0, score_max=0.9)
    assert with_probability(EventList.of([event]), {0: calibration}).get("a") == event


def test_reviews_that_are_all_right_do_not_make_a_class_known_at_once() -> None:
    reviews = [Review(0, 0.5 + 0.02 * k, True) for k in range(12)]
    assert not calibrate(reviews)[0].known


def test_more_reviews_narrow_the_interval_until_enough_is_known() -> None:
    widths, needed = [], []
    for count in (10, 40, 160, 390):
        calibration = calibrate(simulated(1, count))[0]
        low, high = calibration.interval([0.5])
        widths.append(float((high - low)[0]))
        needed.append(calibration.more_needed)
    assert widths == sorted(widths, reverse=True)
    assert needed == sorted(needed, reverse=True)
    assert needed[-1] == 0


@pytest.mark.workflow
def test_the_interval_holds_the_truth_nine_times_in_ten() -> None:
    inside = []
    for seed in range(200):
        calibration = calibrate(simulated(seed, 60))[0]
        scores = np.array([0.3, 0.6, 0.9])
        truth = 1 / (1 + np.exp(-(0.8 * np.log(scores / (1 - scores)) - 1.0)))
        low, high = calibration.interval(scores)
        inside.extend((low <= truth) & (truth <= high))
    assert 0.85 <= np.mean(inside) <= 0.99


@pytest.mark.parametrize("count", [60, 300, 1200])
def test_calibration_reduces_the_error_on_the_held_out_half(count: int) -> None:
    reviews = simulated(7, count, slope=0.6, intercept=-1.5)
    fit, test = reviews[::2], simulated(8, 2000, slope=0.6, intercept=-1.5)
    calibration = calibrate(fit)[0]
    scores = np.array([r.score for r in test])
    right = [r.right for r in test]
    raw = calibration_error(scores, right)
    calibrated = calibration_error(calibration.probability(scores), right)
    print(f"{count} reviews: expected calibration error {raw:.3f} raw, {calibrated:.3f} calibrated")
    assert calibrated < raw / 2


def test_a_class_with_few_reviews_is_drawn_towards_the_others() -> None:
    others = [r for c in range(1, 6) for r in simulated(c, 100, 0.8, -2.0, class_index=c)]
    common = calibrate(others)[1].probability([0.5])[0]
    alone, together = calibrate([], [0])[0], calibrate(others, [0])[0]
    assert abs(alone.probability([0.5])[0] - common) > 0.3
    assert abs(together.probability([0.5])[0] - common) < 0.1
    narrow, wide = together.interval([0.5]), alone.interval([0.5])
    assert narrow[1][0] - narrow[0][0] < wide[1][0] - wide[0][0]
    assert not together.known


def test_without_reviews_what_labelled_scenes_taught_is_assumed() -> None:
    scores = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    assumed = calibrate([], [0])[0].probability(scores)
    assert (np.abs(assumed - scores) < 0.2).all()  # not far from the scores as they are
    one = calibrate([Review(1, 0.6, False)], [0])[0].probability(scores)
    assert (np.abs(one - assumed) < 0.1).all()


def test_a_few_reviews_never_move_probabilities_far() -> None:
    assumed = calibrate([], [0])[0].probability([0.5])[0]
    moved = [
        abs(calibrate([Review(0, 0.5, False)] * count)[0].probability([0.5])[0] - assumed)
        for count in (1, 3, 9, 27)
    ]
    assert moved == sorted(moved)
    assert moved[0] < 0.25
    assert moved[-1] > 0.4


@pytest.mark.parametrize("count", [12, 40, 120])
def test_scores_that_come_true_already_are_hardly_harmed(count: int) -> None:
    raw, calibrated = [], []
    test = simulated(99, 2000, 1.0, 0.0)
    scores, right = [r.score for r in test], [r.right for r in test]
    for seed in range(6):
        known = calibrate(simulated(seed, count, 1.0, 0.0))[0]
        raw.append(calibration_error(scores, right))
        calibrated.append(calibration_error(known.probability(scores), right))
    print(f"{count} reviews: {np.mean(raw):.3f} raw, {np.mean(calibrated):.3f} calibrated")
    assert np.mean(calibrated) < np.mean(raw) + 0.08


def test_what_predicts_held_out_reviews_best_is_used() -> None:
    """Classes whose reviews are of pure chance say nothing that holds for the next ones."""
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.1, 0.9, 120)
    honest = [
        Review(k % 40, float(s), bool(rng.random() < s)) for k, s in enumerate(scores.tolist())
    ]
    line = calibrate(honest, [500])[500]
    assert abs(line.slope - 1) < 0.3
    assert abs(line.intercept) < 0.7


def test_one_sound_that_repeats_is_not_as_many_sounds() -> None:
    widths = []
    for count in (20, 80, 320):
        low, high = calibrate(simulated(2, count))[0].interval([0.5])
        widths.append(float((high - low)[0]))
    assert widths[0] / widths[1] < 1.6  # with independent reviews it would be 2
    assert widths[0] > widths[1] > widths[2]


def test_the_prior_of_a_set_of_reviews_is_the_mean_line_of_its_classes() -> None:
    reviews = [
        review
        for index in range(30)
        for review in simulated(index, 60, 0.8, -1.0 + 0.5 * (index % 3 - 1), class_index=index)
    ]
    mean, covariance = learned_prior(reviews)
    assert mean == pytest.approx([0.8, -1.0], abs=0.3)
    assert (np.sqrt(np.diag(covariance)) < 0.5).all()


def test_many_hundreds_of_reviews_give_a_monotone_curve_of_any_shape() -> None:
    rng = np.random.default_rng(5)
    scores = rng.uniform(0, 1, 2000)
    right = rng.random(2000) < np.where(scores > 0.5, 0.8, 0.1)  # a step, not a line
    calibration = calibrate([Review(0, s, bool(r)) for s, r in zip(scores, right, strict=True)])[0]
    assert calibration.steps
    curve = calibration.probability(np.linspace(0, 1, 50))
    assert (np.diff(curve) >= 0).all()
    assert curve[12] == pytest.approx(0.1, abs=0.05)
    assert curve[37] == pytest.approx(0.8, abs=0.06)
    assert 0 < curve.min() < curve.max() < 1


def test_thresholds_follow_from_a_wanted_precision_or_recall() -> None:
    calibration = calibrate(simulated(2, 380))[0]
    assert calibration.known
    scores = np.linspace(0.05, 0.99, 500)
    threshold = threshold_for_precision(calibration, scores, 0.6)
    assert threshold is not None
    above = calibration.probability(scores[scores >= threshold])
    assert above.mean() >= 0.6
    lower = calibration.probability(scores[scores >= threshold - 0.01])
    assert lower.mean() < 0.6
    assert threshold_for_precision(calibration, scores, 0.999) is None
    recall = threshold_for_recall(calibration, scores, 0.8)
    assert recall is not None
    assert (
        calibration.probability(scores[scores >= recall]).sum()
        >= 0.8 * calibration.probability(scores).sum()
    )


def test_known_classes_give_events_a_probability() -> None:
    calibrations = calibrate(simulated(2, 380))
    events = EventList.of(
        [
            Event("a", 0, 1, "Speech", class_index=0, score_max=0.9, state=ReviewState.ACCEPTED),
            Event("b", 2, 3, "Cat", class_index=76, score_max=0.9),
            Event("c", 4, 5, "mine"),
        ]
    )
    result = with_probability(events, calibrations)
    first = result.get("a")
    assert first is not None
    assert first.probability == pytest.approx(calibrations[0].probability([0.9])[0])
    assert first.state is ReviewState.ACCEPTED
    assert [e.probability for e in result][1:] == [None, None]


def test_a_calibration_survives_storing() -> None:
    for count in (20, 900):
        calibration = calibrate(simulated(2, count))[0]
        again = ClassCalibration.from_dict(json.loads(json.dumps(calibration.as_dict())))
        assert again == calibration
    assert calibrate(simulated(2, 20))[0].reviews_id != calibrate(simulated(3, 20))[0].reviews_id


def test_only_decisions_about_the_models_own_label_count() -> None:
    base = Event("a", 0, 1, "Dog", class_index=69, score_max=0.7)
    events = [
        base,
        replace(base, id="b", state=ReviewState.ACCEPTED),
        replace(base, id="c", state=ReviewState.REJECTED),
        replace(base, id="d", state=ReviewState.UNCERTAIN),
        replace(base, id="e").relabelled("Cat", 76, ""),
        replace(base, id="f").moved(0.2, 1.2),
    ]
    assert [(r.class_index, r.right) for r in reviews_of(events)] == [
        (69, True),
        (69, False),
        (69, True),
    ]


def test_the_error_of_perfect_and_of_blind_probabilities() -> None:
    assert calibration_error([0.0, 1.0] * 50, [0, 1] * 50) == 0
    assert calibration_error([0.9] * 100, [1, 0] * 50) == pytest.approx(0.4, abs=0.1)
    assert calibration_error([], []) == 0


def test_probabilities_come_and_go_and_an_unchanged_list_stays_the_same() -> None:
    known = calibrate(simulated(1, 300))
    events = EventList.of(
        [Event(f"e{k}", k, k + 1, "Speech", class_index=0, score_max=k / 10) for k in range(10)]
        + [Event("drawn", 3, 4, "Speech", class_index=0), Event("own", 5, 6, "mine")]
    )
    filled = with_probability(events, known)
    expected = known[0].probability([k / 10 for k in range(10)])
    assert [filled.get(f"e{k}").probability for k in range(10)] == pytest.approx(expected)  # type: ignore[union-attr]
    assert filled.get("drawn") == events.get("drawn")
    assert with_probability(filled, known) is filled
    assert with_probability(filled, {}) == events


def test_held_out_probabilities_are_nearer_the_truth_than_scores() -> None:
    reviews = simulated(5, 400, 0.8, -1.5) + simulated(6, 200, 0.6, -0.5, class_index=1)
    predicted = cross_validated(reviews)
    actual = [review.right for review in reviews]
    raw = calibration_error([review.score for review in reviews], actual)
    held_out = calibration_error(predicted, actual)
    print(f"expected calibration error: scores {raw:.3f}, held-out probabilities {held_out:.3f}")
    assert held_out < raw / 2


def test_groups_of_reviews_show_how_often_they_were_right() -> None:
    assert reliability(simulated(1, 4)) == []
    bins = reliability(simulated(1, 400))
    assert sum(b.count for b in bins) == 400
    assert [b.score for b in bins] == sorted(b.score for b in bins)
    assert all(0 <= b.low <= b.share <= b.high <= 1 for b in bins)
    assert bins[-1].share > bins[0].share
    few = reliability(simulated(1, 11))
    assert len(few) == 2
    assert few[0].high - few[0].low > 0.3
