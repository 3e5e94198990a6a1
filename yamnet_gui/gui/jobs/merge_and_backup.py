"""Merging two copies of a project, and going back to a backup."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.labels.project import Merge, Project, compare, personal_project_path, restore_backup

from .project import OpenedProject


@dataclass(frozen=True, slots=True)
class CompareJob:
    """What another copy has that the open project lacks, and what contradicts. Changes nothing.

    Raises ProjectError.
    """

    project: Project
    path: Path

    def run(self) -> Iterator[Merge]:
        if self.path.absolute() == self.project.path:
            raise ProjectError(self.path, "is this project itself", "choose the other copy")
        with Project.open(self.path, read_only=True) as theirs:
            yield compare(self.project, theirs)


@dataclass(frozen=True, slots=True)
class BackupJob:
    """Makes a backup now; its path. Raises ProjectError."""

    project: Project

    def run(self) -> Iterator[Path | None]:
        yield self.project.backup()


@dataclass(frozen=True, slots=True)
class RestoreJob:
    """Puts a backup in place of a project that is closed, and opens it.

    The former file stays beside it under another name, given in `problem`. Where that fails
    the project is opened as it was and `problem` says why. Raises ProjectError where neither can
    be opened.
    """

    backup: Path
    path: Path
    opened: list[Project] = field(default_factory=list)

    def run(self) -> Iterator[OpenedProject]:
        try:
            former = restore_backup(self.backup, self.path)
            message = f"The previous file was saved as {former.name}." if former else ""
        except ProjectError as error:
            message = str(error)
        project = Project.open(self.path)
        self.opened.append(project)
        storage_mode = StorageMode.READ_ONLY if project.read_only else StorageMode.PROJECT
        if storage_mode is StorageMode.PROJECT and self.path == personal_project_path():
            storage_mode = StorageMode.PERSONAL
        files = tuple(project.recordings.locate(r) for r in project.recordings.all())
        yield OpenedProject(project, storage_mode, project.damage or message, True, files)
