"""The program's own table: one row per event, and a second table of what was reviewed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from yamnet_gui.core.clock_time import clock_time, stored_moment
from yamnet_gui.core.events import (
    Event,
    EventSource,
    LabelledRecording,
    Original,
    ReviewedSpan,
    ReviewState,
)
from yamnet_gui.core.files import is_file
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.measure_columns import CSV_NAMES, measured_cells

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .review_words import state_of
from .sample import Sample
from .table_text import table_of
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
        "recorded_at": clock_time(start, event.onset_s).isoformat() if start else None,
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
    reader = _RowReader(collector, places)
    for line, row in table.rows(needed):
        reader.read(row, line)
    beside = path.with_name(path.stem + REVIEWED_TAIL)
    if is_file(beside):
        _read_reviewed(collector, beside, options)
    return collector.result()


class _RowReader:
    """Makes events of rows. `places`: where each column is."""

    def __init__(self, collector: Collector, places: Mapping[str, int]) -> None:
        self._collector = collector
        self._places = places
        self._times = (places["onset_s"], places["offset_s"])
        self._label = places["label"]
        self._file = places.get("file")
        self._heard = places.get("recorded_at")
        self._model = places.get("model_sha256")
        self._given = (
            {"class_index": None, "mid": ""} if {"class_index", "mid"} & places.keys() else {}
        )
        self._further: list[tuple[str, int, _Make, dict[str, Any] | None]] = [
            (name, places[name], make, None if make is Collector.number else {})
            for name, make in _FURTHER
            if name in places
        ]
        self._first = [places[n] for n in ("original_onset_s", "original_offset_s") if n in places]

    def read(self, row: Sequence[str], line: int) -> None:
        """Raises LabelsError."""
        collector = self._collector
        onset_s = collector.seconds(row[self._times[0]], line, "onset")
        offset_s = collector.seconds(row[self._times[1]], line, "offset")
        fields: dict[str, Any] = dict(self._given)
        for name, place, make, made in self._further:
            cell = row[place]
            if not cell:
                continue
            if made is None:
                fields[name] = make(collector, cell, line, name)
            elif cell in made:
                fields[name] = made[cell]
            else:
                if len(made) >= _REMEMBERED:
                    made.clear()
                fields[name] = made[cell] = make(collector, cell, line, name)
        if any(row[place] for place in self._first):
            fields["original"] = self._original(row, line)
        file = None if self._file is None else unescape_formula(row[self._file])
        label = unescape_formula(row[self._label])
        collector.event(file, onset_s, offset_s, label, line, **fields)
        heard = "" if self._heard is None else row[self._heard]
        model = "" if self._model is None else row[self._model]
        if heard or model:
            when = _moment(collector, heard, line, "recorded_at")
            start = clock_time(when, -onset_s) if when else None
            collector.recording(file, recorded_at=start, model_sha256=unescape_formula(model))

    def _original(self, row: Sequence[str], line: int) -> Original:
        label, onset_s, offset_s = (
            row[self._places[name]] if name in self._places else ""
            for name in ("original_label", "original_onset_s", "original_offset_s")
        )
        return Original(
            unescape_formula(label),
            self._collector.seconds(onset_s, line, "original onset"),
            self._collector.seconds(offset_s, line, "original offset"),
        )


def _text(collector: Collector, text: str, line: int, what: str) -> str:
    return unescape_formula(text)


def _state(collector: Collector, text: str, line: int, what: str) -> ReviewState:
    state = state_of(text)
    if state is None:
        raise collector.error(f"{text[:40]!r} is not a state of review", line)
    return state


def _source(collector: Collector, text: str, line: int, what: str) -> EventSource:
    try:
        return EventSource(text.strip().lower() or "imported")
    except ValueError as error:
        raise collector.error(str(error), line) from error


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
            _moment(table, cells.get("reviewed_utc", ""), line, "reviewed_utc"),
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


def _count(collector: Collector, text: str, line: int, what: str) -> int | None:
    value = collector.number(text, line, what)
    if value is None:
        return None
    if value < 0 or value != int(value):
        raise collector.error(f"{what} {text!r} is not a whole number of 0 or more", line)
    return int(value)


def _moment(collector: Collector, text: str, line: int, what: str) -> datetime | None:
    if not text or text.isspace():
        return None
    try:
        return _parsed_moment(text.strip())
    except ValueError as error:
        raise collector.error(f"{text[:40]!r} is not a date and time", line) from error


_parsed_moment = lru_cache(1024)(stored_moment)  # whoever reviews does so many a second

_REMEMBERED = 1000
"""Different cells of a column whose meaning is known: nearly all say one of a few words."""
_Make = Callable[[Collector, str, int, str], Any]
_FURTHER: tuple[tuple[str, _Make], ...] = (
    *(
        (n, Collector.number)
        for n in ("score_max", "score_mean", "probability", "low_hz", "high_hz")
    ),
    *((n, _text) for n in ("reviewer", "note", "rules_id", "mid")),
    ("class_index", _count),
    ("channel", _count),
    ("state", _state),
    ("source", _source),
    ("reviewed_utc", _moment),
)


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
