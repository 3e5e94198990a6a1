"""What `window.py` runs with 10,000 events in view, all of them boxes, and columns of measures."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from window_parts import Figures, fill, peak_memory_mb, settle, start_window

MANY = 10_000
_FASTEST_MS = 1000 / 60
_SELECTED = 40


def many(path: Path, frames: int) -> Figures:
    """Frames of the whole recording in view, with one event selected.

    They count what this thread does for them itself, which other programs do not lengthen.
    `select`: the next event, of another class, which becomes the curve and the first row of scores.
    `box`: a corner of its box that is dragged on the spectrogram.
    """
    application, bench = start_window(path)
    settle(application, lambda: not bench.busy)
    timeline, selection = bench.session.timeline, bench.session.selection
    bench.session.settings.set("measure_columns", True)
    fill(application, bench, MANY, timeline.sample_rate_hz / 2)
    events = [event for event in bench.session.document.shown.events if event.low_hz is not None]
    duration = timeline.duration_s
    kinds: dict[str, list[float]] = {}

    def run(kind: str, number: int, change: Callable[[int], object]) -> None:
        for _ in range(3):
            settle(application, lambda: not bench.busy)
            time.sleep(0.1)
        kinds[kind] = []
        for i in range(number):
            began = time.thread_time()
            change(i)
            application.processEvents()
            kinds[kind].append((time.thread_time() - began) * 1000)

    run("select", _SELECTED, lambda i: selection.select([events[100 + i].id]))
    timeline.show_all()
    run("zoom", frames, lambda i: timeline.zoom(0.998 if i % 100 < 50 else 1 / 0.998))
    timeline.set_view(duration * 0.02, duration * 0.98)
    run("pan", frames, lambda i: timeline.pan(duration * (0.0002 if i % 100 < 50 else -0.0002)))
    event = bench.session.selection.current_in(bench.session.document.events)
    timeline.fit(event.span)
    moved = bench.shell.tracks.spectrogram.box_moved.emit
    box, step_s, step_hz = event.box, event.duration_s / 500, event.high_hz / 500

    def drag(i: int) -> None:
        end_s = min(box.end_s + i * step_s, duration)
        moved(event.id, type(box)(box.start_s, end_s, box.low_hz, box.high_hz + i * step_hz), False)

    run("box", min(frames, 60), drag)
    figures = {"many_memory_mb": peak_memory_mb()}
    for kind, values in kinds.items():
        figures[f"many_{kind}_ms_median"] = float(np.median(values))
        figures[f"many_{kind}_ms_p95"] = float(np.percentile(values, 95))
        figures[f"many_{kind}_late"] = float(np.mean(np.array(values) > _FASTEST_MS))
    return figures
