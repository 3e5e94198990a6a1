"""Ctrl+C and SIGTERM end a program in order: cleaned up, quickly, without a trace of Python."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHELL_ADDS = 128


class Interruption:
    """Whether the program was asked to end, and the exit status that says so."""

    def __init__(self) -> None:
        self.status = 0

    def __bool__(self) -> bool:
        return self.status != 0

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Raises KeyboardInterrupt once; what follows finds the program cleaning up already."""
        self.status = _SHELL_ADDS + number
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Inside, the first Ctrl+C or SIGTERM raises KeyboardInterrupt and further ones do nothing.

    After an interruption they do nothing behind it, either: the program is about to end. Outside of
    the main thread, which gets all signals, everything stays as it is.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    # one that is ignored was so on purpose, as in the background of a script
    mine = [n for n in _SIGNALS if signal.getsignal(n) is not signal.SIG_IGN]
    former = {number: signal.signal(number, interruption.on_signal) for number in mine}
    try:
        yield interruption
    finally:
        if not interruption:
            for number, handler in former.items():
                signal.signal(number, handler)


@contextmanager
def not_for_children() -> Iterator[None]:
    """Processes that are started inside never get Ctrl+C, not even while they begin."""
    block = getattr(signal, "pthread_sigmask", None)
    if block is None:
        yield
        return
    from multiprocessing import resource_tracker  # 10 ms that only runs with workers pay

    # multiprocessing starts it before the first process, and then unblocks Ctrl+C for all to come
    resource_tracker.ensure_running()
    former = block(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        block(signal.SIG_SETMASK, former)
