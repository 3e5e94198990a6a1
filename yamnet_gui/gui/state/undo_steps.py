"""Undo and redo of the open project: which step comes next, and how far it reaches."""

from PySide6.QtCore import QObject, Slot

from yamnet_gui.core.text import grouped
from yamnet_gui.labels.project import NextStep, Project, ProjectChange

from .project import ProjectState, StorageMode

Turned = tuple[str, tuple[ProjectChange, ...]]
"""The title of a step that was undone or redone, and what changed."""


class UndoSteps(QObject):
    """Follows the project; `ProjectState.steps_changed` announces other titles.

    In the personal project, of which nothing is seen while no recording is open, only steps since
    it was opened are offered then.
    """

    def __init__(self, project: ProjectState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._of: Project | None = None
        self._before = 0  # the last step that was there when the project was opened
        project.project_changed.connect(self._on_project)
        self._on_project()

    @property
    def undo_title(self) -> str | None:
        """What undo would take back; None where there is no step."""
        project = self._project.project
        return project.history.undo_title if project and self._offers(back=True) else None

    @property
    def redo_title(self) -> str | None:
        """What redo would repeat; None where there is no step."""
        project = self._project.project
        return project.history.redo_title if project and self._offers(back=False) else None

    def following(self, *, back: bool) -> NextStep | None:
        """The step that undo (`back`) or redo would take."""
        project = self._project.project
        if project is None or not self._offers(back=back):
            return None
        return project.history.next_undo() if back else project.history.next_redo()

    def reaches(self, step: NextStep, *, back: bool) -> str:
        """Why a step needs a question: where it lies outside of what the user is at.

        "" where it was made since the project was opened (or is redone), and is of the open
        recording or of none.
        """
        if back and step.step <= self._before:
            return "It was done before the project was opened."
        return self._elsewhere(step)

    def _elsewhere(self, step: NextStep) -> str:
        project, recordings = self._project.project, step.recordings
        opened = self._project.recording_id
        if project is None or not opened or not recordings or opened in recordings:
            return ""
        if step.large:  # not all of its changes were looked at
            return "It is about other recordings."
        if len(recordings) > 1:
            return f"It is about {grouped(len(recordings))} other recordings."
        recording = project.recordings.get(next(iter(recordings)))
        return f"It is about {recording.name}, another recording." if recording else ""

    def turn(self, *, back: bool) -> Turned | None:
        """Undoes the last step (`back`), or redoes the one that was undone last.

        Raises ProjectError.
        """
        return self._project.writable().turn(back=back)

    def _offers(self, *, back: bool) -> bool:
        """Whether there is such a step, and one that the user can see the effect of."""
        project, owner = self._project.project, self._project
        step = None
        if project is not None:
            step = project.history.undo_step if back else project.history.redo_step
        unseen = owner.storage_mode is StorageMode.PERSONAL and not owner.recording_id
        return step is not None and not (unseen and step <= self._before)

    @Slot()
    def _on_project(self) -> None:
        project = self._project.project
        if project is self._of:  # only read again
            return
        self._of = project
        newest = project.history.steps(1) if project is not None else []
        self._before = newest[0].step if newest else 0
