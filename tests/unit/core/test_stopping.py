"""Long work ends where it is asked to stop, in its own thread and in those that it starts."""

import threading
from contextlib import closing

import pytest

from yamnet_gui.core.errors import Cancelled
from yamnet_gui.core.pipeline import mapped, prefetched
from yamnet_gui.core.stopping import (
    check_stopped,
    inherited,
    resting,
    stop_requested,
    stoppable,
    unstoppable,
    until_stopped,
    without_rest,
)


def test_nothing_stops_work_that_nobody_can_stop() -> None:
    check_stopped()
    assert not stop_requested()
    assert list(until_stopped(range(1000))) == list(range(1000))


def test_a_loop_ends_soon_after_it_is_asked_to() -> None:
    stop = threading.Event()
    done: list[int] = []

    def work() -> None:
        for n in until_stopped(range(1_000_000), every=10):
            done.append(n)
            if n == 25:
                stop.set()

    with pytest.raises(Cancelled), stoppable(stop.is_set):
        work()
    assert 26 <= len(done) <= 40
    check_stopped()  # behind the work nothing is left of it


def test_work_that_must_be_whole_is_finished() -> None:
    with stoppable(lambda: True), unstoppable():
        assert list(until_stopped(range(1000), every=1)) == list(range(1000))


def test_inner_work_ends_with_the_work_around_it() -> None:
    with stoppable(lambda: True), stoppable(lambda: False):
        assert stop_requested()


def test_another_thread_is_not_stopped_unless_it_works_for_this_one() -> None:
    seen: dict[str, bool] = {}

    def look(name: str) -> None:
        seen[name] = stop_requested()

    with stoppable(lambda: True):
        for name, work in (("own", look), ("for this one", inherited(look))):
            thread = threading.Thread(target=work, args=(name,))
            thread.start()
            thread.join()
    assert seen == {"own": False, "for this one": True}


def test_threads_of_a_pipeline_end_with_the_work_that_reads_from_them() -> None:
    stop = threading.Event()

    def endless(n: int = 0) -> int:
        while True:
            check_stopped()
            stop.set()

    with pytest.raises(Cancelled), stoppable(stop.is_set):
        list(mapped(endless, range(3), 2))
    stop.clear()
    with (
        pytest.raises(Cancelled),
        stoppable(stop.is_set),
        closing(prefetched(endless() for _ in range(3))) as items,
    ):
        list(items)


def test_work_rests_wherever_it_could_be_stopped() -> None:
    rests: list[str] = []
    with resting(lambda: rests.append("here")):
        check_stopped()
        list(until_stopped(range(10), every=5))
        assert len(rests) == 4
        with without_rest():
            check_stopped()
        with unstoppable():
            check_stopped()
        assert not stop_requested()
        assert len(rests) == 4
    check_stopped()
    assert len(rests) == 4


def test_threads_that_work_for_one_that_rests_do_so_as_well() -> None:
    resting_threads: list[int] = []
    with (
        resting(lambda: resting_threads.append(threading.get_ident())),
        closing(prefetched(until_stopped(range(3), every=1))) as numbers,
    ):
        assert list(numbers) == [0, 1, 2]
    assert resting_threads
    assert threading.get_ident() not in resting_threads
