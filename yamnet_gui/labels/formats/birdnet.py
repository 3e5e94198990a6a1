"""BirdNET result tables (import only): CSV of all versions, data frames, and lists for Audacity."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import ReviewedSpan
from yamnet_gui.core.spans import TimeSpan

from .base import Capability, ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .sample import Sample
from .table_text import NamedRows, table_of

NEW = ("Start (s)", "End (s)", "Scientific name", "Common name", "Confidence")
OLD = ("start", "end", "scientific_name", "common_name", "confidence")
_FILE = ("File", "filepath")
_SETTINGS = ("lat", "lon", "week", "overlap", "sensitivity", "min_conf", "species_list", "model")
"""Columns that repeat the settings of the analysis in each row."""
_NAMES = re.compile(r"(?P<first>[^_,]+)(?:_|, )(?P<second>[^_]+)")
_NO_CALL = frozenset({"nocall", "no call", "no_call"})


def is_no_call(label: str) -> bool:
    """Whether a row says that nothing was heard, instead of naming what was."""
    return label.strip().casefold() in _NO_CALL


def note_no_call(collector: Collector, name: str | None, onset_s: float, offset_s: float) -> None:
    """A span in which nothing was heard is reviewed and empty."""
    if offset_s > onset_s:
        collector.reviewed(name, ReviewedSpan(TimeSpan(onset_s, offset_s)))
    else:
        collector.recording(name)


def read(path: Path, options: ReadOptions) -> ImportResult:
    """The label is the common name, or the column that the options name."""
    sample = options.sample_of(path)
    if is_list(sample):
        return _read_list(path, options)
    return read_table(table_of(path, options), path, options)


def read_table(table: NamedRows, path: Path, options: ReadOptions) -> ImportResult:
    """Reads a table with BirdNET's columns. Raises LabelsError."""
    collector = Collector("birdnet", path, options)
    collector.decimal_comma = table.decimal_comma
    wanted = OLD if table.columns((), OLD[2:4]) else NEW
    names = table.columns(wanted, _FILE)
    file_at = next((names[n] for n in _FILE if n in names), None)
    label_name = options.label_column or wanted[3]
    if label_name not in wanted and not table.columns((), (label_name,)):
        raise LabelsError(path, f"the column {label_name!r} is missing", line=1)
    label_at = table.columns((label_name,))[label_name]
    other_at = names[wanted[2]] if label_name != wanted[2] else names[wanted[3]]
    start_at, end_at, score_at = names[wanted[0]], names[wanted[1]], names[wanted[4]]
    others = table.others((*NEW, *OLD, *_FILE, *_SETTINGS, label_name))
    if others:
        collector.warn(f"columns left out: {', '.join(map(repr, others))}")
    width = len(table.header or ())
    for line, row in table.rows(1 + max(names.values())):
        cells = _joined(collector, row, width, file_at, line)
        onset_s = collector.seconds(cells[start_at], line, "start")
        offset_s = collector.seconds(cells[end_at], line, "end")
        name = cells[file_at].strip() if file_at is not None else None
        label = cells[label_at].strip()
        if is_no_call(label):
            note_no_call(collector, name, onset_s, offset_s)
            continue
        score = collector.number(cells[score_at], line, "confidence")
        other = cells[other_at].strip()
        collector.event(name, onset_s, offset_s, label, line, score_max=score, note=other)
    if file_at is None:
        collector.recording(None)
    return collector.result()


def _joined(
    collector: Collector, cells: list[str], width: int, file_at: int | None, line: int
) -> list[str]:
    """The cells of a row; commas too many belong to the path, which its writer did not quote."""
    extra = len(cells) - width
    if extra <= 0:
        return cells
    if file_at is None:
        raise collector.error(f"has {len(cells)} cells where {width} are needed", line)
    joined = ",".join(cells[file_at : file_at + extra + 1])
    return [*cells[:file_at], joined, *cells[file_at + extra + 1 :]]


def _list_rows(sample: Sample) -> Iterator[Sequence[str]]:
    for line in sample.head.split("\n"):
        if line.strip():
            yield line.split("\t")


def is_list(sample: Sample) -> bool:
    """Whether it is BirdNET's list for Audacity: two names and the confidence in each row."""
    rows = list(_list_rows(sample))
    if not sample.is_whole:
        rows = rows[:-1]
    return bool(rows) and all(
        len(row) == 4 and _NAMES.fullmatch(row[2]) and re.fullmatch(r"[01]([.,]\d+)?", row[3])
        for row in rows
    )


def _read_list(path: Path, options: ReadOptions) -> ImportResult:
    """`start TAB end TAB Scientific_Common TAB confidence`, or with `, ` between the names."""
    collector = Collector("birdnet", path, options)
    collector.recording(None)
    table = table_of(path, options)
    collector.decimal_comma = table.decimal_comma
    for line, row in table.rows(4):
        onset_s = collector.seconds(row[0], line, "start")
        offset_s = collector.seconds(row[1], line, "end")
        match = _NAMES.fullmatch(row[2])
        names = (match["first"], match["second"]) if match else ("", row[2])
        scientific, common = names
        if is_no_call(common):
            note_no_call(collector, None, onset_s, offset_s)
            continue
        score = collector.number(row[3], line, "confidence")
        collector.event(None, onset_s, offset_s, common, line, score_max=score, note=scientific)
    return collector.result()


def _recognise(sample: Sample) -> bool:
    new = sample.has_columns("Start (s)", "End (s)", "Common name", "Confidence")
    old = sample.has_columns("start", "end", "scientific_name", "common_name", "confidence")
    return new or old or is_list(sample)


def _flaw(sample: Sample) -> str:
    known = [name for name in NEW if sample.has_columns(name)]
    lacking = [name for name in NEW if name not in known]
    return f"the column {lacking[0]!r} is missing" if len(known) >= 3 and lacking else ""


FORMAT = LabelFormat(
    name="birdnet",
    title="BirdNET results",
    suffix=".csv",
    combined=True,
    capabilities=frozenset({Capability.PATH, Capability.SCORE_MAX}),
    read=read,
    recognise=_recognise,
    flaw=_flaw,
)
