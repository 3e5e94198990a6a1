"""Recent projects and recordings: on the start page and in File › Open recent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction

from yamnet_gui.core.text import printable
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.jobs.present_files import MissingFilesJob
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.widgets.file_names import short_name
from yamnet_gui.gui.widgets.plain_text import plain_tip, without_access_key

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .project.project_page import ProjectPageFeature

_MOST_PROJECTS, _MOST_RECORDINGS = 5, 7
_CHECK_MS = 50
"""After the first picture of the window."""
_LETTERS = 48


class RecentFiles(Feature):
    """Lists what was opened last, says what is missing, opens and forgets."""

    def __init__(self, context: Context, page: ProjectPageFeature) -> None:
        super().__init__()
        self._loader = context.services.recording
        self._page = page
        self._settings = context.session.settings
        self._project = context.session.project
        self._welcome = context.shell.welcome
        self._menu = context.shell.window.menus["Open recent"]
        self._job = LatestJob("recent files", self)
        self._missing: frozenset[Path] = frozenset()
        self._later = Debounced(self, _CHECK_MS, self._check)
        self._settings.changed.connect(self._on_setting)
        self._project.project_changed.connect(self._on_project)
        self._project.path_changed.connect(self._on_project)
        self._welcome.shown.connect(self._show)
        self._welcome.recent_requested.connect(self.open)
        self._welcome.forget_requested.connect(lambda path: self._settings.forget_recent([path]))
        self._menu.aboutToShow.connect(self._fill_menu)
        self._menu.menuAction().setVisible(bool(self._paths))

    @property
    def busy(self) -> bool:
        return self._later.active or self._job.busy

    def close(self) -> None:
        self._later.stop()
        self._job.close()

    def open(self, path: Path) -> None:
        """Opens a recent project or recording as if it had been chosen anew."""
        if path in self._settings.recent_projects():
            self._page.open(path)
        else:
            self._loader.open(path)

    @property
    def _paths(self) -> tuple[Path, ...]:
        settings = self._settings
        projects = settings.recent_projects()[:_MOST_PROJECTS]
        return (*projects, *settings.recent_files()[:_MOST_RECORDINGS])

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "recent":
            self._menu.menuAction().setVisible(bool(self._paths))
            self._show()

    @Slot()
    def _on_project(self) -> None:
        project = self._project.project
        if project is not None and self._project.storage_mode in (
            StorageMode.PROJECT,
            StorageMode.READ_ONLY,
        ):
            self._settings.remember_project(project.path)

    @Slot()
    def _show(self) -> None:
        if self._welcome.isVisible():
            settings = self._settings
            self._welcome.set_recent(
                settings.recent_projects()[:_MOST_PROJECTS],
                settings.recent_files()[:_MOST_RECORDINGS],
            )
            self._welcome.set_missing(self._missing)
            if self._paths:
                self._later.start()

    def _check(self) -> None:
        self._job.run(MissingFilesJob(self._paths), self._on_missing)

    def _on_missing(self, missing: frozenset[Path]) -> None:
        self._missing = missing
        self._welcome.set_missing(missing)

    def _fill_menu(self) -> None:
        self._menu.clear()
        settings = self._settings
        for path in settings.recent_projects()[:_MOST_PROJECTS]:
            self._add(path)
        self._menu.addSeparator()
        for path in settings.recent_files()[:_MOST_RECORDINGS]:
            self._add(path)
        self._menu.addSeparator()
        clear = self._menu.addAction("&Clear this list", self._clear)
        clear.setToolTip("Forget the recent projects and recordings; the files stay")

    def _add(self, path: Path) -> QAction:
        name = short_name(path.name, _LETTERS)
        missing = " (missing)" if path in self._missing else ""
        call: Callable[[], object] = partial(self.open, path)
        action = self._menu.addAction(without_access_key(name) + missing, call)
        action.setToolTip(plain_tip(printable(path)))
        return action

    def _clear(self) -> None:
        self._settings.forget_recent([*self._settings.recent_projects(),
                                      *self._settings.recent_files()])  # fmt: skip
