"""What `window.py` runs in processes of their own; each part gives figures by name."""

import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

EVENTS = 5_000
SHOWN = 30
SIZE = (1920, 1080)
_HOP_S = 0.48
_CHUNK_FRAMES = 2048
_STEPS_BEFORE = 20
_BUSY_AFTER_FIRST_S = 2.0

Figures = dict[str, float]


def opened(path: Path, _frames: int) -> Figures:
    """The window comes up empty; then the recording is opened in it."""
    began = float(os.environ["BENCH_BEGAN"])
    application, bench = start_window()
    figures = {"window_s": time.time() - began}
    settle(application, lambda: not bench.busy)
    asked = time.perf_counter()
    bench.open(path)
    _until(application, lambda: bench.session.sound.pyramid is not None)
    figures["first_picture_s"] = time.perf_counter() - asked
    _until(application, lambda: _whole(bench))
    figures["overview_s"] = time.perf_counter() - asked
    return figures


def started(path: Path, frames: int) -> Figures:
    """The recording is named on the command line; times count from the start of the process.

    With `frames` 0 it goes on until everything is in the cache, otherwise it moves about.
    """
    began = float(os.environ["BENCH_BEGAN"])
    application, bench = start_window(path)
    figures = {"window_s": time.time() - began}
    _until(application, lambda: _whole(bench))
    figures["overview_from_start_s"] = time.time() - began
    settle(application, lambda: not bench.busy)
    if not frames:
        figures["spectrogram_from_start_s"] = time.time() - began
        return figures
    figures["memory_open_mb"] = peak_memory_mb()
    fill(application, bench)
    figures |= _moved(application, bench, frames)
    figures["memory_mb"] = peak_memory_mb()
    return figures


def busy(path: Path, whole: int) -> Figures:
    """Gaps of the event loop while the recording is analysed; `whole` 0 ends early."""
    began = float(os.environ["BENCH_BEGAN"])
    application, bench = start_window(path)
    from PySide6.QtCore import QTimer

    from yamnet_gui.gui.state.document import AnalysisState

    gaps: list[float] = []
    last = time.perf_counter()
    first_scores = float("nan")

    def tick() -> None:
        nonlocal last, first_scores
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now
        scores = bench.session.document.scores
        if first_scores != first_scores and scores is not None and scores.ready:
            first_scores = time.time() - began
        early = not whole and time.time() - began > first_scores + _BUSY_AFTER_FIRST_S
        if early or bench.session.document.state is AnalysisState.COMPLETE:
            application.quit()

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(1)
    application.exec()
    figures = {
        "first_scores_s": first_scores,
        "busy_gap_ms_p99": float(np.percentile(gaps, 99)),
        "busy_gap_ms_worst": max(gaps),
    }
    if whole:
        figures["analysed_s"] = time.time() - began
    return figures


def plain(path: Path, seconds: int) -> Figures:
    """What one would write first: whole arrays, linked plots, pyqtgraph's own down-sampling.

    Only waveform and scores: with an item for each of 5,000 events a frame takes seconds.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    samples, rate = soundfile.read(path, dtype="float32")
    x = np.arange(len(samples), dtype=np.float64)
    x /= rate
    duration = len(samples) / rate
    window = pg.GraphicsLayoutWidget()
    window.resize(*SIZE)
    waves = [window.addPlot(row=row, col=0) for row in range(samples.shape[1])]
    for channel, wave in enumerate(waves):
        wave.setDownsampling(auto=True, mode="peak")
        wave.setClipToView(True)
        wave.setXRange(0, duration, padding=0)
        wave.setYRange(-1, 1)
        wave.plot(x, samples[:, channel])
        if channel:
            wave.setXLink(waves[0])
    count = max(1, int(duration / _HOP_S))
    scores = np.random.default_rng(4).random((count, SHOWN), np.float32) ** 4
    heat = window.addPlot(row=len(waves), col=0)
    image = pg.ImageItem(scores)
    image.setRect(0, 0, duration, SHOWN)
    heat.addItem(image)
    heat.setXLink(waves[0])
    window.show()
    waves[0].setXRange(0, duration, padding=0)
    application.processEvents()
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < 3 or (time.perf_counter() - began < seconds and len(times) < 60):
        start = time.perf_counter()
        low = duration * (0.3 + 0.002 * (len(times) % 50))
        waves[0].setXRange(low, low + duration * 0.5, padding=0)
        application.processEvents()
        times.append((time.perf_counter() - start) * 1000)
    return {
        "plain_frame_ms_p95": float(np.percentile(times, 95)),
        "plain_memory_mb": peak_memory_mb(),
    }


PARTS: dict[str, Callable[[Path, int], Figures]] = {
    "opened": opened,
    "started": started,
    "busy": busy,
    "plain": plain,
}


def peak_memory_mb() -> float:
    """Peak resident memory of this process in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def start_window(path: Path | None = None) -> tuple[Any, Any]:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QEvent

    from yamnet_gui import app

    named = [str(path)] if path else []
    application, bench = app.prepare(app.parse([*named, "--size", f"{SIZE[0]}x{SIZE[1]}"]))
    bench.shell.window.show()
    application.processEvents()
    # what the window replaced while it was made goes with the first turn of a real event loop
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return application, bench


