"""Stopping long work from another thread, or letting it rest, however deep inside it is.

Whoever runs work says once how it learns that it is to stop (`stoppable`); loops that may go on
for long ask on the way (`check_stopped`, `until_stopped`), and threads that the work starts inherit
the question (`inherited`). Nothing has to be handed through readers, parsers and tables for that.
In the same places work rests while something else goes first (`resting`).
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import ParamSpec, TypeVar

from .errors import Cancelled

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Stopped = Callable[[], bool]
Rest = Callable[[], object]

_EVERY = 256
"""Items between two questions: a question costs some 100 ns, an item of a table a microsecond."""


class _Thread(threading.local):
    stopped: Stopped | None = None
    rest: Rest | None = None


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
        with without_rest():
            yield
    finally:
        _thread.stopped = around


@contextmanager
def resting(rest: Rest) -> Iterator[None]:
    """Work inside, in this thread, calls `rest` wherever it asks whether to stop.

    `rest` comes back when the work may go on.
    """
    around, _thread.rest = _thread.rest, rest
    try:
        yield
    finally:
        _thread.rest = around


@contextmanager
def without_rest() -> Iterator[None]:
    """Work inside does not rest, because it holds what others wait for."""
    around, _thread.rest = _thread.rest, None
    try:
        yield
    finally:
        _thread.rest = around


def stop_requested() -> bool:
    """Whether the work of this thread is to end."""
    return _thread.stopped is not None and _thread.stopped()


def stop_question() -> Stopped:
    """What another thread may ask to learn whether the work of this one is to end."""
    return _thread.stopped or (lambda: False)


def check_stopped() -> None:
    """Raises Cancelled where the work of this thread is to end; rests where it may."""
    if _thread.rest is not None:
        _thread.rest()
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
    """`work` for another thread, which ends and rests when the work of this thread is to do so."""
    stopped, rest = _thread.stopped, _thread.rest

    def run(*args: P.args, **named: P.kwargs) -> R:
        with ExitStack() as around:
            if stopped is not None:
                around.enter_context(stoppable(stopped))
            if rest is not None:
                around.enter_context(resting(rest))
            return work(*args, **named)

    return run
