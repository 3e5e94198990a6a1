"""What `long_day.py` sees of a window at work: gaps of its event loop, memory, and what stays."""

import ctypes
import faulthandler
import gc
import os
import re
import signal
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

BEAT_MS = 10
NOTED_S = 0.1
"""Shorter gaps are not written down."""
_SAMPLED_S = 0.25
_SAMPLE_EVERY_S = 0.05
_FRAMES = 14

Counts = dict[str, float]


@dataclass(slots=True)
class Gap:
    """One time in which the window answered nothing.

    Of `wall_s` its own thread computed `cpu_s`, and stood ready for `starved_s` while others had
    the processor; the rest it waited for its own workers, locks or the disk. Those others are the
    workers of the program or other programs: all its threads together computed `process_s`.
    """

    at_s: float
    action: str
    wall_s: float
    cpu_s: float
    starved_s: float
    process_s: float
    stacks: Counter[str] = field(default_factory=Counter)

    def plain(self) -> dict[str, Any]:
        """For JSON, with the most frequent stacks."""
        return {
            "at_s": round(self.at_s, 1),
            "action": self.action,
            "gap_s": round(self.wall_s, 3),
            "own_cpu_s": round(self.cpu_s, 3),
            "starved_s": round(self.starved_s, 3),
            "process_s": round(self.process_s, 3),
            "stacks": [f"{count} x {stack}" for stack, count in self.stacks.most_common(3)],
        }


class Watch(QObject):
    """A heartbeat in the window's thread, and a thread that looks where it stands in a gap."""

    def __init__(self) -> None:
        super().__init__()
        self.action = "start"
        self.began = self._last = time.perf_counter()
        # opened once: the figures of this thread, whoever reads them
        self._schedstat = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self._cpu, self._starved = time.thread_time(), self._starved_s()
        self._process = time.process_time()
        self.gaps: list[Gap] = []
        self.collections: list[tuple[int, float]] = []
        self._stacks: Counter[str] = Counter()
        self._gui = threading.get_ident()
        self._ended = threading.Event()
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # for what arrives when looking has ended
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)
        self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)
        self._thread.start()
        self._collecting = 0.0
        gc.callbacks.append(self._on_garbage)

    def stop(self) -> None:
        """No more gaps are counted from now on."""
        self._timer.stop()
        self._ended.set()
        self._thread.join()
        gc.callbacks.remove(self._on_garbage)
        os.close(self._schedstat)

    @Slot()
    def _beat(self) -> None:
        now, cpu, starved = time.perf_counter(), time.thread_time(), self._starved_s()
        process = time.process_time()
        wall = now - self._last - BEAT_MS / 1000
        if wall > NOTED_S:
            stacks, self._stacks = self._stacks, Counter()
            spent = cpu - self._cpu, starved - self._starved, process - self._process
            self.gaps.append(Gap(self._last - self.began, self.action, wall, *spent, stacks))
        elif self._stacks:
            self._stacks = Counter()
        self._last, self._cpu, self._starved, self._process = now, cpu, starved, process

    def _starved_s(self) -> float:
        """How long the window's thread has been ready while others had the processor (Linux)."""
        return int(os.pread(self._schedstat, 100, 0).split()[1]) / 1e9

    def _look(self) -> None:
        # The thread writes its stack itself, in a handler of a signal. Frame objects are no way: a
        # painter that lives on in one of them ends the process; nor is looking at other threads
        # from here: one that is just beginning has no stack.
        with tempfile.TemporaryFile() as file:
            faulthandler.register(signal.SIGUSR1, file, all_threads=False)
            while not self._ended.wait(_SAMPLE_EVERY_S):
                file.seek(0)
                written = file.read().decode(errors="replace")
                if written:
                    self._stacks[_stack_in(written)] += 1
                    file.seek(0)
                    file.truncate()
                if time.perf_counter() - self._last > _SAMPLED_S:
                    signal.pthread_kill(self._gui, signal.SIGUSR1)
            faulthandler.unregister(signal.SIGUSR1)

    def _on_garbage(self, phase: str, info: dict[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._collecting = now
        else:
            self.collections.append((info["generation"], now - self._collecting))


def _stack_in(dumped: str) -> str:
    """The lines that faulthandler writes of a thread, outermost first."""
    steps = []
    for line in dumped.splitlines()[1:]:
        match = re.match(r'  File "(.+)", line (\d+) in (\S+)', line)
        if match is None or Path(match[1]).stem.startswith("long_day"):
            break
        steps.append(f"{Path(match[1]).name}:{match[2]} {match[3]}")
    return " > ".join(reversed(steps[:_FRAMES]))


def memory_mb() -> Counts:
    """Resident memory, and the part of it that no file backs (Linux)."""
    figures: Counts = {}
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        if name in ("Rss", "Anonymous"):
            figures[f"{name.lower()}_mb"] = int(value.split()[0]) / 1024
    return figures | _c_heap_mb()


class _Mallinfo2(ctypes.Structure):
    """What glibc's `mallinfo2` returns."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd",
            "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


def _c_heap_mb() -> Counts:
    """What C code holds of all arenas, what is free in them, and blocks with pages of their own.

    Held memory that grows is a leak; free memory that grows is fragmentation (glibc ≥ 2.33).
    """
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo2 is None:
        return {}
    mallinfo2.restype = _Mallinfo2
    info = mallinfo2()
    sizes = {"heap_held": info.uordblks, "heap_free": info.fordblks, "heap_mapped": info.hblkhd}
    return {f"{name}_mb": round(size / 2**20, 1) for name, size in sizes.items()}


def held() -> Counts:
    """How many widgets, threads and open files there are; quick enough for every minute."""
    return {
        "widgets": len(QApplication.allWidgets()),
        "threads": _entries("/proc/self/task"),
        "files": _entries("/proc/self/fd"),
    }


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def trimmed() -> Counts:
    """What the C library gives back when it is asked, and how long that takes (glibc).

    Memory that it gives back was free already: it is no leak.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None:
        return {}
    gc.collect()
    before, began = memory_mb()["rss_mb"], time.perf_counter()
    trim(0)
    took = time.perf_counter() - began
    return {"given_back_mb": before - memory_mb()["rss_mb"], "took_s": took}


def objects() -> Counter[str]:
    """How many objects of each type there are; takes a second and should follow a collection."""
    gc.unfreeze()
    return Counter(f"{kind.__module__}.{kind.__qualname__}" for kind in map(type, gc.get_objects()))
