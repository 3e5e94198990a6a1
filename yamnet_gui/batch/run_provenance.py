"""Where the results of a run come from, and the run that such a file describes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from yamnet_gui.analysis.custom_classes import with_custom_classes
from yamnet_gui.analysis.events_of import EventsRequest
from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.analysis.result import Analysis
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.audio import content_statement
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.provenance import (
    ANALYSIS,
    Provenance,
    RecordingFacts,
    file_facts,
    finished,
    recording_facts,
    started,
    write_provenance,
)
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.notation import written as path_text
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.labels.overwrite_guard import check_outputs
from yamnet_gui.yamnet.runtimes import expected_runtime

from .journal import Record
from .one_recording import options_of_one
from .options import BatchOptions, EventOptions
from .tables import best_classes


def begun(options: BatchOptions, model: WeightsModel) -> Provenance:
    """What is known of a run before it begins."""
    return replace(
        started(ANALYSIS, request_of(options), options.command),
        weights={
            "path": str(model.path.absolute()),
            "identity": model.sha256,
            "sha256": model.file_sha256,
            "name": model.name,
            "runtime": expected_runtime(options.runtime),
        },
        classifiers=tuple(file_facts(path) for path in options.classifiers),
    )


def write_run_provenance(
    begun: Provenance,
    path: Path,
    recordings: Iterable[RecordingFacts],
    failed: Sequence[tuple[Path, str]],
    written: Sequence[Path],
    options: BatchOptions | None = None,
) -> Path:
    """Writes how a run went; `failed` are recordings without results. Raises SettingsError.

    `options` say where the files that were written are brought to.
    """
    problems = (RecordingFacts(path_text(p.absolute()), problem=reason) for p, reason in failed)
    whole = finished(begun, (*recordings, *problems), written)
    if options is not None and options.elsewhere:
        outputs = (
            replace(one, path=path_text(options.place_of(Path(one.path)))) for one in whole.outputs
        )
        whole = replace(whole, outputs=tuple(outputs))
    return write_provenance(whole, path)


def write_result_provenance(
    path: Path,
    model: WeightsModel,
    request: EventsRequest,
    labelled: LabelledRecording,
    analysis: Analysis,
    *,
    one_per_sound: bool,
    classifiers: Sequence[Path] = (),
) -> Path:
    """Writes how the result of one recording was made. Raises SettingsError or LabelsError."""
    recording = labelled.recording.path
    check_outputs((path,), (model.path, *classifiers), (recording,))
    class_map = with_custom_classes(model.classes, request.classifiers)
    options = options_of_one(
        model, request, recording, one_per_sound=one_per_sound, classifiers=classifiers
    )
    best = best_classes(analysis, class_map.names, options.best)
    size = status_of(file_of(recording)).st_size
    facts = recording_facts(labelled, _content(recording, None), size, best)
    return write_run_provenance(begun(options, model), path, (facts,), (), ())


def facts_of(
    records: Sequence[Record], labels: Sequence[LabelledRecording], memo_folder: Path | None
) -> Iterator[RecordingFacts]:
    """The recordings of a run with their events; `labels` are empty where none were wanted."""
    for place, record in enumerate(records):
        path = Path(record.file)
        sha256 = _content(path, memo_folder)
        if labels:
            facts = recording_facts(labels[place], sha256, record.size, record.best)
            yield replace(facts, path=path_text(path.absolute()))
        else:
            yield RecordingFacts(
                path_text(path.absolute()),
                sha256,
                record.size,
                duration_s=record.audio_s,
                best=record.best,
            )


def request_of(options: BatchOptions) -> dict[str, Any]:
    """Everything that was asked for, but where tables are written."""
    events = options.events
    return {
        "settings": options.settings.to_json(),
        "events": None
        if events is None
        else {
            "rules": events.rules,
            "rules_sha256": _rules_sha256(events.rules),
            "classes": list(events.classes),
            "top": events.top,
            "groups": list(events.groups),
            "one_per_sound": events.one_per_sound,
        },
        "format": options.label_format,
        "per_recording": options.per_recording,
        "mean_embedding": options.mean_embedding,
        "tables": {
            name: path_text(options.place_of(path))
            for name, path in _tables(options)
            if path is not None
        },
        "runtime": options.requested_runtime,
        "zone": options.zone,
        "best": options.best,
    }


def options_of(
    request: Mapping[str, Any], weights: Path, classifiers: Sequence[Path]
) -> BatchOptions:
    """The run of a request, with no table to write.

    Raises TypeError, KeyError, ValueError or SettingsError where it is none.
    """
    events = request["events"]
    return BatchOptions(
        weights=weights,
        settings=AnalysisSettings.from_json(dict(request["settings"])),
        events=None
        if events is None
        else EventOptions(
            dict(events["rules"]),
            tuple(int(k) for k in events["classes"]),
            None if events["top"] is None else int(events["top"]),
            tuple(str(g) for g in events["groups"]),
            one_per_sound=bool(events["one_per_sound"]),
        ),
        best=int(request["best"]),
        classifiers=tuple(classifiers),
        zone=str(request["zone"]),
    )


def _tables(options: BatchOptions) -> tuple[tuple[str, Path | None], ...]:
    return (
        ("labels", options.labels),
        ("clips", options.clips),
        ("scores", options.scores),
        ("embeddings", options.embeddings),
    )


def _rules_sha256(rules: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


def _content(path: Path, memo_folder: Path | None) -> str:
    try:
        return content_statement(path, memo_folder)
    except RecordingError:  # taken away meanwhile
        return ""
