"""Label files of speech and music research: HTK and its lists, MIREX, xwaves."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from .base import ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .json_values import shown
from .notes import noted
from .sample import Sample
from .text import lines

_NUMBER = re.compile(r"\d+(\.\d*)?([eE][-+]?\d+)?|\.\d+")
_SIGNED = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_MASTER = "#!MLF!#"
_HTK_UNIT_S = 1e-7
_LATEST_S = 100_000
"""Whole numbers beyond this are units of 100 ns: as seconds they would be more than a day."""


class _Row(NamedTuple):
    line: int
    name: str | None
    start: str
    end: str
    label: str


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads `start end label` in seconds or in HTK's units, `end colour label` after a `#`."""
    collector = Collector("lab", path, options)
    if options.sample_of(path).first_line.strip() != _MASTER:
        collector.recording(None)
    rows = list(_rows(collector, path, options))
    htk = _in_htk_units(rows)
    unit_s = _HTK_UNIT_S if htk else 1.0
    if htk:
        collector.warn("times are read as units of 100 ns, which HTK writes")
    for row in rows:
        start = round(collector.seconds(row.start, row.line, "start") * unit_s, 7)
        end = round(collector.seconds(row.end, row.line, "end") * unit_s, 7)
        label, _, score = row.label.partition(" ")
        if htk and _SIGNED.fullmatch(score):  # a logarithm, so no score in [0, 1]
            note = noted([("score", score)])
        else:
            label, note = row.label, ""
        collector.event(row.name, start, end, label, row.line, note=note)
    return collector.result()


def _in_htk_units(rows: Iterable[_Row]) -> bool:
    times = [time for row in rows for time in (row.start, row.end)]
    whole = all(time.isdecimal() for time in times)
    return whole and any(len(time) > 12 or int(time) > _LATEST_S for time in times)


def _rows(collector: Collector, path: Path, options: ReadOptions) -> Iterator[_Row]:
    name: str | None = None
    before = "0"
    waves = False
    for line, raw in enumerate(lines(path, options.encoding), start=1):
        text = raw.strip()
        if text == "#" or re.fullmatch(r"(signal|separator|nfields|type|color|comment|font)\b.*",
                                       text):  # fmt: skip
            waves = True  # the header of xwaves, which ends with #
        elif not text or text in (_MASTER, ".", "///"):
            continue
        elif re.fullmatch(r'"[^"]*"', text):
            name = PurePosixPath(text.strip('"').replace("\\", "/")).with_suffix("").name
            collector.recording(name)
        elif waves:
            fields = text.split(None, 2)
            if len(fields) < 2 or not _NUMBER.fullmatch(fields[0]):
                raise collector.error(f"{shown(text)} is not a time, a colour and a label", line)
            label = fields[2].rstrip(";").strip() if len(fields) > 2 else ""
            yield _Row(line, name, before, fields[0], label)
            before = fields[0]
        else:
            fields = text.split(None, 2)
            if not _NUMBER.fullmatch(fields[0]):
                raise collector.error(f"{shown(text)} does not begin with a time", line)
            if len(fields) > 1 and not _NUMBER.fullmatch(fields[1]):  # a point
                yield _Row(line, name, fields[0], fields[0], text.split(None, 1)[1])
            elif len(fields) > 1:
                label = fields[2] if len(fields) > 2 else ""
                yield _Row(line, name, fields[0], fields[1], label)
            else:
                raise collector.error(f"{shown(text)} has a time but no label", line)


def _recognise(sample: Sample) -> bool:
    if sample.first_line.strip() == _MASTER:
        return True
    if sample.suffix != ".lab":
        return False
    rest = sample.head.partition("\n#\n")[2] or sample.head
    first = next((line.split() for line in rest.split("\n") if line.strip()), [])
    return len(first) > 1 and bool(_NUMBER.fullmatch(first[0]))


FORMAT = LabelFormat(
    name="lab",
    title="Label files (HTK, MIREX, xwaves)",
    suffix=".lab",
    more_suffixes=(".mlf",),
    combined=True,
    capabilities=frozenset(),
    read=read,
    recognise=_recognise,
)
