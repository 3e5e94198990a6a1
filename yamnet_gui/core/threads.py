"""How many threads NumPy's matrix products take, and how many can run at once."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def usable_cores() -> int:
    """Cores that this process may use: fewer than the machine has in most containers."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def network_threads() -> int:
    """Threads that the network may take: fewer than all cores where processes share them.

    Whoever starts processes that share the cores sets TF_NUM_INTRAOP_THREADS, which TensorFlow
    reads by itself.
    """
    shared = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    return (int(shared) if shared.isdecimal() else 0) or usable_cores()


class BlasThreads:
    """Limits matrix products to one thread as long as any caller asks for it.

    More threads would wait, spinning, for cores that others use, and a product's last bits depend
    on their number. The limit is a property of the whole process; hence one shared
    count of callers, so that it is lifted only when the last of them has finished, in whatever
    thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._limits: Any = None
        self._libraries: Any = None
        self._modules = -1

    @contextmanager
    def one(self) -> Iterator[None]:
        with self._lock:
            if self._users == 0:
                self._limits = self._one_thread()
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    _take_control()
                    self._limits.restore_original_limits()
                    _take_control()  # leaves it to nobody

    def _one_thread(self) -> Any:
        _take_control()
        return self._loaded_libraries().limit(limits=1, user_api="blas")

    def _loaded_libraries(self) -> Any:
        """Those that multiply matrices. They come with modules.

        Looking through all libraries of the process takes some milliseconds of Python, and every
        block of samples that is resampled asks.
        """
        from threadpoolctl import ThreadpoolController

        modules = len(sys.modules)
        if self._libraries is None or modules != self._modules:
            self._libraries, self._modules = ThreadpoolController(), modules
        return self._libraries


def _take_control() -> None:
    """Lets the calling thread set limits, whichever thread set the last one.

    From version 3.8 on, threadpoolctl lets the first thread that sets a limit set all further ones
    as well; what others ask for is ignored without a word.
    """
    from threadpoolctl import OpenBLASController

    release = getattr(OpenBLASController, "clear_controlling_thread", None)
    if release is not None:
        release(force=True)


BLAS_THREADS = BlasThreads()
