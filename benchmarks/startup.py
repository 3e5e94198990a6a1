"""How long one waits: for a single clip, and for the window's first scores.

    python benchmarks/startup.py [--quick] [--json OUT]

`clip_s` is `analyze` of one 5-second clip as a whole process with LiteRT, `clip_tensorflow_s` the
same with `--runtime tensorflow`, and `clip_ratio` the one divided by the other. `first_scores_s`
counts from the start of the program, with a one-minute recording named on the command line, to the
first scores in the window. `prepare_gap_ms` is the longest time for which the window's event loop
was held while the network was prepared, `convert_gap_ms` the same while LiteRT's file was made as
well. The file for LiteRT is made before the other figures are taken. Every part runs in a process
of its own.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from announce import announce
from engine import Process, generate, prepare_litert, run, weights_in

_CLIP_S = 5.0
_WINDOW_S = 60.0


def first_scores(recording: str) -> dict[str, float]:
    """Seconds from the start of the process to the first scores in the window."""
    application, bench = _window(recording)

    def shown() -> bool:
        scores = bench.session.document.scores
        return scores is not None and bool(scores.ready)

    gap = _longest_gap(application, shown)
    return {"first_scores_s": time.time() - float(os.environ["BENCH_BEGAN"]), "first_gap_ms": gap}


def prepared(_recording: str) -> dict[str, float]:
    """The longest gap of the event loop until the network is prepared, in milliseconds."""
    application, bench = _window()
    done: list[str] = []
    bench.services.weights.prepared.connect(done.append)
    gap = _longest_gap(application, lambda: bool(done))
    network = bench.services.weights.model().network()
    return {"gap_ms": gap, "by_litert": float(network.runtime == "litert")}


def _window(*arguments: str) -> tuple[Any, Any]:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from yamnet_gui import app

    application, bench = app.prepare(app.parse([*arguments, "--size", "1920x1080"]))
    bench.shell.window.show()
    return application, bench


def _longest_gap(application: Any, done: Any) -> float:
    """Runs the event loop until `done`; the longest time between two turns of it, in ms.

    Counts from its second turn: the first shows the window.
    """
    from PySide6.QtCore import QTimer

    turns: list[float] = []

    def tick() -> None:
        turns.append(time.perf_counter())
        if done():
            application.quit()

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(1)
    application.exec()
    return 1000 * max((b - a for a, b in pairwise(turns[1:])), default=0.0)


PARTS = {"first": first_scores, "prepare": prepared}


def part(kind: str, recording: Path, weights: Path, home: Path) -> dict[str, float]:
    """One part in a process with settings and caches of its own."""
    os.environ["YAMNET_GUI_WEIGHTS"] = str(weights)
    os.environ["BENCH_BEGAN"] = repr(time.time())
    done = run(Path(__file__), "--part", kind, recording, home=home)
    return json.loads(done.output.strip().splitlines()[-1])


def clip(recording: Path, weights: Path, runtime: str, home: Path) -> Process:
    """`analyze` of one clip as a whole process."""
    options = ("--no-cache", "--weights", weights, "--runtime", runtime)
    return run("-m", "yamnet_gui", "analyze", recording, *options, home=home)


def measured(folder: Path, repeats: int) -> dict[str, float]:
    """All figures; the best of some runs."""
    home = folder / "home"
    source, _ = weights_in(folder / "source")
    fresh = Path(shutil.copy(source, folder / "fresh.h5"))
    short, long = folder / "clip.wav", folder / "minute.wav"
    generate(short, _CLIP_S / 60)
    generate(long, _WINDOW_S / 60)
    figures = {"convert_gap_ms": part("prepare", long, fresh, home)["gap_ms"]}
    prepare_litert(source, home=home)
    runs: dict[str, list[Process]] = {"litert": [], "tensorflow": []}
    windows, gaps = [], []
    for number in range(repeats + 1):  # the first fills the system's file cache
        for runtime, processes in runs.items():
            processes.append(clip(short, source, runtime, home))
        windows.append(part("first", long, source, folder / f"home{number}"))
        gaps.append(part("prepare", long, source, folder / f"home{number}"))
    best = {name: min(processes[1:], key=lambda p: p.seconds) for name, processes in runs.items()}
    figures |= {
        "clip_s": best["litert"].seconds,
        "clip_tensorflow_s": best["tensorflow"].seconds,
        "clip_ratio": best["litert"].seconds / best["tensorflow"].seconds,
        "clip_memory_mb": best["litert"].peak_mb,
        "clip_tensorflow_memory_mb": best["tensorflow"].peak_mb,
        "first_scores_s": min(window["first_scores_s"] for window in windows[1:]),
        "prepare_gap_ms": min(gap["gap_ms"] for gap in gaps[1:]),
        "prepared_by_litert": min(gap["by_litert"] for gap in gaps),
    }
    return figures


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] == "--part":
        print(json.dumps(PARTS[sys.argv[2]](sys.argv[3])))
        sys.stdout.flush()
        os._exit(0)  # the figures are out; taking the window down is not measured
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the figures here")
    arguments = parser.parse_args()
    announce(80, 45, quick=arguments.quick)
    with tempfile.TemporaryDirectory(prefix="startup-") as temporary:
        figures = measured(Path(temporary), 2 if arguments.quick else 5)
    for name, value in figures.items():
        print(f"{name:<28}{value:10.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
