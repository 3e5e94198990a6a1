"""How long work takes to end once the program closes, at moments spread over each stage.

    python benchmarks/closing.py [--rows 1000000] [--hours 10] [--only NAME …] [--json OUT]
                                 [--quick]

`importing`: reading a table, planning, making the command, storing it as one step, and closing the
project, with everything that a thread of the window does. `comparing`: two copies of a project with
as many events. `counting`: the first look into a WebM without any length in its head. Each stage
runs once to its end, and then again until it is stopped at a part of that time. `waited s` is the
time from the stop to the end, closing the project included; at most 3 s are wanted.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

from announce import announce

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

_PARTS = (0.02, 0.2, 0.4, 0.6, 0.75, 0.9, 0.97, 1.0)
_MOST_S = 3.0


def importing(folder: Path, rows: int) -> Callable[[], None]:
    from label_import import own_csv

    from yamnet_gui.labels.exchange.project_tables import import_command, plan_for_project
    from yamnet_gui.labels.exchange.reading import TableReading, all_read, read_tables
    from yamnet_gui.labels.project import Project

    table = folder / "labels.csv"
    own_csv(table, rows)

    def work() -> None:
        path = folder / "import.yamnet"
        path.unlink(missing_ok=True)
        with Project.create(path) as project:
            read = all_read(read_tables([], [table], TableReading()))
            plan = plan_for_project(project, read.recordings)
            project.apply(import_command(project, plan, add_missing=True))

    return work


def comparing(folder: Path, rows: int) -> Callable[[], None]:
    from yamnet_gui.labels.project import Project, accept, compare

    importing(folder, rows)()
    (folder / "import.yamnet").rename(folder / "ours.yamnet")
    with Project.open(folder / "ours.yamnet") as project:
        project.save_as(folder / "theirs.yamnet")
    with Project.open(folder / "theirs.yamnet") as theirs:
        theirs.apply(accept(theirs.events.at(theirs.events.rows()[:1000]), "Ben"))

    def work() -> None:
        with (
            Project.open(folder / "ours.yamnet") as ours,
            Project.open(folder / "theirs.yamnet", read_only=True) as theirs,
        ):
            compare(ours, theirs)

    return work


def counting(folder: Path, hours: float) -> Callable[[], None]:
    import av
    import numpy as np

    from yamnet_gui.audio import open_audio

    path = folder / "long.webm"
    with av.open(str(path), "w", options={"live": "1"}) as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono")
        noise = np.random.default_rng(0).normal(0, 0.05, (1, 48_000 * 60)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(noise, format="flt", layout="mono")
        frame.sample_rate = 48_000
        packets = [*stream.encode(frame), *stream.encode(None)]
        for minute in range(int(hours * 60)):
            for packet in packets:
                again = av.Packet(bytes(packet))
                again.stream, again.time_base = stream, packet.time_base
                again.pts = again.dts = (packet.pts or 0) + minute * 60 * round(
                    1 / packet.time_base
                )
                again.duration = packet.duration
                file.mux(again)

    def work() -> None:
        open_audio(path).close()

    return work


def measure(work: Callable[[], None]) -> dict[str, float]:
    """Seconds from stopping to the end, by the part of the whole time at which it was stopped."""
    from yamnet_gui.core.errors import Cancelled
    from yamnet_gui.core.stopping import stoppable

    def run(stop_after_s: float | None) -> tuple[float, float]:
        stop = threading.Event()

        def inside() -> None:
            with stoppable(stop.is_set):
                work()

        begun = time.perf_counter()
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(inside)
            wait([job], stop_after_s)
            stopped = time.perf_counter()
            stop.set()
            with suppress(Cancelled):
                job.result()
        return time.perf_counter() - begun, time.perf_counter() - stopped

    whole_s, _ = run(None)
    figures = {"whole s": whole_s}
    for part in _PARTS:
        figures[f"waited s at {part:.0%}"] = run(part * whole_s)[1]
    figures["longest s"] = max(v for k, v in figures.items() if k.startswith("waited"))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, default=10)
    parser.add_argument("--only", nargs="+", choices=("importing", "comparing", "counting"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="30,000 rows, 10 minutes")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.hours = 30_000, 1 / 6
    announce(1200, 60, quick=options.quick)
    stages: dict[str, Callable[[Path], Callable[[], None]]] = {
        "importing": lambda folder: importing(folder, options.rows),
        "comparing": lambda folder: comparing(folder, options.rows),
        "counting": lambda folder: counting(folder, options.hours),
    }
    results = {}
    for name in options.only or stages:
        with tempfile.TemporaryDirectory() as folder:
            results[name] = measure(stages[name](Path(folder)))
        print(f"\n{name}")
        for figure, value in results[name].items():
            mark = "  too long" if "waited" in figure and value > _MOST_S else ""
            print(f"  {figure:24} {value:10.2f}{mark}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
