"""Sonic Visualiser region layers as CSV."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from yamnet_gui.core.events import LabelledRecording

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .sample import Sample
from .table_text import table_of
from .text import csv_lines, number, one_line, unescape_formula, without_escape

COLUMNS = ("TIME", "VALUE", "DURATION", "LABEL")
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
    collector = Collector("sonicvisualiser", path, options)
    collector.recording(None)
    table = table_of(path, options)
    collector.decimal_comma = table.decimal_comma
    names = None
    if table.header is not None:
        names = table.columns(("TIME",), (*COLUMNS, "LEVEL", "URI"))
    for line, row in table.rows():
        _read_row(collector, row, names, line)
    return collector.result()


def _read_row(
    collector: Collector, row: list[str], names: dict[str, int] | None, line: int
) -> None:
    names = names if names is not None else _places(row)
    cells = {name: row[k] for name, k in names.items() if k < len(row)}
    if "TIME" not in cells:
        raise collector.error("has no time", line)
    onset_s = collector.seconds(cells["TIME"], line, "time")
    duration = cells.get("DURATION", "")
    length_s = collector.seconds(duration, line, "duration") if duration.strip() else 0.0
    uri = cells.get("URI", "")
    name = unquote(urlsplit(uri).path) if uri else None
    offset_s = round(onset_s + length_s, 6) if length_s else onset_s
    collector.event(name, onset_s, offset_s, unescape_formula(cells.get("LABEL", "")), line)


def _places(row: list[str]) -> dict[str, int]:
    """Which column is which without a header; an empty label leaves its column out."""
    numbers = 0
    while numbers < min(len(row), 4) and _NUMBER.fullmatch(row[numbers]):
        numbers += 1
    if numbers >= 4:  # time, value, duration, level
        return {"TIME": 0, "DURATION": 2, "LABEL": 4}
    if numbers == 3:
        return {"TIME": 0, "DURATION": 2, "LABEL": 3}
    return {"TIME": 0, "LABEL": max(numbers, 1)}


def _recognise(sample: Sample) -> bool:
    return sample.first_line.replace('"', "").upper().startswith(("TIME,VALUE", "TIME,LABEL"))


FORMAT = LabelFormat(
    name="sonicvisualiser",
    title="Sonic Visualiser regions",
    suffix=".csv",
    combined=False,
    capabilities=frozenset({Capability.EMPTY}),
    write=write,
    read=read,
    clean=clean,
    time_step_s=1e-6,
    recognise=_recognise,
)
