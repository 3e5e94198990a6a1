"""JAMS: YAMNet's classes under `tag_audioset`, own labels under `segment_open`."""

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .json_values import number_of, seconds_of, text_of
from .notes import noted

JAMS_VERSION = "0.3.4"
_KNOWN, _OWN = "tag_audioset", "segment_open"


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    (recording,) = recordings
    return {"": _document(recording, options)}


def _document(recording: LabelledRecording, options: WriteOptions) -> Iterator[str]:
    names = set(options.classes.names)
    info = recording.recording
    last = max((e.offset_s for e in recording.events), default=0.0)
    duration = max(info.duration_s, last)
    metadata = {
        "title": info.path.stem,
        "artist": "",
        "release": "",
        "duration": round(duration, 6),
        "identifiers": {"path": options.file_name(info)},
        "jams_version": JAMS_VERSION,
    }
    groups = {
        _KNOWN: [e for e in recording.events if e.label in names],
        _OWN: [e for e in recording.events if e.label not in names],
    }
    yield '{"file_metadata": ' + json.dumps(metadata) + ', "sandbox": {}, "annotations": ['
    for k, (namespace, events) in enumerate((n, e) for n, e in groups.items() if e):
        head = {
            "namespace": namespace,
            "annotation_metadata": _who(recording, options),
            "sandbox": {},
            "time": 0,
            "duration": round(duration, 6),
        }
        yield ("," if k else "") + "\n" + json.dumps(head)[:-1] + ', "data": ['
        for n, event in enumerate(events):
            yield ("," if n else "") + "\n" + json.dumps(_observation(event))
        yield "]}"
    yield "]}\n"


def _who(recording: LabelledRecording, options: WriteOptions) -> dict[str, Any]:
    """JAMS wants both of the curator's name and e-mail, or an empty text."""
    return {
        "curator": {"name": options.curator_name, "email": options.curator_email},
        "annotator": {},
        "version": "",
        "corpus": "",
        "annotation_tools": "yamnet_gui",
        "annotation_rules": "",
        "validation": "",
        "data_source": f"model {recording.model_sha256}" if recording.model_sha256 else "",
    }


def _observation(event: Event) -> dict[str, Any]:
    onset_s, offset_s = round(event.onset_s, 6), round(event.offset_s, 6)
    return {
        "time": onset_s,
        "duration": round(offset_s - onset_s, 6),
        "value": event.label,
        "confidence": event.score_max,
    }


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads every annotation whose values are labels; others, as of pitch or beats, are named."""
    collector = Collector("jams", path, options)
    document = options.sample_of(path).json()
    try:
        metadata, annotations = document["file_metadata"], document["annotations"]
        name = (metadata.get("identifiers") or {}).get("path") or None
        duration = metadata.get("duration")
        namespaces = [(str(a["namespace"]), a["data"]) for a in annotations]
    except (KeyError, TypeError, AttributeError) as error:
        raise LabelsError(path, "is not a JAMS file") from error
    if name is not None and not isinstance(name, str):
        raise LabelsError(path, "has a recording name that is not text")
    length_s = number_of(duration)  # missing from many, and NaN in some
    collector.recording(name, duration_s=length_s if length_s and length_s > 0 else None)
    for k, (namespace, data) in enumerate(namespaces, start=1):
        observations = list(_observations(data))
        if observations and not any(_label(o) is not None for o in observations):
            collector.warn(f"annotation {k} ({namespace}) holds no labels and was left out")
            continue
        for n, observation in enumerate(observations, start=1):
            with collector.row(f"annotation {k}, observation {n}"):
                _read_observation(collector, name, observation)
    return collector.result()


def _observations(data: Any) -> Iterator[Any]:
    """The observations: a list of them, or an object with a list for each of their properties."""
    if isinstance(data, list):
        yield from data
    elif isinstance(data, dict) and all(isinstance(column, list) for column in data.values()):
        for values in zip_longest(*data.values()):
            yield dict(zip(data, values, strict=True))


def _label(observation: Any) -> str | None:
    value = observation.get("value") if isinstance(observation, dict) else None
    label = value.get("label") if isinstance(value, dict) else value
    return label if isinstance(label, str) else None


def _read_observation(collector: Collector, name: str | None, observation: Any) -> None:
    if not isinstance(observation, dict) or not {"time", "duration", "value"} <= set(observation):
        raise collector.error("needs time, duration and value")
    label, value = _label(observation), observation["value"]
    if label is None:
        raise collector.error("the value is not a label")
    onset_s = seconds_of(collector, observation["time"], "time")
    length_s = seconds_of(collector, observation["duration"] or 0, "duration")
    offset_s = round(onset_s + length_s, 6) if length_s else onset_s
    role = text_of(value.get("role")) if isinstance(value, dict) else ""
    fields: dict[str, Any] = {"score_max": number_of(observation.get("confidence"))}
    if role and role != "foreground":  # of a mixed scene
        fields["note"] = noted([("role", role)])
    collector.event(name, onset_s, offset_s, label, **fields)


FORMAT = LabelFormat(
    name="jams",
    title="JAMS",
    suffix=".jams",
    combined=False,
    capabilities=frozenset(
        {Capability.PATH, Capability.DURATION, Capability.EMPTY, Capability.SCORE_MAX}
    ),
    write=write,
    read=read,
    time_step_s=1e-6,
    recognise=lambda sample: {"annotations", "file_metadata"} <= sample.first_object.keys(),
)
