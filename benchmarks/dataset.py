"""Opening, filtering, sorting and searching a dataset of millions, each in a process of its own.

    python benchmarks/dataset.py [--rows 10000000] [--numbers 1024] [--quick] [--json OUT]
    python benchmarks/dataset.py --use FOLDER [--json OUT]

Makes events and as many embeddings (see `dataset_files.py`), indexes them, measures, and removes
them; 10 million of each take some 10 GB for the embeddings and 10 GB for their index. `--use`
measures a dataset that is there. Keys, times in milliseconds, worst of all rounds where not said:

open_ms, open_memory_mb     until the first page of events is there, answered by DuckDB
duckdb_ms                   the first 200 of each order as DuckDB answers, by order
prepare_s, prepare_cpu_s    making the columns in the cache, and its processor time
prepare_memory_mb           largest memory of the process that makes them
page_ms, page_cpu_ms        200 events of each order at the beginning, in the middle and at the end,
                            without a filter and with each of them, by order; processor time of all
                            threads, the least of two
next_page_ms                the 200 behind these
count_cpu_ms                how many events meet each filter
search_ms, search_first_ms  the hundred most similar places; the very first search
recall                      share of the exact best hundred rows, of 20 queries, as the index states
memory_mb                   largest resident memory of the process that did all of it
duckdb_events               rows of `events/` as DuckDB counts them without us
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from announce import announce

from yamnet_gui.core.clock_time import TimeOfDay
from yamnet_gui.core.errors import DatasetError
from yamnet_gui.dataset import Dataset, DatasetEvents, EmbeddingIndex, build_index
from yamnet_gui.labels.project import EventFilter, Sort, SortKey

_ROWS = 10_000_000
_QUICK_ROWS = 200_000
_PER_RECORDING = 20_000
_PAGE = 200
_ROUNDS = 5
_FILTERS = {
    "none": EventFilter(),
    "half": EventFilter(min_score=0.5),
    "long": EventFilter(min_duration_s=1.5, max_duration_s=3.0, min_score=0.3),
    "day": EventFilter(day=date(2026, 2, 1)),
    "class": EventFilter(labels=frozenset({"Owl"})),
    "score": EventFilter(min_score=0.9),
    "text": EventFilter(text="dog"),
    "recording": EventFilter(text="recorder-3/00"),
    "time_of_day": EventFilter(time_of_day=TimeOfDay(4 * 3600.0, 5 * 3600.0)),
}
_ORDERS = {
    f"{key.value}{' down' if down else ''}": Sort(key, down)
    for key in (SortKey.TIME, SortKey.ONSET, SortKey.LABEL, SortKey.SCORE, SortKey.DURATION)
    for down in (False, True)
}


def took_ms(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


def worst_ms(work: Callable[[], object]) -> float:
    return max(took_ms(work) for _ in range(_ROUNDS))


def memory_mb() -> float:
    """Of this process alone; what `resource` says is at least what its parent had."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []  # on Linux
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("VmHWM")), float("nan"))


