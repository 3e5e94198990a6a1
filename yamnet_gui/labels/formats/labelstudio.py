"""Label Studio tasks, with the labelling configuration that they belong to."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import quoteattr

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo, ReviewState

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .eaf import clean
from .sample import Sample

CONFIG_TAIL = ".config.xml"
_LABELS, _AUDIO = "label", "audio"
_HASH = re.compile(r"^[0-9a-f]{8}-(?=.)")


def _fit(event: Event, info: RecordingInfo) -> Event | None:
    """Accepted events are annotations, all others predictions; there is no place for a no."""
    if event.state is ReviewState.REJECTED:
        return None
    accepted = event.state is ReviewState.ACCEPTED
    return replace(event, state=ReviewState.ACCEPTED if accepted else ReviewState.UNREVIEWED)


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    def tasks() -> Iterator[str]:
        yield "["
        for k, recording in enumerate(recordings):
            yield ("," if k else "") + "\n" + json.dumps(_task(recording, options))
        yield "\n]\n"

    labels = sorted({clean(e.label) for r in recordings for e in r.events})
    return {"": tasks(), CONFIG_TAIL: _config(labels)}


def _config(labels: Sequence[str]) -> Iterator[str]:
    yield "<View>\n"
    yield f'  <Labels name="{_LABELS}" toName="{_AUDIO}">\n'
    for label in labels:
        yield f"    <Label value={quoteattr(label)}/>\n"
    yield f'  </Labels>\n  <Audio name="{_AUDIO}" value="${_AUDIO}"/>\n</View>\n'


def _task(recording: LabelledRecording, options: WriteOptions) -> dict[str, Any]:
    info = recording.recording
    fitted = [e for e in (_fit(e, info) for e in recording.events) if e is not None]
    accepted = [_region(e, info) for e in fitted if e.state is ReviewState.ACCEPTED]
    others = [_region(e, info) for e in fitted if e.state is not ReviewState.ACCEPTED]
    task: dict[str, Any] = {"data": {_AUDIO: options.file_name(info)}}
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
    """Reads tasks as the program exports them, in the full and in the short (MIN) form."""
    collector = Collector("labelstudio", path, options)
    tasks = options.sample_of(path).json()
    if isinstance(tasks, dict):
        tasks = [tasks]
    if not isinstance(tasks, list) or not all(isinstance(t, dict) for t in tasks):
        raise LabelsError(path, "is not a list of Label Studio tasks")
    for k, task in enumerate(tasks, start=1):
        data = task.get("data") if isinstance(task.get("data"), dict) else task
        name = _file(data)
        if name is None:
            raise LabelsError(path, f"task {k} does not name a recording")
        collector.recording(name)
        for kind, state in (
            ("predictions", ReviewState.UNREVIEWED),
            ("annotations", ReviewState.ACCEPTED),
        ):
            for region in _regions(collector, task, kind, k):
                _read_region(collector, name, region, state, f"task {k}: ")
        short = task.get(_LABELS)
        if isinstance(short, list):
            for value in short:
                region = {"value": value, "type": "labels"}
                _read_region(collector, name, region, ReviewState.ACCEPTED, f"task {k}: ")
    return collector.result()


def _regions(collector: Collector, task: dict, kind: str, k: int) -> Iterator[dict]:
    """Regions of the task's predictions or annotations; cancelled ones left out."""
    sets = task.get(kind) or []
    if not isinstance(sets, list):
        raise collector.error(f"task {k}: {kind} is not a list")
    for one in sets:
        if not isinstance(one, dict) or not isinstance(one.get("result"), list):
            raise collector.error(f"task {k}: {kind} without a result")
        if not one.get("was_cancelled"):
            yield from one["result"]


def _read_region(
    collector: Collector, name: str, region: Any, state: ReviewState, where: str
) -> None:
    value = region.get("value") if isinstance(region, dict) else None
    if not isinstance(value, dict) or "start" not in value or "end" not in value:
        return  # choices and texts about the whole recording
    labels = value.get(str(region.get("type"))) or value.get("labels") or []
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise collector.error(f"{where}labels are not a list of names")
    onset_s = collector.seconds(str(value["start"]), None, f"{where}start")
    offset_s = collector.seconds(str(value["end"]), None, f"{where}end")
    score = region.get("score")
    meta = region.get("meta")
    texts = meta.get("text") if isinstance(meta, dict) else None
    note = "\n".join(str(t) for t in texts) if isinstance(texts, list) else ""
    identity = str(region.get("id") or "")
    for k, label in enumerate(labels):
        collector.event(
            name,
            onset_s,
            offset_s,
            label,
            state=state,
            score_max=collector.number(str(score), None, "score") if score is not None else None,
            note=note,
            id=f"{identity}-{k + 1}" if identity and k else identity,
        )


def _file(data: Any) -> str | None:
    texts = [data.get(_AUDIO), *data.values()] if isinstance(data, dict) else []
    for text in texts:
        if isinstance(text, str) and text:
            return _name_of(text)
    return None


def _name_of(url: str) -> str:
    """The file that a task's address means: uploads lose their hash, addresses their server."""
    if url.startswith("/data/local-files/"):
        return parse_qs(urlsplit(url).query).get("d", [url])[0]
    if re.match(r"(https?|s3|gs|file)://", url):
        url = unquote(urlsplit(url).path)
    if "/upload/" in url:
        return _HASH.sub("", url.rpartition("/")[2])
    return url


def _recognise(sample: Sample) -> bool:
    """A list of tasks, each with data and what was labelled in it."""
    task = sample.first_object
    labelled = task.keys() & {"annotations", "completions", "predictions"}
    return isinstance(task.get("data"), dict) and (bool(labelled) or "id" in task)


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
