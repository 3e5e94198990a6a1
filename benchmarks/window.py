"""How the window keeps up: start, pictures, frames and memory, on short and long recordings.

Each length is measured in a process of its own, offscreen at 1920 × 1080, on a generated 48 kHz
stereo WAV with 5,000 events and 30 shown classes. Beside our frames stand those of what one would
write first: pyqtgraph's own down-sampling over the whole array. Figures of one run compare with
each other, not with those of another machine.

With weights (YAMNET_GUI_WEIGHTS) the gaps of the event loop during the analysis of the hour are
measured, too.

    python benchmarks/window.py [--quick] [--json OUT] [--minutes 1 60 600]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 48_000
EVENTS = 5_000
SHOWN = 30
SIZE = (1920, 1080)
LENGTHS_MIN = (1, 60, 600)
QUICK_MIN = (1, 60)
PLAIN_UP_TO_MIN = 60
BUSY_MIN = 60
KEYS = (
    "window_s",
    "overview_cold_s",
    "overview_warm_s",
    "frame_ms_median",
    "frame_ms_p95",
    "frame_ms_worst",
    "plain_frame_ms_p95",
    "memory_mb",
)


def make_recording(path: Path, minutes: float) -> None:
    """Noise bursts, tones and quiet, written block by block."""
    rng = np.random.default_rng(3)
    seconds = 30
    time_s = np.arange(RATE_HZ * seconds) / RATE_HZ
    block = 0.02 * rng.standard_normal((len(time_s), 2))
    block[:, 0] += 0.4 * np.sin(2 * np.pi * 440 * time_s) * (np.sin(2 * np.pi * time_s / 7) > 0.6)
    block[:, 1] += 0.3 * np.sin(2 * np.pi * 3000 * time_s) * (np.sin(2 * np.pi * time_s / 3) > 0.8)
    data = np.round(np.clip(block, -1, 1) * 32767).astype(np.int16)
    kind = "RF64" if minutes * 60 * RATE_HZ * 4 > 2**31 else "WAV"
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_16", format=kind) as file:
        for _ in range(max(1, round(minutes * 60 / seconds))):
            file.write(data)


def measure(path: Path, frames: int) -> dict[str, float]:
    """Runs in a process of its own: opens the window on `path` and moves about in it."""
    began = float(os.environ["BENCH_BEGAN"])
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from yamnet_gui import app
    from yamnet_gui.core.events import Event, EventList
    from yamnet_gui.core.scores import FrameGrid, ScoreTable
    from yamnet_gui.gui.state.score_buffer import ScoreBuffer

    application, bench = app.prepare(app.parse([str(path), "--size", f"{SIZE[0]}x{SIZE[1]}"]))
    bench.window.show()
    application.processEvents()
    result = {"window_s": time.time() - began}

    def wait(done) -> float:  # type: ignore[no-untyped-def]
        while not done():
            application.processEvents()
            time.sleep(0.001)
        for _ in range(3):
            application.processEvents()
        return time.time() - began

    def whole() -> bool:
        pyramid = bench.sound.pyramid
        return pyramid is not None and pyramid.ready_frames >= pyramid.frames

    result["first_picture_s"] = wait(lambda: bench.sound.pyramid is not None)
    result["overview_s"] = wait(whole)
    result["memory_open_mb"] = peak_memory_mb()
    if frames == 0:
        bench.window.close()
        return result
    wait(lambda: not bench.busy)
    duration = bench.timeline.duration_s
    rng = np.random.default_rng(4)
    count = max(1, int(duration / 0.48))
    grid = FrameGrid(count, duration)
    onsets = np.sort(rng.uniform(0, duration * 0.999, EVENTS))
    lengths = np.minimum(rng.exponential(duration / EVENTS, EVENTS) + 0.05, duration - onsets)
    scores = np.zeros((count, len(bench.class_map)), np.float32)
    scores[:, :SHOWN] = rng.random((count, SHOWN), np.float32) * 0.08
    for i, (onset, length) in enumerate(zip(onsets, lengths, strict=True)):
        first, last = int(onset / 0.48), int((onset + length) / 0.48) + 1
        scores[first:last, i % SHOWN] = 0.35 + 0.6 * rng.random()
    bench.document.set_scores((ScoreBuffer.of_table(ScoreTable(grid, scores)),))
    del scores
    wait(lambda: not bench.deriver.waiting)
    bench.classes.set_options(limit=SHOWN)
    events = [
        Event(str(i), float(a), float(a + b), bench.class_map[i % SHOWN].name, i % SHOWN)
        for i, (a, b) in enumerate(zip(onsets, lengths, strict=True))
    ]
    bench.document.set_events(EventList.of(events))
    bench.classes.set_shown(tuple(range(SHOWN)))
    bench.classes.choose(0)
    wait(lambda: not bench.busy)

    def frame(change) -> float:  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        change()
        application.processEvents()
        return (time.perf_counter() - start) * 1000

    timeline = bench.timeline
    kinds: dict[str, list[float]] = {"pan": [], "zoom": [], "threshold": [], "play": []}
    for _ in range(20):
        frame(lambda: timeline.zoom(0.8))
        frame(lambda: timeline.zoom(1.25))
    timeline.set_view(duration * 0.3, duration * 0.4)
    for i in range(frames):
        by = timeline.view.duration_s * (0.02 if i % 100 < 50 else -0.02)
        kinds["pan"].append(frame(lambda by=by: timeline.pan(by)))
    timeline.show_all()
    for i in range(frames):
        factor = 0.9 if i % 200 < 100 else 1 / 0.9
        at = duration * 0.37
        kinds["zoom"].append(frame(lambda f=factor, at=at: timeline.zoom(f, at)))
    timeline.show_all()
    for i in range(min(frames, 60)):
        value = 0.5 + 0.4 * np.sin(i / 9)
        kinds["threshold"].append(
            frame(
                lambda v=value: bench.tracks.curve.threshold_moved.emit(
                    0, round(float(v), 2), False
                )
            )
        )
    timeline.set_view(0, min(duration, 60.0))
    for i in range(frames):
        kinds["play"].append(frame(lambda i=i: timeline.set_cursor(i / 60)))
    both = np.array(kinds["pan"] + kinds["zoom"])
    result["frame_ms_median"] = float(np.median(both))
    result["frame_ms_p95"] = float(np.percentile(both, 95))
    result["frame_ms_worst"] = float(both.max())
    for kind, values in kinds.items():
        result[f"{kind}_ms_p95"] = float(np.percentile(values, 95))
        result[f"{kind}_ms_worst"] = float(max(values))
    result["memory_mb"] = peak_memory_mb()
    bench.window.close()
    return result


def measure_busy(path: Path, _frames: int) -> dict[str, float]:
    """Gaps of the event loop while the recording is analysed; needs weights."""
    began = float(os.environ["BENCH_BEGAN"])
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QTimer

    from yamnet_gui import app
    from yamnet_gui.gui.state.document import AnalysisState

    application, bench = app.prepare(app.parse([str(path), "--size", f"{SIZE[0]}x{SIZE[1]}"]))
    bench.window.show()
    gaps: list[float] = []
    last = time.perf_counter()
    first_scores = float("nan")

    def tick() -> None:
        nonlocal last, first_scores
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now
        scores = bench.document.scores
        if first_scores != first_scores and scores is not None and scores.ready:
            first_scores = time.time() - began
        if bench.document.state is AnalysisState.COMPLETE:
            application.quit()

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(1)
    application.exec()
    done = time.time() - began
    bench.window.close()
    return {
        "analysed_s": done,
        "first_scores_s": first_scores,
        "busy_gap_ms_p99": float(np.percentile(gaps, 99)),
        "busy_gap_ms_worst": max(gaps),
    }


def measure_plain(path: Path, frames: int) -> dict[str, float]:
    """What one would write first: whole arrays, linked plots, one region item per event."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    samples, rate = soundfile.read(path, dtype="float32")
    x = np.arange(len(samples)) / rate
    duration = len(samples) / rate
    window = pg.GraphicsLayoutWidget()
    window.resize(*SIZE)
    wave = window.addPlot(row=0, col=0)
    wave.plot(x, samples.mean(axis=1)).setDownsampling(auto=True, method="peak")
    wave.setClipToView(True)
    count = max(1, int(duration / 0.48))
    scores = np.random.default_rng(4).random((count, SHOWN), np.float32) ** 4
    heat = window.addPlot(row=1, col=0)
    image = pg.ImageItem(scores)
    image.setRect(0, 0, duration, SHOWN)
    heat.addItem(image)
    heat.setXLink(wave)
    window.show()
    wave.setXRange(0, duration, padding=0)
    application.processEvents()
    times = []
    for i in range(frames):
        start = time.perf_counter()
        low = duration * (0.3 + 0.002 * (i % 50))
        wave.setXRange(low, low + duration * 0.5, padding=0)
        application.processEvents()
        times.append((time.perf_counter() - start) * 1000)
    return {
        "plain_frame_ms_p95": float(np.percentile(times, 95)),
        "plain_memory_mb": peak_memory_mb(),
    }


