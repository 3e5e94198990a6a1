"""What one recording adds to a dataset: files that a worker writes beside those of others.

A large one becomes a file of the dataset as it is, by a new name; small ones are joined.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from yamnet_gui.analysis.result import Analysis
from yamnet_gui.core.clock_time import known_clock_time
from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.events import Event, LabelledRecording
from yamnet_gui.core.files import replacing, whole_path
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.text import printable

from .frame_rows import embedding_batches, score_batches
from .layout import (
    PARTITIONS,
    SUFFIX,
    TABLES,
    Frames,
    Partition,
    Table,
    partition_of,
    schema,
    table_size,
)
from .libraries import import_pyarrow
from .parquet_files import sha256_of, write_rows

UNIT = "dataset.json"
"""The end of the name of the file that says what a recording adds; it is written last."""
_EVENTS_AT_A_TIME = 8_192
_PARTITION = re.compile(rf"({'|'.join(PARTITIONS)})=[^/\\\0]+")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a dataset has besides recordings and events, and how it is partitioned."""

    frames: Frames = None
    embeddings: bool = False
    partition: Partition = "day"

    @property
    def floor(self) -> float | None:
        """The lowest score of frames that is written; None where all are."""
        return self.frames if isinstance(self.frames, float) else None

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that workers write."""
        frames: tuple[Table, ...] = ("frames",) if self.frames is not None else ()
        embeddings: tuple[Table, ...] = ("embeddings",) if self.embeddings else ()
        return ("events", *frames, *embeddings)


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A file of a unit, or of the dataset: rows, bytes and SHA-256."""

    rows: int
    bytes: int
    sha256: str

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "UnitFile":
        """Raises KeyError, TypeError or ValueError where they are no such thing."""
        counts = values["rows"], values["bytes"]
        if not all(type(count) is int and count >= 0 for count in counts):
            raise ValueError("rows or bytes")
        return cls(*counts, str(values["sha256"]))


@dataclass(frozen=True, slots=True)
class Unit:
    """A recording: its row of `recordings`, its partition, and its files beside `path`."""

    path: Path
    partition: str
    recording: Mapping[str, Any]
    files: Mapping[Table, UnitFile]

    @property
    def key(self) -> str:
        return str(self.recording["recording"])

    @property
    def order(self) -> tuple[str, str]:
        """Recordings follow each other by their start, those without one by name."""
        return self.recording["start_utc"] or "", self.recording["file"]

    def file(self, table: Table) -> Path:
        return unit_file(self.path, table)


def unit_file(unit: Path, table: Table) -> Path:
    """Where a table of a unit is, beside the file that describes it."""
    return unit.with_name(f"{unit.name.removesuffix('.json')}.{table}{SUFFIX}")


