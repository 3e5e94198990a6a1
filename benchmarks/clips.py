"""How fast many short recordings are analysed: python benchmarks/clips.py [--quick] [--json OUT]

Makes clips of 5 s (WAV, 44.1 kHz, mono: noise and tones) and runs `yamnet-gui analyze` over them as
a whole process, without a cache. Prints, and writes as JSON:

clips_per_second        with --jobs 2
speedup                 against the version in the folder named by `--against`, on the first of the
                        same clips, starting of the program left out (see `--against-clips`)
one_job_ratio           clips a second with --jobs 1 against clips_per_second
cached_ratio            clips a second when all results are stored already, against clips_per_second
peak_memory_mb          the most that the first process and the 4 of --jobs 4 had together, memory
                        that they share counted once (Linux)
largest_difference_of_scores   from those of the other version
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from announce import announce

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tests.tiny_network import write_tiny_weights  # noqa: E402
from yamnet_gui.yamnet import find_weights  # noqa: E402

RATE_HZ = 44_100
CLIP_S = 5
FEW = 16
"""Clips of the run that shows what starting the program takes."""


@dataclass
class Clips:
    """Folders with the same clips, all of them and the first few."""

    folder: Path
    names: list[str] = field(default_factory=list)

    def make(self, count: int) -> None:
        random = np.random.default_rng(1)
        time_s = np.arange(CLIP_S * RATE_HZ) / RATE_HZ
        for k in range(count):
            noise = random.standard_normal(len(time_s)) * (np.sin(9 * random.random() * time_s) > 0)
            tone = np.sin(2 * np.pi * (200 + 4000 * random.random()) * time_s)
            tone *= time_s > random.random() * CLIP_S
            name = f"clip{k:05d}.wav"
            soundfile.write(self.folder / name, 0.1 * noise + 0.3 * tone, RATE_HZ, subtype="PCM_16")
            self.names.append(name)

    @contextmanager
    def first(self, count: int) -> Iterator[Path]:
        """A folder with the first clips alone."""
        if count >= len(self.names):
            yield self.folder
            return
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as folder:
            for name in self.names[:count]:
                os.link(self.folder / name, Path(folder) / name)
            yield Path(folder)


@dataclass(frozen=True)
class Version:
    """A checkout of this project, run with the same weights."""

    root: Path
    weights: Path
    home: Path

    def analyze(self, sounds: Path, *options: str | Path) -> "subprocess.Popen[bytes]":
        environment = os.environ | {
            "PYTHONPATH": str(self.root),
            "YAMNET_GUI_CACHE": str(self.home / "cache"),
            "YAMNET_GUI_WEIGHTS": str(self.weights),
        }
        command = [sys.executable, "-m", "yamnet_gui", "analyze", str(sounds), *map(str, options)]
        return subprocess.Popen(
            command,
            env=environment,
            cwd=self.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def seconds(self, sounds: Path, *options: str | Path) -> float:
        """The time of one run; ends this program where it fails."""
        begin = time.perf_counter()
        process = self.analyze(sounds, "-o", self.home / "events.csv", "--restart", *options)
        _, errors = process.communicate()
        if process.returncode != 0:
            sys.exit(errors.decode(errors="replace"))
        return time.perf_counter() - begin

    def scores(self, sounds: Path) -> np.ndarray:
        """All scores of some clips, (frames, classes)."""
        table = self.home / "scores.csv"
        process = self.analyze(sounds, "--scores", table, "--no-cache", "--restart")
        _, errors = process.communicate()
        if process.returncode != 0:
            sys.exit(errors.decode(errors="replace"))
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        return np.array([row[4:] for row in rows], np.float32)


def clips_per_second(version: Version, clips: Clips, count: int, *options: str) -> float:
    """Of many clips, what a run over few of them takes left out."""
    with clips.first(FEW) as few, clips.first(count) as many:
        start_s = version.seconds(few, *options)
        return (min(count, len(clips.names)) - FEW) / (version.seconds(many, *options) - start_s)


class Memory:
    """The most that a process and its children had together, in MB; what they share counts once."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.most_mb = 0.0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            family = [self._process.pid, *_children(self._process.pid)]
            self.most_mb = max(self.most_mb, sum(_own_mb(pid) for pid in family))


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    own = [int(child) for child in text.split()]
    return own + [further for child in own for further in _children(child)]


def _own_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1]) / 1000
    except OSError:
        pass  # it has just ended
    return 0.0


def peak_memory_mb(version: Version, sounds: Path) -> float | None:
    if not sys.platform.startswith("linux"):
        return None
    process = version.analyze(sounds, "--no-cache", "--jobs", "4")
    with Memory(process) as memory:
        process.communicate()
    return memory.most_mb


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    weights = options.weights or find_weights()
    if weights is None:
        weights = write_tiny_weights(folder / "tiny.h5")
        print("no weights found: random ones, which take the same time", file=sys.stderr)
    (folder / "clips").mkdir()
    clips = Clips(folder / "clips")
    clips.make(options.clips)
    homes = [folder / name for name in ("this", "other")]
    for home in homes:
        home.mkdir()
    this = Version(HERE.parent, weights, homes[0])
    with clips.first(FEW) as few:
        this.seconds(few, "--no-cache")  # prepares what is prepared once for these weights
    two_jobs = ("--no-cache", "--jobs", "2")
    speed = clips_per_second(this, clips, options.clips, *two_jobs)
    results: dict[str, Any] = {"clips": options.clips, "clips_per_second": speed}
    some = min(options.clips, 20 * FEW)
    results["one_job_ratio"] = clips_per_second(this, clips, some, "--no-cache") / speed
    with clips.first(some) as sounds:
        this.seconds(sounds, "--jobs", "2")
    results["cached_ratio"] = clips_per_second(this, clips, some, "--jobs", "2") / speed
    with clips.first(some) as sounds:
        results["peak_memory_mb"] = peak_memory_mb(this, sounds)
    if options.against is not None:
        other = Version(options.against.resolve(), weights, homes[1])
        theirs = clips_per_second(other, clips, options.against_clips, *two_jobs)
        with clips.first(FEW) as few:
            difference = float(np.abs(this.scores(few) - other.scores(few)).max())
        results |= {
            "clips_per_second_against": theirs,
            "speedup": speed / theirs,
            "largest_difference_of_scores": difference,
        }
    return results


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--clips", type=int, default=2000, help="how many to make (2000)")
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help="checkout of another version"
    )
    parser.add_argument("--against-clips", type=int, default=400, help="of them for it (400)")
    parser.add_argument("--quick", action="store_true", help="200 clips, 100 for the other version")
    options = parser.parse_args()
    announce(240, 60, quick=options.quick)
    if options.quick:
        options.clips, options.against_clips = 200, 100
    with tempfile.TemporaryDirectory(prefix="yamnet-gui-") as folder:
        results = measure(options, Path(folder))
    for name, value in results.items():
        print(f"{name:30} {value:.4g}" if isinstance(value, float) else f"{name:30} {value}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
