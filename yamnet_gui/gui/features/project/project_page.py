"""Shows the page of the open project: when it is opened, asked for, or no recording is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.playback import PlayState
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.labels.project import EventFilter, Overview, Project, QueueKind, Task, overview

from .page import ProjectPage

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.jobs.project import OpenedProject

_CHANGED_MS = 700


@dataclass(frozen=True, slots=True)
class OverviewJob:
    """Counts what the page shows."""

    project: Project
    one_per_sound: bool = False

    def run(self) -> Iterator[Overview]:
        wanted = EventFilter(one_per_sound=self.one_per_sound)
        yield overview(self.project, lambda path: exists(file_of(path)), datetime.now(UTC), wanted)


class ProjectPageFeature(Feature):
    """Owns the page, which is built when it is first shown."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._project = context.session.project
        self._selection = context.session.selection
        self._project_manager = context.services.projects
        self._queue = context.services.queue_controller
        self._loader = context.services.recording
        self._tracks = context.shell.tracks
        self._window = context.shell.window
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self.page: ProjectPage | None = None
        self._welcomed: Path | None = None  # a project that opens with its page in front
        self._closed = False
        self._job = LatestJob("project page", self)
        self._later = Debounced(self, _CHANGED_MS, self.count)
        self._document.recording_changed.connect(self._on_recording)
        self._project_manager.opened.connect(self._on_opened)
        self._project.project_changed.connect(self._on_project)
        self._selection.changed.connect(self._on_selection)
        self._loader.failed.connect(self._forget_welcome)
        self._project_manager.failed.connect(self._forget_welcome)
        context.services.player.state_changed.connect(self._on_playing)
        for signal in (self._project.steps_changed, self._project.recordings_changed):
            signal.connect(self._soon)
        self._window.actions_by_id["project_page"].setEnabled(False)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"project_page": self.toggle}

    @property
    def busy(self) -> bool:
        return self._job.busy or self._later.active

    def close(self) -> None:
        self._closed = True
        self._later.stop()
        self._job.close()

    def open(self, path: Path) -> None:
        """Opens a project with its page in front; its first recording is opened behind it."""
        self._welcomed = path
        self._project_manager.open(path)

    def toggle(self) -> None:
        """Shows the page, or goes back from it to the recording."""
        if self.shown:
            self.back()
        else:
            self.show()

    @property
    def shown(self) -> bool:
        return self.page is not None and self._window.page is self.page

    def show(self) -> None:
        """Brings the page to the front."""
        project = self._named
        if project is None:
            return
        if self.page is None:
            self.page = ProjectPage()
            self.page.task_requested.connect(self.do)
            self.page.back_requested.connect(self.back)
        recording = self._document.recording
        name = recording.info.path.name if recording is not None else ""
        self.page.set_project(project.path, recording=name)
        self._window.show_page(self.page)
        self.page.next.setFocus(Qt.FocusReason.OtherFocusReason)
        self.count()

    @Slot()
    def back(self) -> None:
        """Shows the recording again, where one is open."""
        if self._document.recording is not None:
            self._window.show_tracks(True)
            self._tracks.waveform.setFocus()

    def count(self) -> None:
        """Counts in the background what the page shows."""
        project = self._named
        if project is not None and self.shown and not self._closed:

            def failed(error: UserError) -> None:
                if project is self._project.project:  # else it was closed meanwhile
                    self._show_error(error)

            self._job.run(
                OverviewJob(project, self._document.shown.one_per_sound), self._on_counted, failed
            )

    def do(self, task: Task) -> None:
        """Begins a task."""
        actions = self._window.actions_by_id
        if task is Task.REVIEW:
            self._project_manager.store_detections()
            self._queue.review(QueueRequest(QueueKind.TIME, everywhere=True))
        else:
            name = {
                Task.ADD: "add_recordings",
                Task.ADD_FOLDER: "add_folder",
                Task.FIND: "find_missing",
                Task.ANALYSE: "analyse_rest",
                Task.EXPORT: "export",
                Task.LOWER: "rules",
            }[task]
            actions[name].trigger()

    @property
    def _named(self) -> Project | None:
        """The open project, unless it is the one that nobody named."""
        return self._project.project if self._project.has_own_list else None

    def _on_counted(self, now: Overview) -> None:
        if self.page is not None:
            self.page.show_overview(now)

    def _soon(self) -> None:
        if self.shown and not self._closed:
            self._later.start_once()

    @Slot()
    def _on_project(self) -> None:
        self._window.actions_by_id["project_page"].setEnabled(self._named is not None)
        if self.shown and self._named is None:
            self._window.show_tracks(self._document.recording is not None)

    @Slot(object)
    def _on_opened(self, result: OpenedProject) -> None:
        welcomed = self._welcomed == result.project.path
        if self._named is not None and (welcomed or self._document.recording is None):
            self.show()
        open_now = self._document.recording
        stays = open_now is not None and (
            not result.other or result.project.recordings.at(open_now.info.path) is not None
        )
        if stays or not result.files:  # nothing will be opened behind the page
            self._welcomed = None

    @Slot()
    def _on_recording(self) -> None:
        if self._document.recording is None:
            self.show()
        elif self._welcomed is not None:
            self._welcomed = None
            self.show()

    @Slot()
    def _forget_welcome(self) -> None:
        self._welcomed = None

    @Slot()
    def _on_selection(self) -> None:
        if self.shown and self._selection.current:
            self.back()

    @Slot(object)
    def _on_playing(self, state: PlayState) -> None:
        if self.shown and state is PlayState.PLAYING:
            self.back()
