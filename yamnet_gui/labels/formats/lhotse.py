"""Lhotse manifests: supervisions as JSON lines, and beside them their recordings."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo
from yamnet_gui.core.files import is_file

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .json_values import list_of, number_of, seconds_of, shown, text_of
from .recording_ids import recording_ids
from .sample import Sample
from .sidecar import event_from, event_record

RECORDINGS_TAIL = "_recordings.jsonl"
_SHORTEST_S = 0.001
_PLACE = ("id", "onset_s", "offset_s", "label")
_NEEDED = ("id", "recording_id", "start", "duration")


def fit(event: Event, info: RecordingInfo) -> Event | None:
    """A supervision has a length, lies inside its recording, and in channels that it has."""
    onset_s, offset_s = round(event.onset_s, 6), round(event.offset_s, 6)
    if offset_s <= onset_s:
        offset_s = round(onset_s + _SHORTEST_S, 6)
    if info.duration_s > 0:
        end_s = math.floor(info.duration_s * 1e6) / 1e6
        offset_s = min(offset_s, end_s)
        onset_s = max(0.0, min(onset_s, round(end_s - _SHORTEST_S, 6)))
        if event.onset_s > info.duration_s or offset_s <= onset_s:
            return None
    known = event.channel is None or info.channels == 0 or event.channel < info.channels
    return replace(
        event, onset_s=onset_s, offset_s=offset_s, channel=event.channel if known else None
    )


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    """What a supervision has no place for is its custom data, under the names of our columns."""
    ids = list(recording_ids(recordings, options))

    def supervisions() -> Iterator[str]:
        for recording, name in zip(recordings, ids, strict=True):
            for event in recording.events:
                if (fitted := fit(event, recording.recording)) is not None:
                    yield json.dumps(_supervision(fitted, recording.recording, name)) + "\n"

    def files() -> Iterator[str]:
        for recording, name in zip(recordings, ids, strict=True):
            if is_described(recording.recording):
                yield json.dumps(_file(recording.recording, name, options)) + "\n"

    return {"": supervisions(), RECORDINGS_TAIL: files()}


def is_described(info: RecordingInfo) -> bool:
    """Whether enough is known of a recording for Lhotse, which does not look into it."""
    return info.duration_s > 0 and info.sample_rate_hz > 0 and info.channels > 0


def _supervision(event: Event, info: RecordingInfo, recording_id: str) -> dict[str, Any]:
    channels: int | list[int] = 0 if info.channels <= 1 else list(range(info.channels))
    record = {k: v for k, v in event_record(event).items() if k not in _PLACE}
    return {
        "id": f"{recording_id}-{event.id}",
        "recording_id": recording_id,
        "start": event.onset_s,
        "duration": round(event.offset_s - event.onset_s, 6),
        "channel": channels if event.channel is None else event.channel,
        "text": event.label,
        "custom": {**record, "state": event.state.value, "source": event.source.value},
    }


def _file(info: RecordingInfo, recording_id: str, options: WriteOptions) -> dict[str, Any]:
    channels = list(range(info.channels))
    samples = round(info.duration_s * info.sample_rate_hz)
    source = {"type": "file", "channels": channels, "source": options.file_name(info)}
    return {
        "id": recording_id,
        "sources": [source],
        "sampling_rate": info.sample_rate_hz,
        "num_samples": samples,
        "duration": samples / info.sample_rate_hz,
        "channel_ids": channels,
    }


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads supervisions; the label is their text. Recordings are looked up beside them."""
    collector = Collector("lhotse", path, options)
    sample = options.sample_of(path)
    document = sample.json() if sample.head.strip() else []  # without events there is no line
    entries = document if isinstance(document, list) else [document]
    files = _files_beside(collector, path)
    for name, duration_s in files.values():
        collector.recording(name, duration_s=duration_s)
    for n, entry in enumerate(entries, start=1):
        with collector.row(f"supervision {n}"):
            if not isinstance(entry, Mapping):
                raise collector.error(f"{shown(entry)} is not a supervision")
            _read_entry(collector, entry, files)
    return collector.result()


def _read_entry(
    collector: Collector, entry: Mapping[str, Any], files: Mapping[str, tuple[str, float]]
) -> None:
    recording_id = text_of(entry.get("recording_id"))
    if not recording_id:
        raise collector.error("it names no recording")
    name = files[recording_id][0] if recording_id in files else recording_id
    onset_s = seconds_of(collector, entry.get("start"), "start")
    length_s = seconds_of(collector, entry.get("duration"), "duration")
    custom = entry.get("custom")
    record = dict(custom) if isinstance(custom, Mapping) else {}
    record = {k: v for k, v in record.items() if k not in _PLACE}
    record.setdefault("source", "imported")
    channel = entry.get("channel")
    if not isinstance(custom, Mapping) or "source" not in custom:  # by another program
        record["channel"] = channel if isinstance(channel, int) and channel > 0 else None
    identity = text_of(entry.get("id")).removeprefix(f"{recording_id}-")
    try:
        event = event_from({"id": "", "onset_s": 0, "offset_s": 0, "label": "", **record})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise collector.error(f"its custom data cannot be read ({error})") from error
    fields = {f: getattr(event, f) for f in record.keys() & set(Event.__slots__)}
    collector.event(
        name,
        onset_s,
        round(onset_s + length_s, 6),
        text_of(entry.get("text")),
        **{**fields, "id": collector.free_id(name, identity) if identity else ""},
    )


def _files_beside(collector: Collector, path: Path) -> dict[str, tuple[str, float]]:
    """Recording id → path and duration, from the manifest of recordings beside this one."""
    stem = path.stem
    names = [stem + RECORDINGS_TAIL, path.name.replace("supervisions", "recordings")]
    for beside in (path.with_name(name) for name in names if name != path.name):
        if is_file(beside):
            try:
                document = Sample(beside).json()
            except LabelsError as error:
                collector.warn(str(error))
                return {}
            entries = document if isinstance(document, list) else [document]
            return dict(_described(collector, e) for e in entries if isinstance(e, Mapping))
    return {}


def _described(collector: Collector, entry: Mapping[str, Any]) -> tuple[str, tuple[str, float]]:
    identity = text_of(entry.get("id"))
    sources = list_of(collector, entry, "sources")
    first = sources[0] if sources and isinstance(sources[0], Mapping) else {}
    duration_s = number_of(entry.get("duration")) or 0.0
    return identity, (text_of(first.get("source")) or identity, max(duration_s, 0.0))


FORMAT = LabelFormat(
    name="lhotse",
    title="Lhotse manifests",
    suffix=".jsonl",
    combined=True,
    capabilities=frozenset(Capability)
    - {Capability.RECORDED_AT, Capability.MODEL, Capability.EMPTY_MODEL, Capability.REVIEWED},
    write=write,
    read=read,
    time_step_s=1e-6,
    companions=(RECORDINGS_TAIL,),
    fit=fit,
    left_out="it lies beyond the end of its recording",
    recognise=lambda sample: all(key in sample.first_object for key in _NEEDED),
    describes=is_described,
)
