"""`OUT.yamnet.json`: everything about the events of `OUT`, to restore what its format dropped."""

import json
import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from yamnet_gui.core.clock_time import stored_moment
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.event_limits import out_of_range
from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    Original,
    RecordingInfo,
    ReviewedSpan,
    ReviewState,
)
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.storage.notation import written
from yamnet_gui.core.text import encodable
from yamnet_gui.core.typed_fields import typed_fields
from yamnet_gui.labels.recording_names import RecordingNames

from .base import Capability, ImportResult, LabelFormat, ReadOptions
from .collector import NO_SUCH_RECORDING
from .format_limits import EVENT_FIELDS, round_trip_event
from .text import one_line, whole_text

VERSION = 1
BEGINNING = '{"yamnet_gui_sidecar": '
"""By which a sidecar is recognised as one."""
_LOOKED_AT = 100
_COMPARED = tuple(f.name for f in fields(Event) if f.name != "id")
_Twin = tuple[Event, Event]


def sidecar_path(out: Path) -> Path:
    return out.with_name(out.name + ".yamnet.json")


def sidecar_lines(format_name: str, recordings: Sequence[LabelledRecording]) -> Iterator[str]:
    """The sidecar as JSON, one event on each line."""
    yield '{"yamnet_gui_sidecar": %d, "format": %s, "recordings": [' % (  # noqa: UP031 - braces
        VERSION,
        json.dumps(format_name),
    )
    for k, recording in enumerate(recordings):
        head = recording_record(recording)
        yield f'{"," if k else ""}\n{json.dumps(head)[:-1]}, "events": ['
        for n, event in enumerate(recording.events):
            yield f"{',' if n else ''}\n{json.dumps(event_record(event))}"
        yield "]}"
    yield "]}\n"


def recording_record(recording: LabelledRecording) -> dict[str, Any]:
    """The recording without its events as plain JSON values."""
    info = recording.recording
    return {
        "path": written(info.path),
        "duration_s": info.duration_s,
        "sample_rate_hz": info.sample_rate_hz,
        "channels": info.channels,
        "recorded_at": _iso(info.recorded_at),
        "model_sha256": recording.model_sha256,
        "reviewed": [
            {
                "start_s": r.span.start_s,
                "end_s": r.span.end_s,
                "labels": list(r.labels),
                "reviewer": r.reviewer,
                "reviewed_utc": _iso(r.reviewed_utc),
            }
            for r in recording.reviewed
        ],
    }


def event_record(event: Event) -> dict[str, Any]:
    """The event as plain JSON values, fields at their default left out."""
    record: dict[str, Any] = {}
    for field in fields(Event):
        value = getattr(event, field.name)
        if field.name in _NEEDED or value != field.default:
            record[field.name] = value
    if event.original:
        original = event.original
        record["original"] = [original.label, original.onset_s, original.offset_s]
    if event.reviewed_utc:
        record["reviewed_utc"] = _iso(event.reviewed_utc)
    return record


_NEEDED = ("id", "onset_s", "offset_s", "label")


def event_from(record: Mapping[str, Any]) -> Event:
    """Undoes `event_record`. Raises KeyError, TypeError or ValueError."""
    values = typed_fields(Event, record)
    values["state"] = ReviewState(values.get("state", ReviewState.UNREVIEWED))
    values["source"] = EventSource(values.get("source", EventSource.DETECTED))
    if values.get("original"):
        label, onset_s, offset_s = values["original"]
        values["original"] = Original(encodable(str(label)), float(onset_s), float(offset_s))
    values["reviewed_utc"] = _moment(values.get("reviewed_utc"))
    event = Event(**values)
    if reason := out_of_range(event):
        raise ValueError(reason)
    return event


