"""How a window bears a long day: its memory and the gaps of its event loop under random work.

A random reviewer works in the real window, offscreen, with a project of 1,000,000 events in
10,000 recordings open, and recordings as WAV, FLAC, MP3, M4A and WebM beside it (the compressed
ones need ffmpeg): opens, zooms, plays, decides, moves edges, draws, filters, sorts, opens and
answers dialogs, searches, exports, undoes. With weights (YAMNET_GUI_WEIGHTS) recordings are
analysed as they are opened. A heartbeat in the window's thread counts gaps; where one is longer
than a quarter of a second, a second thread writes down where the window stands.

`--each N` does every kind of action N times in a row instead and shows what each leaves behind:
memory, objects, widgets, threads and files.

    python benchmarks/long_day.py [--minutes 60] [--pace 5.6] [--quick] [--json OUT]
                                  [--project FILE] [--seed 1] [--each N [KIND ...]]
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from announce import announce  # noqa: E402
from project import WITH_SOUND, make_project  # noqa: E402

RATE_HZ = 44_100
GAP_S = 0.5
GROWTH_MB = 50.0
SETTLED_S = 300.0
"""Growth counts from here on: before, caches fill."""
_LOOK_EVERY_S = 10.0
SUFFIXES = ("wav", "flac", "mp3", "m4a", "webm", "ogg")


def make_recordings(folder: Path, seconds: int) -> list[Path]:
    """So many seconds of tones and noise each; compressed by ffmpeg where there is one."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(7)
    made = []
    for number, suffix in enumerate(SUFFIXES):
        time_s = np.arange(seconds * RATE_HZ) / RATE_HZ
        sound = 0.02 * rng.standard_normal((len(time_s), 2))
        on = np.sin(2 * np.pi * time_s / (5 + number)) > 0.5
        sound[:, 0] += 0.4 * np.sin(2 * np.pi * (300 + 200 * number) * time_s) * on
        sound[:, 1] += 0.3 * rng.standard_normal(len(time_s)) * (np.sin(time_s) > 0.8)
        plain = folder / f"sound {number}.wav"
        soundfile.write(plain, sound.clip(-1, 1), RATE_HZ, subtype="PCM_16")
        path = plain.with_suffix(f".{suffix}")
        if path != plain:
            if shutil.which("ffmpeg"):
                command = ["ffmpeg", "-v", "error", "-y", "-i", str(plain), str(path)]
                subprocess.run(command, check=True)
                plain.unlink()
            else:
                path = plain
        made.append(path)
    return made


def started(folder: Path, project: Path, seed: int, seconds: int) -> tuple[Any, Any, Any]:
    """The application, the reviewer with the window and its project open, and the watch."""
    from PySide6.QtCore import QEventLoop

    from yamnet_gui import app

    recordings = make_recordings(folder / "recordings", seconds)
    application, bench = app.prepare(app.parse(["--size", "1366x768"]))
    from long_day_reviewer import Day
    from long_day_watch import Watch

    bench.session.settings.set("reviewer", "Anna")
    bench.shell.window.show()
    opened: list[object] = []
    bench.services.projects.opened.connect(opened.append)
    watch = Watch()
    watch.action = "open the project"
    bench.services.projects.open(project)
    while not opened or bench.busy:  # the heartbeat ends each wait
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    (folder / "out").mkdir()
    ids = [r.id for r in bench.session.project.project.recordings.all()[:WITH_SOUND]]
    return application, Day(bench, random.Random(seed), folder, recordings, ids), watch


