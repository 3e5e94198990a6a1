"""Steps on many events of any recordings of the project."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.runner import Job
from yamnet_gui.gui.controllers.project_manager import ProjectManager
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.jobs.review import DecideJob, RelabelJob
from yamnet_gui.gui.state.class_map import ClassMapState

from .editor import EventEditor


class BulkSteps:
    """Decides on events by their rows in the project, in the background, each as one step.

    The message of a step on several has *Undo* beside it.
    """

    def __init__(
        self, editor: EventEditor, projects: ProjectManager, class_map: ClassMapState
    ) -> None:
        self._editor = editor
        self._projects = projects
        self._class_map = class_map

    @property
    def reviewer(self) -> str:
        """Who decides."""
        return self._editor.reviewer

    @property
    def free(self) -> bool:
        """Whether a step can be made now; shows why not."""
        busy = self._editor.busy
        if busy:
            self._editor.message.emit(f"Not done: {busy}")
        return not busy

    def decide(self, rows: NDArray[np.int64], state: ReviewState) -> bool:
        """Gives all of them the state; False where that cannot be now."""
        project = self._editor.project.project
        if project is None or not len(rows):
            return False
        job = DecideJob(project, rows, state, self._editor.reviewer)
        return self.run(job, state.value.capitalize())

    def relabel(self, rows: NDArray[np.int64], choice: LabelChoice) -> bool:
        """Corrects the label of all of them; those that have it already are accepted."""
        project = self._editor.project.project
        if project is None or not len(rows):
            return False
        label = (choice.label, choice.class_index, choice.mid)
        editor = self._editor
        ontology = self._class_map.ontology
        job = RelabelJob(project, rows, label, editor.reviewer, ontology, editor.scores_of)
        return self.run(job, f"Relabelled to {choice.label}")

    def run(self, job: Job, done: str, then: Callable[[Any], None] | None = None) -> bool:
        """Makes the step of a job that yields how many events it changed, or a list of them.

        `done` is for the message; `then` is called with what the job gave once it is stored.
        False where no step can be made now, and the user is shown why.
        """
        if not self.free:
            return False
        self._projects.store_detections()
        report = partial(self._on_made, done, then)
        self._projects.run(job, on_result=report, finish=True)
        return True

    def _on_made(
        self, done: str, then: Callable[[Any], None] | None, result: int | list[Any]
    ) -> None:
        editor = self._editor
        count = result if isinstance(result, int) else len(result)
        many = counted(count, "event")
        if not count:
            editor.message.emit("Nothing changed: all of them are that already.")
        elif count > 1:
            project = editor.project.project
            several = project is not None and len(project.recordings.all()) > 1
            where = " in all recordings" if several else ""
            editor.changed_many.emit(f"{done}: {many}{where}.")
        else:
            editor.message.emit(f"{done}: {many}.")
        editor.decided.emit()
        if then is not None:
            then(result)
