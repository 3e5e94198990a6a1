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
        self._before = 0  # the last step that was there when the project was opened
        project.written.connect(self._on_written)
        project.project_changed.connect(self._on_project)
        self._on_project()

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

    def undo_reaches(self) -> str:
        """Why undo needs a question: where the next step lies outside of what the user is at.

        "" where it is of this session and of the open recording, or of none.
        """
        project = self._project.project
        step = project.history.next_undo() if project else None
        if step is None:
            return ""
        if step[0] <= self._before:
            return "It was done before this session."
        return self._elsewhere(step[1])

    def redo_reaches(self) -> str:
        """The same of redo."""
        project = self._project.project
        step = project.history.next_redo() if project else None
        return self._elsewhere(step[1]) if step else ""

    def _elsewhere(self, recordings: frozenset[str]) -> str:
        project = self._project.project
        opened = self._project.recording_id
        if project is None or not opened or not recordings or opened in recordings:
            return ""
        if len(recordings) > 1:
            return f"It is about {len(recordings):,} other recordings."
        recording = project.recordings.get(next(iter(recordings)))
        return f"It is about {recording.name}, another recording." if recording else ""

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

    @Slot()
    def _on_project(self) -> None:
        project = self._project.project
        newest = project.history.steps(1) if project is not None else []
        self._before = newest[0].step if newest else 0

    @Slot(object)
    def _on_written(self, changes: tuple[ProjectChange, ...]) -> None:
        self._changes = changes
