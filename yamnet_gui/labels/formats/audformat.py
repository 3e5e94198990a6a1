"""audformat databases: a header in YAML, and a CSV table of segments for each kind of thing.

The header is written as JSON, which YAML contains. `audformat.Database.load(FOLDER, NAME)` reads
`NAME.yaml` with its tables. A segment stands once in a table, so events at the very same times are
spread over `events`, `events-2`, `events-3`, …
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from yamnet_gui.core.events import (
    Event,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewState,
)

from .base import Capability, LabelFormat, Output, WriteOptions
from .dcase import UNLABELLED
from .rttm import NO_VALUE
from .text import csv_lines, number, one_line

_INDEX = ("file", "start", "end")
_SCORES = ("score_max", "score_mean", "probability")
_NUMBERS = ("low_hz", "high_hz", "onset_uncertainty_s", "offset_uncertainty_s")
_TEXTS = ("mid", "reviewer", "note", "id")
_COUNTS = ("class_index", "channel")
COLUMNS = ("label", "state", "source", *_SCORES, *_NUMBERS, *_COUNTS, *_TEXTS)
_NOT_YAML = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def clean(text: str) -> str:
    """A label on one line, without blanks around it, that readers do not take for no value."""
    word = one_line(text).strip() or UNLABELLED
    return f"{word}_" if word in NO_VALUE else word


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    """Header, tables of events, of reviewed spans, and of all files."""
    names = [_file(r.recording, options) for r in recordings]
    events = _layers(
        (name, event.onset_s, event.offset_s, _cells(event))
        for name, recording in zip(names, recordings, strict=True)
        for event in recording.events
    )
    reviewed = _layers(
        (name, span.span.start_s, span.span.end_s,
         [json.dumps(span.labels, ensure_ascii=False) if span.labels else "", span.reviewer])
        for name, recording in zip(names, recordings, strict=True)
        for span in recording.reviewed
    )  # fmt: skip
    tables: dict[str, tuple[tuple[str, ...], list[Sequence[str]]]] = {}
    kinds: list[tuple[str, tuple[str, ...], list[list[Sequence[str]]]]] = [
        ("events", COLUMNS, events),
        ("reviewed", ("labels", "reviewer"), reviewed),
    ]
    for title, columns, layers in kinds:
        for n, rows in enumerate(layers, start=1):
            tables[title if n == 1 else f"{title}-{n}"] = columns, rows
    labels = sorted({clean(e.label) for r in recordings for e in r.events})
    output: dict[str, Iterable[str]] = {"": _header(labels, tables)}
    for title, (columns, rows) in tables.items():
        output[f".{title}.csv"] = csv_lines([(*_INDEX, *columns), *rows])
    durations = {
        name: _time(r.recording.duration_s) for name, r in zip(names, recordings, strict=True)
    }
    output[".files.csv"] = csv_lines([("file", "duration"), *durations.items()])
    return output


def _file(info: RecordingInfo, options: WriteOptions) -> str:
    """From the folder of the database where the file lies below it, as audformat wants it."""
    if options.base is None and options.folder is not None:
        folder = options.folder.absolute()
        if info.path.is_relative_to(folder):
            return info.path.relative_to(folder).as_posix()
    return options.file_name(info)


def _cells(event: Event) -> list[str]:
    numbers = (number(getattr(event, name)) for name in (*_SCORES, *_NUMBERS))
    counts = (getattr(event, name) for name in _COUNTS)
    return [
        clean(event.label),
        event.state.value,
        event.source.value,
        *numbers,
        *("" if count is None else str(count) for count in counts),
        *(one_line(getattr(event, name)).strip() for name in _TEXTS),
    ]


def _layers(
    rows: Iterable[tuple[str, float, float, Sequence[str]]],
) -> list[list[Sequence[str]]]:
    """Tables of rows (at least one), in each of which a segment stands once."""
    layers: list[list[Sequence[str]]] = [[]]
    count: dict[tuple[str, str, str], int] = {}
    for name, start_s, end_s, cells in rows:
        place = (name, _time(start_s), _time(end_s))
        depth = count.get(place, 0)
        count[place] = depth + 1
        if depth == len(layers):
            layers.append([])
        layers[depth].append([*place, *cells])
    return layers


def _time(seconds: float) -> str:
    """A duration as pandas writes it, in whole nanoseconds."""
    whole = round(seconds * 1e9)
    days, rest = divmod(whole, 86_400 * 10**9)
    clock, nanoseconds = divmod(rest, 10**9)
    hours, minutes = divmod(clock // 60, 60)
    return f"{days} days {hours:02}:{minutes:02}:{clock % 60:02}.{nanoseconds:09}"


def _header(labels: Sequence[str], tables: dict[str, Any]) -> Iterator[str]:
    share = {"minimum": 0, "maximum": 1}
    schemes: dict[str, Any] = {
        "label": {"dtype": "str", "labels": list(labels)},
        "state": {"dtype": "str", "labels": [s.value for s in ReviewState]},
        "source": {"dtype": "str", "labels": [s.value for s in EventSource]},
        **{name: {"dtype": "float", **share} for name in _SCORES},
        **{name: {"dtype": "float"} for name in _NUMBERS},
        **{name: {"dtype": "int"} for name in _COUNTS},
        **{name: {"dtype": "str"} for name in (*_TEXTS, "labels")},
        "duration": {"dtype": "time"},
    }
    if not labels:
        del schemes["label"]["labels"]
    headers: dict[str, Any] = {
        name: {"type": "segmented", "columns": {c: {"scheme_id": c} for c in columns}}
        for name, (columns, _) in tables.items()
    }
    headers["files"] = {"type": "filewise", "columns": {"duration": {"scheme_id": "duration"}}}
    header = {
        "name": "yamnet_gui",
        "source": "yamnet_gui",
        "usage": "unrestricted",
        "languages": [],
        "description": "Sound events, and the spans that were reviewed",
        "schemes": schemes,
        "tables": headers,
    }
    text = json.dumps(header, ensure_ascii=False, indent=1)
    for line in text.split("\n"):
        yield _NOT_YAML.sub(lambda c: f"\\u{ord(c[0]):04x}", line) + "\n"


FORMAT = LabelFormat(
    name="audformat",
    title="audformat database",
    suffix=".yaml",
    combined=True,
    capabilities=frozenset(
        {
            Capability.PATH,
            Capability.DURATION,
            Capability.EMPTY,
            Capability.REVIEWED,
            Capability.ID,
            Capability.CLASS,
            Capability.CHANNEL,
            Capability.STATE,
            Capability.SOURCE,
            Capability.SCORE_MAX,
            Capability.SCORE_MEAN,
            Capability.PROBABILITY,
            Capability.FREQUENCY,
            Capability.UNCERTAINTY,
            Capability.NOTE,
        }
    ),
    write=write,
    clean=clean,
    time_step_s=1e-9,
)
