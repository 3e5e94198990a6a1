"""Reads every file of a folder of label files as `import` does, and shows what comes of each.

    python benchmarks/labels.py FOLDER [--json OUT]

Prints format, recordings, events, remarks and seconds of each file that can be read, and the reason
for each that is refused. A traceback is a defect: it is counted apart, and the exit status is 1.
"""

import argparse
import json
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from announce import announce

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted
from yamnet_gui.labels.exchange.import_plan import ImportPlan
from yamnet_gui.labels.exchange.import_remarks import remarks
from yamnet_gui.labels.exchange.reading import TableReading, all_read, read_tables
from yamnet_gui.labels.formats.own_csv import REVIEWED_TAIL
from yamnet_gui.labels.formats.sidecar import sidecar_path

_QUICK_FILES = 100
_SECONDS_PER_FILE = 0.05


def label_files(folder: Path) -> list[Path]:
    """Files below the folder that are neither sound nor the companion of another file."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    companions = {sidecar_path(p) for p in files}
    return [
        p
        for p in files
        if p.suffix.lower() not in SOUND_SUFFIXES
        and p not in companions
        and not p.name.endswith(REVIEWED_TAIL)
    ]


def read_file(path: Path) -> dict[str, Any]:
    """What comes of one file, through the function that window and command line import with."""
    start = time.perf_counter()
    record: dict[str, Any] = {"file": str(path)}
    try:
        read = all_read(read_tables((), [path], TableReading()))
        if read.problems:
            record["refused"] = str(read.problems[0])
        else:
            (result,) = read.results
            record |= {
                "format": result.format_name,
                "recordings": len(result.placements),
                "events": sum(p.events for p in result.placements),
                "remarks": [r.whole() for r in remarks(read, ImportPlan(()))],
            }
    except UserError as error:
        record["refused"] = str(error)
    except Exception:  # noqa: BLE001 - that is what is looked for
        record["traceback"] = traceback.format_exc()
    return record | {"seconds": round(time.perf_counter() - start, 4)}


def lines_of(record: dict[str, Any], folder: Path) -> Iterator[str]:
    name = Path(record["file"]).relative_to(folder)
    if "traceback" in record:
        yield f"{name}: TRACEBACK\n{record['traceback']}"
    elif "refused" in record:
        yield f"{name}: refused: {record['refused']}"
    else:
        yield (
            f"{name}: {record['format']}, {counted(record['recordings'], 'recording')},"
            f" {counted(record['events'], 'event')}, {record['seconds']:.3f} s"
        )
        yield from (f"    {text}" for text in record["remarks"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="folder of label files, searched to any depth")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write everything as JSON")
    parser.add_argument("--quick", action="store_true", help=f"only {_QUICK_FILES} of the files")
    options = parser.parse_args()
    files = label_files(options.folder)
    if not files:
        print(f"{options.folder} holds no files", file=sys.stderr)
        return 2
    some = files[:: max(1, len(files) // _QUICK_FILES)][:_QUICK_FILES]
    announce(len(files) * _SECONDS_PER_FILE, len(some) * _SECONDS_PER_FILE, quick=options.quick)
    records = []
    for path in some if options.quick else files:
        records.append(read_file(path))
        for line in lines_of(records[-1], options.folder):
            print(line)
    summary = {
        "files": len(records),
        "read": sum("format" in r for r in records),
        "refused": sum("refused" in r for r in records),
        "tracebacks": sum("traceback" in r for r in records),
    }
    print(", ".join(f"{count} {name}" for name, count in summary.items()))
    if options.json is not None:
        options.json.write_text(json.dumps({**summary, "each": records}, indent=1), "utf-8")
    return 1 if summary["tracebacks"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
