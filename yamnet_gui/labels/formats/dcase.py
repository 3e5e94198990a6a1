"""DCASE and sed_eval event lists, with a second table of files and their durations."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import is_file

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .text import columns, escape_formula, number, one_line, tab_rows, unescape_formula

COLUMNS = ("filename", "onset", "offset", "event_label")
DURATION_COLUMNS = ("filename", "duration")
DURATIONS_TAIL = ".durations.tsv"
UNLABELLED = "unlabelled"


def clean(text: str) -> str:
    """A label on one line that is never empty, which readers treat as "no event"."""
    return one_line(text) if text.strip() else UNLABELLED


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    def events() -> Iterator[str]:
        yield "\t".join(COLUMNS) + "\n"
        for recording in recordings:
            name = escape_formula(one_line(options.file_name(recording.recording)))
            for event in recording.events:
                times = f"{number(event.onset_s)}\t{number(event.offset_s)}"
                yield f"{name}\t{times}\t{escape_formula(clean(event.label))}\n"

    def durations() -> Iterator[str]:
        yield "\t".join(DURATION_COLUMNS) + "\n"
        for recording in recordings:
            info = recording.recording
            name = escape_formula(one_line(options.file_name(info)))
            yield f"{name}\t{number(info.duration_s)}\n"

    return {"": events(), DURATIONS_TAIL: durations()}


def read(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("dcase", path, options)
    rows = tab_rows(path, options.encoding)
    line, header = next(rows, (1, None))
    if header is None:
        raise LabelsError(path, "is empty", "it needs at least a line of column names")
    names = columns(path, header, COLUMNS, "\t", line)
    for line, row in rows:
        if len(row) < len(header):
            row = [*row, *[""] * (len(header) - len(row))]
        name, onset, offset, label = (row[names[n]] for n in COLUMNS)
        if not (onset.strip() or offset.strip() or label.strip()):
            collector.recording(
                unescape_formula(name)
            )  # some lists name files without events like this
            continue
        onset_s = collector.seconds(onset, line, "onset")
        offset_s = collector.seconds(offset, line, "offset")
        collector.event(unescape_formula(name), onset_s, offset_s, unescape_formula(label), line)
    beside = path.with_name(path.stem + DURATIONS_TAIL)
    if is_file(beside):
        _read_durations(collector, beside, options)
    return collector.result()


def _read_durations(collector: Collector, path: Path, options: ReadOptions) -> None:
    table = Collector("dcase", path, options)  # reports errors under the second table's name
    rows = tab_rows(path, options.encoding)
    line, header = next(rows, (1, []))
    names = columns(path, header, DURATION_COLUMNS, "\t", line)
    for line, row in rows:
        if len(row) < len(header):
            raise table.error(f"has {len(row)} cells where {len(header)} are needed", line)
        duration = table.seconds(row[names["duration"]], line, "duration")
        collector.recording(unescape_formula(row[names["filename"]]), duration_s=duration)


FORMAT = LabelFormat(
    name="dcase",
    title="DCASE / sed_eval event list",
    suffix=".tsv",
    combined=True,
    capabilities=frozenset({Capability.PATH, Capability.DURATION, Capability.EMPTY}),
    write=write,
    read=read,
    clean=clean,
    companions=(DURATIONS_TAIL,),
    recognise=lambda sample: "event_label" in sample.first_line.split("\t"),
)
