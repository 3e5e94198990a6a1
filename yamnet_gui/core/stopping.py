"""Stopping long work from another thread, however deep inside it is.

Whoever runs work says once how it learns that it is to stop (`stoppable`); loops that may go on
for long ask on the way (`check_stopped`, `until_stopped`), and threads that the work starts inherit
the question (`inherited`). Nothing has to be handed through readers, parsers and tables for that.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from .errors import Cancelled

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Stopped = Callable[[], bool]

_EVERY = 256
"""Items between two questions: a question costs some 100 ns, an item of a table a microsecond."""


class _Thread(threading.local):
    stopped: Stopped | None = None


_thread = _Thread()


@contextmanager
def stoppable(stopped: Stopped) -> Iterator[None]:
    """Work inside, in this thread, ends with Cancelled soon after `stopped` says so.

    It also ends where the work around it is to end.
    """
    around = _thread.stopped
    _thread.stopped = stopped if around is None else lambda: stopped() or around()
    try:
        yield
    finally:
        _thread.stopped = around


@contextmanager
def unstoppable() -> Iterator[None]:
    """Work inside goes on to its end, because half of it would do harm."""
    around, _thread.stopped = _thread.stopped, None
    try:
        yield
    finally:
        _thread.stopped = around


def stop_requested() -> bool:
    """Whether the work of this thread is to end."""
    return _thread.stopped is not None and _thread.stopped()


def stop_question() -> Stopped:
    """What another thread may ask to learn whether the work of this one is to end."""
    return _thread.stopped or (lambda: False)


def check_stopped() -> None:
    """Raises Cancelled where the work of this thread is to end."""
    if _thread.stopped is not None and _thread.stopped():
        raise Cancelled


def until_stopped(items: Iterable[T], every: int = _EVERY) -> Iterator[T]:
    """The items, with a look at every so many of them whether to stop. Raises Cancelled."""
    check_stopped()
    left = every
    for item in items:
        yield item
        left -= 1
        if not left:
            left = every
            check_stopped()


def inherited(work: Callable[P, R]) -> Callable[P, R]:
    """`work` for another thread, which ends when the work of this thread is to end."""
    stopped = _thread.stopped

    def run(*args: P.args, **named: P.kwargs) -> R:
        if stopped is None:
            return work(*args, **named)
        with stoppable(stopped):
            return work(*args, **named)

    return run
