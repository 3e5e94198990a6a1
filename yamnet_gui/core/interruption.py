"""Ctrl+C and SIGTERM end a program in order: cleaned up, quickly, without a trace of Python."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHELL_ADDS = 128
_HEARD_S = 3.0
"""A program that was asked to end has ended by then; one that has not did not hear."""
_AGAIN_S = 0.02


class Interruption:
    """Whether the program was asked to end, and the exit status that says so."""

    def __init__(self) -> None:
        self.status = 0
        self._asked = 0.0

    def __bool__(self) -> bool:
        return self.status != 0

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Raises KeyboardInterrupt; what follows soon finds the program cleaning up already."""
        now = time.monotonic()
        if self and now - self._asked < _HEARD_S:
            return
        self.status = self.status or _SHELL_ADDS + number
        self._asked = now
        raise KeyboardInterrupt

    def ask_again(self) -> None:
        """Interrupts the main thread once more in a moment."""
        self._asked = 0.0
        number = self.status - _SHELL_ADDS
        again = threading.Timer(_AGAIN_S, _signal_main_thread, (number,))
        again.daemon = True
        again.start()


def _signal_main_thread(number: int) -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        signal.raise_signal(number)


@contextmanager
def _nothing_swallowed(interruption: Interruption) -> Iterator[None]:
    """Inside, an interruption of a destructor or callback, which Python drops, comes once more."""
    former: Callable[[sys.UnraisableHookArgs], object] = sys.unraisablehook

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if interruption and issubclass(unraisable.exc_type, KeyboardInterrupt):
            interruption.ask_again()
        else:
            former(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        if sys.unraisablehook is hook:
            sys.unraisablehook = former


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Inside, the first Ctrl+C or SIGTERM raises KeyboardInterrupt and those soon after it do not.

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
        with _nothing_swallowed(interruption):
            yield interruption
    finally:
        for number, handler in former.items():
            signal.signal(number, signal.SIG_IGN if interruption else handler)


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
