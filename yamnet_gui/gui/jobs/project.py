"""Opening projects, and finding the open recording in one."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import mkdtemp

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, RecordingInfo
from yamnet_gui.core.files import exists, is_file
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.core.text import counted, grouped, part_of
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.times import date_and_time
from yamnet_gui.labels.project import (
    PROJECT_SUFFIX,
    SET_BY_HAND,
    AnalysisRecord,
    EventFilter,
    Project,
    ProjectInUseError,
    Recording,
    RecordingState,
    Replacement,
    Reviewed,
    content_fingerprint,
    is_waiting,
    new_id,
    personal_project_path,
    take_along,
)


@dataclass(frozen=True, slots=True)
class OpenedProject:
    """A project with where its decisions go; `problem` is why it is not the requested one.

    `other`: it existed before, with its own recordings. `files`: where its recordings lie.
    """

    project: Project
    storage_mode: StorageMode
    problem: str = ""
    other: bool = False
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPersonalJob:
    """Opens the personal project, or one that is thrown away where that cannot be had.

    `opened` holds projects that no one owns yet if the window closes in the meantime.
    """

    opened: list[Project] = field(default_factory=list)

    def run(self) -> Iterator[OpenedProject]:
        path = personal_project_path()
        try:
            project = Project.open(path) if exists(path) else Project.create(path)
        except ProjectInUseError as error:
            yield self._scratch(self._readable(path), str(error))
            return
        except ProjectError as error:
            yield self._scratch(None, str(error))
            return
        self.opened.append(project)
        if project.read_only:
            yield self._scratch(project, project.damage or f"{path}: is open to read only")
        else:
            yield OpenedProject(project, StorageMode.PERSONAL)

    def _readable(self, path: Path) -> Project | None:
        """The project of another window as it is now, so that its decisions are shown here too."""
        try:
            project = Project.open(path, read_only=True)
        except ProjectError:
            return None
        self.opened.append(project)
        return project

    def _scratch(self, source: Project | None, problem: str) -> OpenedProject:
        """A project for this window only, with what could be read of the personal one."""
        path = _scratch_place() / f"unsaved{PROJECT_SUFFIX}"
        if source is None:
            project = Project.create(path)
        else:
            source.save_as(path)
            project = Project.open(path)
            self.opened.remove(source)
            source.close()
        self.opened.append(project)
        return OpenedProject(project, StorageMode.SCRATCH, problem)


def _scratch_place() -> Path:
    """A new folder beside the personal project, so that no clean-up takes it; else anywhere."""
    try:
        parent = personal_project_path().parent
        parent.mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(prefix="window-", dir=parent))
    except OSError:
        return Path(mkdtemp(prefix="yamnet_gui-"))


@dataclass(frozen=True, slots=True)
class OpenProjectJob:
    """Opens, or with `create` makes, the project at `path`; with `source` a copy of that one.

    With `create`, a recording of `source` is taken along instead. Raises ProjectError.
    """

    path: Path
    create: bool = False
    read_only: bool = False
    source: Project | None = None
    along: Recording | None = None
    opened: list[Project] = field(default_factory=list)

    def run(self) -> Iterator[OpenedProject]:
        if self.source is not None and not self.create:
            self.source.save_as(self.path)
        if self.create:
            project = Project.create(self.path)
        else:
            project = Project.open(self.path, read_only=self.read_only)
        self.opened.append(project)
        if self.create and self.source is not None and self.along is not None:
            take_along(self.source, self.along, project)
        # reads what queries need, so that no user waits for it later
        project.events.count(EventFilter(one_per_sound=True))
        project.recordings.rules_of_events()
        storage_mode = StorageMode.READ_ONLY if project.read_only else StorageMode.PROJECT
        other = not self.create and self.source is None
        files = tuple(project.recordings.locate(r) for r in project.recordings.all())
        yield OpenedProject(project, storage_mode, project.damage, other, files)


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What became of a project's file; `problem` says why its decisions are in no file.

    `lies_there`: there is a file in its place, of whatever kind.
    """

    project: Project
    replacement: Replacement | None = None
    lies_there: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CheckFileJob:
    """Whether the project's file is still in its place; the project goes on in a copy if not."""

    project: Project

    def run(self) -> Iterator[FileCheck]:
        try:
            replacement = self.project.check_file()
        except ProjectError as error:
            yield FileCheck(self.project, problem=str(error))
            return
        lies_there = replacement is not None and is_file(replacement.path)
        yield FileCheck(self.project, replacement, lies_there)