def _whole(bench: Any) -> bool:
    pyramid = bench.session.sound.pyramid
    return pyramid is not None and pyramid.ready_frames >= pyramid.frames


def _until(application: Any, done: Callable[[], bool]) -> None:
    """Lets the window work, at the pace of its own events, until `done`, and paint that."""
    from PySide6.QtCore import QEventLoop

    while not done():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    application.processEvents()


def settle(application: Any, done: Callable[[], bool]) -> None:
    while not done():
        application.processEvents()
        time.sleep(0.001)
    for _ in range(3):
        application.processEvents()


def fill(application: Any, bench: Any, number: int = EVENTS, high_hz: float = 0.0) -> None:
    """Puts scores in as an analysis does, chunk by chunk, and so many events of 30 classes.

    With `high_hz` each of them is a box below it.
    """
    from yamnet_gui.core.events import Event, EventList
    from yamnet_gui.core.scores import FrameGrid, ScoreChunk
    from yamnet_gui.gui.state.document import AnalysisState

    duration = bench.session.timeline.duration_s
    rng = np.random.default_rng(4)
    count = max(1, int(duration / _HOP_S))
    onsets = np.sort(rng.uniform(0, duration * 0.999, number))
    lengths = np.minimum(rng.exponential(duration / number, number) + 0.05, duration - onsets)
    heights = 0.35 + 0.6 * rng.random(number)
    first_frame = (onsets / _HOP_S).astype(int)
    last_frame = ((onsets + lengths) / _HOP_S).astype(int) + 1
    bench.session.document.begin_analysis(FrameGrid(count, duration))
    for first in range(0, count, _CHUNK_FRAMES):
        size = min(_CHUNK_FRAMES, count - first)
        scores = np.zeros((size, len(bench.session.class_map.value)), np.float32)
        scores[:, :SHOWN] = rng.random((size, SHOWN), np.float32) * 0.08
        inside = np.flatnonzero((first_frame < first + size) & (last_frame > first))
        for i in inside.tolist():
            scores[max(first_frame[i] - first, 0) : last_frame[i] - first, i % SHOWN] = heights[i]
        bench.session.document.add_chunk(ScoreChunk(first, scores, np.zeros((size, 0), np.float32)))
    bench.session.document.set_state(AnalysisState.COMPLETE)
    settle(application, lambda: not bench.busy)
    bench.session.class_view.set_options(limit=SHOWN)
    classes = bench.session.class_map.value
    events = [
        Event(str(i), float(a), float(a + b), classes[i % SHOWN].name, i % SHOWN)
        for i, (a, b) in enumerate(zip(onsets, lengths, strict=True))
    ]
    if high_hz:
        lows = rng.uniform(0, high_hz / 2, number).tolist()
        events = [
            replace(event, low_hz=low, high_hz=low + high_hz / 4)
            for event, low in zip(events, lows, strict=True)
        ]
    bench.session.document.set_events(EventList.of(events))
    bench.session.class_view.set_shown(tuple(range(SHOWN)))
    bench.session.class_view.choose(0)
    settle(application, lambda: not bench.busy)


def _moved(application: Any, bench: Any, frames: int) -> Figures:
    """Milliseconds from a change of the view until it is painted."""

    def frame(change: Callable[[], object]) -> float:
        start = time.perf_counter()
        change()
        application.processEvents()
        return (time.perf_counter() - start) * 1000

    timeline = bench.session.timeline
    duration = timeline.duration_s
    kinds: dict[str, list[float]] = {"pan": [], "zoom": [], "threshold": [], "play": []}
    for _ in range(_STEPS_BEFORE):
        frame(lambda: timeline.zoom(0.8))
        frame(lambda: timeline.zoom(1.25))
    timeline.set_view(duration * 0.3, duration * 0.4)
    application.processEvents()
    for i in range(frames):
        by = timeline.view.duration_s * (0.02 if i % 100 < 50 else -0.02)
        kinds["pan"].append(frame(lambda by=by: timeline.pan(by)))
    timeline.show_all()
    for i in range(frames):
        factor = 0.9 if i % 200 < 100 else 1 / 0.9
        kinds["zoom"].append(frame(lambda f=factor: timeline.zoom(f, duration * 0.37)))
    timeline.show_all()
    move = bench.shell.tracks.curve.threshold_moved.emit
    for i in range(min(frames, 60)):
        value = round(float(0.5 + 0.4 * np.sin(i / 9)), 2)
        kinds["threshold"].append(frame(lambda v=value: move(0, v, False)))
    timeline.set_view(0, min(duration, 60.0))
    for i in range(frames):
        kinds["play"].append(frame(lambda i=i: timeline.set_cursor(i / 60)))
    both = np.array(kinds["pan"] + kinds["zoom"])
    figures = {
        "frame_ms_median": float(np.median(both)),
        "frame_ms_p95": float(np.percentile(both, 95)),
        "frame_ms_worst": float(both.max()),
    }
    for kind, values in kinds.items():
        figures[f"{kind}_ms_p95"] = float(np.percentile(values, 95))
        figures[f"{kind}_ms_worst"] = float(max(values))
    return figures
