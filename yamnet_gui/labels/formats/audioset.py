"""AudioSet strong labels: segment, start, end and AudioSet id."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo
from yamnet_gui.core.resources import bundled_class_map

from .base import (
    Capability,
    ImportResult,
    LabelFormat,
    Output,
    ReadOptions,
    WriteOptions,
)
from .collector import Collector
from .table_text import table_of
from .text import number, one_line

COLUMNS = ("segment_id", "start_time_seconds", "end_time_seconds", "label")


def _mid(event: Event) -> str:
    entry = None if event.mid else bundled_class_map().find(event.label)
    return event.mid or (entry.mid if entry else "")


def _fit(event: Event, info: RecordingInfo) -> Event | None:
    """Only the id is written, so the label is read back as the name of that class."""
    mid = one_line(_mid(event))
    if not mid.strip():
        return None
    entry = bundled_class_map().find(mid)
    if entry is None:
        return replace(event, label=mid, mid=mid, class_index=None)
    return replace(event, label=entry.name, mid=entry.mid, class_index=entry.index)


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    """A segment is named by the stem of its recording, by the full path where stems repeat."""
    stems = Counter(r.recording.path.stem.casefold() for r in recordings)

    def rows() -> Iterator[str]:
        yield "\t".join(COLUMNS) + "\n"
        for recording in recordings:
            info = recording.recording
            only = stems[info.path.stem.casefold()] == 1
            segment = one_line(info.path.stem if only else options.file_name(info))
            for event in recording.events:
                fitted = _fit(event, info)
                if fitted is not None:
                    times = f"{number(event.onset_s)}\t{number(event.offset_s)}"
                    yield f"{segment}\t{times}\t{fitted.mid}\n"

    return {"": rows()}


def read(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("audioset", path, options)
    table = table_of(path, options)
    collector.decimal_comma = table.decimal_comma
    places = table.columns(COLUMNS)
    for line, row in table.rows(1 + max(places.values())):
        segment, start, end, mid = (row[places[n]] for n in COLUMNS)
        onset_s = collector.seconds(start, line, "start")
        offset_s = collector.seconds(end, line, "end")
        entry = options.classes.find(mid) if mid.strip() else None
        label, index = (entry.name, entry.index) if entry else (mid, None)
        collector.event(segment, onset_s, offset_s, label, line, mid=mid, class_index=index)
    return collector.result()


FORMAT = LabelFormat(
    name="audioset",
    title="AudioSet strong labels",
    suffix=".tsv",
    combined=True,
    capabilities=frozenset({Capability.CLASS}),
    write=write,
    read=read,
    fit=_fit,
    left_out="their label has no AudioSet id",
    recognise=lambda sample: sample.has_columns(*COLUMNS),
)
