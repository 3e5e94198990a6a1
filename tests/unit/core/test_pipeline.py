import threading
from collections.abc import Iterator

import pytest

from yamnet_gui.core.pipeline import mapped, prefetched


def prefetching_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "prefetch"]


def test_items_come_in_order() -> None:
    assert list(prefetched(iter(range(100)), depth=3)) == list(range(100))
    assert not prefetching_threads()


def test_an_empty_source_gives_nothing() -> None:
    assert list(prefetched([])) == []


def test_the_source_runs_in_another_thread_and_ahead() -> None:
    ahead = threading.Event()
    threads = set()

    def source() -> Iterator[int]:
        for number in range(3):
            threads.add(threading.current_thread())
            if number == 2:
                ahead.set()
            yield number

    items = prefetched(source(), depth=2)
    assert next(items) == 0
    assert ahead.wait(5), "nothing was computed ahead of its use"
    assert list(items) == [1, 2]
    assert threading.current_thread() not in threads


def test_no_more_than_depth_items_wait() -> None:
    made = []

    def source() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    for taken, _ in enumerate(prefetched(source(), depth=2), start=1):
        assert len(made) <= taken + 3  # two that wait and one in the making


def test_an_error_arrives_after_the_items_before_it() -> None:
    error = ZeroDivisionError("in the source")

    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise error

    items = prefetched(source(), depth=5)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(ZeroDivisionError) as raised:
        next(items)
    assert raised.value is error
    assert not prefetching_threads()


def test_closing_stops_a_source_without_end_and_closes_it() -> None:
    closed_in = []

    def source() -> Iterator[int]:
        number = 0
        try:
            while True:
                yield number
                number += 1
        finally:
            closed_in.append(threading.current_thread().name)

    items = prefetched(source(), depth=2)
    next(items)
    items.close()
    assert closed_in == ["prefetch"]
    assert not prefetching_threads()


def test_an_error_in_the_consumer_leaves_no_thread() -> None:
    def consume() -> None:
        for number in prefetched(iter(range(10**9))):
            if number == 3:
                raise KeyError(number)

    with pytest.raises(KeyError):
        consume()
    assert not prefetching_threads()


def test_a_depth_of_zero_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="at least one"):
        prefetched([], depth=0)


def test_mapped_keeps_the_order_and_runs_side_by_side() -> None:
    both = threading.Barrier(2, timeout=10)

    def work(number: int) -> int:
        if number < 2:
            both.wait()  # passes only if two calls run at the same time
        return number * number

    assert list(mapped(work, range(9), 2)) == [n * n for n in range(9)]


def test_mapped_raises_where_the_failure_stands() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        return number

    results = mapped(work, range(9), 2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_closing_mapped_begins_no_more_and_leaves_no_thread() -> None:
    begun: list[int] = []
    results = mapped(lambda n: begun.append(n) or n, range(1000), 2)
    assert next(results) == 0
    results.close()
    assert len(begun) <= 4
    assert not [t for t in threading.enumerate() if t.name.startswith("mapped")]


def test_mapped_gives_the_first_result_as_soon_as_it_is_there() -> None:
    done = threading.Event()
    asked: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            asked.append(number)
            if number == 1:
                assert done.wait(5)
            yield number

    def work(number: int) -> int:
        done.set()
        return number

    results = mapped(work, items(), 8)
    next(results)
    assert len(asked) < 16
    results.close()
