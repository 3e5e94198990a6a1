"""Makes background work give way to the window."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_S = 0.0005
"""How long a worker may go on when the window's thread wants Python's lock.

Every call into Qt gives the lock up for a moment and has to get it back; with Python's own 5 ms a
single frame of some hundred calls could wait ten times over.
"""
_NICENESS = 5


def give_way_quickly() -> None:
    """Lets threads of this process hand Python's lock over at once."""
    sys.setswitchinterval(SWITCH_S)


def give_way() -> None:
    """Lets the calling thread, and those it starts, have the processor after the window.

    Only Linux knows priorities of single threads here; elsewhere the system's own choice stands.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    try:
        now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(now + _NICENESS, 19))
    except OSError:
        return


class ForegroundPriority:
    """Work that the user waits for goes first; work that can wait asks before every step."""

    def __init__(self) -> None:
        self._claims = 0
        self._free = threading.Condition()

    def claim(self) -> None:
        """Takes the right of way until `release`; several may have it at once."""
        with self._free:
            self._claims += 1

    def release(self) -> None:
        """Gives back what `claim` took."""
        with self._free:
            self._claims -= 1
            self._free.notify_all()

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Has the right of way inside the block."""
        self.claim()
        try:
            yield
        finally:
            self.release()

    def wait(self, longest_s: float) -> bool:
        """Waits until nobody has the right of way, so long at most; whether the way is free."""
        with self._free:
            return self._free.wait_for(lambda: self._claims == 0, longest_s)
