"""Undo and redo of the open project, with what each step changed."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from yamnet_gui.labels.project import ProjectChange

from .project import ProjectState


class UndoSteps(QObject):
    """Follows the project; `ProjectState.steps_changed` announces other titles."""

    def __init__(self, project: ProjectState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._changes: tuple[ProjectChange, ...] = ()
        project.written.connect(self._on_written)

    @property
    def undo_title(self) -> str | None:
        """What undo would take back; None where there is no step."""
        project = self._project.project
        return project.history.undo_title if project else None

    @property
    def redo_title(self) -> str | None:
        """What redo would repeat; None where there is no step."""
        project = self._project.project
        return project.history.redo_title if project else None

    def undo(self) -> tuple[str, tuple[ProjectChange, ...]] | None:
        """Undoes the last step: its title and what changed. Raises ProjectError."""
        return self._turn(self._project.writable().undo)

    def redo(self) -> tuple[str, tuple[ProjectChange, ...]] | None:
        """Redoes the step that was undone last. Raises ProjectError."""
        return self._turn(self._project.writable().redo)

    def _turn(self, step: Callable[[], str | None]) -> tuple[str, tuple[ProjectChange, ...]] | None:
        self._changes = ()
        title = step()
        return None if title is None else (title, self._changes)

    @Slot(object)
    def _on_written(self, changes: tuple[ProjectChange, ...]) -> None:
        self._changes = changes
