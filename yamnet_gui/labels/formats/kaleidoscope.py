"""Kaleidoscope's tables (`id.csv`, `cluster.csv`), and those that BirdNET writes like them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo, ReviewState

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .birdnet import is_no_call, note_no_call
from .collector import Collector
from .dcase import UNLABELLED
from .notes import noted
from .sample import Sample
from .table_text import NamedRows, table_of
from .text import csv_lines, number, one_line

_PLACE = ("IN FILE", "OFFSET", "DURATION")
_FOLDERS = ("INDIR", "FOLDER")
_MANUAL = ("MANUAL ID", "MANUAL ID*")
_AUTO = ("AUTO ID*", "AUTO ID", "TOP1MATCH*", "TOP1MATCH", "common_name", "scientific_name")
"""Where the program's own identification stands, the first that there is."""
_SCORES = ("confidence", "MATCH RATIO")
_KHZ = {"low_hz": ("Fmin", "Fmin*"), "high_hz": ("Fmax", "Fmax*")}
_NOTES = (
    "scientific_name", "TOP2MATCH", "TOP3MATCH", "ORGID", "USERID", "REVIEW USERID",
)  # fmt: skip
_TEXT = "NOTES"
COLUMNS = (
    "INDIR", "FOLDER", "IN FILE", "CHANNEL", "OFFSET", "DURATION", "Fmin", "Fmax",
    "AUTO ID", "MATCH RATIO", "MANUAL ID", _TEXT,
)  # fmt: skip
"""Those that are written, as Kaleidoscope's `id.csv` has them."""


def clean(text: str) -> str:
    """A label on one line, never empty, that does not say "nothing was heard"."""
    word = one_line(text).strip()
    return "no-call" if is_no_call(word) else word or UNLABELLED


def _fit(event: Event, info: RecordingInfo) -> Event | None:
    """Accepted events are manual identifications, the others automatic; there is no place for a no.

    0 Hz is no bound, and the only channel of a recording is not named.
    """
    if event.state is ReviewState.REJECTED:
        return None
    accepted = event.state is ReviewState.ACCEPTED
    low, high = (round(hz or 0.0, 6) or None for hz in (event.low_hz, event.high_hz))
    return replace(
        event,
        state=ReviewState.ACCEPTED if accepted else ReviewState.UNREVIEWED,
        channel=None if event.channel == 0 and info.channels <= 1 else event.channel,
        low_hz=low,
        high_hz=high,
        note=one_line(event.note).strip(),
    )


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    """One row for each event, and one without an identification where a recording has none."""

    def rows() -> Iterator[Sequence[str]]:
        yield COLUMNS
        for recording in recordings:
            info = recording.recording
            path = PurePosixPath(options.file_name(info))
            folder = "" if path.parent == PurePosixPath() else path.parent.as_posix()
            place = (folder, "") if path.is_absolute() else ("", folder)
            fitted = [e for e in (_fit(e, info) for e in recording.events) if e is not None]
            for event in fitted:
                yield *place, path.name, *_cells(event, info)
            if not fitted:
                yield *place, path.name, "", "0", number(info.duration_s), *[""] * 6

    return {"": csv_lines(rows())}


def _cells(event: Event, info: RecordingInfo) -> Iterator[str]:
    channel = 0 if event.channel is None and info.channels <= 1 else event.channel
    yield "" if channel is None else str(channel)
    onset_s = round(event.onset_s, 6)
    yield number(onset_s)
    yield number(round(round(event.offset_s, 6) - onset_s, 6))
    for hz in (event.low_hz, event.high_hz):
        yield "" if hz is None else number(hz / 1000)
    manual = event.state is ReviewState.ACCEPTED
    label = clean(event.label)
    yield "" if manual else label
    yield number(event.score_max)
    yield label if manual else ""
    yield event.note


def read(path: Path, options: ReadOptions) -> ImportResult:
    """The label is the manual identification (accepted then), else the program's own."""
    return read_table(table_of(path, options), path, options)


