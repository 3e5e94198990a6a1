"""Whether the bundle starts as fast as the installed program.

    python benchmarks/bundle.py PROGRAM [--python PYTHON] [--quick] [--json OUT]

PROGRAM is the one that `python -m bundle.build` made; PYTHON (else this one) has the program
installed. Both start in turn: `window_s` is the time until the first pixels of the window are on
the screen of an Xvfb of its own, `demo_s` the same with the demo, `version_s` the whole process of
`--version`. Each `_ratio` is the bundle's figure divided by the other's, medians of all runs but
the first, which fills the file cache.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from announce import announce  # noqa: E402

from tests.e2e.desktop import Desktop  # noqa: E402

_POLL_S = 0.004
_LONGEST_S = 60.0
_REST_S = 1.0


def first_pixels(command: list[str], desktop: Desktop, home: Path) -> float:
    """Seconds from the start of a process to its first pixels on the screen; then ends it."""
    environment = {**desktop.environment, "HOME": str(home)}
    empty = desktop.picture()
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        while desktop.picture() == empty:
            if time.perf_counter() - began > _LONGEST_S or process.poll() is not None:
                raise RuntimeError(f"{command[0]} shows no window")
            time.sleep(_POLL_S)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(30)
        end = time.perf_counter() + _LONGEST_S
        while desktop.picture() != empty and time.perf_counter() < end:
            time.sleep(0.05)
        time.sleep(_REST_S)


def whole(command: list[str], home: Path) -> float:
    """Seconds of a process from start to end."""
    began = time.perf_counter()
    environment = {**os.environ, "HOME": str(home)}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def measured(programs: dict[str, list[str]], folder: Path, repeats: int) -> dict[str, float]:
    times: dict[str, list[float]] = {}
    screen, home = folder / "screen", folder / "home"
    for place in (screen, home):
        place.mkdir()
    for name in [name for name in os.environ if name.startswith(("XDG_", "QT_"))]:
        del os.environ[name]
    desktop = Desktop(screen)
    try:
        time.sleep(_REST_S)
        for _ in range(repeats + 1):
            for name, words in programs.items():
                taken = {
                    "window": first_pixels([*words, "--size", "1280x720"], desktop, home),
                    "demo": first_pixels([*words, "demo", "--size", "1280x720"], desktop, home),
                    "version": whole([*words, "--version"], home),
                }
                for kind, seconds in taken.items():
                    times.setdefault(f"{name}_{kind}_s", []).append(seconds)
    finally:
        desktop.close()
    figures = {name: statistics.median(values[1:]) for name, values in times.items()}
    for kind in ("window", "demo", "version"):
        bundle, installed = figures[f"bundle_{kind}_s"], figures[f"installed_{kind}_s"]
        figures[f"{kind}_ratio"] = bundle / installed
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--python", default=sys.executable, help="has the program installed")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the figures here")
    arguments = parser.parse_args()
    announce(120, 50, quick=arguments.quick)
    programs = {
        "bundle": [str(arguments.program.resolve())],
        "installed": [str(arguments.python), "-P", "-m", "yamnet_gui"],
    }
    with tempfile.TemporaryDirectory(prefix="bundle-") as temporary:
        figures = measured(programs, Path(temporary), 3 if arguments.quick else 9)
    for name, value in figures.items():
        print(f"{name:<28}{value:10.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
