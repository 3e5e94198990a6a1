"""Audacity label tracks: `start TAB end TAB text`, optionally followed by frequency lines."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from yamnet_gui.core.events import LabelledRecording

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .sample import Sample
from .text import number, one_line, tab_rows


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
    collector = Collector("audacity", path, options)
    collector.recording(None)
    waiting: tuple[int, float, float, str] | None = None
    bounds: tuple[float | None, float | None] | None = None

    def finish() -> None:
        if waiting:
            line, onset_s, offset_s, label = waiting
            low, high = bounds or (None, None)
            collector.event(None, onset_s, offset_s, label, line, low_hz=low, high_hz=high)

    for line, cells in tab_rows(path, options.encoding):
        if cells[0] == "\\":
            if waiting is None:
                raise collector.error("a frequency line comes before the first label", line)
            frequencies = _frequencies(collector, cells, line)
            bounds = bounds or frequencies  # of several lines, Audacity's own comes first
            continue
        finish()
        waiting, bounds = _label(collector, cells, line), None
    finish()
    return collector.result()


def _label(collector: Collector, cells: list[str], line: int) -> tuple[int, float, float, str]:
    if len(cells) < 2:
        raise collector.error("has no TAB between the times", line, "separate columns with TABs")
    onset_s = collector.seconds(cells[0], line, "start")
    try:
        float(cells[1])
    except ValueError:  # the old form of a point label: time and text
        return line, onset_s, onset_s, cells[1]
    offset_s = collector.seconds(cells[1], line, "end")
    if offset_s < onset_s:
        raise collector.error(f"ends at {offset_s:g} s, before it starts at {onset_s:g} s", line)
    return line, onset_s, offset_s, cells[2] if len(cells) > 2 else ""


def _frequencies(
    collector: Collector, cells: list[str], line: int
) -> tuple[float | None, float | None] | None:
    """Bounds in Hz, each None where it is not known (-1); None for a line of another kind."""
    try:
        low, high = float(cells[1]), float(cells[2])
    except (IndexError, ValueError):
        collector.warn("a line of extra information was left out", line)
        return None
    return _known(low), _known(high)


def _known(hz: float) -> float | None:
    return hz if 0 <= hz < math.inf else None


def _recognise(sample: Sample) -> bool:
    cells = sample.first_line.split("\t")
    try:
        return len(cells) >= 2 and float(cells[0]) >= 0
    except ValueError:
        return False


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
)