def write_unit(
    path: Path,
    key: str,
    labelled: LabelledRecording,
    analysis: Analysis,
    contents: Contents,
    names: Sequence[str],
    identity: tuple[int, int],
) -> None:
    """Writes what a recording adds; `path` ends in `UNIT` and appears last.

    Its file is written from the root, since a dataset is read in other folders as well. The start
    of `labelled.recording` has a zone. `names` are those of the classes.
    `identity`: bytes of its file, and its time of change in nanoseconds. Raises OSError, and
    DatasetError without pyarrow.
    """
    info = replace(labelled.recording, path=whole_path(labelled.recording.path))
    labelled = replace(labelled, recording=info)
    start = info.recorded_at
    files: dict[Table, UnitFile] = {}
    numbers, classes = _widths(analysis)
    for table in contents.tables:
        columns = schema(table, classes=classes, numbers=numbers, frames=contents.frames)
        if table == "events":
            batches = _events(key, labelled, columns)
        elif table == "embeddings":
            batches = embedding_batches(key, analysis, columns)
        else:
            batches = score_batches(key, analysis, columns, contents.floor, names)
        target = unit_file(path, table)
        with replacing(target) as beside:
            rows = write_rows(beside, columns, batches, table_size(table, contents.frames).group)
        files[table] = UnitFile(rows, target.stat().st_size, sha256_of(target))
    first, offset = analysis.tables[0].grid, start.utcoffset() if start is not None else None
    row = {
        "recording": key,
        "file": printable(info.path),
        "folder": printable(info.path.parent),
        "start_utc": start.astimezone(UTC).isoformat() if start is not None else None,
        "utc_offset_min": round(offset.total_seconds() / 60) if offset is not None else None,
        "duration_s": info.duration_s,
        "analysed_from_s": first.start_s,
        "analysed_to_s": first.end_s,
        "sample_rate_hz": info.sample_rate_hz,
        "channels": info.channels,
        "events": len(labelled.events),
        "frames": sum(table.grid.count for table in analysis.tables),
        "bytes": identity[0],
        "modified_ns": identity[1],
    }
    made = {
        "partition": partition_of(contents.partition, info.path, start),
        "recording": row,
        "files": {table: asdict(file) for table, file in files.items()},
    }
    with replacing(path) as beside:
        beside.write_text(json.dumps(made), encoding="ascii")


def read_unit(path: Path) -> Unit:
    """What `write_unit` wrote. Raises DatasetError where it is broken."""
    try:
        values = parse_json(path.read_text(encoding="ascii"))
        files = {table: UnitFile.from_json(file) for table, file in values["files"].items()}
        unit = Unit(path, values["partition"], dict(values["recording"]), files)
        if not _PARTITION.fullmatch(unit.partition) or not files.keys() <= set(TABLES):
            raise ValueError("partition or files")
        recordings_batch([unit.recording])  # else it would fail when all of them are joined
        return unit
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError,
        import_pyarrow().ArrowException,
    ) as error:  # fmt: skip
        reason = "a part of the unfinished run is broken"
        raise DatasetError(path, reason, "restart with --restart") from error


def recordings_batch(rows: list[Mapping[str, Any]]) -> Any:
    """Rows of the table of recordings as a record batch."""
    pa = import_pyarrow()
    parsed = [
        {**r, "start_utc": datetime.fromisoformat(r["start_utc"]) if r["start_utc"] else None}
        for r in rows
    ]
    return pa.RecordBatch.from_pylist(parsed, schema=schema("recordings"))


def _widths(analysis: Analysis) -> tuple[int, int]:
    table = analysis.tables[0]
    return analysis.embeddings(table.channel).shape[1], table.scores.shape[1]


def _events(key: str, labelled: LabelledRecording, columns: Any) -> Iterator[Any]:
    events = labelled.events.events
    for first in range(0, len(events), _EVENTS_AT_A_TIME):
        yield events_batch(key, labelled, events[first : first + _EVENTS_AT_A_TIME], columns)


def events_batch(
    key: str, labelled: LabelledRecording, events: tuple[Event, ...], columns: Any
) -> Any:
    """Some events of a recording as a record batch."""
    pa = import_pyarrow()
    start, file = labelled.recording.recorded_at, printable(labelled.recording.path)
    moments = [known_clock_time(start, e.onset_s) if start is not None else None for e in events]
    offsets = [m.utcoffset() if m is not None else None for m in moments]
    values: dict[str, list[Any]] = {
        "recording": [key] * len(events),
        "file": [file] * len(events),
        "source": [e.source.value for e in events],
        "onset_utc": [m.astimezone(UTC) if m is not None else None for m in moments],
        "utc_offset_min": [round(o.total_seconds() / 60) if o is not None else None
                           for o in offsets],
    }  # fmt: skip
    for field in columns:
        if field.name not in values:
            values[field.name] = [getattr(e, field.name) for e in events]
    return pa.RecordBatch.from_arrays(
        [pa.array(values[field.name], field.type) for field in columns], schema=columns
    )
