"""Where exported labels, clips and reports come from, and the same export once more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from yamnet_gui.audio import content_statement
from yamnet_gui.core.cached_files import CHECKSUMS
from yamnet_gui.core.channels import in_order
from yamnet_gui.core.errors import RecordingError, SettingsError
from yamnet_gui.core.events import LabelledRecording, ReviewState
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.provenance import (
    EXPORT,
    Provenance,
    RecordingFacts,
    file_facts,
    finished,
    recording_facts,
    started,
    write_provenance,
)
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.labels.formats import ReadOptions, read_labels
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.calibrations import with_probabilities
from yamnet_gui.labels.project.project_model import project_classes

from .export import Depth, ExportChoice, chosen
from .project_tables import labelled_recordings
from .saved_columns import SavedColumns


@dataclass(frozen=True, slots=True)
class ExportSource:
    """A project, or a table and how it is read; `path` None where nothing is stored.

    `how_made` has the models, settings and rules that the labels of a project were made with.
    """

    path: Path | None
    project: bool = False
    from_format: str = ""
    encoding: str = ""
    from_columns: str = ""
    how_made: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportOrigin:
    """What an export was asked for: by what command, from where, and which events.

    `options` are what else was asked for, in words.
    """

    command: tuple[str, ...]
    source: ExportSource
    choice: ExportChoice
    options: Mapping[str, str] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        """In values that JSON has."""
        source = self.source
        return {
            "source": None if source.path is None else str(source.path.absolute()),
            "source_sha256": file_facts(source.path).sha256 if source.path is not None else "",
            "project": source.project,
            "from_format": source.from_format,
            "encoding": source.encoding,
            "from_columns": source.from_columns,
            "choice": choice_to_json(self.choice),
            "options": dict(self.options),
            **source.how_made,
        }


def project_source(project: Project) -> ExportSource:
    """A project with the models, settings and rules that its labels were made with."""
    latest = [a for r in project.recordings.all() for a in project.recordings.analyses(r.id)[-1:]]
    models = sorted({(a.model_sha256, a.model_name, a.settings) for a in latest})
    how = {
        "models": [dict(zip(("identity", "name", "settings"), one, strict=True)) for one in models],
        "rules": [
            {"name": one.name, "version": one.version, "rules": one.text}
            for one in project.settings.rule_sets()
        ],
    }
    return ExportSource(project.path, project=True, how_made=how)


def write_export_provenance(
    origin: ExportOrigin,
    recordings: Iterable[LabelledRecording],
    written: Sequence[Path],
    path: Path,
) -> Path:
    """Writes how an export was made. Raises SettingsError where that cannot be written."""
    begun = started(EXPORT, origin.request(), origin.command)
    return write_provenance(finished(begun, exported_facts(recordings), written), path)


def export_again(before: Provenance, source: Path | None = None) -> Provenance:
    """The same choice from the same project or table as it is now.

    `source` is where that is now. Raises UserError where it cannot be read, and KeyError, TypeError
    or ValueError where the request is damaged.
    """
    request = before.request
    if source is None and request["source"] is None:
        raise SettingsError("export", "was made of labels that were stored nowhere")
    named = source if source is not None else Path(str(request["source"]))
    choice = choice_from_json(request["choice"])
    if request["project"]:
        with Project.open(named, read_only=True) as project:
            recordings = [with_probabilities(project, r) for r in labelled_recordings(project)]
            classes = project_classes(project)
    else:
        classes = bundled_class_map()
        columns = request["from_columns"]
        reading = ReadOptions(
            encoding=str(request["encoding"]) or None,
            columns=SavedColumns().mapping(str(columns)) if columns else None,
        )
        table = read_labels(str(request["from_format"]) or None, named, options=reading)
        recordings = list(table.recordings)
    again = {**request, "source_sha256": file_facts(named).sha256}
    begun = started(EXPORT, again, before.command)
    return finished(begun, exported_facts(chosen(recordings, choice, classes=classes)), ())


def exported_facts(recordings: Iterable[LabelledRecording]) -> Iterator[RecordingFacts]:
    """The recordings of an export, with the checksums of their files."""
    memo = user_cache_folder() / CHECKSUMS.folder
    for labelled in until_stopped(recordings, 1):
        path = labelled.recording.path
        try:
            sha256, size = content_statement(path, memo), status_of(file_of(path)).st_size
        except (RecordingError, OSError):  # labels may outlive their recordings
            sha256, size = "", -1
        yield recording_facts(labelled, sha256, size)


def choice_to_json(choice: ExportChoice) -> dict[str, Any]:
    """The choice in values that JSON has; sets are sorted."""
    return {
        "recordings": _sorted(choice.recordings),
        "labels": _sorted(choice.labels),
        "states": _sorted(choice.states),
        "min_score": choice.min_score,
        "max_score": choice.max_score,
        "events": None
        if choice.events is None
        else sorted([str(path), event] for path, event in choice.events),
        "keep_empty": choice.keep_empty,
        "depth": choice.depth.value,
        "groups": sorted(choice.groups),
        "one_per_sound": choice.one_per_sound,
        "channels": None if choice.channels is None else in_order(choice.channels),
    }


def choice_from_json(values: Mapping[str, Any]) -> ExportChoice:
    """What `choice_to_json` wrote. Raises KeyError, TypeError or ValueError for other values."""
    events, recordings = values["events"], values["recordings"]
    labels, states = values["labels"], values["states"]
    channels = values.get("channels")  # earlier versions chose none
    return ExportChoice(
        recordings=None if recordings is None else frozenset(Path(str(p)) for p in recordings),
        labels=None if labels is None else frozenset(str(label) for label in labels),
        states=None if states is None else frozenset(ReviewState(s) for s in states),
        min_score=None if values["min_score"] is None else float(values["min_score"]),
        max_score=None if values["max_score"] is None else float(values["max_score"]),
        events=None if events is None else frozenset((Path(str(p)), str(e)) for p, e in events),
        keep_empty=bool(values["keep_empty"]),
        depth=Depth(values["depth"]),
        groups=frozenset(str(g) for g in values["groups"]),
        one_per_sound=bool(values["one_per_sound"]),
        channels=None
        if channels is None
        else frozenset(None if one is None else int(one) for one in channels),
    )


def placed(before: Provenance, places: Mapping[str, str]) -> Provenance:
    """The provenance with recordings at other paths (old to new), also in what was chosen."""
    if not places:
        return before
    choice = before.request.get("choice")
    request = dict(before.request)
    if isinstance(choice, dict):
        known = choice_from_json(choice)
        moved = replace(
            known,
            recordings=None
            if known.recordings is None
            else frozenset(Path(places.get(str(p), str(p))) for p in known.recordings),
            events=None
            if known.events is None
            else frozenset((Path(places.get(str(p), str(p))), e) for p, e in known.events),
        )
        request["choice"] = choice_to_json(moved)
    recordings = tuple(replace(r, path=places.get(r.path, r.path)) for r in before.recordings)
    return replace(before, request=request, recordings=recordings)


def _sorted(values: Iterable[object] | None) -> list[str] | None:
    return None if values is None else sorted(str(value) for value in values)
