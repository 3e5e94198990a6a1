"""Label Studio tasks, with the labelling configuration that they belong to."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo, ReviewState

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .eaf import clean
from .labelstudio_address import addresses
from .labelstudio_tasks import is_short, read_tasks, short_records
from .sample import Sample
from .text import csv_rows

CONFIG_TAIL = ".config.xml"
_LABELS, _AUDIO = "label", "audio"


def _fit(event: Event, info: RecordingInfo) -> Event | None:
    """Accepted events are annotations, all others predictions; there is no place for a no."""
    if event.state is ReviewState.REJECTED:
        return None
    accepted = event.state is ReviewState.ACCEPTED
    return replace(event, state=ReviewState.ACCEPTED if accepted else ReviewState.UNREVIEWED)


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    address = addresses([r.recording.path for r in recordings], options)

    def tasks() -> Iterator[str]:
        yield "["
        for k, recording in enumerate(recordings):
            task = _task(recording, address(recording.recording))
            yield ("," if k else "") + "\n" + json.dumps(task)
        yield "\n]\n"

    labels = sorted({clean(e.label) for r in recordings for e in r.events})
    return {"": tasks(), CONFIG_TAIL: _config(labels)}


def _config(labels: Sequence[str]) -> Iterator[str]:
    from xml.sax.saxutils import quoteattr  # imports HTTP and TLS, which starting would wait for

    yield "<View><!-- written by yamnet_gui -->\n"  # which says that it may be replaced
    yield f'  <Labels name="{_LABELS}" toName="{_AUDIO}">\n'
    for label in labels:
        yield f"    <Label value={quoteattr(label)}/>\n"
    yield f'  </Labels>\n  <Audio name="{_AUDIO}" value="${_AUDIO}"/>\n</View>\n'


def _task(recording: LabelledRecording, address: str) -> dict[str, Any]:
    info = recording.recording
    fitted = [e for e in (_fit(e, info) for e in recording.events) if e is not None]
    accepted = [_region(e, info) for e in fitted if e.state is ReviewState.ACCEPTED]
    others = [_region(e, info) for e in fitted if e.state is not ReviewState.ACCEPTED]
    task: dict[str, Any] = {"data": {_AUDIO: address}}
    if accepted:
        task["annotations"] = [{"result": accepted}]
    if others:
        model = recording.model_sha256[:12] or "yamnet_gui"
        task["predictions"] = [{"model_version": model, "result": others}]
    return task


def _region(event: Event, info: RecordingInfo) -> dict[str, Any]:
    region: dict[str, Any] = {
        "id": event.id,
        "from_name": _LABELS,
        "to_name": _AUDIO,
        "type": "labels",
        "original_length": max(info.duration_s, event.offset_s),
        "value": {
            "start": event.onset_s,
            "end": event.offset_s,
            "channel": event.channel or 0,
            "labels": [clean(event.label)],
        },
    }
    if event.score_max is not None:
        region["score"] = event.score_max
    if event.note:
        region["meta"] = {"text": [event.note]}
    return region


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads tasks as the program exports them: whole, or in one of the short forms."""
    collector = Collector("labelstudio", path, options)
    sample = options.sample_of(path)
    if sample.looks_like_json:
        return read_tasks(collector, _tasks(path, sample))
    delimiter = "\t" if "\t" in sample.first_line else ","
    return read_tasks(collector, short_records(csv_rows(path, options.encoding, delimiter)))


def _tasks(path: Path, sample: Sample) -> Iterator[Any]:
    """The entries. Raises LabelsError where there are some, and not one of them is a task."""
    seen = None
    for entry in sample.entries():
        seen = bool(seen) or isinstance(entry, dict)
        yield entry
    if seen is False:
        raise LabelsError(path, "is not a list of Label Studio tasks")


def _recognise(sample: Sample) -> bool:
    """Tasks with their data and what was labelled in it, or records of a short export."""
    if not sample.looks_like_json:
        cells = {cell.strip('"') for cell in re.split(r"[,\t]", sample.first_line)}
        return cells >= {"annotation_id", "annotator", "lead_time"}
    task = sample.first_object
    labelled = task.keys() & {"annotations", "completions", "predictions"}
    data = task.get("data")
    whole = isinstance(data, dict) and (bool(labelled) or "id" in task or data.keys() == {_AUDIO})
    return whole or is_short(task)


FORMAT = LabelFormat(
    name="labelstudio",
    title="Label Studio",
    suffix=".json",
    combined=True,
    capabilities=frozenset(
        {
            Capability.PATH,
            Capability.EMPTY,
            Capability.ID,
            Capability.STATE,
            Capability.SCORE_MAX,
            Capability.NOTE,
        }
    ),
    write=write,
    read=read,
    clean=clean,
    companions=(CONFIG_TAIL,),
    fit=_fit,
    left_out="the format has no rejected events",
    recognise=_recognise,
)
