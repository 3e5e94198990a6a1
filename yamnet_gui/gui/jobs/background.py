"""Makes background work give way to the window."""

import os
import sys
import threading

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
