"""Looks for damage in projects that are too large to be searched while they are opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.jobs.project import CheckProjectJob
from yamnet_gui.gui.widgets.notices import NoticeKind

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_KEY = "damaged rows"


class LargeProject(Feature):
    """Says what is wrong with the open project, if anything; reads it in the background, once."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._project = context.session.project
        self._notices = context.shell.notices
        self._backups = context.shell.window.actions_by_id["backups"].trigger
        self._background = LatestJob("project check", self)
        self._project.project_changed.connect(self._on_project)
        self._on_project()

    @property
    def busy(self) -> bool:
        return self._background.busy

    def close(self) -> None:
        self._background.close()

    @Slot()
    def _on_project(self) -> None:
        project = self._project.project
        self._notices.clear(_KEY)
        self._background.cancel()
        if project is not None and project.unchecked:
            # what cannot be read for this is said by whatever needs it
            self._background.run(CheckProjectJob(project), self._on_checked, lambda _error: None)

    def _on_checked(self, fault: str) -> None:
        project = self._project.project
        if fault and project is not None:
            self._notices.show_notice(
                NoticeKind.WARNING,
                f"{project.path}: {fault}. They are left out or read with the usual values.",
                [("Backups…", self._backups)],
                key=_KEY,
            )
