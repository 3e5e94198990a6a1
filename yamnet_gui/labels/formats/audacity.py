"""Audacity label tracks: `start TAB end TAB text`, optionally followed by frequency lines."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording

from . import birdnet
from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .layout import TableLayout
from .sample import Sample
from .table_text import TableText
from .text import number, one_line, plain_float


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    def lines() -> Iterator[str]:
        for recording in recordings:
            for event in recording.events:
                label = one_line(event.label)
                yield f"{number(event.onset_s)}\t{number(event.offset_s)}\t{label}\n"
                if event.low_hz is not None or event.high_hz is not None:
                    yield f"\\\t{_bound(event.low_hz)}\t{_bound(event.high_hz)}\n"

    return {"": lines()}


def _bound(hz: float | None) -> str:
    return "-1.000000" if hz is None else number(hz)


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads what Audacity reads; what it ignores, cells after the third, becomes the note."""
    collector = Collector("audacity", path, options)
    sample = options.sample_of(path)
    collector.decimal_comma = sample.layout is not None and sample.layout.decimal_comma
    collector.recording(None)
    table = TableText(path, sample.encoding, TableLayout("\t", False, None, 0))
    waiting: _Label | None = None
    bounds: tuple[float | None, float | None] | None = None
    more = begun = False

    def finish() -> None:
        if waiting:
            low, high = bounds or (None, None)
            fields = {"low_hz": low, "high_hz": high, "note": waiting.note}
            onset_s, offset_s = waiting.onset_s, waiting.offset_s
            collector.event(None, onset_s, offset_s, waiting.text, waiting.line, **fields)

    for line, cells in table.rows():
        if cells[0] == "\\":
            if waiting is None and begun:
                continue  # it belongs to a label that was left out
            if waiting is None:
                raise collector.error("a frequency line comes before the first label", line)
            frequencies = _frequencies(collector, cells, line)
            bounds = bounds or frequencies  # of several lines, Audacity's own comes first
            continue
        finish()
        waiting, bounds, begun = None, None, True
        try:
            waiting = _label(collector, cells, line)
        except LabelsError as error:
            collector.skip(error)
        more = more or bool(waiting and waiting.note)
    finish()
    if more:
        collector.warn("cells after the label, which Audacity ignores, became notes")
    return collector.result()


@dataclass(frozen=True, slots=True)
class _Label:
    line: int
    onset_s: float
    offset_s: float
    text: str
    note: str = ""


def _label(collector: Collector, cells: list[str], line: int) -> _Label | None:
    """The label of a row; None where all of it lies before the recording."""
    if len(cells) < 2:
        raise collector.error("has no TAB between the times", line, "separate columns with TABs")
    onset_s = _time(collector, cells[0], line, "start")
    try:
        plain_float(cells[1], collector.decimal_comma)
    except ValueError:  # the old form of a point label: time and text
        if onset_s < 0:
            collector.skip(collector.error("lies before the recording", line))
            return None
        return _Label(line, onset_s, onset_s, cells[1])
    offset_s = _time(collector, cells[1], line, "end")
    if offset_s < onset_s:
        raise collector.error(f"ends at {offset_s:g} s, before it starts at {onset_s:g} s", line)
    if offset_s < 0:
        collector.skip(collector.error("lies before the recording", line))
        return None
    if onset_s < 0:
        collector.warn(f"starts at {onset_s:g} s, before the recording; it starts at 0 s", line)
    text = cells[2] if len(cells) > 2 else ""
    return _Label(line, max(onset_s, 0.0), offset_s, text, " ".join(cells[3:]).strip())


def _time(collector: Collector, text: str, line: int, what: str) -> float:
    """A time that may be negative: Audacity places labels before the start of a track, too."""
    sign = -1.0 if text.lstrip().startswith("-") else 1.0
    return sign * collector.seconds(text.strip().removeprefix("-"), line, what)


def _frequencies(
    collector: Collector, cells: list[str], line: int
) -> tuple[float | None, float | None] | None:
    """Bounds in Hz, each None where it is not known (-1); None for a line of another kind."""
    try:
        low, high = (plain_float(cell, collector.decimal_comma) for cell in cells[1:3])
    except ValueError:
        collector.warn("a line of extra information was left out", line)
        return None
    return _known(low), _known(high)


def _known(hz: float) -> float | None:
    return hz if 0 <= hz < math.inf else None


def _recognise(sample: Sample) -> bool:
    """TABs between a time and another one, or a text."""
    cells = sample.first_line.split("\t")
    if len(cells) < 2 or (sample.layout is not None and sample.layout.header is not None):
        return False
    try:
        plain_float(cells[0], decimal_comma="," in cells[0])
    except ValueError:
        return False
    return not birdnet.is_list(sample)


def _flaw(sample: Sample) -> str:
    """Times without a TAB between them: what a text editor makes of a label track."""
    if sample.suffix == ".txt" and re.match(r"\s*\d+([.,]\d+)?\s+\d+([.,]\d+)?(\s|$)", sample.head):
        return "its times are separated by blanks, not TABs"
    return ""


FORMAT = LabelFormat(
    name="audacity",
    title="Audacity labels",
    suffix=".txt",
    combined=False,
    capabilities=frozenset({Capability.FREQUENCY, Capability.EMPTY}),
    write=write,
    read=read,
    clean=one_line,
    recognise=_recognise,
    flaw=_flaw,
)
