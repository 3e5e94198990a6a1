"""Memory that is free inside the C library goes back to the system."""

import subprocess
import sys

import pytest

from yamnet_gui.core import c_heap

_FREE = """
import ctypes, threading
from pathlib import Path
from yamnet_gui.core.c_heap import give_back_free_memory, use_few_arenas

use_few_arenas()
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
c.malloc.argtypes, c.free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

def work():
    blocks = [c.malloc(20_000) for _ in range(1_000)]
    for block in blocks:
        ctypes.memset(block, 1, 20_000)
    for block in blocks[:-1]:  # the last one stays on top of them
        c.free(block)
    ended.wait()

ended = threading.Event()
threads = [threading.Thread(target=work) for _ in range(3)]

for thread in threads:
    thread.start()
ended.wait(0.5)
full = resident_mb()
assert give_back_free_memory()
print(full - resident_mb())
ended.set()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has the functions")
def test_what_threads_freed_below_something_in_use_goes_back() -> None:
    done = subprocess.run([sys.executable, "-c", _FREE], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 40, done.stdout


def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    c_heap.use_few_arenas()
    assert not c_heap.give_back_free_memory()