def peak_memory_mb() -> float:
    """Peak resident memory of this process in megabytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def in_process(kind: str, path: Path, frames: int, home: Path) -> dict[str, float]:
    env = dict(os.environ, BENCH_BEGAN=repr(time.time()))
    if kind != "busy":
        env.pop("YAMNET_GUI_WEIGHTS", None)
    for name in ("DATA", "CACHE", "CONFIG"):
        env[f"XDG_{name}_HOME"] = str(home / name.lower())
    done = subprocess.run(
        [sys.executable, __file__, "--part", kind, str(path), str(frames)],
        env=env,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{kind} on {path.name} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run(lengths: tuple[float, ...], frames: int) -> dict[str, dict[str, float]]:
    results = {}
    for minutes in lengths:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = folder / f"{minutes:g} min.wav"
            make_recording(path, minutes)
            cold = in_process("ours", path, 0, folder / "home")
            warm_up = in_process("ours", path, frames, folder / "home")
            warm = in_process("ours", path, 0, folder / "home")
            result = dict(warm_up)
            result["window_s"] = warm["window_s"]
            result["overview_cold_s"] = cold["overview_s"]
            result["overview_warm_s"] = warm["overview_s"]
            result["first_picture_s"] = cold["first_picture_s"]
            result["plain_frame_ms_p95"] = float("nan")
            if minutes <= PLAIN_UP_TO_MIN:
                result |= in_process("plain", path, min(frames, 30), folder / "home")
            if minutes == BUSY_MIN and "YAMNET_GUI_WEIGHTS" in os.environ:
                result |= in_process("busy", path, 0, folder / "busy")
            results[f"{minutes:g} min"] = result
            print(f"{minutes:g} min measured", file=sys.stderr)
    return results


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] == "--part":
        _part, kind, path, frames = sys.argv[1:]
        work = {"ours": measure, "plain": measure_plain, "busy": measure_busy}[kind]
        print(json.dumps(work(Path(path), int(frames))))
        sys.stdout.flush()
        os._exit(0)  # the figures are out; taking the window down is not measured
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="1 min and 1 h, fewer frames")
    parser.add_argument("--minutes", type=float, nargs="+")
    arguments = parser.parse_args()
    lengths = arguments.minutes or (QUICK_MIN if arguments.quick else LENGTHS_MIN)
    results = run(tuple(lengths), 60 if arguments.quick else 300)
    print(f"{'':22}" + "".join(f"{name:>12}" for name in results))
    every = dict.fromkeys(k for result in results.values() for k in result)
    shown = [*KEYS, *(k for k in every if k not in KEYS and k != "overview_s")]
    for key in shown:
        row = "".join(f"{r.get(key, float('nan')):12.2f}" for r in results.values())
        print(f"{key:22}{row}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
