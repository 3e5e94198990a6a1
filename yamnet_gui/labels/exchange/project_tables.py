"""Tables of labels into a project and out of it, an import as one step that can be undone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from yamnet_gui.audio import open_audio, recording_start
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo, ReviewedSpan
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.labels.formats import ImportResult
from yamnet_gui.labels.formats.columns import ColumnMapping
from yamnet_gui.labels.project import (
    Command,
    Project,
    Recording,
    Reviewed,
    add_events,
    add_recordings,
    content_fingerprint,
    group,
    new_id,
    replace_events,
    set_reviewed,
)

from .import_plan import ImportPlan, Resolve, plan_import
from .reading import TableReading, all_read, read_tables


def labelled_recordings(
    project: Project, recording_ids: Iterable[str] | None = None
) -> list[LabelledRecording]:
    """The project's recordings (all, or these) with their events, as formats write them."""
    wanted = (
        [r.id for r in project.recordings.all()] if recording_ids is None else list(recording_ids)
    )
    return [project.recordings.labelled(recording_id) for recording_id in until_stopped(wanted, 1)]


def recording_infos(project: Project) -> list[RecordingInfo]:
    """What is known of the project's recordings, without their events."""
    return [
        RecordingInfo(
            project.recordings.locate(r), r.duration_s, r.sample_rate_hz, r.channels, r.recorded_at
        )
        for r in project.recordings.all()
    ]


def read_for_project(
    project: Project,
    path: Path,
    format_name: str | None = None,
    *,
    recording: RecordingInfo | None = None,
    label_column: str | None = None,
    encoding: str | None = None,
    columns: ColumnMapping | None = None,
    classes: ClassMap | None = None,
) -> ImportResult:
    """Reads a single table as `read_tables` does. Raises LabelsError.

    Labels whose recording only the user knows are left out: see the result's `placements`.
    """
    reading = TableReading(format_name, label_column, encoding, recording, columns=columns)
    read = all_read(read_tables(recording_infos(project), [path], reading, classes=classes))
    if read.problems:
        raise read.problems[0]
    (result,) = read.results
    return result


def plan_for_project(
    project: Project,
    imported: Sequence[LabelledRecording],
    *,
    mapping: Mapping[str, str | None] | None = None,
    classes: ClassMap | None = None,
    shown: LabelledRecording | None = None,
) -> ImportPlan:
    """What importing these would change in the project. Nothing is changed yet.

    `shown`: the recording that is open, with detections that the project may not hold yet.
    """
    own = {label.name for labels in project.settings.label_sets() for label in labels.labels}
    own |= {counts.label for counts in project.events.class_counts()}
    paths = {r.recording.path for r in imported}
    existing = [
        project.recordings.labelled(r.id)
        for r in until_stopped(project.recordings.all(), 1)
        if project.recordings.locate(r) in paths
    ]
    if shown is not None and shown.recording.path in paths:
        existing = [r for r in existing if r.recording.path != shown.recording.path] + [shown]
    plan = plan_import(existing, imported, mapping=mapping, classes=classes, own_labels=own)
    stranger = shown is not None and project.recordings.at(shown.recording.path) is None
    if shown is not None and stranger and shown.recording.path in paths:
        return replace(plan, new_recordings=(*plan.new_recordings, shown.recording))
    return plan


def import_command(
    project: Project,
    plan: ImportPlan,
    *,
    conflicts: Resolve = Resolve.KEEP,
    single: Mapping[str, Resolve] | None = None,
    add_missing: bool | Collection[Path] = False,
    doubtful: bool = True,
    title: str = "import labels",
) -> Command:
    """The plan as one step for `Project.apply`.

    With `add_missing`, recordings that the project does not know (all, or these) are added to it;
    what the table says about others is left out. `doubtful`: also import events that are odd.
    """
    ids = {project.recordings.locate(r): r.id for r in project.recordings.all()}
    commands: list[Command] = []
    everything = {info.path for info in plan.new_recordings}
    wanted = everything if add_missing is True else set(add_missing or ())
    infos = [info for info in plan.new_recordings if info.path in wanted]
    if infos:
        added = [_recording(project, info) for info in until_stopped(infos, 1)]
        ids |= {info.path: r.id for info, r in zip(infos, added, strict=True)}
        commands.append(add_recordings(added))
    new_events: dict[str, list[Event]] = {}
    pairs: dict[str, list[tuple[Event, Event]]] = {}
    for path, old, new in plan.changes(conflicts, single, doubtful=doubtful):
        recording_id = ids.get(path)
        if recording_id is None:
            continue
        if old is None:
            new_events.setdefault(recording_id, []).append(new)
        else:
            pairs.setdefault(recording_id, []).append((old, new))
    for recording_id in until_stopped(dict.fromkeys([*new_events, *pairs]), 1):
        commands += [
            add_events(recording_id, new_events.pop(recording_id, ())),
            replace_events(recording_id, pairs.pop(recording_id, ())),
        ]
    spans: dict[str, list[ReviewedSpan]] = {}
    for path, span in plan.new_spans:
        if path in ids:
            spans.setdefault(ids[path], []).append(span)
    for recording_id, new_spans in spans.items():
        before = (
            project.recordings.reviewed(recording_id)
            if project.recordings.knows(recording_id)
            else Reviewed()
        )
        commands.append(set_reviewed(recording_id, before, [*before.spans, *new_spans]))
    return group(title, commands)


def _recording(project: Project, info: RecordingInfo) -> Recording:
    """The recording that is to be added; its file, where there is one, knows best how long it is.

    The content is summed up, so that a moved recording can be located.
    """
    digest, size, origin = "", 0, ""
    try:
        with open_audio(info.path) as source:
            info = replace(source.info, path=info.path, recorded_at=info.recorded_at)
        if info.recorded_at is None and (start := recording_start(info.path)):
            info, origin = replace(info, recorded_at=start.moment), start.source
        digest, size = content_fingerprint(info.path), status_of(file_of(info.path)).st_size
    except (UserError, OSError):  # labels may come long before, or without, their sound
        pass
    return Recording(
        id=new_id(),
        path=project.recordings.stored_path(info.path),
        content_hash=digest,
        size_bytes=size,
        duration_s=info.duration_s,
        sample_rate_hz=info.sample_rate_hz,
        channels=info.channels,
        recorded_at=info.recorded_at,
        start_source=origin,
    )
