"""Opening recordings, folders and projects: from the menu, by dropping files, from the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.files import is_file, is_folder
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.core.text import counted_more, printable
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.jobs.demo import demo_recording
from yamnet_gui.gui.jobs.folder import FolderListing, ListFolderJob
from yamnet_gui.gui.widgets.addresses import asked_address
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.gui.window_picture import save_picture
from yamnet_gui.labels.project import is_project_file

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .dataset.recording_files import RecordingFiles


class Files(Feature):
    """Opens files; `takers` are features that open dropped files which are not recordings, and
    `datasets` the one that opens folders of results.

    A named project has a list of its own: several files, or a folder, are added to it.
    """

    def __init__(
        self,
        context: Context,
        takers: Sequence[Feature],
        project_files: RecordingFiles,
        datasets: Feature,
    ) -> None:
        super().__init__()
        self._datasets = datasets
        self._takers = takers
        self._project_files = project_files
        self._project = context.session.project
        self._jobs = JobRunner("folder", self)
        self._settings = context.session.settings
        self._recording_loader = context.services.recording
        self._project_manager = context.services.projects
        self._notices = context.shell.notices
        self._recordings_panel = context.shell.recordings
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        welcome = context.shell.welcome
        welcome.open_requested.connect(self.ask_recording)
        welcome.demo_requested.connect(self.open_demo)
        for signal, action in (
            (welcome.open_folder_requested, "open_folder"),
            (welcome.open_project_requested, "open_project"),
            (welcome.new_project_requested, "new_project"),
        ):
            signal.connect(self._window.actions_by_id[action].trigger)
        self._recordings_panel.open_requested.connect(self._recording_loader.open)
        self._window.files_dropped.connect(self._on_dropped)

    @property
    def busy(self) -> bool:
        return self._jobs.busy

    def close(self) -> None:
        self._jobs.close()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "open": self.ask_recording,
            "open_folder": self.ask_folder,
            "open_address": self.ask_address,
            "demo": self.open_demo,
            "screenshot": self.screenshot,
            "quit": self._window.close,
        }

    @Slot()
    def ask_recording(self) -> None:
        """Lets the user choose a recording."""
        patterns = " ".join(f"*{suffix}" for suffix in sorted(SOUND_SUFFIXES))
        name, _chosen = QFileDialog.getOpenFileName(
            self._window,
            "Open recording",
            self._project_files.folder(),
            f"Recordings ({patterns});;All files (*)",
        )
        if name:
            self.open(Path(name))

    def ask_folder(self) -> None:
        """Lets the user choose a folder whose recordings are listed."""
        name = QFileDialog.getExistingDirectory(
            self._window, "Open folder of recordings", self._project_files.folder()
        )
        if name:
            self.open_folder(Path(name))

    def ask_address(self) -> None:
        """Lets the user enter the address of a recording, or of a folder of them, in storage."""
        try:
            path = asked_address(self._window, "Open address")
        except UserError as error:
            self._show_error(error)
            return
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Opens a recording, a folder into the list, a dataset, a project or a table of labels."""
        if is_stored(path):
            self.open_folder(path)  # asks in the background what is there
        elif is_folder(path):
            if self._datasets.take_dropped([path]):
                self.open_folder(path)
        elif is_project_file(path):
            self._project_manager.open(path)
        elif all(feature.take_dropped([path]) for feature in self._takers):
            self._recording_loader.open(path)

    def open_folder(self, folder: Path) -> None:
        """Lists the recordings of a folder and of the folders in it; adds them to a project."""
        self._jobs.cancel_all()  # a folder that was asked for later overtakes an earlier one
        self._recordings_panel.show_note(f"Searching {folder.name}")
        self._jobs.submit(
            ListFolderJob(folder), on_result=self._show_folder, on_failed=self._show_error
        )

    def _show_folder(self, listing: FolderListing) -> None:
        self._recordings_panel.show_note("")
        if listing.problems:
            details = "\n".join(f"{printable(path)}: {reason}" for path, reason in listing.problems)
            path, reason = listing.problems[0]
            self._notices.show_notice(
                NoticeKind.WARNING, f"{printable(path.name)}: {reason}.", details=details
            )
        if not listing.recordings:
            return
        if listing.recordings == (listing.folder,):  # an address of one recording
            self._recording_loader.open(listing.folder)
            return
        if not is_stored(listing.folder):
            self._settings.remember_folder(listing.folder)
        if self._project.has_own_list:
            self._project_files.add(listing.recordings)
            return
        self._recordings_panel.set_files(listing.recordings)

    @Slot()
    def open_demo(self) -> None:
        """The recording that ships with the program, with its stored analysis."""
        try:
            self._recording_loader.open(demo_recording())
        except UserError as error:
            self._show_error(error)

    def screenshot(self) -> None:
        """Saves a picture of the window."""
        picture = self._window.grab()
        name, _chosen = QFileDialog.getSaveFileName(
            self._window, "Save screenshot", "yamnet_gui.png", "Pictures (*.png)"
        )
        if name:
            try:
                save_picture(picture, Path(name))
            except UserError as error:
                self._show_error(error)

    @Slot(list)
    def _on_dropped(self, names: list[str]) -> None:
        self.open_all([Path(name) for name in names])

    def open_all(self, paths: Sequence[Path]) -> None:
        """Opens the first recording or folder, and lists the other recordings.

        A project among them is opened, and nothing else: it has a list of its own.
        """
        projects = [path for path in paths if is_project_file(path)]
        if projects:
            self._open_project(projects[0], [path for path in paths if path != projects[0]])
            return
        for feature in self._takers:
            paths = feature.take_dropped(paths)
        if len(paths) > 1 and self._project.has_own_list:
            first = paths[0]
            openable = is_stored(first) or is_file(first)
            self._project_files.add(
                paths, lambda _ids: self._recording_loader.open(first) if openable else None
            )
            return
        self._recordings_panel.add_files(
            [path for path in paths[1:] if is_stored(path) or is_file(path)]
        )
        if paths:
            self.open(paths[0])

    def _open_project(self, project: Path, others: Sequence[Path]) -> None:
        self._project_manager.open(project)
        if others:
            names = "\n".join(printable(path) for path in others)
            self._notices.show_notice(
                NoticeKind.INFO,
                f"{printable(project.name)} is opened; {counted_more(len(others), 'file')} not, "
                "because a project has a list of its own: add recordings in the File menu.",
                details=names,
            )
