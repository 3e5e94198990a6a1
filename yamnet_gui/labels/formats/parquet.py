"""Parquet for data frames: the columns of the own table with types, and the rest as metadata."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.clock_time import stored_moment
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.json_text import parse_json

from . import any_table, birdnet
from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .own_csv import COLUMNS, event_cells
from .sidecar import event_from, recording_from, recording_record
from .table_text import NamedRows

_TEXT = ("file", "label", "mid", "state", "source", "original_label", "reviewer", "note",
         "model_sha256", "rules_id", "id")  # fmt: skip
_MOMENTS = ("reviewed_utc", "recorded_at")
_COUNTS = ("class_index", "channel")
_EXTRA = ("id", "onset_uncertainty_s", "offset_uncertainty_s")
_KEY = b"yamnet_gui"


def _pyarrow() -> ModuleType:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        advice = how_to_install("pyarrow")
        raise LabelsError("Parquet", "needs the package pyarrow", advice) from error
    return pyarrow


def _utc(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = stored_moment(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    pa = _pyarrow()
    rows: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, *_EXTRA)}
    for recording in recordings:
        name = options.file_name(recording.recording)
        for event in recording.events:
            cells = event_cells(event, recording, name)
            cells |= {extra: getattr(event, extra) for extra in _EXTRA}
            for column, value in cells.items():
                rows[column].append(_utc(value) if column in _MOMENTS else value)
    kinds = {
        **dict.fromkeys(_TEXT, pa.string()),
        **dict.fromkeys(_MOMENTS, pa.timestamp("us", tz="UTC")),
        **dict.fromkeys(_COUNTS, pa.int64()),
    }
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in rows])
    about = [{**recording_record(r), "file": options.file_name(r.recording)} for r in recordings]
    schema = schema.with_metadata({_KEY: json.dumps(about)})
    buffer = io.BytesIO()
    pa.parquet.write_table(pa.table(rows, schema=schema), buffer)
    return {"": buffer.getvalue()}


def read(path: Path, options: ReadOptions) -> ImportResult:
    pa = _pyarrow()
    collector = Collector("parquet", path, options)
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            raise LabelsError(path, "is not a Parquet table")
    try:
        with path.open("rb") as file:  # Arrow takes no names that are not UTF-8
            table = pa.parquet.read_table(file)
        about = parse_json((table.schema.metadata or {}).get(_KEY, b"[]"))
        stored = {record["file"]: recording_from({**record, "events": []}) for record in about}
    except (
        pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError
    ) as error:  # fmt: skip
        raise LabelsError(path, "is not a Parquet table that can be read") from error
    if not {"file", "onset_s", "offset_s", "label"} <= set(table.column_names):
        return _read_other(table, path, options)
    for name, recording in stored.items():
        info = recording.recording
        collector.recording(name, info=info, model_sha256=recording.model_sha256)
        for span in recording.reviewed:
            collector.reviewed(name, span)
    count = 0
    for batch in table.to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            count += 1
            _read_row(collector, row, count)
    return collector.result()


def _read_other(table: Any, path: Path, options: ReadOptions) -> ImportResult:
    """A data frame of another program: BirdNET's columns, or any."""
    frame = DataFrame(path, table)
    if options.columns is None and frame.columns((), birdnet.NEW).keys() >= set(birdnet.NEW):
        return birdnet.read_table(frame, path, options)
    mapping = any_table.mapping_of(frame, options)
    if options.columns is None and not mapping.is_complete:
        known = ", ".join(repr(name) for name in (frame.header or ())[:12])
        raise LabelsError(path, "has no columns of times and labels", f"name them: it has {known}")
    return any_table.read_rows(frame, path, options, mapping)


class DataFrame(NamedRows):
    """A table of pyarrow by rows of text."""

    def __init__(self, path: Path, table: Any) -> None:
        self.path = path
        self.header = [str(name) for name in table.column_names]
        self._table = table
        self.beginning = [row for _, row in islice(self.rows(), 200)]

    def rows(self, at_least: int = 0) -> Iterator[tuple[int, list[str]]]:
        line = 0
        for batch in self._table.to_batches(max_chunksize=4096):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                line += 1
                cells = [_text(value) for value in row]
                if any(cells):
                    yield line, cells


def _text(value: Any) -> str:
    """A value as a cell of text; "" where it is missing."""
    if value is None or value != value:
        return ""
    return str(value)


def _read_row(collector: Collector, row: dict[str, Any], count: int) -> None:
    record = {k: v for k, v in row.items() if v is not None}
    name, label = str(record.pop("file", "")), str(record.pop("label", ""))
    onset_s = collector.seconds(str(record.pop("onset_s", "nan")), None, f"onset of row {count}")
    offset_s = collector.seconds(str(record.pop("offset_s", "nan")), None, f"offset of row {count}")
    if "original_onset_s" in record and "original_offset_s" in record:
        record["original"] = [
            record.get("original_label", ""),
            record["original_onset_s"],
            record["original_offset_s"],
        ]
    if isinstance(record.get("reviewed_utc"), datetime):
        record["reviewed_utc"] = record["reviewed_utc"].isoformat()
    record.setdefault("source", "imported")
    try:
        event = event_from({"id": "", "onset_s": 0, "offset_s": 0, "label": "", **record})
    except (KeyError, TypeError, ValueError) as error:
        raise collector.error(f"row {count} cannot be read ({error})") from error
    place = {"onset_s", "offset_s", "label"}
    if row.get("class_index") is None and row.get("mid") is None:
        place |= {
            "class_index",
            "mid",
        }  # not written by this program: classes are looked up by name
    values = {f.name: getattr(event, f.name) for f in fields(event) if f.name not in place}
    collector.event(name, onset_s, offset_s, label, **values)


FORMAT = LabelFormat(
    name="parquet",
    title="Parquet data frame",
    suffix=".parquet",
    combined=True,
    capabilities=frozenset(Capability),
    write=write,
    read=read,
    has_clock=True,
    binary=True,
    recognise=lambda sample: sample.data.startswith(b"PAR1"),
)
