"""Sonic Visualiser region layers as CSV."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .media_address import file_of
from .sample import Sample
from .table_text import NamedRows, table_of
from .text import csv_lines, csv_rows, number, one_line, unescape_formula, without_escape

COLUMNS = ("TIME", "VALUE", "DURATION", "LABEL")
_KNOWN = ("TIME", "FRAME", "VALUE", "DURATION", "LABEL", "LEVEL", "EXTENT", "URI")
_ALIASES = {
    "TIME": ("START", "START TIME", "STARTTIME"),
    "END": ("END", "END TIME", "ENDTIME"),
    "LOW": ("LOW", "LOW FREQUENCY", "MIN FREQUENCY", "MINIMUM FREQUENCY", "BOTTOM"),
    "HIGH": ("HIGH", "HIGH FREQUENCY", "MAX FREQUENCY", "MAXIMUM FREQUENCY", "TOP"),
}
_HEADERS = ("TIME,VALUE", "TIME,LABEL", "TIME,END", "TIME,DURATION", "FRAME,")
_NANOSECONDS = re.compile(r"\d+\.\d{9}(,|$)")
_NUMBER = re.compile(r"\s*-?\d+(\.\d*)?([eE][+-]?\d+)?\s*")


def clean(text: str) -> str:
    """On one line, without apostrophes before signs of formulas, see `without_escape`."""
    return without_escape(one_line(text))


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    """VALUE, which places the region on the layer's scale, is the highest score."""

    def rows() -> Iterator[Sequence[str]]:
        yield COLUMNS
        for recording in recordings:
            for event in recording.events:
                onset_s, offset_s = round(event.onset_s, 6), round(event.offset_s, 6)
                times = (
                    f"{onset_s:.6f}",
                    number(event.score_max or 0.0),
                    f"{offset_s - onset_s:.6f}",
                )
                yield *times, clean(event.label)

    return {"": csv_lines(rows())}


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads layers of instants, regions, notes and boxes, with or without a header.

    Frames (instead of seconds) count at the sampling rate of the recording.
    """
    collector = Collector("sonicvisualiser", path, options)
    rate_hz = collector.recording(None).sample_rate_hz
    if _NANOSECONDS.match(options.sample_of(path).first_line):  # rows differ in length
        rows = list(csv_rows(path, options.encoding))
        places = _places([row for _, row in rows])
    else:
        table = table_of(path, options)
        collector.decimal_comma = table.decimal_comma
        rows = list(table.rows())
        named = table.header is not None
        places = _named_places(table) if named else _places([row for _, row in rows])
    if "FRAME" not in places:
        rate_hz = 1
    elif not rate_hz:
        reason = "counts frames, and the sampling rate of its recording is not known"
        raise LabelsError(path, reason, "add the recording to the project first")
    for line, row in rows:
        cells = {name: row[k] for name, k in places.items() if k < len(row)}
        try:
            _read_row(collector, cells, line, rate_hz)
        except LabelsError as error:
            collector.skip(error)
    return collector.result()


def _named_places(table: NamedRows) -> dict[str, int]:
    """Position of each column by its own name, whatever a version of the program calls it."""
    names = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
    there = table.columns((), (*_KNOWN, *names))
    places = {names.get(name, name): k for name, k in reversed(there.items())}
    if not places.keys() & {"TIME", "FRAME"}:
        table.columns(("TIME",))  # says what is missing
    return places


def _read_row(collector: Collector, cells: dict[str, str], line: int, rate_hz: float) -> None:
    def time(name: str) -> float | None:
        cell = cells.get(name, "")
        return collector.seconds(cell, line, name.lower()) / rate_hz if cell.strip() else None

    first = "FRAME" if "FRAME" in cells else "TIME"
    onset_s = time(first)
    if onset_s is None:
        raise collector.error("has no time", line)
    length_s, offset_s = time("DURATION"), time("END")
    if offset_s is None:
        offset_s = round(onset_s + length_s, 6) if length_s else onset_s
    low = collector.number(cells.get("LOW", ""), line, "the low frequency")
    high = collector.number(cells.get("HIGH", ""), line, "the high frequency")
    extent = collector.number(cells.get("EXTENT", ""), line, "the extent")
    if extent is not None:
        low = collector.number(cells.get("VALUE", ""), line, "the value")
        high = None if low is None else low + extent
    uri = cells.get("URI", "")
    name = file_of(uri) if uri else None
    label = unescape_formula(cells.get("LABEL", ""))
    collector.event(name, onset_s, offset_s, label, line, low_hz=low, high_hz=high)


def _places(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Which column is which without a header, as far as numbers go in every row."""
    numbers = min((_numbers(row) for row in rows), default=0)
    if numbers >= 4 and _are_boxes(rows):
        return {"TIME": 0, "END": 1, "LOW": 2, "HIGH": 3, "LABEL": 4}
    if numbers >= 4:  # time, value, duration, level
        return {"TIME": 0, "DURATION": 2, "LABEL": 4}
    if numbers == 3:
        return {"TIME": 0, "DURATION": 2, "LABEL": 3}
    return {"TIME": 0, "LABEL": max(numbers, 1)}


def _numbers(row: Sequence[str]) -> int:
    count = 0
    while count < min(len(row), 4) and _NUMBER.fullmatch(row[count]):
        count += 1
    return count


def _are_boxes(rows: Sequence[Sequence[str]]) -> bool:
    """Onset, offset, low and high, unlike the notes of a note layer, whose levels are 1 at most."""
    boxes = [[float(cell) for cell in row[:4]] for row in rows]
    upright = all(start <= end and low <= high for start, end, low, high in boxes)
    return upright and any(high > 1 for *_, high in boxes)


def _recognise(sample: Sample) -> bool:
    """A header of its own, or times as only Sonic Visualiser writes them, to the nanosecond."""
    first = sample.first_line.replace('"', "").upper()
    return first.startswith(_HEADERS) or bool(_NANOSECONDS.match(first))


FORMAT = LabelFormat(
    name="sonicvisualiser",
    title="Sonic Visualiser CSV",
    suffix=".csv",
    combined=False,
    capabilities=frozenset({Capability.EMPTY}),
    write=write,
    read=read,
    clean=clean,
    time_step_s=1e-6,
    recognise=_recognise,
)