@dataclass(frozen=True, slots=True)
class CheckProjectJob:
    """What is wrong with a project, in words, or "". Raises ProjectError if it cannot be read."""

    project: Project

    def run(self) -> Iterator[str]:
        yield self.project.check()


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """The open recording as the project knows it, with its events.

    `added`: it joined the project because it was opened.
    """

    recording: Recording
    events: tuple[Event, ...]
    deleted: tuple[Event, ...]
    reviewed: Reviewed
    remark: str = ""
    added: bool = False


@dataclass(frozen=True, slots=True)
class StoreDetectionsJob:
    """Puts the detections that no user touched into the project, for queues and counts over it."""

    project: Project
    recording_id: str
    detections: tuple[Event, ...]
    analysis: AnalysisRecord

    def run(self) -> Iterator[None]:
        self.project.events.store_detections(self.recording_id, self.detections)
        recording = self.project.recordings.get(self.recording_id)
        if recording is not None:
            self.project.recordings.add_analysis(self.analysis)
            self.project.recordings.update(replace(recording, state=RecordingState.ANALYSED))
        yield None


@dataclass(frozen=True, slots=True)
class RecordingCount:
    """How far a recording is: a word or two, and more for a tip.

    `model`: identity of the model that analysed it last; "" where none did.
    """

    path: Path
    words: str
    tip: str = ""
    missing: bool = False
    events: int | None = None
    model: str = ""
    model_name: str = ""


@dataclass(frozen=True, slots=True)
class CountEventsJob:
    """How many events that meet a filter each recording has, by where it lies."""

    project: Project
    wanted: EventFilter

    def run(self) -> Iterator[dict[Path, int]]:
        counts = self.project.events.recording_counts(self.wanted)
        recordings = self.project.recordings
        yield {
            recordings.locate(r): counts[r.id].total if r.id in counts else 0
            for r in until_stopped(recordings.all())
        }


@dataclass(frozen=True, slots=True)
class CountJob:
    """Counts the reviewed events of every recording and checks that its file exists."""

    project: Project
    one_per_sound: bool = False

    def run(self) -> Iterator[list[RecordingCount]]:
        wanted = EventFilter(one_per_sound=self.one_per_sound)
        counts = self.project.events.recording_counts(wanted)
        corrected = self.project.events.corrected(counts)
        models = self.project.recordings.latest_models()
        rows = []
        for recording in until_stopped(self.project.recordings.all()):
            count = counts.get(recording.id)
            path = self.project.recordings.locate(recording)
            words, tip = "", ""
            if recording.state is RecordingState.FAILED:
                words, tip = "failed", recording.error
            elif count is not None:
                left = corrected.get(recording.id, 0)
                reviewed, total = count.reviewed - left, count.total - left
                words, tip = progress_words(reviewed, total), progress_tip(reviewed, total, left)
                if not reviewed and is_waiting(recording):  # its events were imported
                    words, tip = "", f"{counted(total, 'event')}, not analysed"
            elif recording.state is RecordingState.ANALYSED:
                words = "no events"
            missing = not exists(file_of(path))
            if missing:
                words, tip = "missing", "The file is not where the project expects it"
            tip = with_start(tip or words, recording.recorded_at, recording.start_source)
            events = count.total if count is not None else None
            model = models.get(recording.id, ("", ""))
            rows.append(RecordingCount(path, words, tip, missing, events, *model))
        yield rows


OTHER_MODEL = "other model"
"""The state of a recording of which nothing is reviewed, and that another model analysed."""


def corrected_tip(corrected: int) -> str:
    """What tables list beside the events that are counted."""
    return (
        f"Tables also list {counted(corrected, 'former label')} of corrected events, as rejected"
        if corrected
        else ""
    )


class RecordingStage(StrEnum):
    """How far a recording is, as the list of recordings can be filtered."""

    WAITING = "Not analysed"
    RUNNING = "Being analysed"
    UNREVIEWED = "Nothing reviewed"
    OTHER_MODEL = "Analysed by another model"
    PARTLY = "Partly reviewed"
    REVIEWED = "Reviewed"
    EMPTY = "No events"
    FAILED = "Failed"
    MISSING = "Missing"


