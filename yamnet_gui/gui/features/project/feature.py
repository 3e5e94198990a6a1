"""The project in the window: its menu, the state of saving, and problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.files import exists
from yamnet_gui.core.negatives import negatives
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.text import counted
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.jobs.demo import is_demo
from yamnet_gui.gui.jobs.project import (
    FoundRecording,
    OpenedProject,
    progress_tip,
    progress_words,
    with_start,
)
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.project import PROJECT_SUFFIX, Project, Recording, is_negative

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .project_page import ProjectPageFeature

_PATTERN = f"Projects (*{PROJECT_SUFFIX})"


class ProjectMenu(Feature):
    """Asks which project to open, create or save, and shows the result."""

    def __init__(self, context: Context, page: ProjectPageFeature) -> None:
        super().__init__()
        self._document = context.session.document
        self._project = context.session.project
        self._settings = context.session.settings
        self._page = page
        self._questions = context.shell.questions
        self._closing = False  # whether the project is closed without another named one
        self._empty: Path | None = None  # a project that begins without the open recording
        self._analysis = context.services.analysis
        self._project_manager = context.services.projects
        self._recording_loader = context.services.recording
        self._recording_controller = context.services.recording_controller
        self._notices = context.shell.notices
        self._recordings_panel = context.shell.recordings
        self._show_error = context.shell.show_error
        self._status = context.shell.status
        self._undo_steps = context.session.undo_steps
        self._window = context.shell.window
        projects, owner = self._project_manager, self._project
        projects.opened.connect(self._on_opened)
        projects.failed.connect(self._show_error)
        projects.in_use.connect(self._on_in_use)
        projects.recording_found.connect(self._on_recording_found)
        self._recording_loader.leaving.connect(projects.store_detections)
        self._document.events_changed.connect(self._show_progress)
        self._document.analysis_changed.connect(self._show_progress)
        self._document.loading_changed.connect(self._show_progress)
        self._analysis.finished.connect(self._show_progress)
        owner.project_changed.connect(self._show_saved)
        owner.path_changed.connect(self._show_saved)
        owner.steps_changed.connect(self._show_steps)
        owner.recording_changed.connect(self._show_steps)
        self._show_saved()
        self._show_steps()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "open_project": self.open,
            "new_project": self.create,
            "save_project": self.save_as,
            "close_project": self.close_project,
        }

    def open(self) -> None:
        """Lets the user choose a project."""
        name, _chosen = QFileDialog.getOpenFileName(
            self._window, "Open project", self._folder(), f"{_PATTERN};;All files (*)"
        )
        if name:
            self._settings.remember_folder(Path(name).parent, "projects")
            self._page.open(Path(name))

    def create(self) -> None:
        """Creates a project that begins with the open recording, unless the user wants it empty.

        What the user has decided about the recording comes along.
        """
        path = self._new_path("New project", "project")
        if path is None:
            return
        project = self._project.project
        along = project.recordings.get(self._project.recording_id) if project else None
        stored = self._project.stored
        decided = sum(event.touched and not is_negative(event) for event in stored)
        spans = len(self._project.reviewed.spans)
        if along is not None and (decided or spans):
            what = counted(decided, "event") if decided else counted(spans, "reviewed segment")
            take, empty = f"Take {what} along", "Start empty"
            answer = self._questions.choose(self._question(along, decided, spans), (take, empty))
            if answer is None:
                return
            if answer == empty:
                along, self._empty = None, path
        self._project_manager.create(path, along)

    def _question(self, along: Recording, decided: int, spans: int) -> str:
        """What would be taken along, in words."""
        parts = []
        if decided:
            parts.append(f"the {counted(decided, 'event')} that you reviewed, drew or noted")
        if spans:
            parts.append(counted(spans, "reviewed segment"))
        question = f"Take {along.name} along into the new project, with {' and '.join(parts)}?"
        stays = (
            "The present project keeps everything. Its rules, label sets and trained classes do not"
            " come along, but can be exported there and loaded in the new one."
        )
        return f"{question}\n\n{stays}"

    def close_project(self) -> None:
        """Closes a named project with its recording, back to the personal one and an empty list."""
        if self._project.has_own_list:
            self._recording_controller.close_recording()
            self._closing = True
            self._project_manager.open_personal()

    def save_as(self) -> None:
        """Copies the project with its whole history, and continues in the copy."""
        path = self._new_path("Save project as", "review")
        if path is not None:
            self._project_manager.save_as(path)

    def _new_path(self, title: str, name: str) -> Path | None:
        start = str(Path(self._folder()) / f"{name}{PROJECT_SUFFIX}")
        chosen, _filter = QFileDialog.getSaveFileName(self._window, title, start, _PATTERN)
        if not chosen:
            return None
        path = Path(chosen)
        if path.suffix != PROJECT_SUFFIX:
            path = path.with_name(path.name + PROJECT_SUFFIX)
        self._settings.remember_folder(path.parent, "projects")
        return path

    def _folder(self) -> str:
        return self._settings.folder("projects") or QDir.homePath()

    def _on_opened(self, result: OpenedProject) -> None:
        self._notices.clear("project")
        closing, self._closing = self._closing, False
        if closing and not self._project.has_own_list:
            self._recordings_panel.set_files(())  # not before: it may be counted once more
            self._notices.clear("missing")
        backups = self._window.actions_by_id["backups"].trigger
        save = [("Save project as…", self.save_as)]
        if result.project.damage or result.storage_mode is StorageMode.SCRATCH:
            save.append(("Backups…", backups))
        if result.storage_mode is StorageMode.SCRATCH:
            self._notices.show_notice(
                NoticeKind.WARNING,
                f"{result.problem} — decisions made in this window are not saved.",
                save,
                key="project",
            )
        elif result.storage_mode is StorageMode.READ_ONLY:
            why = result.problem or "It is open read-only."
            text = f"{result.project.path.name}: {why} Decisions cannot be saved."
            self._notices.show_notice(NoticeKind.WARNING, text, save, key="project")
        elif result.problem:
            self._notices.show_notice(NoticeKind.INFO, result.problem, key="project")
        if self._project.has_own_list:
            self._list(result.project, result.other, result.files)

    def _list(self, project: Project, other: bool, files: Sequence[Path]) -> None:
        """Lists the recordings; opens the last one again, and closes one that is not of them."""
        recording = self._document.recording
        empty, self._empty = project.path == self._empty, None
        if recording is not None and (
            empty or (other and project.recordings.at(recording.info.path) is None)
        ):
            self._recording_controller.close_recording()
            recording = None
        self._recordings_panel.set_files(files)
        if recording is not None:
            self._recordings_panel.add_file(recording.info.path)
            self._recordings_panel.set_current(recording.info.path)
        elif files:
            known = set(files)
            last = [path for path in self._settings.recent_files() if path in known]
            self._recording_loader.open(
                next((path for path in (*last, *files) if exists(file_of(path))), files[0])
            )
        self._project_manager.count()

    def _show_progress(self) -> None:
        """How many events the open recording has, as shown, and how many of them are reviewed."""
        document = self._document
        if document.loading_events:
            return  # how many there are is not known yet
        if document.recording is not None and document.state is AnalysisState.COMPLETE:
            events = document.shown.counted
            states = list(map(attrgetter("state"), events))  # there may be very many
            corrected = int(negatives(events).sum())
            reviewed = len(events) - states.count(ReviewState.UNREVIEWED) - corrected
            words = progress_words(reviewed, len(events) - corrected)
            info = document.recording.info
            tip = progress_tip(reviewed, len(events) - corrected, corrected)
            tip = with_start(tip, info.recorded_at, document.recording.start_source)
            self._recordings_panel.set_state(info.path, words, tip)
            self._recordings_panel.set_events({info.path: len(events)})

    def _on_in_use(self, path: Path, error: UserError) -> None:
        self._notices.show_notice(
            NoticeKind.ERROR,
            str(error),
            [("Open read-only", lambda: self._project_manager.open(path, read_only=True))],
            key="project",
        )

    def _on_recording_found(self, result: FoundRecording) -> None:
        if result.remark and not is_demo(
            Path(result.recording.path)
        ):  # which lies where it was installed
            text = f"{result.recording.name} {result.remark}."
            self._notices.show_notice(NoticeKind.INFO, text, key="recording", seconds=20)

    def _show_saved(self) -> None:
        saved = self._project_manager.saved_text()
        self._status.set_saved(saved.text, saved.tip)
        actions = self._window.actions_by_id
        actions["save_project"].setEnabled(self._project.project is not None)
        actions["close_project"].setEnabled(self._project.has_own_list)

    def _show_steps(self) -> None:
        owner, actions = self._project, self._window.actions_by_id
        steps = self._undo_steps
        for name, word, title in (
            ("undo", "&Undo", steps.undo_title),
            ("redo", "&Redo", steps.redo_title),
        ):
            escaped = (title or "").replace("&", "&&")
            actions[name].setText(f"{word} {escaped}".strip())
            actions[name].setEnabled(
                title is not None and owner.storage_mode is not StorageMode.READ_ONLY
            )
