"""BirdNET result tables (import only), in the present and the older form."""

import csv
import re
from pathlib import Path

from yamnet_gui.core.errors import LabelsError

from .base import Capability, ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .sample import Sample
from .text import columns, lines

NEW = ("Start (s)", "End (s)", "Scientific name", "Common name", "Confidence")
OLD = ("start", "end", "scientific_name", "common_name", "confidence")
_FILE = ("File", "filepath")


def read(path: Path, options: ReadOptions) -> ImportResult:
    """The label is the common name, or the column that the options name."""
    collector = Collector("birdnet", path, options)
    rows = enumerate(lines(path, options.encoding), start=1)
    header = [h.strip() for h in next(rows, (1, ""))[1].strip().split(",")]
    old = "scientific_name" in header
    wanted = OLD if old else NEW
    names = columns(path, header, wanted, ",", 1)
    file_name = next((n for n in _FILE if n in names), None)
    label_name = options.label_column or wanted[3]
    if label_name not in names:
        raise LabelsError(path, f"the column {label_name!r} is missing", line=1)
    for line, text in rows:
        if not text.strip():
            continue
        cells = _cells(collector, text.rstrip("\r\n"), header, names.get(file_name or ""), line)
        value = {name: cells[k].strip() for name, k in names.items()}
        onset_s = collector.seconds(value[wanted[0]], line, "start")
        offset_s = collector.seconds(value[wanted[1]], line, "end")
        score = collector.number(value[wanted[4]], line, "confidence")
        recording = value[file_name] if file_name else None
        other = value[wanted[2]] if label_name != wanted[2] else value[wanted[3]]
        collector.event(
            recording, onset_s, offset_s, value[label_name], line, score_max=score, note=other
        )
    return collector.result()


def _cells(
    collector: Collector, text: str, header: list[str], file_at: int | None, line: int
) -> list[str]:
    """The cells of a row; commas too many belong to the path, which its writer did not quote."""
    cells = next(csv.reader([text])) if '"' in text else text.split(",")
    extra = len(cells) - len(header)
    if extra > 0 and file_at is not None:
        joined = ",".join(cells[file_at : file_at + extra + 1])
        cells = [*cells[:file_at], joined, *cells[file_at + extra + 1 :]]
    if len(cells) != len(header):
        raise collector.error(f"has {len(cells)} cells where {len(header)} are needed", line)
    return cells


def _recognise(sample: Sample) -> bool:
    return bool(re.search(r"Start \(s\),End \(s\),|scientific_name,common_name", sample.first_line))


FORMAT = LabelFormat(
    name="birdnet",
    title="BirdNET results",
    suffix=".csv",
    combined=True,
    capabilities=frozenset({Capability.PATH, Capability.SCORE_MAX}),
    read=read,
    recognise=_recognise,
)
