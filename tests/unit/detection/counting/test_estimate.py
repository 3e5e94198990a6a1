import numpy as np
import pytest

from yamnet_gui.detection.counting import SampleCounts, allocation, estimate, over_time, reviews_for

HOURS = 8


def counts(sizes: list[int], reviewed: list[int], right: list[int], **more: object) -> SampleCounts:
    """Two strata, a detected and a missed one, with units spread evenly over the hours."""

    def spread(values: list[int]) -> np.ndarray:
        table = np.zeros((len(values), HOURS), np.int64)
        for row, value in zip(table, values, strict=True):
            row[:] = value // HOURS
            row[: value % HOURS] += 1
        return table

    known = more.get("known", np.zeros((2, HOURS), np.int64))
    assert isinstance(known, np.ndarray)
    return SampleCounts(
        spread(sizes), spread(reviewed), spread(right), np.array([True, False]), known,
        np.arange(HOURS),
    )  # fmt: skip


def test_a_sample_of_everything_is_exact() -> None:
    result = estimate(counts([80, 400], [80, 400], [60, 20]))
    assert (result.events.low, result.events.value, result.events.high) == (80, 80, 80)
    assert result.recall is not None
    assert (result.recall.low, result.recall.value, result.recall.high) == (0.75, 0.75, 0.75)
    hours = over_time(counts([80, 400], [80, 400], [60, 20]), slots=np.arange(HOURS))
    assert hours.hours.value == hours.of_hours == HOURS
    assert hours.cells[0].sum() == pytest.approx(80)


def test_the_estimate_expands_each_stratum_by_its_size() -> None:
    result = estimate(counts([100, 1000], [50, 100], [40, 5]))
    assert result.events.value == pytest.approx(80 + 50)
    assert result.events.low < 110 < 130 < 160 < result.events.high
    assert result.recall is not None
    assert result.recall.value == pytest.approx(80 / 130)
    cells = over_time(counts([100, 1000], [50, 100], [40, 5]), slots=np.arange(HOURS)).cells
    assert cells[0].sum() == pytest.approx(130, rel=0.2)


def test_what_was_known_before_counts_without_doubt() -> None:
    known = np.zeros((2, HOURS), np.int64)
    known[1, 0], known[0, 1] = 30, 10
    without = estimate(counts([100, 1000], [50, 100], [40, 5]))
    result = estimate(counts([100, 1000], [50, 100], [40, 5], known=known))
    assert result.events.value == without.events.value + 40
    assert result.events.high == without.events.high + 40


def test_many_reviews_without_an_event_leave_an_upper_bound() -> None:
    result = estimate(counts([20, 3000], [20, 200], [0, 0]))
    assert result.events.low == 0
    assert 10 < result.events.high < 60  # some 3 in 200 may be true unseen (rule of three: 45)
    assert result.recall is None


def test_nothing_is_estimated_before_every_stratum_was_looked_at() -> None:
    few = counts([100, 1000], [50, 3], [40, 0])
    assert few.lacking == 2
    with pytest.raises(ValueError, match="2 more reviews"):
        estimate(few)


def test_events_in_bursts_lie_in_fewer_hours() -> None:
    even = counts([160, 1600], [80, 160], [80, 0])
    bursts = SampleCounts(
        np.array([[80, 80] + [0] * 6, [200] * 8]), np.array([[40, 40] + [0] * 6, [20] * 8]),
        np.array([[40, 40] + [0] * 6, [0] * 8]), even.detected, even.known, even.hours,
    )  # fmt: skip
    assert over_time(even).hours.low == HOURS
    assert over_time(bursts).hours.value < 5


def test_it_says_how_many_more_reviews_a_narrower_interval_needs() -> None:
    before = counts([1000, 4000], [60, 60], [30, 6])
    result = estimate(before)
    goal = result.events.precision / 2
    more = reviews_for(before, result.events, goal)
    assert 120 < more < 1500
    sizes, done, right = (a.sum(1) for a in (before.sizes, before.reviewed, before.right))
    after = done + allocation(sizes, done, right, more)
    later = estimate(counts([1000, 4000], after.tolist(), (after * right // done).tolist()))
    assert later.events.precision == pytest.approx(goal, rel=0.25)
    assert reviews_for(before, result.events, 1.0) == 0


@pytest.mark.parametrize("prevalence", [1 / 3, 1 / 100])
def test_intervals_hold_the_truth_about_as_often_as_they_say(prevalence: float) -> None:
    rng = np.random.default_rng(7)
    sizes, held = np.array([200, 2000]), 0
    for run in range(120):
        share = np.array([min(20 * prevalence, 0.8), prevalence / 2])
        truth = rng.binomial(sizes, share)
        done = np.array([40, 120])
        right = rng.hypergeometric(truth, sizes - truth, done)
        one = SampleCounts(
            sizes[:, None], done[:, None], right[:, None], np.array([True, False]),
            np.zeros((2, 1), np.int64), np.zeros(1, np.int64),
        )  # fmt: skip
        figure = estimate(one, seed=run, draws=1000).events
        held += figure.low <= truth.sum() <= figure.high
    assert 0.82 <= held / 120 <= 0.98  # benchmarks/counting.py has the long run
