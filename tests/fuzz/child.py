"""The process that reads damaged files: bounded in memory and time, watched for what it writes.

`python -m tests.fuzz.child FOLDER TARGET SEED SECONDS MUTATIONS` prints a JSON line for each
finding and a last one with the figures. What is being read is in FOLDER/now, for whoever finds
this process dead.
"""

import faulthandler
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import Any

HANG_S = 10.0
"""Of processor time for a file; where it waits instead, as on a busy machine, six times that."""
MEMORY = 2 << 30
_OTHER = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "socket.connect",
          "socket.getaddrinfo", "pickle.find_class"}  # fmt: skip
_PATHS = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
          "os.chmod", "shutil.rmtree", "shutil.move"}  # fmt: skip


class OutsideError(AssertionError):
    """Something was done that no damaged file may cause."""


class Watch:
    """Refuses, and counts, writes outside a folder and code that data brought along."""

    def __init__(self, folder: Path) -> None:
        self._own = os.path.realpath(folder)
        self.on = False
        self.seen: list[str] = []

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event in _OTHER:
            self._refuse(f"{event} {args[:1]!r}")
        elif event == "open" and isinstance(args[0], str | bytes) and args[2] is not None:
            mode, flags = args[1], args[2]
            writes = any(c in str(mode or "") for c in "wax+")
            if writes or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
                self._check(event, args[0])
        elif event in _PATHS and isinstance(args[0], str | bytes | os.PathLike):
            self._check(event, args[0])

    def _check(self, event: str, path: Any) -> None:
        real = os.path.realpath(os.fsdecode(path))
        inside = real == self._own or real.startswith(self._own + os.sep)
        if not inside and real != os.devnull:
            self._refuse(f"{event} {real!r}")

    def _refuse(self, what: str) -> None:
        self.seen.append(what)
        raise OutsideError(what)


def limit_memory() -> None:
    """Two gigabytes more than this process has already."""
    try:
        import resource
    except ImportError:  # Windows
        return
    status = Path("/proc/self/statm")
    now = int(status.read_text().split()[0]) * resource.getpagesize() if status.exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, resource.RLIM_INFINITY))


def most_memory() -> int:
    """Megabytes that this process had at most."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (
        10 if sys.platform != "darwin" else 20
    )


def place_of(error: BaseException) -> str:
    """The innermost line of the program's own code, which findings are counted by."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        f
        for f in frames
        if f"{os.sep}yamnet_gui{os.sep}" in f.filename and "tests" not in f.filename
    ]
    if not frames:
        return str(error)[:60]
    last = (own or frames)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"


def main(folder: Path, target: str, seed: int, seconds: float, mutations: int) -> None:
    from yamnet_gui.core.errors import UserError

    from .targets import readers, sentence

    ((_, read),) = readers(folder, [target])
    (folder / "work").mkdir()
    watch = Watch(folder)
    sys.addaudithook(watch)
    faulthandler.register(signal.SIGPROF, chain=True)  # shows where it stands, and ends it
    read_undamaged_imports(read)
    before = most_memory()
    limit_memory()
    places: set[str] = set()
    count = refused = 0
    slowest, slowest_seed = 0.0, seed
    end = time.monotonic() + seconds
    while count < mutations if mutations else time.monotonic() < end:
        (folder / "now").write_text(str(seed + count))
        signal.setitimer(signal.ITIMER_PROF, HANG_S)
        faulthandler.dump_traceback_later(6 * HANG_S, exit=True)
        start = time.monotonic()
        watch.on = True
        try:
            read(Random(seed + count))
        except UserError as error:
            refused += 1
            failure = _failure(sentence, str(error))
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            failure = error
        else:
            failure = None
        watch.on = False
        took = time.monotonic() - start
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        faulthandler.cancel_dump_traceback_later()
        if took > slowest:
            slowest, slowest_seed = took, seed + count
        if failure is None and watch.seen:
            failure = OutsideError(watch.seen[0])
        watch.seen.clear()
        if failure is not None and (place := place_of(failure)) not in places:
            places.add(place)
            text = "".join(traceback.format_exception(failure))[-3000:]
            print(json.dumps({"place": place, "seed": seed + count, "trace": text}), flush=True)
        count += 1
    figures = {
        "target": target, "mutations": count, "refused": refused, "findings": len(places),
        "slowest_s": round(slowest, 2), "slowest_seed": slowest_seed,
        "memory_mb": most_memory() - before,
    }  # fmt: skip
    print(json.dumps(figures), flush=True)


def read_undamaged_imports(read: Any) -> None:
    """Lets what is imported late be imported before anything is limited."""
    for seed in range(20):
        try:
            read(Random(seed))
        except Exception:  # noqa: BLE001 - found again below
            continue


def _failure(check: Any, text: str) -> AssertionError | None:
    try:
        check(text)
    except (AssertionError, UnicodeError) as error:
        return AssertionError(str(error))
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