def read_sidecar(path: Path) -> tuple[LabelledRecording, ...]:
    """What a sidecar holds. Raises LabelsError where it is none or broken."""
    try:
        document = parse_json(whole_text(path, "utf-8", begins="{"))
        if document["yamnet_gui_sidecar"] > VERSION:
            raise LabelsError(path, "was written by a newer version of this program")
        return tuple(recording_from(record) for record in document["recordings"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise LabelsError(path, "is damaged or not a sidecar file of this program") from error


def recording_from(record: Mapping[str, Any]) -> LabelledRecording:
    """Undoes `recording_record`, with the events under "events".

    Raises KeyError, TypeError, ValueError, AttributeError or OverflowError.
    """
    info = RecordingInfo(
        _path(record["path"]),
        float(record["duration_s"]),
        int(record["sample_rate_hz"]),
        int(record["channels"]),
        _moment(record["recorded_at"]),
    )
    reviewed = tuple(
        ReviewedSpan(
            TimeSpan(float(r["start_s"]), float(r["end_s"])),
            tuple(encodable(str(label)) for label in r["labels"]),
            encodable(str(r["reviewer"])),
            _moment(r["reviewed_utc"]),
        )
        for r in record["reviewed"]
    )
    events = EventList.of(event_from(e) for e in record["events"])
    return LabelledRecording(info, events, reviewed, encodable(str(record["model_sha256"])))


def _path(text: str) -> Path:
    """Raises ValueError for what no file system can hold: halves of characters, a null."""
    if b"\0" in os.fsencode(text):
        raise ValueError("a path cannot hold a null character")
    return Path(text)


def restore(
    fmt: LabelFormat,
    result: ImportResult,
    stored: Iterable[LabelledRecording],
    options: ReadOptions,
) -> ImportResult:
    """The result with all that the format dropped given back from the sidecar.

    Where the table was edited since, the table counts: events that it no longer has stay away,
    new ones stay as they are, and what the format does carry is taken from it.
    """
    waiting = _Stored(stored)
    known = {info.path: info for info in options.recordings}
    known |= {p.path: p.info for p in result.placements if p.info is not None}
    recordings = []
    placements = list(result.placements)
    answered = set()  # warnings that the sidecar answers
    for read in result.recordings:
        full = waiting.take(read.recording.path)
        merged = _merged(fmt, read, full, options, known) if full else read
        recordings.append(merged)
        if merged.recording.path in known:
            answered.add(encodable(one_line(f"{NO_SUCH_RECORDING} {read.recording.path}")))
    for full in waiting.rest():
        if _nothing_of(fmt, full, options):
            info = full.recording
            if options.find is not None:
                placement = options.find(result.path, written(info.path), "")
                info = placement.info or info
                placements.append(replace(placement, path=info.path, events=len(full.events)))
            recordings.append(replace(full, recording=known.get(info.path, info)))
    labels = {e.label for r in recordings for e in r.events}
    unknown = tuple(label for label in result.unknown_labels if label in labels)
    warnings = tuple(text for text in result.warnings if text not in answered)
    return replace(
        result,
        recordings=tuple(recordings),
        unknown_labels=unknown,
        warnings=warnings,
        restored=True,
        placements=tuple(placements),
    )


def _nothing_of(fmt: LabelFormat, recording: LabelledRecording, options: ReadOptions) -> bool:
    """Whether the format leaves nothing of the recording, so that the table cannot name it."""
    if Capability.EMPTY in fmt.capabilities:
        return False
    return all(
        round_trip_event(fmt, e, recording, options.classes) is None for e in recording.events
    )


class _Stored:
    """The recordings of a sidecar, each to be taken once: by path, by name, or as the only one."""

    def __init__(self, recordings: Iterable[LabelledRecording]) -> None:
        self._left = {r.recording.path: r for r in recordings}
        self._only = next(iter(self._left)) if len(self._left) == 1 else None
        self._names = RecordingNames(r.recording for r in self._left.values())

    def take(self, path: Path) -> LabelledRecording | None:
        if path in self._left:
            return self._left.pop(path)
        fit = [i.path for i in self._names.named(path.as_posix()) if i.path in self._left]
        if len(fit) == 1:
            return self._left.pop(fit[0])
        return self._left.pop(self._only, None) if self._only else None

    def rest(self) -> Iterable[LabelledRecording]:
        return self._left.values()


def _merged(
    fmt: LabelFormat,
    read: LabelledRecording,
    full: LabelledRecording,
    options: ReadOptions,
    known: Mapping[Path, RecordingInfo],
) -> LabelledRecording:
    # What the table shows depends on what is known of the recording (whether it is mono, its
    # Nyquist frequency), and its reader may know less than its writer did: both are taken to what
    # the two have in common.
    views = (full, replace(full, recording=read.recording))

    def common(event: Event) -> Event | None:
        shown: Event | None = event
        for view in views:
            shown = shown and round_trip_event(fmt, shown, view, options.classes)
        return shown

    waiting: defaultdict[tuple, list[_Twin]] = defaultdict(list)
    left_out = []
    for event in full.events:
        shown = common(event)
        if shown is None:
            left_out.append(event)
        else:
            waiting[_key(shown)].append((event, shown))
    rows: defaultdict[tuple, list[Event]] = defaultdict(list)
    for imported in read.events:
        event = common(imported) or imported
        rows[_key(event)].append(event)
    events = list(left_out)
    for key, group in rows.items():
        for event, twin in zip(group, _paired(group, waiting.get(key, ())), strict=True):
            events.append(_with_edits(event, *twin) if twin is not None else event)
    return LabelledRecording(
        known.get(read.recording.path, full.recording),
        EventList.of(_distinct(events)),
        read.reviewed if Capability.REVIEWED in fmt.capabilities else full.reviewed,
        read.model_sha256 or full.model_sha256,
    )


def _key(event: Event) -> tuple:
    return (round(event.onset_s, 6), round(event.offset_s, 6), event.label)


def _paired(rows: Sequence[Event], twins: Sequence[_Twin]) -> list[_Twin | None]:
    """For each of the table's events at one place the (stored, as shown) that it comes from.

    Those that were not edited first; of the others each takes the twin that agrees most among the
    next `_LOOKED_AT`, so that any number of rows at one place takes little time.
    """
    if len(twins) <= 1 and len(rows) == len(twins):
        return list(twins)
    exact: defaultdict[tuple, deque[int]] = defaultdict(deque)
    for k, (_, shown) in enumerate(twins):
        exact[_content(shown)].append(k)
    found: list[_Twin | None] = [None] * len(rows)
    left = dict(enumerate(twins))
    for n, row in enumerate(rows):
        if same := exact.get(_content(row)):
            found[n] = left.pop(same.popleft())
    for n, row in enumerate(rows):
        if found[n] is None and left:
            nearest = max(islice(left, _LOOKED_AT), key=lambda k: _agreement(row, left[k][1]))
            found[n] = left.pop(nearest)
    return found


def _content(event: Event) -> tuple:
    return tuple(getattr(event, name) for name in _COMPARED)


def _agreement(row: Event, shown: Event) -> int:
    return sum(getattr(shown, name) == getattr(row, name) for name in ("id", *_COMPARED))


def _with_edits(event: Event, stored: Event, shown: Event) -> Event:
    """The stored event with what was changed in the table since it was written."""
    changed: dict[str, Any] = {}
    for names in EVENT_FIELDS.values():
        for name in names:
            if getattr(event, name) != getattr(shown, name):
                changed[name] = getattr(event, name)
    return replace(stored, **changed)


def _distinct(events: Iterable[Event]) -> Iterator[Event]:
    """The events, ids that come twice made different."""
    seen: set[str] = set()
    for event in events:
        identity, n = event.id, 1
        while identity in seen:
            n += 1
            identity = f"{event.id}-{n}"
        seen.add(identity)
        yield event if identity == event.id else replace(event, id=identity)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return stored_moment(text) if text else None
