"""Who reads storage first: what somebody hears or looks at goes before what is read in advance."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from yamnet_gui.core.stopping import check_stopped

_LONGEST_S = 10.0
"""Nobody waits for longer: a server that answers one in vain may answer another."""
_RECENT_S = 10.0
_LOOK_EVERY_S = 0.05


class _Thread(threading.local):
    first = False


_thread = _Thread()
_turn = threading.Condition()
_waited_for = 0  # threads that go first, and are reading
_last_first = -_RECENT_S


@contextmanager
def going_first() -> Iterator[None]:
    """What this thread reads inside goes before what other threads read."""
    around, _thread.first = _thread.first, True
    try:
        yield
    finally:
        _thread.first = around


@contextmanager
def turn() -> Iterator[None]:
    """Around reading a block. Others wait while one that goes first is read. Raises Cancelled."""
    global _waited_for, _last_first
    if not _thread.first:
        until = time.monotonic() + _LONGEST_S
        while _waited_for and time.monotonic() < until:
            check_stopped()
            with _turn:
                _turn.wait_for(lambda: not _waited_for, _LOOK_EVERY_S)
        yield
        return
    with _turn:
        _waited_for += 1
    try:
        yield
    finally:
        with _turn:
            _waited_for -= 1
            _last_first = time.monotonic()
            _turn.notify_all()


def in_small_steps() -> bool:
    """Whether this thread is to ask for little at once, because one that goes first may come."""
    return not _thread.first and time.monotonic() - _last_first < _RECENT_S
