"""Intervals that touch a span are found, however long single ones are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from yamnet_gui.core.intervals import IntervalIndex

TIMES = st.integers(0, 50).map(float)


@settings(max_examples=150)
@given(
    pairs=st.lists(st.tuples(TIMES, TIMES).map(sorted), max_size=40), span=st.tuples(TIMES, TIMES)
)
def test_exactly_the_intervals_that_touch_are_found_in_order(
    pairs: list[list[float]], span: tuple[float, float]
) -> None:
    pairs.sort()
    start, end = min(span), max(span)
    index = IntervalIndex([a for a, _ in pairs], [b for _, b in pairs])
    expected = [k for k, (a, b) in enumerate(pairs) if a <= end and b >= start]
    assert index.touching(start, end) == expected


def test_a_long_interval_does_not_make_the_short_ones_be_looked_at() -> None:
    class Counted(list):
        looked_at = 0

        def __getitem__(self, k):
            Counted.looked_at += 1
            return super().__getitem__(k)

    count = 1 << 14
    index = IntervalIndex([0.0, *map(float, range(count))], [1e6, *(k + 0.5 for k in range(count))])
    index._latest = Counted(index._latest)
    assert index.touching(9000.1, 9000.2) == [0, 9001]
    assert Counted.looked_at < 100
