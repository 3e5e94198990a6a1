"""How smooth the gallery is: 10,000 thumbnails that are scrolled, and the memory they take.

The real window, offscreen, with a project of made-up events in generated recordings. A frame is
counted from a turn of the wheel until what came into sight is painted; thumbnails are computed
meanwhile. `own_ms_…` is this thread's own work in a frame, which other programs do not lengthen.
Kinds of frames: `wheel` a third of a card at a time, `fling` five such steps in one, `page` a
whole screen, `back` over what was seen before. `first_screen_s`: until all of the first screen is
drawn. `memory_mb` is what scrolling through everything added to the process, `pictures_mb` what of
it are thumbnails.

    python benchmarks/gallery.py [--quick] [--json OUT] [--cards 10000] [--size 1920x1080]
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from announce import announce  # noqa: E402

RATE_HZ = 44_100
RECORDINGS = 100
SECONDS = 10.0
FRAME_S = 1 / 60
WARM = 20


def make_project(folder: Path, cards: int) -> Path:
    """A closed project of so many events in 100 recordings of tones and noise."""
    from yamnet_gui.core.events import Event
    from yamnet_gui.labels.project import Project, Recording, RecordingState, add_recordings

    rng = np.random.default_rng(5)
    time_s = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    path = folder / "gallery.yamnet"
    each = -(-cards // RECORDINGS)
    with Project.create(path) as project:
        recordings = []
        for n in range(RECORDINGS):
            file = folder / f"{n:03}.wav"
            sound = 0.3 * np.sin(2 * np.pi * (300 + 37 * n) * time_s) * (time_s % 1 < 0.4)
            soundfile.write(file, sound + 0.01 * rng.standard_normal(len(time_s)), RATE_HZ)
            recordings.append(
                Recording(
                    f"r{n}", project.recordings.stored_path(file), "", file.stat().st_size,
                    SECONDS, RATE_HZ, 1, state=RecordingState.ANALYSED,
                )
            )  # fmt: skip
        project.apply(add_recordings(recordings))
        for recording in recordings:
            onsets = np.sort(rng.uniform(0, SECONDS - 1, each))
            events = [
                Event(f"e{k}", float(t), float(t) + 0.96, "Bird", 106, score_max=float(score))
                for k, (t, score) in enumerate(zip(onsets, rng.random(each), strict=True))
            ]
            project.events.store_detections(recording.id, events)
    return path


def resident_mb() -> float:
    """Memory of this process now, in megabytes; the peak where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        from window_parts import peak_memory_mb

        return peak_memory_mb()


class Window:
    """The program's window with the gallery in front, in the size of a screen."""

    def __init__(self, project: Path, size: tuple[int, int]) -> None:
        from yamnet_gui import app
        from yamnet_gui.gui.features.gallery.feature import Gallery

        wide, high = size
        arguments = [str(project), "--size", f"{wide}x{high}"]
        self.application, self.bench = app.prepare(app.parse(arguments))
        self.bench.session.settings.set("play_on_hover", False)
        self.bench.shell.window.show()
        self.settle()
        self.gallery = self.bench.feature(Gallery)
        self.memory_mb = resident_mb()
        began = time.perf_counter()
        self.gallery.show()
        self.gallery.panel.window().resize(wide, high - 40)
        self.settle()
        self.first_screen_s = time.perf_counter() - began
        self.bar = self.gallery.panel.grid.verticalScrollBar()

    def settle(self) -> None:
        for _ in range(2):
            while self.bench.busy:
                self.application.processEvents()
                time.sleep(0.001)
            self.application.processEvents()

    def frames(self, count: int, step: Callable[[int], int]) -> tuple[list[float], list[float]]:
        """Milliseconds of each frame, by the clock and of this thread's own work."""
        spent, own = [], []
        for n in range(count + WARM):
            began, own_began = time.perf_counter(), time.thread_time()
            self.bar.setValue(self.bar.value() + step(n))
            self.application.processEvents()
            took = time.perf_counter() - began
            if n >= WARM:
                spent.append(took * 1000)
                own.append((time.thread_time() - own_began) * 1000)
            time.sleep(max(0.0, FRAME_S - took))
        return spent, own

    def through(self) -> None:
        """Scrolls through everything once, with every thumbnail computed."""
        self.bar.setValue(0)
        while self.bar.value() < self.bar.maximum():
            self.settle()
            self.bar.setValue(self.bar.value() + 2 * self.bar.pageStep())
        self.settle()

    def close(self) -> None:
        self.bench.shell.window.close()
        self.bench.close()


def measured(window: Window, quick: bool) -> dict[str, Any]:
    """All figures."""
    count, bar = (60 if quick else 300), window.bar
    panel = window.gallery.panel
    figures: dict[str, Any] = {
        "cards": panel.grid.count,
        "cards_on_screen": panel.grid.whole_in_sight,
        "first_screen_s": round(window.first_screen_s, 2),
    }
    line = bar.singleStep()
    kinds: dict[str, Callable[[int], int]] = {
        "wheel": lambda _n: line,
        "fling": lambda _n: 5 * line,
        "page": lambda n: bar.pageStep() if n % 3 == 0 else 0,
        "back": lambda _n: -line,
    }
    every: list[float] = []
    for kind, step in kinds.items():
        spent, own = window.frames(count, step)
        every += spent
        figures[f"{kind}_ms_median"] = round(float(np.median(spent)), 2)
        figures[f"{kind}_ms_p95"] = round(float(np.percentile(spent, 95)), 2)
        figures[f"{kind}_own_ms_p95"] = round(float(np.percentile(own, 95)), 2)
    figures["frame_ms_p95"] = round(float(np.percentile(every, 95)), 2)
    figures["frames_within_16_7_ms"] = round(float(np.mean(np.array(every) <= 16.7)), 3)
    if not quick:
        window.through()
    figures["memory_mb"] = round(resident_mb() - window.memory_mb, 1)
    figures["pictures_mb"] = round(window.gallery.pictures.thumbnails.bytes / 2**20, 1)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cards", type=int, default=10_000)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--quick", action="store_true", help="fewer frames, not through all cards")
    parser.add_argument("--json", type=Path, metavar="OUT")
    given = parser.parse_args()
    announce(180, 25, quick=given.quick)
    wide, high = (int(part) for part in given.size.split("x"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("DATA", "CACHE", "CONFIG", "STATE"):
            os.environ[f"XDG_{kind}_HOME"] = str(folder / kind.lower())
        os.environ.pop("YAMNET_GUI_WEIGHTS", None)
        window = Window(make_project(folder, given.cards), (wide, high))
        figures = measured(window, given.quick)
        window.close()
    for key, value in figures.items():
        print(f"{key:>24}  {value}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