def read_table(table: NamedRows, path: Path, options: ReadOptions) -> ImportResult:
    """Reads a table with Kaleidoscope's columns. Raises LabelsError."""
    collector = Collector("kaleidoscope", path, options)
    collector.decimal_comma = table.decimal_comma
    others = (*_FOLDERS, *_MANUAL, *_AUTO, *_SCORES, *_NOTES, _TEXT, "CHANNEL")
    names = table.columns(_PLACE, others)
    names |= table.columns((), [n for names_ in _KHZ.values() for n in names_])
    for line, row in table.rows(1 + max(names[name] for name in _PLACE)):
        cells = {name: row[k].strip() for name, k in names.items()}
        try:
            _read_row(collector, cells, line)
        except LabelsError as error:
            collector.skip(error)
    return collector.result()


def _first(cells: Mapping[str, str], names: Sequence[str]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _read_row(collector: Collector, cells: Mapping[str, str], line: int) -> None:
    name = _path(cells)
    if not name:
        raise collector.error("names no recording", line)
    info = collector.recording(name)
    manual, auto = _first(cells, _MANUAL), _first(cells, _AUTO)
    label = manual or auto
    if not label:
        return  # nothing was identified in this recording
    onset_s = collector.seconds(cells["OFFSET"] or "0", line, "offset")
    duration = cells["DURATION"]
    length_s = collector.seconds(duration, line, "duration") if duration else info.duration_s
    offset_s = round(onset_s + length_s, 6)
    if is_no_call(label):
        note_no_call(collector, name, onset_s, offset_s)
        return
    channel = _channel(collector, cells, line)
    mono = channel == 0 and info.channels <= 1
    fields: dict[str, Any] = {"channel": None if mono else channel}
    for field, columns in _KHZ.items():
        khz = collector.number(_first(cells, columns), line, columns[0])
        fields[field] = round(khz * 1000, 6) if khz else None
    fields["score_max"] = collector.number(_first(cells, _SCORES), line, "confidence")
    if fields["score_max"] is not None and not 0 <= fields["score_max"] <= 1:
        fields["score_max"] = None
    if manual:
        fields["state"] = ReviewState.ACCEPTED
    properties = [(n, cells.get(n, "")) for n in _NOTES if cells.get(n, "") != label]
    if manual and auto and manual != auto:
        properties.insert(0, ("AUTO ID", auto))
    fields["note"] = noted(properties, cells.get(_TEXT, ""))
    collector.event(name, onset_s, offset_s, label, line, **fields)


def _path(cells: Mapping[str, str]) -> str:
    folders = [cells[f] for f in _FOLDERS if cells.get(f)]
    parts = [*(f.rstrip("/\\") or "/" for f in folders), cells["IN FILE"].lstrip("/\\")]
    return "/".join(p for p in parts if p).replace("//", "/") if cells["IN FILE"] else ""


def _channel(collector: Collector, cells: Mapping[str, str], line: int) -> int | None:
    """Kaleidoscope counts channels from 0."""
    value = collector.number(cells.get("CHANNEL", ""), line, "channel")
    if value is None:
        return None
    if value < 0 or value != int(value):
        raise collector.error("the channel is not a whole number of 0 or more", line)
    return int(value)


def _recognise(sample: Sample) -> bool:
    identified = any(sample.has_columns(name) for name in (*_MANUAL, *_AUTO))
    return sample.has_columns(*_PLACE) and identified


def _flaw(sample: Sample) -> str:
    if not sample.has_columns("IN FILE"):
        return ""
    lacking = [name for name in _PLACE if not sample.has_columns(name)]
    if lacking:
        return f"the column {lacking[0]!r} is missing"
    return "no column holds an identification (MANUAL ID, AUTO ID or TOP1MATCH)"


FORMAT = LabelFormat(
    name="kaleidoscope",
    title="Kaleidoscope table",
    suffix=".csv",
    combined=True,
    capabilities=frozenset(
        {
            Capability.PATH,
            Capability.EMPTY,
            Capability.CHANNEL,
            Capability.STATE,
            Capability.SCORE_MAX,
            Capability.FREQUENCY,
            Capability.NOTE,
        }
    ),
    write=write,
    read=read,
    clean=clean,
    time_step_s=1e-6,
    fit=_fit,
    left_out="the format has no rejected events",
    recognise=_recognise,
    flaw=_flaw,
)
