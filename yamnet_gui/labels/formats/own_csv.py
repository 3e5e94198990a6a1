"""The program's own table: one row per event, and a second table of what was reviewed."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from yamnet_gui.core.clock_time import known_clock_time
from yamnet_gui.core.events import (
    Event,
    LabelledRecording,
    ReviewedSpan,
)
from yamnet_gui.core.files import is_file
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.measure_columns import CSV_NAMES, measured_cells

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .own_csv_rows import RowReader, moment
from .sample import Sample
from .table_text import in_blocks, table_of
from .text import csv_lines, escape_formula, number, unescape_formula

COLUMNS = (
    "file", "onset_s", "offset_s", "label", "mid", "class_index", "channel", "state", "source",
    "score_max", "score_mean", "probability", "original_label", "original_onset_s",
    "original_offset_s", "low_hz", "high_hz", "reviewer", "reviewed_utc", "recorded_at", "note",
    "model_sha256", "rules_id",
)  # fmt: skip
REVIEWED_COLUMNS = (
    "file", "duration_s", "from_s", "to_s", "classes", "reviewer", "reviewed_utc",
)  # fmt: skip
_NEEDED = ("onset_s", "offset_s", "label")
REVIEWED_TAIL = ".reviewed.csv"


def event_cells(event: Event, recording: LabelledRecording, file: str) -> dict[str, Any]:
    """The event as values by column name (also for data frames); None where empty."""
    original = event.original
    start = recording.recording.recorded_at
    heard = known_clock_time(start, event.onset_s) if start else None
    return {
        "file": file,
        "onset_s": event.onset_s,
        "offset_s": event.offset_s,
        "label": event.label,
        "mid": event.mid,
        "class_index": event.class_index,
        "channel": event.channel,
        "state": event.state.value,
        "source": event.source.value,
        "score_max": event.score_max,
        "score_mean": event.score_mean,
        "probability": event.probability,
        "original_label": original.label if original else None,
        "original_onset_s": original.onset_s if original else None,
        "original_offset_s": original.offset_s if original else None,
        "low_hz": event.low_hz,
        "high_hz": event.high_hz,
        "reviewer": event.reviewer,
        "reviewed_utc": event.reviewed_utc.isoformat() if event.reviewed_utc else None,
        "recorded_at": heard.isoformat() if heard else None,
        "note": event.note,
        "model_sha256": recording.model_sha256,
        "rules_id": event.rules_id,
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return number(value)
    return escape_formula(value) if isinstance(value, str) else str(value)


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    def events() -> Iterator[Sequence[str]]:
        yield (*COLUMNS, *(CSV_NAMES if options.measures else ()))
        for recording in recordings:
            file = options.file_name(recording.recording)
            for event in recording.events:
                cells = event_cells(event, recording, file)
                measured = measured_cells(options.measures, recording.recording, event)
                yield [*(_cell(cells[name]) for name in COLUMNS), *measured]

    def reviewed() -> Iterator[Sequence[str]]:
        yield REVIEWED_COLUMNS
        for recording in recordings:
            info = recording.recording
            head = [escape_formula(options.file_name(info)), number(info.duration_s)]
            if not recording.reviewed:  # the row shows that the recording was part of the export
                yield [*head, "", "", "", "", ""]
            for span in recording.reviewed:
                yield [
                    *head,
                    number(span.span.start_s),
                    number(span.span.end_s),
                    json.dumps(span.labels, ensure_ascii=False) if span.labels else "",
                    escape_formula(span.reviewer),
                    span.reviewed_utc.isoformat() if span.reviewed_utc else "",
                ]

    return {"": csv_lines(events()), REVIEWED_TAIL: csv_lines(reviewed())}


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Also tables of others with the same columns, more of them, or without names of recordings."""
    collector = Collector("csv", path, options)
    table = table_of(path, options)
    collector.decimal_comma = table.decimal_comma
    places = table.columns(_NEEDED, COLUMNS)
    needed = 1 + max(places[name] for name in ("file", *_NEEDED) if name in places)
    if others := table.others((*COLUMNS, *CSV_NAMES)):  # measures are made again at will
        collector.warn(f"columns left out: {', '.join(map(repr, others))}")
    if "file" not in places:
        collector.recording(None)
    reader = RowReader(collector, places)
    for block in in_blocks(table.rows(needed)):
        reader.read(block)
    beside = path.with_name(path.stem + REVIEWED_TAIL)
    if is_file(beside):
        _read_reviewed(collector, beside, options)
    return collector.result()


def _read_reviewed(collector: Collector, path: Path, options: ReadOptions) -> None:
    text = table_of(path, options)
    table = Collector("csv", path, options)  # reports errors under the second table's name
    table.decimal_comma = text.decimal_comma
    needed = ("file", "duration_s", "from_s", "to_s")
    places = text.columns(needed, REVIEWED_COLUMNS)
    for line, row in text.rows(1 + max(places[name] for name in needed)):
        cells = {name: row[k] for name, k in places.items()}
        name = unescape_formula(cells["file"])
        duration = table.number(cells["duration_s"], line, "duration_s")
        collector.recording(name, duration_s=duration)
        if not cells["from_s"] and not cells["to_s"]:
            continue
        start = table.seconds(cells["from_s"], line, "start")
        end = table.seconds(cells["to_s"], line, "end")
        if end < start:
            raise table.error(f"ends at {end:g} s, before it starts at {start:g} s", line)
        span = ReviewedSpan(
            TimeSpan(start, end),
            _labels(table, cells.get("classes", ""), line),
            unescape_formula(cells.get("reviewer", "")),
            moment(table, cells.get("reviewed_utc", ""), line, "reviewed_utc"),
        )
        collector.reviewed(name, span)


def _labels(collector: Collector, text: str, line: int) -> tuple[str, ...]:
    if not text.startswith("["):
        return (unescape_formula(text),) if text else ()
    try:
        labels = parse_json(text)
    except ValueError as error:
        raise collector.error("the list of classes is broken", line) from error
    if not all(isinstance(label, str) for label in labels):
        raise collector.error("the list of classes holds something else than names", line)
    return tuple(labels)


def _flaw(sample: Sample) -> str:
    lacking = [name for name in _NEEDED if not sample.has_columns(name)]
    return f"the column {lacking[0]!r} is missing" if len(lacking) == 1 else ""


FORMAT = LabelFormat(
    name="csv",
    title="yamnet_gui table (CSV)",
    suffix=".csv",
    combined=True,
    capabilities=frozenset(Capability)
    - {Capability.ID, Capability.UNCERTAINTY, Capability.EMPTY_MODEL},
    write=write,
    read=read,
    companions=(REVIEWED_TAIL,),
    has_clock=True,
    has_measures=True,
    recognise=lambda sample: sample.has_columns(*_NEEDED),
    flaw=_flaw,
)