_STAGES = {
    "": RecordingStage.WAITING,
    "stopped": RecordingStage.WAITING,
    "analysing": RecordingStage.RUNNING,
    "analysed": RecordingStage.UNREVIEWED,
    "reviewed": RecordingStage.REVIEWED,
    "no events": RecordingStage.EMPTY,
    OTHER_MODEL: RecordingStage.OTHER_MODEL,
    "failed": RecordingStage.FAILED,
    "missing": RecordingStage.MISSING,
}


def stage_of(words: str) -> RecordingStage:
    """The stage behind the words that the list shows for a recording."""
    return _STAGES.get(words, RecordingStage.PARTLY)


def progress_words(reviewed: int, total: int) -> str:
    """How far the review of a recording is, in a word or two."""
    if not total:
        return "no events"
    if not reviewed:
        return "analysed"
    return "reviewed" if reviewed == total else f"{grouped(reviewed)} reviewed"


def progress_tip(reviewed: int, total: int, corrected: int = 0) -> str:
    """The same in numbers. `corrected`: former labels of corrected events, not counted."""
    lines = (f"{part_of(reviewed, total, 'event')} reviewed", corrected_tip(corrected))
    return "\n".join(filter(None, lines))


def with_start(tip: str, recorded_at: datetime | None, source: str) -> str:
    """The tooltip of a recording, with when it started where that is known."""
    if recorded_at is None:
        return tip
    origin = f" ({source})" if source else ""
    start = f"Started {date_and_time(recorded_at)}{origin}"
    return f"{tip}\n{start}" if tip else start


@dataclass(frozen=True, slots=True)
class FindRecordingJob:
    """Finds a file in the project by its path or its content, or adds it.

    Raises ProjectError where it is missing and nothing can be written.
    """

    project: Project
    info: RecordingInfo
    start_source: str = ""

    def run(self) -> Iterator[FoundRecording]:
        project, path = self.project, self.info.path
        try:
            digest, size = content_fingerprint(path), status_of(file_of(path)).st_size
        except OSError:  # the error is shown by the reader of its sound
            digest, size = "", 0
        recording, remark = project.recordings.at(path), ""
        if recording is not None and digest and recording.content_hash not in ("", digest):
            remark = "has changed since its events were reviewed; they may no longer match"
        if recording is None:
            recording = self._moved(digest)
            if recording is not None:
                remark = f"was recognised by its content; its events come from {recording.path}"
                recording = replace(recording, path=project.recordings.stored_path(path))
                project.recordings.update(recording)
        added = recording is None
        if recording is None:
            recording = self._recording(digest, size)
            project.recordings.register(recording)
        else:
            recording = self._updated(recording, digest, size)
        events = project.events.of(recording.id)
        yield FoundRecording(
            recording,
            events.events,
            tuple(project.events.deleted(recording.id)),
            project.recordings.reviewed(recording.id),
            remark,
            added,
        )

    def _updated(self, recording: Recording, digest: str, size: int) -> Recording:
        """The stored recording with what is known of its file by now.

        The start that the file states replaces the stored one, unless the user entered that.
        """
        after, start = recording, self.info.recorded_at
        if digest and not recording.content_hash:
            after = replace(after, content_hash=digest, size_bytes=size)
        if start is not None and recording.start_source != SET_BY_HAND:
            after = replace(after, recorded_at=start, start_source=self.start_source)
        if after != recording and not self.project.read_only:
            self.project.recordings.update(after)
        return after

    def _moved(self, digest: str) -> Recording | None:
        if self.project.read_only:
            return None
        same = self.project.recordings.with_hash(digest)
        return next(
            (r for r in same if not exists(file_of(self.project.recordings.locate(r)))), None
        )

    def _recording(self, digest: str, size: int) -> Recording:
        info = self.info
        return Recording(
            new_id(),
            self.project.recordings.stored_path(info.path),
            digest,
            size,
            info.duration_s,
            info.sample_rate_hz,
            info.channels,
            info.recorded_at,
            start_source=self.start_source,
        )