def whole_day(
    application: Any,
    day: Any,
    watch: Any,
    minutes: float,
    pace: float,
    each_minute: Callable[[dict], None],
) -> dict:
    """Works for so long at `pace` actions a second; what was seen, also as it goes on."""
    from long_day_reviewer import KINDS, answer, waiting_dialog
    from long_day_watch import held, memory_mb
    from PySide6.QtCore import QTimer

    names = list(KINDS)
    weights = [KINDS[name][0] for name in names]
    done: Counter[str] = Counter()
    looks: list[dict[str, float]] = []
    watch.gaps.clear()
    watch.collections.clear()
    began = watch.began = time.perf_counter()
    last_look = [-1e9]

    def seen() -> dict:
        return {"actions": done.total(), "kinds": dict(done), "memory": looks}

    def step() -> None:
        at = time.perf_counter() - began
        if at - last_look[0] >= _LOOK_EVERY_S:
            last_look[0] = at
            looks.append({"at_s": round(at, 1), **memory_mb(), **held(), "actions": done.total()})
            if len(looks) % 6 == 1:  # each minute
                each_minute(seen())
                print(f"{at / 60:5.1f} min", looks[-1], len(watch.gaps), file=sys.stderr)
        widget = waiting_dialog()
        if at >= minutes * 60 and widget is None:
            application.exit()  # `quit` would close the window first: another measurement
            return
        # a timer of its own for each step: one that is at work does not fire in a dialog's loop
        QTimer.singleShot(round(1000 / pace), step)
        if widget is not None:
            watch.action = f"answer {type(widget).__name__}"
            answer(day, widget)
            return
        name = day.rng.choices(names, weights)[0]
        watch.action = name
        done[name] += 1
        KINDS[name][1](day)

    QTimer.singleShot(0, step)
    application.exec()
    return seen()


def with_gaps(figures: dict, watch: Any) -> dict:
    """The same with the growth of memory, and the longest gaps."""
    longest = sorted(watch.gaps, key=lambda gap: -gap.wall_s)
    return {
        **figures,
        "growth_mb": growth_mb(figures["memory"]),
        "anonymous_growth_mb": growth_mb(figures["memory"], "anonymous_mb"),
        "gaps": sum(gap.wall_s > GAP_S for gap in longest),
        "gaps_not_starved": sum(gap.wall_s - gap.starved_s > GAP_S for gap in longest),
        "longest_gap_s": max((gap.wall_s for gap in longest), default=0.0),
        "longest": [gap.plain() for gap in longest[:150]],
    }


