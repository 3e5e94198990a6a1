"""Says where decisions are once the open project's file was removed or replaced."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.jobs.project import CheckFileJob, FileCheck
from yamnet_gui.gui.widgets.notices import Action, NoticeKind

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .feature import ProjectMenu
    from .merge_and_backup import MergeAndBackup

_EVERY_MS = 1000
_KEY = "replaced"


class ReplacedFile(Feature):
    """Looks every second whether the project is still in its place; every decision looks as well.

    The project itself goes on in a copy. What lies in its place now can be merged.
    """

    def __init__(self, context: Context, menu: ProjectMenu, merging: MergeAndBackup) -> None:
        super().__init__()
        self._project = context.session.project
        self._project_manager = context.services.projects
        self._notices = context.shell.notices
        self._menu = menu
        self._merging = merging
        self._shown: FileCheck | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.check)
        self._project.project_changed.connect(self._on_project)
        self._project.written.connect(self._on_written)
        self._on_project()

    def close(self) -> None:
        self._timer.stop()

    @Slot()
    def check(self) -> None:
        """Looks in the project's thread: a network drive may take its time."""
        project = self._project.project
        if project is not None and not self._project_manager.busy:
            self._project_manager.run(CheckFileJob(project), on_result=self._on_checked)

    def _on_project(self) -> None:
        self._shown = None
        self._notices.clear(_KEY)
        if self._project.project is None:
            self._timer.stop()
        else:
            self._timer.start()

    def _on_written(self) -> None:
        project, shown = self._project.project, self._shown
        if project is not None and project.replacement != (shown and shown.replacement):
            self.check()  # at once: the step that was just made went into the copy

    def _on_checked(self, check: FileCheck) -> None:
        if check == self._shown or check.project is not self._project.project:
            return
        self._shown = check
        replacement = check.replacement
        save: Action = ("Save project as…", self._menu.save_as)
        if check.problem:
            self._notices.show_notice(NoticeKind.ERROR, check.problem, [save], key=_KEY)
        elif replacement is not None:
            path = replacement.path
            actions = [save]
            if replacement.copy is None:
                if check.lies_there:
                    again = partial(self._project_manager.open, path, read_only=True)
                    actions = [("Open what is there now", again), save]
            else:
                self._project.set_moved()
                if check.lies_there:
                    merge = partial(self._merging.compare, path, self._merging.show)
                    actions = [(f"Merge with {path.name}…", merge), save]
            self._notices.show_notice(NoticeKind.WARNING, str(replacement), actions, key=_KEY)
