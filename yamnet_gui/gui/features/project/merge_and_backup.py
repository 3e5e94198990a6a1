"""Several reviewers and backups: names with decisions, merging copies, restoring backups."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QInputDialog

from yamnet_gui.core.text import counted
from yamnet_gui.gui.features.feature import Feature, run_dialog
from yamnet_gui.gui.jobs.merge_and_backup import BackupJob, CompareJob
from yamnet_gui.gui.jobs.review import ApplyJob
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.widgets.notices import OFFER_S, NoticeKind
from yamnet_gui.labels.project import (
    PROJECT_SUFFIX,
    Merge,
    MergeChoice,
    backups_for,
    merge_command,
    personal_project_path,
)

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .merge_dialog import MergeDialog

_ASKED = "reviewer-asked"


class MergeAndBackup(Feature):
    """Asks for the reviewer's name once, merges another copy, and restores backups."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._project = context.session.project
        self._settings = context.session.settings
        self._project_manager = context.services.projects
        self._review = context.services.review
        self._show_message = context.shell.show_message
        self._notices = context.shell.notices
        self._window = context.shell.window
        self._review.editor.decided.connect(self._on_decided)
        self._project_manager.opened.connect(lambda _result: self._offer())
        self._project.project_changed.connect(self._offer)
        self._offer()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "merge_project": self.ask_merge,
            "backups": self.ask_backup,
        }

    def _offer(self) -> None:
        writable = self._project.storage_mode in (StorageMode.PERSONAL, StorageMode.PROJECT)
        actions = self._window.actions_by_id
        actions["merge_project"].setEnabled(writable)

    # Names

    def _on_decided(self) -> None:
        """Asks for a name once, after the first decision without one."""
        if str(self._settings.value("reviewer")).strip() or self._settings.numbers(_ASKED):
            return
        self._settings.set_numbers(_ASKED, [1.0])
        self._notices.show_notice(
            NoticeKind.INFO,
            "Your name can be stored with each decision, so that others know who made it.",
            [("Enter your name…", self.ask_name)],
            key="reviewer",
            seconds=OFFER_S,
        )

    def ask_name(self) -> None:
        """Lets the user enter a name; earlier decisions stay as they are."""
        name, accepted = QInputDialog.getText(
            self._window, "Your name", "Stored with every decision:", text=_login()
        )
        if accepted and name.strip():
            self._settings.set("reviewer", name.strip())

    # Merging

    def ask_merge(self) -> None:
        """Lets the user choose the other copy."""
        name, _chosen = QFileDialog.getOpenFileName(
            self._window,
            "Merge another copy of this project",
            self._settings.folder("projects"),
            f"Projects (*{PROJECT_SUFFIX});;All files (*)",
        )
        if name:
            self.compare(Path(name), self.show)

    def compare(self, path: Path, then: Callable[[Merge, str], None]) -> None:
        """Compares another copy; `then` is called with the merge and the copy's name."""
        project = self._project.project
        if project is not None:
            self._project_manager.store_detections()  # the files are compared
            self._project_manager.run(
                CompareJob(project, path), on_result=lambda merge: then(merge, path.stem)
            )

    def dialog(self, merge: Merge, other: str) -> MergeDialog:
        """The dialog of a merge, not shown yet."""
        from .merge_dialog import MergeDialog

        project = self._project.project
        names = {r.id: r.name for r in project.recordings.all()} if project else {}
        return MergeDialog(merge, names, other, self._window)

    def show(self, merge: Merge, other: str) -> None:
        """Shows what would change, and merges if the user accepts."""
        if not merge.additions and not merge.conflicts:
            self._show_message(f"{other} contains nothing new.")
            return
        dialog = self.dialog(merge, other)
        if run_dialog(dialog):
            self.merge(merge, dialog.resolutions)

    def merge(self, merge: Merge, resolutions: Mapping[tuple[str, str], MergeChoice]) -> None:
        """Merges as one step of undo, in the background."""
        project = self._project.project
        command = merge_command(merge, resolutions)
        if project is not None and command.changes:
            many = counted(command.count - len(merge.decisions), "change")
            self._project_manager.run(
                ApplyJob(project, lambda: command),
                on_result=lambda _done: self._review.editor.changed_many.emit(f"Merged: {many}."),
                finish=True,
            )

    # Backups

    def ask_backup(self) -> None:
        """Shows the backups of the project, and restores the one that the user chooses."""
        from .backups_dialog import BackupsDialog

        path = self.path
        dialog = BackupsDialog(path, backups_for(path), self._window)
        dialog.now.setEnabled(
            self._project.storage_mode in (StorageMode.PERSONAL, StorageMode.PROJECT)
        )
        dialog.now.clicked.connect(self.back_up)
        dialog.now.clicked.connect(dialog.reject)
        if run_dialog(dialog) and dialog.chosen is not None:
            self._project_manager.restore(dialog.chosen, path)

    @property
    def path(self) -> Path:
        """The project whose backups are listed: the open one, else the personal one."""
        project = self._project.project
        storage_mode = self._project.storage_mode
        if project is None or storage_mode in (StorageMode.SCRATCH, StorageMode.NOWHERE):
            return personal_project_path()
        return project.path

    def back_up(self, _checked: bool = False) -> None:
        """Makes a backup now."""
        project = self._project.project
        if project is not None:
            self._project_manager.run(
                BackupJob(project),
                on_result=lambda _path: self._show_message("Backup saved."),
            )


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
