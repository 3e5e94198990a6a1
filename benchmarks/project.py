"""How a project keeps up with 10,000 recordings and 1,000,000 events, in the store and the window.

Every part runs in a process of its own. `store`: opening until the whole table could be shown,
accepting an event and finding the next one of a queue including the write to the disk, sorting by
each column and filtering. `window`: the same through the window's owners and models, offscreen at
1280 × 800: opening until the project is there, a key's decision until the next event is selected
and everything is painted, the table of all events sorted and filtered until it is painted; the
longest time in which the window could not answer while that went on; and stepping to an event of
another recording until it is selected there.

    python benchmarks/project.py [--recordings 10000] [--events 100] [--json OUT] [--keep FOLDER]

`--keep` makes the project in a folder that stays, and takes it from there the next time.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from announce import announce

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

RATE_HZ = 16_000
SECONDS = 60
WITH_SOUND = 12
"""Recordings that have a file; those of the others are missing, which the store does not mind."""
DECISIONS = 40
LIMITS = {"open": 2000.0, "accept": 50.0, "sort": 200.0, "filter": 200.0}

Figures = dict[str, float]


def make_project(path: Path, recordings: int, events: int) -> None:
    """Random detections of 520 classes, rare ones rarer; takes minutes for a million."""
    import numpy as np
    import soundfile

    from yamnet_gui.core.events import Event, detection_id
    from yamnet_gui.core.resources import bundled_class_map
    from yamnet_gui.labels.project import (
        Project,
        Recording,
        RecordingState,
        add_recordings,
        content_fingerprint,
    )

    rng = random.Random(1)
    classes = bundled_class_map()
    (path.parent / "audio").mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(1).normal(0, 0.05, SECONDS * RATE_HZ)
    with Project.create(path) as project:
        items = []
        for n in range(recordings):
            file = path.parent / "audio" / f"rec {n:05d}.wav"
            digest, size = f"h{n}", 1
            if n < WITH_SOUND:
                soundfile.write(file, np.roll(noise, n), RATE_HZ, subtype="PCM_16")
                digest, size = content_fingerprint(file), file.stat().st_size
            items.append(
                Recording(
                    f"{n:032x}", project.recordings.stored_path(file), digest, size, SECONDS,
                    RATE_HZ, 1,
                    state=RecordingState.ANALYSED,
                )
            )  # fmt: skip
        project.apply(add_recordings(items))
        for item in items:
            detections = []
            for k in range(events):
                entry = classes[int(520 * rng.random() ** 3)]
                onset = k * SECONDS / events
                score = rng.random()
                detections.append(
                    Event(
                        detection_id(entry.index, k * 7), onset, onset + 0.96 + 2 * rng.random(),
                        entry.name, entry.index, entry.mid, score_max=score,
                        score_mean=score * 0.8,
                    )
                )  # fmt: skip
            project.events.store_detections(item.id, detections)


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def filters() -> dict[str, object]:
    from yamnet_gui.core.events import ReviewState
    from yamnet_gui.labels.project import EventFilter

    return {
        "class": EventFilter(labels=frozenset(["Dog"])),
        "state and score": EventFilter(states=frozenset([ReviewState.UNREVIEWED]), min_score=0.5),
        "text": EventFilter(text="rec 001"),
        "length": EventFilter(min_duration_s=2, max_duration_s=2.5),
    }


def measure_store(path: Path) -> Figures:
    """Without any window."""
    from yamnet_gui.labels.project import Project, QueueKind, Sort, SortKey, accept

    figures: Figures = {}
    start = time.perf_counter()
    project = Project.open(path)
    rows = project.events.rows()
    figures["open, whole table ms"] = (time.perf_counter() - start) * 1000
    with project:
        figures["events"] = len(rows)
        for key in SortKey:
            for down in (False, True):
                name = f"sort {key.value}{' down' if down else ''} ms"
                sort = Sort(key, down)
                figures[name] = milliseconds(lambda s=sort: project.events.rows(sort=s))
        for name, wanted in filters().items():
            sort = Sort(SortKey.SCORE, True)
            figures[f"filter {name} ms"] = milliseconds(
                lambda w=wanted, s=sort: project.events.rows(w, s)  # type: ignore[arg-type]
            )
        figures["counts of all classes ms"] = milliseconds(project.events.class_counts)
        queue = project.events.queue(QueueKind.STRATIFIED)
        current, took = int(queue[0]), []
        for _ in range(DECISIONS):
            start = time.perf_counter()
            project.apply(accept(project.events.at([current]), "Anna"))
            current = project.events.next_unreviewed(current, queue) or current
            took.append((time.perf_counter() - start) * 1000)
        figures["accept and next, median ms"] = quantile(took, 0.5)
        figures["accept and next, 95 % ms"] = quantile(took, 0.95)
        for _ in range(DECISIONS):
            project.undo()
    return figures


def measure_window(path: Path) -> Figures:
    """The real window, offscreen."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.pop("YAMNET_GUI_WEIGHTS", None)
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    from yamnet_gui import app
    from yamnet_gui.core.events import ReviewState
    from yamnet_gui.gui.controllers.navigation import Destination
    from yamnet_gui.gui.features.dataset.all_events import AllEvents
    from yamnet_gui.gui.features.dataset.all_events_model import ProjectColumn
    from yamnet_gui.gui.state.review_queue import QueueRequest
    from yamnet_gui.labels.project import QueueKind

    application, bench = app.prepare(app.parse([]))
    bench.session.settings.set("autoplay", False)
    bench.shell.window.resize(1280, 800)
    bench.shell.window.show()
    longest = last = 0.0

    def beat() -> None:
        nonlocal longest, last
        now = time.perf_counter()
        longest, last = max(longest, now - last if last else 0.0), now

    heart = QTimer(interval=5)
    heart.timeout.connect(beat)
    heart.start()
    waiting = (
        QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    )

    def until(done: Callable[[], bool], seconds: float = 120.0) -> float:
        """Runs the event loop until something is so; how long that took in milliseconds."""
        start = time.perf_counter()
        while not done():
            application.processEvents(waiting)
            if time.perf_counter() - start > seconds:
                raise TimeoutError("the window did not get there")
        return (time.perf_counter() - start) * 1000

    def idle() -> bool:
        return not bench.busy

    until(idle)
    figures: Figures = {}
    opened: list[object] = []
    bench.services.projects.opened.connect(opened.append)
    longest = 0.0
    bench.services.projects.open(path)
    figures["open ms"] = until(lambda: bool(opened))
    until(idle)
    figures["open, longest wait of the window ms"] = longest * 1000

    # decisions in the open recording, painted
    bench.services.queue_controller.review(QueueRequest(QueueKind.SCORE))
    until(idle)
    selected, painted = [], []
    for _ in range(DECISIONS):
        before = bench.session.selection.current
        start = time.perf_counter()
        bench.services.review.decisions.decide(ReviewState.ACCEPTED)
        until(lambda b=before: bench.session.selection.current != b)
        selected.append((time.perf_counter() - start) * 1000)
        application.processEvents()
        painted.append((time.perf_counter() - start) * 1000)
    figures["accept and next, median ms"] = quantile(selected, 0.5)
    figures["accept and next, 95 % ms"] = quantile(selected, 0.95)
    figures["all painted after accepting, median ms"] = quantile(painted, 0.5)
    for _ in range(DECISIONS):
        bench.services.review.history.undo()

    # from recording to recording
    bench.services.queue_controller.review(QueueRequest())
    project = bench.session.project.project
    assert project is not None
    jumps = []
    for n in range(1, WITH_SOUND):
        recording = project.recordings.all()[n]
        event = project.events.of(recording.id).events[3]
        start = time.perf_counter()
        bench.services.navigation.go(Destination(recording.id, event_id=event.id))
        until(lambda e=event.id: bench.session.selection.current == e)
        jumps.append((time.perf_counter() - start) * 1000)
        until(idle)
    figures["next in another recording, median ms"] = quantile(jumps, 0.5)

    # the table of all events
    feature = next(f for f in bench.features if isinstance(f, AllEvents))
    panel = feature.panel
    bench.shell.window.show_panel("all events")
    until(lambda: panel.isVisible() and panel.model.rowCount() > 0)
    until(idle)
    header = panel.table.horizontalHeader()
    longest = 0.0
    for column in ProjectColumn:
        for order in (Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder):
            header.setSortIndicator(column, order)
            down = " down" if order is Qt.SortOrder.DescendingOrder else ""
            name = f"sort {column.name.lower()}{down} ms"
            figures[name] = until(lambda: not feature.busy)
            until(idle)

    def filtered(name: str, change: Callable[[], None]) -> None:
        change()
        figures[f"filter {name} ms"] = until(lambda: not feature.busy)
        until(idle)

    filtered("state", lambda: panel.fields.states.setCurrentIndex(5))
    filtered("state back", lambda: panel.fields.states.setCurrentIndex(0))
    filtered("score", lambda: panel.fields.least.setValue(0.5))
    filtered("score back", lambda: panel.fields.least.setValue(0.0))
    filtered("text, 80 ms for typing included", lambda: panel.fields.search.setText("rec 001"))
    filtered("text back, 80 ms for typing included", panel.fields.search.clear)
    figures["table, longest wait of the window ms"] = longest * 1000
    heart.stop()
    QTimer.singleShot(0, bench.shell.window.close)
    until(lambda: not bench.shell.window.isVisible())
    bench.close()
    return figures


