"""Memory that is free inside the C library goes back to the system (glibc; elsewhere nothing).

NumPy, Qt, decoders and networks take their memory from the C library, which keeps what they give
back: apart for each of up to eight groups of threads for every core. In a window that is worked in
all day, with some thirty threads, what is held so and used by nobody grew by 10 MB a minute.
"""

import ctypes
import os
import sys

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_ARENAS = 4


def use_few_arenas() -> None:
    """Fewer groups of threads share more; to be called before there are threads.

    Who set another number for this program (MALLOC_ARENA_MAX, or a tunable) has it.
    """
    mallopt = _function("mallopt")
    chosen = "MALLOC_ARENA_MAX" in os.environ or "malloc" in os.environ.get("GLIBC_TUNABLES", "")
    if mallopt is not None and not chosen:
        mallopt(_ARENA_MAX, _ARENAS)


def give_back_free_memory() -> bool:
    """Whether anything could be given back. Takes some milliseconds for 100 MB."""
    trim = _function("malloc_trim")
    return trim is not None and bool(trim(ctypes.c_size_t(0)))


def _function(name: str) -> "ctypes._NamedFuncPointer | None":
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), name, None)  # no such function in other C libraries
