"""Several people and safe keeping: names beside decisions, merging copies, backups."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QInputDialog

from yamnet_gui.gui.jobs.keeping import BackupJob, CompareJob
from yamnet_gui.gui.jobs.review import ApplyJob
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.state.project import Keeping
from yamnet_gui.labels.project import (
    PROJECT_SUFFIX,
    Choice,
    Merge,
    backups_for,
    merge_command,
    personal_project_path,
)

from .feature import Feature, run_dialog

if TYPE_CHECKING:
    from yamnet_gui.gui.dialogs.merging import MergeDialog
    from yamnet_gui.gui.workbench import Workbench

_ASKED = "reviewer-asked"


class SafeKeeping(Feature):
    """Asks for a name once, merges another copy, and brings back backups."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        workbench.reviewing.decided.connect(self._on_decided)
        workbench.projects.opened.connect(lambda _result: self._offer())
        workbench.project.project_changed.connect(self._offer)
        self._offer()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "merge_project": self.ask_merge,
            "backups": self.ask_backup,
        }

    def _offer(self) -> None:
        writable = self._bench.project.keeping in (Keeping.PERSONAL, Keeping.PROJECT)
        actions = self._bench.window.actions_by_id
        actions["merge_project"].setEnabled(writable)

    # Names

    def _on_decided(self) -> None:
        """After the first decision without a name the bar asks for one, and never again."""
        bench = self._bench
        if str(bench.settings.value("reviewer")).strip() or bench.settings.numbers(_ASKED):
            return
        bench.settings.set_numbers(_ASKED, [1.0])
        bench.notices.show_notice(
            NoticeKind.INFO,
            "Your name can stand beside each decision, so that others know who made it.",
            [("Enter your name…", self.ask_name)],
            key="reviewer",
        )

    def ask_name(self) -> None:
        """Lets a person enter a name; earlier decisions stay as they are."""
        name, taken = QInputDialog.getText(
            self._bench.window, "Your name", "Stands beside every decision:", text=_login()
        )
        if taken and name.strip():
            self._bench.settings.set("reviewer", name.strip())

    # Merging

    def ask_merge(self) -> None:
        """Lets a person choose the other copy."""
        bench = self._bench
        name, _chosen = QFileDialog.getOpenFileName(
            bench.window,
            "Merge another copy of this project",
            bench.settings.folder("projects"),
            f"Projects (*{PROJECT_SUFFIX});;All files (*)",
        )
        if name:
            self.compare(Path(name), self.show)

    def compare(self, path: Path, then: Callable[[Merge, str], None]) -> None:
        """Looks what another copy brings; `then` gets it with the copy's name."""
        bench = self._bench
        project = bench.project.project
        if project is not None:
            bench.projects.store_detections()  # both sides speak of what is in the files
            bench.projects.run(
                CompareJob(project, path), on_result=lambda merge: then(merge, path.stem)
            )

    def dialog(self, merge: Merge, other: str) -> MergeDialog:
        """The dialog of a merge, not shown yet."""
        from yamnet_gui.gui.dialogs.merging import MergeDialog

        project = self._bench.project.project
        names = {r.id: r.name for r in project.recordings()} if project else {}
        return MergeDialog(merge, names, other, self._bench.window)

    def show(self, merge: Merge, other: str) -> None:
        """Shows what would change, and makes it where a person agrees."""
        if not merge.additions and not merge.conflicts:
            self._bench.reviewing.told.emit(f"{other} brings nothing new.")
            return
        dialog = self.dialog(merge, other)
        if run_dialog(dialog):
            self.merge(merge, dialog.resolutions)

    def merge(self, merge: Merge, resolutions: Mapping[tuple[str, str], Choice]) -> None:
        """Makes the merge as one step of undo, beside the work."""
        project = self._bench.project.project
        command = merge_command(merge, resolutions)
        if project is not None and command.changes:
            many = "1 change" if command.count == 1 else f"{command.count} changes"
            self._bench.projects.run(
                ApplyJob(project, command),
                on_result=lambda _done: self._bench.reviewing.told.emit(f"Merged: {many}."),
            )

    # Backups

    def ask_backup(self) -> None:
        """Shows the backups of the project, and goes back to one where that is wanted."""
        from yamnet_gui.gui.dialogs.backups import BackupsDialog

        bench, path = self._bench, self.path
        dialog = BackupsDialog(path, backups_for(path), bench.window)
        dialog.now.setEnabled(bench.project.keeping in (Keeping.PERSONAL, Keeping.PROJECT))
        dialog.now.clicked.connect(self.back_up)
        dialog.now.clicked.connect(dialog.reject)
        if run_dialog(dialog) and dialog.chosen is not None:
            bench.projects.restore(dialog.chosen, path)

    @property
    def path(self) -> Path:
        """The project whose backups are meant: the open one, or the personal one in its stead."""
        project = self._bench.project.project
        keeping = self._bench.project.keeping
        if project is None or keeping in (Keeping.SCRATCH, Keeping.NOWHERE):
            return personal_project_path()
        return project.path

    def back_up(self, _checked: bool = False) -> None:
        """Makes a backup now."""
        project = self._bench.project.project
        if project is not None:
            self._bench.projects.run(
                BackupJob(project),
                on_result=lambda _path: self._bench.reviewing.told.emit("A backup is made."),
            )


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