def each_kind(application: Any, day: Any, watch: Any, times: int, only: list[str]) -> dict:
    """What so many actions of one kind leave behind, kind by kind."""
    import gc

    from long_day_reviewer import KINDS, answer, waiting_dialog
    from long_day_watch import held, memory_mb, objects
    from PySide6.QtCore import QEventLoop, QTimer

    def settle(seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end and (day.bench.busy or waiting_dialog()):
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def dismiss() -> None:
        widget = waiting_dialog()
        if widget is not None:
            answer(day, widget)

    answering = QTimer(interval=20)
    answering.timeout.connect(dismiss)

    def act(name: str, count: int) -> None:
        for _ in range(count):
            watch.action = name
            QTimer.singleShot(0, lambda: KINDS[name][1](day))
            timer_s = time.perf_counter() + 0.01
            while time.perf_counter() < timer_s:
                application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            settle(2.0)

    def state() -> tuple[dict[str, float], Counter[str]]:
        settle(20.0)
        for _ in range(3):
            application.processEvents()
            gc.collect()
        return {**memory_mb(), **held()}, objects()

    day.bench.open(day.recordings[0])
    settle(60)
    result = {}
    for name in only or list(KINDS):
        # a dialog that runs a loop of its own holds the timer that opened it
        helper = QTimer(interval=15)
        helper.timeout.connect(dismiss)
        helper.start()
        if not len(day.bench.session.document.events):
            day.bench.open(day.recordings[0])
            settle(60)
        act(name, max(5, times // 4))
        before, those = state()
        act(name, times)
        after, these = state()
        helper.stop()
        grown = {k: round(after[k] - before[k], 1) for k in after if abs(after[k] - before[k]) >= 1}
        more = {k: n for k, n in (these - those).most_common(8) if n >= times // 2}
        result[name] = {"grown": grown, "objects": more}
        print(f"{name:20} {grown} {more}", file=sys.stderr, flush=True)
    return result


def growth_mb(looks: list[dict[str, float]], key: str = "rss_mb") -> float:
    """From the first look after `SETTLED_S` to the end; means of a minute against noise."""
    late = [look for look in looks if look["at_s"] >= SETTLED_S] or looks[len(looks) // 2 :]
    few = max(1, min(6, len(late) // 3))
    return float(np.mean([x[key] for x in late[-few:]]) - np.mean([x[key] for x in late[:few]]))


def report(figures: dict, watch: Any) -> None:
    """The figures in words."""
    looks = figures["memory"]
    print(f"actions {figures['actions']}, exceptions {figures['exceptions']}")
    print(
        f"resident {looks[0]['rss_mb']:.0f} → {looks[-1]['rss_mb']:.0f} MB, "
        f"after the first minutes {figures['growth_mb']:+.0f} MB (at most {GROWTH_MB:.0f}), "
        f"{figures['anonymous_growth_mb']:+.0f} MB without mapped files"
    )
    first, last = looks[min(len(looks) - 1, 6)], looks[-1]
    if figures["trimmed"]:
        print(
            f"the C library gave back {figures['trimmed']['given_back_mb']:.0f} MB of free memory "
            f"in {figures['trimmed']['took_s']:.2f} s"
        )
    print("held", {k: (first[k], last[k]) for k in ("widgets", "threads", "files")})
    for generation in (0, 1, 2):
        took = [s for g, s in watch.collections if g == generation]
        if took:
            print(f"garbage of generation {generation}: {len(took)}, longest {max(took):.3f} s")
    quiet = [g.wall_s - g.starved_s for g in watch.gaps]
    print(
        f"without what others had of the processor: "
        f"{sum(q > GAP_S for q in quiet)} above {GAP_S} s, longest {max(quiet, default=0):.2f} s; "
        f"the window's own time at most {max((g.cpu_s for g in watch.gaps), default=0):.2f} s"
    )
    long_gaps = [g for g in watch.gaps if g.wall_s > GAP_S]
    if long_gaps:
        cores = len(os.sched_getaffinity(0))
        share = sum(g.process_s for g in long_gaps) / sum(g.wall_s for g in long_gaps) / cores
        print(f"in the gaps above {GAP_S} s this program had {share:.0%} of the processor")
    by_action: dict[str, list[float]] = {}
    for gap in watch.gaps:
        by_action.setdefault(gap.action, []).append(gap.wall_s)
    print(f"gaps above {GAP_S} s: {figures['gaps']}, longest {figures['longest_gap_s']:.2f} s")
    for action, walls in sorted(by_action.items(), key=lambda item: -max(item[1]))[:25]:
        long = sum(w > GAP_S for w in walls)
        print(f"  {action:28} {len(walls):5} above 0.1 s, {long:4} above 0.5 s, {max(walls):.2f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--pace", type=float, default=5.6, help="actions a second")
    parser.add_argument("--quick", action="store_true", help="half a minute, 10,000 events")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--project", type=Path, help="a copy of this one instead of a new one")
    parser.add_argument("--each", type=int, metavar="N", help="every kind N times in a row")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="with --each: only these")
    options = parser.parse_args()
    if options.quick:
        options.minutes, options.pace = min(options.minutes, 0.5), max(options.pace, 10.0)
    announce(options.minutes * 60 + (0 if options.project else 150), 50, quick=options.quick)
    exceptions: list[str] = []
    from long_day_watch import trimmed

    def seen(kind: type, error: BaseException, trace: Any) -> None:
        exceptions.append(f"{kind.__name__}: {error}")
        sys.__excepthook__(kind, error, trace)

    sys.excepthook = seen
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what in ("DATA", "CACHE", "CONFIG", "STATE"):
            os.environ[f"XDG_{what}_HOME"] = str(folder / what.lower())
        project = folder / "project" / "long day.yamnet"
        project.parent.mkdir()
        if options.project:
            shutil.copytree(options.project.parent, project.parent, dirs_exist_ok=True)
            project = project.parent / options.project.name
        else:
            make_project(project, *((500, 20) if options.quick else (10_000, 100)))
        application, day, watch = started(
            folder, project, options.seed, 20 if options.quick else 120
        )
        opening = max((g.wall_s for g in watch.gaps), default=0.0)
        if options.each:
            figures = each_kind(application, day, watch, options.each, options.kinds)
        else:

            def save(now: dict) -> None:
                if options.json:
                    options.json.write_text(json.dumps(with_gaps(now, watch), indent=1), "utf-8")

            figures = whole_day(application, day, watch, options.minutes, options.pace, save)
            figures = with_gaps(figures, watch) | {
                "opening_longest_gap_s": opening,
                "exceptions": len(exceptions),
                "trimmed": trimmed(),
            }
            report(figures, watch)
        watch.stop()
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1), "utf-8")
        day.bench.shell.window.close()
        day.bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