PARTS = {"store": measure_store, "window": measure_window}


def limit_of(name: str) -> float | None:
    if "longest" in name or "another" in name:
        return None
    return next((limit for start, limit in LIMITS.items() if name.startswith(start)), None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=100, help="in each recording")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="500 recordings")
    options = parser.parse_args()
    if options.quick:
        options.recordings = 500
    if options.part:
        json.dump(PARTS[options.part](options.keep), sys.stdout)
        return 0
    announce(300, 40, quick=options.quick)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        path = folder / f"{options.recordings} x {options.events}.yamnet"
        if not path.exists():
            start = time.perf_counter()
            make_project(path, options.recordings, options.events)
            print(
                f"made in {time.perf_counter() - start:.0f} s, {path.stat().st_size / 1e6:.0f} MB"
            )
        homes = {f"XDG_{v}_HOME": str(Path(temporary) / v) for v in ("DATA", "CONFIG", "CACHE")}
        results: dict[str, Figures] = {}
        for part in PARTS:
            done = subprocess.run(
                [sys.executable, __file__, "--part", part, "--keep", str(path)],
                env={**os.environ, **homes}, stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            results[part] = json.loads(done.stdout.splitlines()[-1])
            print(f"\n{part}")
            for name, value in results[part].items():
                limit = limit_of(name)
                note = (
                    ""
                    if limit is None
                    else f"  of {limit:.0f}{'' if value <= limit else '  MISSED'}"
                )
                print(f"  {name:48} {value:10.1f}{note}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