def cpu_ms(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return 1000 * (time.process_time() - begin)


def measure_opening(folder: Path, cache: Path) -> dict[str, Any]:
    """Without columns, and then making them."""
    begin = time.perf_counter()
    with Dataset(folder) as dataset:
        events = DatasetEvents(dataset, cache)
        events.page(EventFilter(), _ORDERS["score down"], 0, _PAGE)
        figures: dict[str, Any] = {
            "events": dataset.manifest.rows("events"),
            "open_ms": 1000 * (time.perf_counter() - begin),
            "open_memory_mb": memory_mb(),
        }
        figures["duckdb_ms"] = {
            name: worst_ms(lambda s=sort: events.page(EventFilter(), s, 0, _PAGE))
            for name, sort in _ORDERS.items()
        }
        ((figures["duckdb_events"],),) = dataset.ask(
            f"SELECT count(*) FROM read_parquet('{folder}/events/*/*.parquet')"
        )
        begin, cpu = time.perf_counter(), time.process_time()
        for _ in events.prepare():
            pass
        figures["prepare_s"] = time.perf_counter() - begin
        figures["prepare_cpu_s"] = time.process_time() - cpu
        figures["prepare_memory_mb"] = memory_mb()
    return figures


def measure_events(folder: Path, cache: Path) -> dict[str, Any]:
    """From the columns, nothing of the list that is asked for remembered."""
    with Dataset(folder) as dataset:
        counts = {n: DatasetEvents(dataset, cache).count(w) for n, w in _FILTERS.items()}
        figures: dict[str, Any] = {"meet": counts, "page_ms": {}, "page_cpu_ms": {}}
        figures["next_page_ms"] = 0.0
        for order, sort in _ORDERS.items():
            walls, cpus = [], []
            for name, wanted in _FILTERS.items():
                for first in (0, counts[name] // 2, max(0, counts[name] - _PAGE)):
                    wall, cpu, following = page_figures(dataset, cache, wanted, sort, first)
                    walls.append(wall)
                    cpus.append(cpu)
                    figures["next_page_ms"] = max(figures["next_page_ms"], following)
            figures["page_ms"][order], figures["page_cpu_ms"][order] = max(walls), max(cpus)
        figures["count_cpu_ms"] = {
            name: min(
                cpu_ms(lambda w=wanted: DatasetEvents(dataset, cache).count(w)) for _ in range(2)
            )
            for name, wanted in _FILTERS.items()
        }
        figures["memory_mb"] = memory_mb()
    return figures


def page_figures(
    dataset: Dataset, cache: Path, wanted: EventFilter, sort: Sort, first: int
) -> tuple[float, float, float]:
    """Time and processor time of a page, the least of two; time of the one behind it."""
    walls, cpus, following = [], [], 0.0
    for _ in range(2):
        events = DatasetEvents(dataset, cache)
        begin = time.perf_counter()
        cpus.append(cpu_ms(lambda e=events: e.page(wanted, sort, first, _PAGE)))
        walls.append(1000 * (time.perf_counter() - begin))
        following = took_ms(lambda e=events: e.page(wanted, sort, first + _PAGE, _PAGE))
    return min(walls), min(cpus), following


def measure_search(folder: Path, _cache: Path) -> dict[str, Any]:
    with Dataset(folder) as dataset:
        begin = time.perf_counter()
        index = EmbeddingIndex(dataset)
        figures: dict[str, Any] = {
            "embeddings": dataset.manifest.rows("embeddings"),
            "index_open_ms": 1000 * (time.perf_counter() - begin),
            "recall": index.recall,
        }
        times = [took_ms(lambda q=query: index.search(q)) for query in queries(dataset)]
        figures |= {
            "search_first_ms": times[0],
            "search_ms": max(times[1:]),
            "search_median_ms": float(np.median(times[1:])),
            "memory_mb": memory_mb(),
        }
    return figures


def queries(dataset: Dataset) -> list[np.ndarray]:
    """Directions of frames from all over the dataset."""
    files = dataset.files["embeddings"]
    found = []
    for path in files[:: max(1, len(files) // 20)][:20]:
        ((vector,),) = dataset.ask(
            f"SELECT embedding FROM read_parquet('{dataset.folder / path}') LIMIT 1"
        )
        direction = np.array(vector, np.float32)
        found.append(direction / np.linalg.norm(direction))
    return found


def in_own_process(what: str, folder: Path, cache: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--use", str(folder), "--child", what]
    command += ["--cache", str(cache)]
    figures: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=-1).stdout)
    return figures


def measure(folder: Path) -> dict[str, Any]:
    with Dataset(folder) as dataset:
        has_embeddings = bool(dataset.files["embeddings"])
        sizes = {table: dataset.manifest.bytes(table) for table in dataset.files}
    figures: dict[str, Any] = {"bytes": sizes}
    with tempfile.TemporaryDirectory() as cache:
        for what in ("opening", "events", *(("search",) if has_embeddings else ())):
            figures[what] = in_own_process(what, folder, Path(cache))
    return figures


def index(folder: Path) -> float:
    """Seconds that indexing takes."""
    begin = time.perf_counter()
    with Dataset(folder) as dataset:
        for share in build_index(dataset):
            print(f"\rindexed {100 * share:.0f}%", end="", file=sys.stderr)
    print(file=sys.stderr)
    return time.perf_counter() - begin


def made(options: argparse.Namespace) -> dict[str, Any]:
    from dataset_files import make_dataset

    rows = _QUICK_ROWS if options.quick else options.rows
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "results"
        begin = time.perf_counter()
        make_dataset(folder, rows, _PER_RECORDING, options.numbers)
        seconds = {"make_s": time.perf_counter() - begin, "index_s": index(folder)}
        return seconds | measure(folder)


_CHILDREN = {"opening": measure_opening, "events": measure_events, "search": measure_search}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=_ROWS)
    parser.add_argument("--numbers", type=int, default=1024)
    parser.add_argument("--use", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", choices=list(_CHILDREN), help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_CHILDREN[options.child](options.use, options.cache)))
        return
    if options.use is None:
        announce(3600, 60, quick=options.quick)
    try:
        figures = measure(options.use) if options.use is not None else made(options)
    except DatasetError as error:
        sys.exit(f"dataset.py: {error}")
    text = json.dumps(figures, indent=1)
    print(text)
    if options.json is not None:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
