"""Files of a project's recordings: adding them, and locating missing ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.widgets.addresses import asked_address
from yamnet_gui.gui.widgets.notices import NoticeKind

from .jobs import LIST_SUFFIXES, AddProgress, AddRecordingsJob, FindMissingJob, FindProgress

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_SHOWN_PROBLEMS = 3


class RecordingFiles(QObject):
    """Asks for files and folders, and shows the result; runs one job after the other."""

    def __init__(self, context: Context, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._project = context.session.project
        self._settings = context.session.settings
        self._notices = context.shell.notices
        self._recordings_panel = context.shell.recordings
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._changed_many = context.services.review.editor.changed_many.emit
        self._window = context.shell.window
        self._jobs = jobs

    def folder(self) -> str:
        """Where a dialog begins: where recordings were chosen last, else beside the project.

        An empty project has its own place, whatever was open before it.
        """
        project, last = self._project.project, self._settings.folder()
        if project is None or not self._project.has_own_list:
            return last
        return last if last and project.recordings.all() else str(project.path.parent)

    def ask_files(self) -> None:
        """Asks for recordings, or lists of them, to add."""
        patterns = " ".join(f"*{suffix}" for suffix in (*sorted(SOUND_SUFFIXES), *LIST_SUFFIXES))
        names, _chosen = QFileDialog.getOpenFileNames(
            self._window,
            "Add recordings to project",
            self.folder(),
            f"Recordings and lists ({patterns});;All files (*)",
        )
        if names:
            self.add([Path(name) for name in names])

    def ask_folder(self) -> None:
        """Asks for a folder whose recordings are added."""
        name = QFileDialog.getExistingDirectory(
            self._window, "Add folder to project", self.folder()
        )
        if name:
            self._settings.remember_folder(Path(name))
            self.add([Path(name)])

    def ask_address(self) -> None:
        """Asks for an address whose recordings are added."""
        try:
            path = asked_address(self._window, "Add address to project")
        except UserError as error:
            self._show_error(error)
            return
        if path is not None:
            self.add([path])

    def add(
        self, paths: Sequence[Path], then: Callable[[tuple[str, ...]], None] | None = None
    ) -> None:
        """Adds files, folders and lists to the project; `then` gets the ids of all of them."""
        project = self._project.project
        if project is None:
            self._show_message("The project is still being opened; try again in a moment.")
            return

        def on_result(progress: AddProgress) -> None:
            if progress.ids is None:
                text = f"Reading recordings: {grouped(progress.done)} of {grouped(progress.total)}"
                self._recordings_panel.show_note(text)
                return
            self._recordings_panel.show_note("")
            if (
                self._project.storage_mode is not StorageMode.PROJECT
            ):  # its list is not the project's
                recordings = [r for r in map(project.recordings.get, progress.ids) if r]
                self._recordings_panel.add_files(project.recordings.locate(r) for r in recordings)
            self._show_added(progress, asked=then is None)
            if then is not None:
                then(progress.ids)

        self._jobs.submit(
            AddRecordingsJob(project, tuple(paths), self._settings.value("time_zone")),
            on_result=on_result,
            on_failed=self._on_failed,
        )

    def ask_missing(self) -> None:
        """Asks where to search for recordings that are not where the project expects them."""
        name = QFileDialog.getExistingDirectory(
            self._window, "Search this folder for missing recordings", self.folder()
        )
        if name:
            self.find(Path(name))

    def find(self, folder: Path) -> None:
        """Searches below a folder for missing recordings by their content."""
        project = self._project.project
        if project is not None:
            self._jobs.submit(
                FindMissingJob(project, folder),
                on_result=self._show_search,
                on_failed=self._on_failed,
            )

    def _show_added(self, progress: AddProgress, *, asked: bool) -> None:
        """`asked`: adding is what was asked for, not a step before something else."""
        if progress.new:
            many = counted(progress.new, "recording")
            self._changed_many(f"Added {many} to the project.")
        elif asked and not progress.problems:
            self._show_message("All of these are already in the project.")
        if progress.problems:
            shown = "; ".join(progress.problems[:_SHOWN_PROBLEMS])
            more = len(progress.problems) - _SHOWN_PROBLEMS
            tail = f"; and {grouped(more)} more" if more > 0 else ""
            details = "\n".join(progress.problems)
            self._notices.show_notice(NoticeKind.WARNING, shown + tail, details=details)

    def _show_search(self, progress: FindProgress) -> None:
        if progress.moved is None:
            self._recordings_panel.show_note(f"{counted(progress.checked, 'file')} checked")
            return
        self._recordings_panel.show_note("")
        text = f"Found {grouped(progress.moved)} of {grouped(progress.missing)} missing recordings."
        if progress.guessed:
            how = f"{grouped(len(progress.guessed))} of them by name or length, which may be wrong"
            details = "\n".join(f"{name}: {path}" for name, path in progress.guessed)
            text = f"{text[:-1]}, {how}; this can be undone."
            self._notices.show_notice(NoticeKind.INFO, text, details=details)
            return
        self._show_message(text if progress.missing else "No recording is missing.")

    def _on_failed(self, error: UserError) -> None:
        self._recordings_panel.show_note("")
        self._show_error(error)
