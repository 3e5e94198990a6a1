"""Recordings of a project: adding them, analysing all of them, finding those that moved."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from yamnet_gui.analysis import (
    AnalysisSettings,
    EventsRequest,
    Model,
    RecordingEvents,
    ResultCache,
    recording_events,
)
from yamnet_gui.audio import open_audio, recording_start, zone_named
from yamnet_gui.batch import make_plan
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import ProjectError, UserError, WeightsError
from yamnet_gui.core.files import is_file
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.notation import is_address, is_stored
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.core.text import printable
from yamnet_gui.detection import RuleSet
from yamnet_gui.labels.exchange.missing import find_by_name
from yamnet_gui.labels.project import (
    EventFilter,
    Project,
    Recording,
    RecordingState,
    add_recordings,
    content_fingerprint,
    find_moved,
    new_id,
    relocate,
)
from yamnet_gui.labels.project.analysis_settings import StoredSettings
from yamnet_gui.labels.project.other_rules import has_other_rules
from yamnet_gui.labels.project.project_model import project_classes

LIST_SUFFIXES = (".txt", ".lst", ".m3u", ".m3u8")
"""Files with the path of one recording a line."""


@dataclass(frozen=True, slots=True)
class AddProgress:
    """Progress of adding recordings. `ids` at the end: all that were requested, new or not."""

    done: int
    total: int
    new: int = 0
    problems: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AddRecordingsJob:
    """Adds files, folders (to any depth) and lists to the project, as one step of undo.

    Recordings already in the project stay unchanged; one that cannot be read is added with the
    reason. A start without a zone is taken as of `time_zone`. Raises ProjectError.
    """

    project: Project
    paths: tuple[Path, ...]
    time_zone: str = ""

    def run(self) -> Iterator[AddProgress]:
        project = self.project
        plan = make_plan([entry for path in self.paths for entry in _entries(path)])
        known = {project.recordings.locate(r): r.id for r in project.recordings.all()}
        ids: list[str] = []
        new: list[Recording] = []
        for n, path in enumerate(plan.recordings):
            path = path.absolute()
            recording_id = known.get(
                project.recordings.locate(Recording("", project.recordings.stored_path(path)))
            )
            if recording_id is None:
                recording = described(project, path, self.time_zone)
                new.append(recording)
                recording_id = recording.id
            ids.append(recording_id)
            if n % 20 == 19:
                yield AddProgress(n + 1, len(plan.recordings))
        if new:
            project.apply(add_recordings(new))
        problems = tuple(f"{printable(path)}: {reason}" for path, reason in plan.problems)
        yield AddProgress(len(ids), len(ids), len(new), problems, tuple(ids))


def _entries(path: Path) -> list[Path]:
    """The paths and addresses in a list, paths relative to it; any other path as it is."""
    if is_stored(path):
        return [path]
    if path.suffix.lower() not in LIST_SUFFIXES or not is_file(path):
        return [path]
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return [path]
    names = [line.strip() for line in lines]
    return [
        path_of(name) if is_address(name) else path.parent / name
        for name in names
        if name and not name.startswith("#")
    ]


def described(project: Project, path: Path, time_zone: str = "") -> Recording:
    """A recording for the project, with the data of its header; FAILED if it cannot be read."""
    stored = project.recordings.stored_path(path)
    try:
        digest, size = content_fingerprint(path), status_of(file_of(path)).st_size
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
        return Recording(new_id(), stored, state=RecordingState.FAILED, error=why)
    try:
        with open_audio(path) as source:
            info = source.info
        start = recording_start(path, zone_named(time_zone))
    except UserError as error:
        return Recording(
            new_id(), stored, digest, size, state=RecordingState.FAILED, error=error.reason
        )
    return Recording(
        new_id(),
        stored,
        digest,
        size,
        info.duration_s,
        info.sample_rate_hz,
        info.channels,
        start.moment if start else None,
        start_source=start.source if start else "",
    )


@dataclass(frozen=True, slots=True)
class BatchStep:
    """Progress of analysing many: `seconds` of the recording are done, or it is `finished`.

    `error`: why it failed. `events`: how many it has now, None where that is not known.
    """

    recording_id: str
    path: Path
    seconds: float
    finished: bool = False
    error: str = ""
    events: int | None = None


@dataclass(frozen=True, slots=True)
class AnalyseAllJob:
    """Analyses recordings one after the other and stores the detections in the project.

    One that cannot be read is marked with the reason and skipped. Closing stops within a
    chunk; results of that recording so far are in the cache. Raises WeightsError and
    ProjectError. `one_per_sound`: events for which others stand are not counted.
    """

    project: Project
    todo: Sequence[str]
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None
    rules: RuleSet
    class_map: ClassMap
    one_per_sound: bool = False

    def run(self) -> Iterator[BatchStep]:
        for recording_id in self.todo:
            recording = self.project.recordings.get(recording_id)
            if recording is not None:
                yield from self._one(recording)
            else:  # removed from the project meanwhile
                yield BatchStep(recording_id, Path(), 0.0, finished=True)

    def _one(self, recording: Recording) -> Iterator[BatchStep]:
        path = self.project.recordings.locate(recording)
        if self._known(recording):
            yield self._finished(recording, path)
            return
        yield BatchStep(recording.id, path, 0.0)
        result: RecordingEvents | None = None
        request = EventsRequest(self.settings, self.rules)
        try:
            with closing(recording_events(path, self.model, request, self.cache)) as steps:
                for step in steps:
                    result = step.result
                    seconds = step.scores.audio_seconds_done if step.scores is not None else 0.0
                    yield BatchStep(recording.id, path, seconds)
            if result is not None and self.project.recordings.get(recording.id) is not None:
                self._store(recording, result)
        except WeightsError:
            raise
        except UserError as error:
            # read again: it may have been moved or removed in the meantime
            now = self.project.recordings.get(recording.id)
            if now is None:
                yield BatchStep(recording.id, path, recording.duration_s, finished=True)
                return
            failed = replace(now, state=RecordingState.FAILED, error=error.reason)
            self.project.recordings.update(failed)
            yield BatchStep(recording.id, path, recording.duration_s, True, error.reason)
            return
        yield self._finished(recording, path)

    def _finished(self, recording: Recording, path: Path) -> BatchStep:
        own = EventFilter(recording_ids=frozenset([recording.id]), one_per_sound=self.one_per_sound)
        events = self.project.events.count(own)
        return BatchStep(recording.id, path, recording.duration_s, finished=True, events=events)

    def _known(self, recording: Recording) -> bool:
        """Whether the project already contains detections of this model and these settings."""
        if recording.state is not RecordingState.ANALYSED:
            return False
        analyses = self.project.recordings.analyses(recording.id)
        if not analyses or analyses[-1].model_sha256 != self.model.sha256:
            return False
        try:
            same = StoredSettings.of(analyses[-1]) == self._stored_settings()
        except ProjectError:
            return False  # analysed again, it is stored in a readable way
        classes = len(project_classes(self.project))
        rules_id = self.rules.rules_id
        return same and not has_other_rules(self.project, recording.id, rules_id, classes)

    def _stored_settings(self) -> StoredSettings:
        return StoredSettings.under(self.settings, self.rules)

    def _store(self, recording: Recording, result: RecordingEvents) -> None:
        labelled = result.labelled(self.class_map)
        info = labelled.recording
        width = result.analysis.tables[0].scores.shape[1]
        custom = [  # the result has no events of custom classes
            event
            for event in self.project.events.of(recording.id)
            if not event.touched and event.class_index is not None and event.class_index >= width
        ]
        self.project.events.store_detections(recording.id, [*labelled.events, *custom])
        self.project.recordings.add_analysis(
            self._stored_settings().record(recording.id, self.model.sha256, self.model.name)
        )
        now = self.project.recordings.get(recording.id) or recording
        self.project.recordings.update(
            replace(
                now,
                duration_s=info.duration_s,
                sample_rate_hz=info.sample_rate_hz,
                channels=info.channels,
                state=RecordingState.ANALYSED,
                error="",
            )
        )


@dataclass(frozen=True, slots=True)
class FindProgress:
    """Progress of a search: files checked; `moved` at the end, of so many `missing`.

    `guessed`: those found by name and length instead of their content, with the file.
    """

    checked: int
    missing: int = 0
    moved: int | None = None
    guessed: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class FindMissingJob:
    """Searches below a folder for missing recordings; one step of undo.

    By their content; those that no file has, as after tables were imported before their sounds, by
    name and then by length. Raises ProjectError.
    """

    project: Project
    folder: Path

    def run(self) -> Iterator[FindProgress]:
        project = self.project
        missing = project.recordings.missing()
        hits: list[tuple[Recording, Path]] = []
        checked = 0
        for hit in find_moved(missing, [self.folder]):
            checked += 1
            if hit is not None:
                hits.append(hit)
            if checked % 50 == 0:
                yield FindProgress(checked, len(missing))
            if len(hits) == len(missing):
                break
        by_content = {recording.id for recording, _ in hits}
        guessed = find_by_name(
            [r for r in missing if r.id not in by_content],
            self.folder,
            taken=[path for _, path in hits],
        )
        hits += guessed
        if hits:
            project.apply(relocate((r, project.recordings.stored_path(path)) for r, path in hits))
        for recording, path in guessed:
            self._describe(recording, path)
        names = tuple((recording.name, path) for recording, path in guessed)
        yield FindProgress(checked, len(missing), len(hits), names)

    def _describe(self, recording: Recording, path: Path) -> None:
        """Stores what the file says of itself, so that its content finds it the next time."""
        now, known = self.project.recordings.get(recording.id), described(self.project, path)
        if now is not None and known.state is not RecordingState.FAILED:
            self.project.recordings.update(
                replace(
                    now,
                    content_hash=known.content_hash,
                    size_bytes=known.size_bytes,
                    duration_s=known.duration_s,
                    sample_rate_hz=known.sample_rate_hz,
                    channels=known.channels,
                    recorded_at=now.recorded_at or known.recorded_at,
                )
            )
