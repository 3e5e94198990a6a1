"""Tests of the limit on threads of matrix products."""

import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np  # noqa: F401 - whose library of products it is about
import pytest
import threadpoolctl
from threadpoolctl import threadpool_info, threadpool_limits

from yamnet_gui.core.threads import BLAS_THREADS, BlasThreads


def in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def threads_of_products() -> int:
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return max((pool["num_threads"] for pool in pools), default=0)


@pytest.fixture
def limit_of_the_main_thread() -> Iterator[None]:
    """The main thread sets a limit before any other: that of two threads for products."""
    with threadpool_limits(2, "blas"):
        if threads_of_products() != 2:
            pytest.skip("the library of matrix products here has no limit that can be set")
        yield


@pytest.mark.usefixtures("limit_of_the_main_thread")
def test_the_limit_holds_in_a_thread_that_did_not_set_the_first_one() -> None:
    seen = []

    def limited() -> None:
        with BLAS_THREADS.one():
            seen.append(threads_of_products())
        seen.append(threads_of_products())

    in_thread(limited)
    assert seen == [1, 2]


@pytest.mark.usefixtures("limit_of_the_main_thread")
def test_the_limit_is_lifted_by_another_thread_than_set_it() -> None:
    first = BLAS_THREADS.one()
    first.__enter__()
    entered, leave = threading.Event(), threading.Event()

    def last_user() -> None:
        with BLAS_THREADS.one():
            entered.set()
            leave.wait()

    last = threading.Thread(target=last_user)
    last.start()
    entered.wait()
    first.__exit__(None, None, None)
    assert threads_of_products() == 1
    leave.set()
    last.join()
    assert threads_of_products() == 2


def test_libraries_are_looked_for_only_after_modules_were_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []
    controller = threadpoolctl.ThreadpoolController

    class Counted(controller):
        def __init__(self) -> None:
            looked.append("")
            super().__init__()

    monkeypatch.setattr(threadpoolctl, "ThreadpoolController", Counted)
    threads = BlasThreads()
    for _ in range(5):
        with threads.one():
            pass
    assert len(looked) == 1
    monkeypatch.setitem(sys.modules, "another_with_a_library", threadpoolctl)
    with threads.one():
        pass
    assert len(looked) == 2
