"""Seconds and memory of importing large tables, stage by stage, each table in a process of its own.

    python benchmarks/label_import.py [--rows 1000000] [--only NAME …] [--json OUT] [--quick]

Tables as programs write them: Audacity labels of one recording; of 200 recordings the program's own
CSV table, a table of Raven with frequencies, a CSV table with columns of somebody else, and Label
Studio's JSON. Events overlap and come in order, as people make them. Every
table is imported into a new project by the functions that window and command line call: reading
it, planning (comparing it with the project), making the command, applying it as one step, and
planning the same table once more, which must change nothing. `peak MB` is the process's largest
resident memory.
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from announce import announce

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

RECORDINGS = 200
_QUICK_ROWS = 50_000
_LABELS = ("Dog", "Bird", "Speech", "Car", "Insect", "Amsel", "Turdus merula", "Rain", "ship 1")

Row = tuple[str, float, float, str, float, float, float]
Figures = dict[str, float]


def rows(count: int) -> Iterator[Row]:
    """(recording, onset, offset, label, low, high, score), in order of recording and onset."""
    rng = random.Random(1)
    per_recording = -(-count // RECORDINGS)
    for n in range(count):
        place = n % per_recording
        onset = round(place * 0.7 + rng.random() * 0.5, 3)
        offset = round(onset + 0.3 + rng.random() * 2, 3)
        low = round(200 + rng.random() * 3000, 1)
        yield (
            f"rec {n // per_recording:04d}.wav", onset, offset, _LABELS[n % len(_LABELS)],
            low, round(low + 500 + rng.random() * 4000, 1), round(rng.random(), 3),
        )  # fmt: skip


def audacity(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for n, (_, onset, offset, label, *_rest) in enumerate(rows(count)):
            length = offset - onset
            file.write(f"{n * 0.7:.6f}\t{n * 0.7 + length:.6f}\t{label}\n")


def own_csv(path: Path, count: int) -> None:
    from yamnet_gui.labels.formats.own_csv import COLUMNS

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        for name, onset, offset, label, _low, _high, score in rows(count):
            cells = dict.fromkeys(COLUMNS, "")
            cells |= {
                "file": name, "onset_s": f"{onset:.6f}", "offset_s": f"{offset:.6f}",
                "label": label, "state": "accepted", "source": "detected",
                "score_max": f"{score:.6f}", "score_mean": f"{score * 0.8:.6f}",
                "reviewer": "Anna", "reviewed_utc": "2026-05-01T10:00:00+00:00",
            }  # fmt: skip
            writer.writerow(cells.values())


def raven(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t"
            "High Freq (Hz)\tBegin File\tFile Offset (s)\tAnnotation\n"
        )
        for n, (name, onset, offset, label, low, high, _score) in enumerate(rows(count), start=1):
            file.write(
                f"{n}\tSpectrogram 1\t1\t{onset:.6f}\t{offset:.6f}\t{low}\t{high}\t{name}\t"
                f"{onset:.6f}\t{label}\n"
            )


def table(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["filename", "start", "end", "species", "confidence", "annotator"])
        for name, onset, offset, label, _low, _high, score in rows(count):
            writer.writerow([name, onset, offset, label, score, "Ben"])


def label_studio(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        before = ""
        for n, (name, onset, offset, label, _low, _high, score) in enumerate(rows(count)):
            if name != before:
                file.write("" if not before else "]}]},\n")
                address = json.dumps({"audio": f"/data/upload/1/{name}"})
                file.write(f'{{"id": {n + 1}, "data": {address}, "annotations": [{{"result": [')
            file.write("," if name == before else "")
            before = name
            region = {
                "id": f"r{n}", "from_name": "label", "to_name": "audio", "type": "labels",
                "value": {"start": onset, "end": offset, "channel": 0, "labels": [label]},
                "score": score,
            }  # fmt: skip
            file.write(json.dumps(region))
        file.write("]}]}]\n")


TABLES: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "audacity": ("long.txt", audacity),
    "csv": ("labels.csv", own_csv),
    "raven": ("night.selections.txt", raven),
    "table": ("species.csv", table),
    "labelstudio": ("project.json", label_studio),
}


def measure(path: Path) -> Figures:
    """Imports the table into a new project beside it."""
    from yamnet_gui.core.events import RecordingInfo
    from yamnet_gui.labels.exchange.project_tables import import_command, plan_for_project
    from yamnet_gui.labels.exchange.reading import TableReading, all_read, read_tables
    from yamnet_gui.labels.project import Project

    figures: Figures = {}
    begun = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal begun
        now = time.perf_counter()
        figures[f"{name} s"], begun = now - begun, now

    alone = RecordingInfo(path.with_name("long.wav"), 0.0, 0, 0)
    reading = TableReading(recording=alone if path.name == "long.txt" else None)
    with Project.create(path.with_name("project.yamnet")) as project:
        lap("making the project")
        read = all_read(read_tables([], [path], reading))
        if read.problems:
            raise read.problems[0]
        lap("reading")
        plan = plan_for_project(project, read.recordings)
        lap("planning")
        command = import_command(project, plan, add_missing=True)
        lap("making the command")
        del plan
        project.apply(command)
        lap("applying")
        events = sum(len(r.events) for r in read.recordings)
        if project.events.count() != events:
            raise SystemExit(f"{project.events.count()} of {events} events were stored")
        figures["events"] = events
        figures["all s"] = sum(v for k, v in figures.items() if k.endswith(" s"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures["processor s"] = time.process_time()
        figures["peak MB"] = peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
        del command
        begun = time.perf_counter()
        again = plan_for_project(project, read.recordings)
        lap("planning it once more")
        if import_command(project, again, add_missing=True).changes:
            raise SystemExit("the second import of the same table would change something")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK_ROWS} rows")
    parser.add_argument("--part", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        from yamnet_gui.core.garbage import seldom_collected

        with seldom_collected():  # as the command line does
            json.dump(measure(options.part), sys.stdout)
        return 0
    if options.quick:
        options.rows = _QUICK_ROWS
    announce(400, 30, quick=options.quick)
    results: dict[str, Figures] = {}
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            file, write = TABLES[name]
            write(Path(folder) / file, options.rows)
            done = subprocess.run(
                [sys.executable, __file__, "--part", str(Path(folder) / file)],
                stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
        results[name] = json.loads(done.stdout.splitlines()[-1])
        print(f"\n{name}")
        for figure, value in results[name].items():
            print(f"  {figure:24} {value:12.2f}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
