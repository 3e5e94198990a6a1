"""Opens, makes and closes projects, and finds the open recording in them."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from yamnet_gui.analysis import AnalysisSettings
from yamnet_gui.core.errors import Cancelled, ProjectError, UserError
from yamnet_gui.core.stopping import stoppable, unstoppable
from yamnet_gui.gui.background.runner import Job, JobHandle, JobRunner
from yamnet_gui.gui.jobs.merge_and_backup import RestoreJob
from yamnet_gui.gui.jobs.project import (
    CountJob,
    FindRecordingJob,
    FoundRecording,
    OpenedProject,
    OpenPersonalJob,
    OpenProjectJob,
    RecordingCount,
    StoreDetectionsJob,
)
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.state.project import ProjectState, StorageMode
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.widgets.file_names import short_name
from yamnet_gui.labels.project import (
    DERIVE,
    SET_BY_HAND,
    Project,
    ProjectInUseError,
    Recording,
    RecordingState,
)
from yamnet_gui.labels.project.analysis_settings import StoredSettings
from yamnet_gui.labels.project.other_rules import rules_of_analysis

_CLOSING_S = 2.0


class _Nothing:
    """Work that is done when all work before it is."""

    def run(self) -> Iterator[None]:
        yield None


@dataclass(frozen=True, slots=True)
class SavedText:
    """What the status bar says about where decisions go."""

    text: str
    tip: str = ""


class ProjectManager(QObject):
    """Owns the one open project. What was open stays until another one was opened."""

    opened = Signal(object)  # OpenedProject
    failed = Signal(object)  # UserError
    in_use = Signal(object, object)  # Path, UserError
    recording_found = Signal(object)  # FoundRecording
    counted = Signal(list)  # list[RecordingCount]: how far the review of each recording is

    def __init__(
        self,
        document: Document,
        state: ProjectState,
        rules: Rules,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._state = state
        self._rules = rules
        self._runner = JobRunner("project", self)
        self._jobs: list[OpenPersonalJob | OpenProjectJob | RestoreJob] = []
        self._finding: JobHandle | None = None
        self._first_step = 0
        self._storing = 0
        document.recording_changed.connect(self._on_recording)

    @property
    def busy(self) -> bool:
        """Whether a project is being opened or a recording looked up in it."""
        return self._runner.busy

    @property
    def storing(self) -> bool:
        """Whether a step of the user's is being made in the background."""
        return self._storing > 0

    def open_personal(self) -> None:
        """Opens the project that holds recordings opened without any other."""
        self._submit(OpenPersonalJob())

    def open(self, path: Path, *, read_only: bool = False) -> None:
        self._submit(OpenProjectJob(path, read_only=read_only), path)

    def create(self, path: Path, along: Recording | None = None) -> None:
        """Creates an empty project and switches to it.

        `along`: a recording of the open project that is taken there with what was decided about it.
        """
        source = self._state.project if along is not None else None
        self._submit(OpenProjectJob(path, create=True, source=source, along=along), path)

    def save_as(self, path: Path) -> None:
        """Copies the open project with its whole history, and switches to the copy."""
        source = self._state.project
        if source is not None:
            self._submit(OpenProjectJob(path, source=source), path)

    def restore(self, backup: Path, path: Path) -> None:
        """Puts a backup in place of the project at `path`, which is closed for that, and opens it.

        The former file stays beside it.
        """
        self.store_detections()
        if self._state.project is not None and self._state.project.path == path:
            self._runner.submit(_Nothing(), on_done=lambda: self._restore(backup, path))
        else:  # what is open instead of a damaged one stays until the backup is known to be fine
            self._submit(RestoreJob(backup, path), path)

    def _restore(self, backup: Path, path: Path) -> None:
        """Closes the project once nothing is being written to it any more."""
        self._replace(None, StorageMode.NOWHERE)
        self._submit(RestoreJob(backup, path), path)

    def close(self) -> None:
        """Ends the thread and leaves single, portable files.

        What can be made again, detections and backups, is left out where it would take long.
        """
        latest = time.monotonic() + _CLOSING_S
        last = self._detections()
        self._runner.close()
        self._state.forget_recording()
        with stoppable(lambda: time.monotonic() > latest):
            if last is not None:
                try:
                    for _step in last.run():
                        pass
                except UserError as error:
                    self.failed.emit(error)
                except Cancelled:
                    pass
            self._replace(None, StorageMode.NOWHERE)
            for job in self._jobs:
                for project in job.opened:
                    project.close()
        self._jobs.clear()

    def store_detections(self) -> None:
        """Stores what was detected in the open recording, before another one is opened."""
        job = self._detections()
        if job is not None:
            self._runner.submit(job, on_failed=self.failed.emit)

    def run(
        self,
        job: Job,
        *,
        on_result: Callable[[Any], None] | None = None,
        on_done: Callable[[], None] | None = None,
        finish: bool = False,
    ) -> JobHandle:
        """Work on the project in its own thread, after what was asked for before.

        `finish`: it stores what the user decided, see `JobRunner.submit`. What is only read of a
        project that has been closed meanwhile is not missed.
        """
        project = self._state.project

        def failed(error: UserError) -> None:
            if finish or project is self._state.project:
                self.failed.emit(error)

        def done() -> None:
            self._storing -= finish
            if on_done is not None:
                on_done()

        self._storing += finish
        return self._runner.submit(
            job, on_result=on_result, on_failed=failed, on_done=done, finish=finish
        )

    def count(self) -> None:
        """Counts how far the review of every recording is; the answer comes as `counted`."""
        project = self._state.project
        if project is not None:

            def counted(counts: list[RecordingCount]) -> None:
                if project is self._state.project:
                    self.counted.emit(counts)

            self.run(CountJob(project, self._document.shown.one_per_sound), on_result=counted)

    def saved_text(self) -> SavedText:
        """Where decisions go, in words."""
        project = self._state.project
        if project is None:
            return SavedText("")
        tip = f"Every decision is on the disk at once, in {project.path}"
        match self._state.storage_mode:
            case StorageMode.PERSONAL:
                return SavedText("saved in personal project", tip)
            case StorageMode.READ_ONLY:
                name = short_name(project.path.stem)
                return SavedText(f"{name}: read only", "Decisions are refused")
            case StorageMode.SCRATCH:
                where = f"What is decided here is only in {project.path}"
                return SavedText("not saved", f"{where}: save it under another name")
        return SavedText(f"saved in {short_name(project.path.stem)}", tip)

    def _submit(
        self, job: OpenPersonalJob | OpenProjectJob | RestoreJob, path: Path | None = None
    ) -> None:
        self.store_detections()  # before the project that is open is copied or closed
        self._jobs.append(job)

        def on_failed(error: UserError) -> None:
            if path is not None and isinstance(error, ProjectInUseError):
                self.in_use.emit(path, error)
            else:
                self.failed.emit(error)
            if self._state.project is None:
                self.open_personal()  # decisions must go somewhere

        def on_opened(result: OpenedProject) -> None:
            self._jobs.remove(job)
            self._use(result)

        self._runner.submit(job, on_result=on_opened, on_failed=on_failed)

    def _detections(self) -> StoreDetectionsJob | None:
        """What has to be stored of the open recording; None where that is nothing."""
        project, recording_id = self._state.project, self._state.recording_id
        writable = self._state.storage_mode in (
            StorageMode.PERSONAL,
            StorageMode.PROJECT,
            StorageMode.SCRATCH,
        )
        document = self._document
        if project is None or not writable or not recording_id:
            return None
        if document.state is not AnalysisState.COMPLETE or not document.buffers:
            return None
        detections = tuple(event for event in document.events if not event.touched)
        known = project.recordings.get(recording_id)
        rules_id = self._rules.rule_set.rules_id
        if known is None or (
            known.state is RecordingState.ANALYSED
            and set(detections) == {event for event in self._state.stored if not event.touched}
            and (detections or rules_of_analysis(project, recording_id) == rules_id)
        ):
            return None
        grid = document.buffers[0].grid
        each = document.buffers[0].channel is not None
        settings = document.analysis_settings or AnalysisSettings(
            grid.hop_s, "each" if each else "mix"
        )
        model = document.model
        analysis = StoredSettings(settings, rules_id).record(recording_id, model.sha256, model.name)
        return StoreDetectionsJob(project, recording_id, detections, analysis)

    def _use(self, result: OpenedProject) -> None:
        self._replace(result.project, result.storage_mode)
        self._first_step = max((entry.step for entry in result.project.history.steps(1)), default=0)
        self.opened.emit(result)
        self._find()

    def _replace(self, project: Project | None, storage_mode: StorageMode) -> None:
        """Closes what was open; a project of this window only goes where nothing is in it."""
        if self._finding is not None:
            self._finding.cancel()
        scratch = self._state.storage_mode is StorageMode.SCRATCH
        before = self._state.use(project, storage_mode)
        if before is None:
            return
        folder = before.path.parent
        try:
            with unstoppable():
                decided = any(
                    entry.step > self._first_step and entry.action != DERIVE
                    for entry in (before.history.steps() if scratch else ())
                )
            replacement = before.replacement
            before.close()
        except ProjectError as error:
            self.failed.emit(error)
            return
        if before.replacement is not None and before.replacement != replacement:
            self.failed.emit(ProjectError(before.replacement.path, before.replacement.reason))
        # a copy of a file that was taken away lies in a folder with other things
        if scratch and not decided and before.replacement is None:
            shutil.rmtree(folder, ignore_errors=True)

    def _on_recording(self) -> None:
        self._state.forget_recording()
        self._find()

    def _find(self) -> None:
        """Looks the open recording up in the open project."""
        if self._finding is not None:
            self._finding.cancel()
            self._finding = None
        recording, project = self._document.recording, self._state.project
        if recording is None or project is None:
            return

        def on_found(result: FoundRecording) -> None:
            known = result.recording
            if known.start_source == SET_BY_HAND or recording.info.recorded_at is None:
                self._document.set_start(known.recorded_at, known.start_source)
            self._state.set_recording(
                result.recording.id, result.events, result.deleted, result.reviewed
            )
            self.recording_found.emit(result)

        self._finding = self._runner.submit(
            FindRecordingJob(project, recording.info, recording.start_source),
            on_result=on_found,
            on_failed=self.failed.emit,
        )
