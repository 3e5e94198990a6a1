"""Annotations of the hoplite embedding database: label, and whether it is present or not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from yamnet_gui.core.events import Event, EventSource, LabelledRecording, RecordingInfo, ReviewState

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .table_text import table_of
from .text import csv_lines, number, unescape_formula, without_escape

COLUMNS = ("recording", "start_offset_s", "end_offset_s", "label", "label_type")
_TYPES = {
    ReviewState.ACCEPTED: "positive",
    ReviewState.REJECTED: "negative",
    ReviewState.UNCERTAIN: "uncertain",
}
_STATES = {word: state for state, word in _TYPES.items()}


def _fit(event: Event, info: RecordingInfo) -> Event:
    """An event that the user added is "positive"; an unreviewed detection is "uncertain"."""
    if event.state is not ReviewState.UNREVIEWED:
        return event
    detected = event.source is EventSource.DETECTED
    return replace(event, state=ReviewState.UNCERTAIN if detected else ReviewState.ACCEPTED)


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    def rows() -> Iterator[Sequence[str]]:
        yield COLUMNS
        for recording in recordings:
            name = options.file_name(recording.recording)
            for event in recording.events:
                word = _TYPES[_fit(event, recording.recording).state]
                times = number(event.onset_s), number(event.offset_s)
                yield name, *times, without_escape(event.label), word

    return {"": csv_lines(rows())}


def read(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("hoplite", path, options)
    table = table_of(path, options)
    collector.decimal_comma = table.decimal_comma
    places = table.columns(COLUMNS)
    for line, row in table.rows(1 + max(places.values())):
        name, start, end, label, word = (row[places[n]] for n in COLUMNS)
        if word.strip().lower() not in _STATES:
            reason = f"{word[:40]!r} is neither positive, negative nor uncertain"
            raise collector.error(reason, line)
        onset_s = collector.seconds(start, line, "start")
        offset_s = collector.seconds(end, line, "end")
        state = _STATES[word.strip().lower()]
        collector.event(
            unescape_formula(name), onset_s, offset_s, unescape_formula(label), line, state=state
        )
    return collector.result()


FORMAT = LabelFormat(
    name="hoplite",
    title="hoplite annotations",
    suffix=".csv",
    combined=True,
    capabilities=frozenset({Capability.PATH, Capability.STATE}),
    write=write,
    read=read,
    clean=without_escape,
    fit=_fit,
    recognise=lambda sample: sample.has_columns(*COLUMNS),
)
