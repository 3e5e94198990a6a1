"""Undo and redo, which show what they change."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted
from yamnet_gui.gui.controllers.navigation import Destination, Navigator
from yamnet_gui.gui.controllers.project_manager import ProjectManager
from yamnet_gui.gui.dialogs.questions import Questions
from yamnet_gui.gui.jobs.review import TurnJob
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.state.undo_steps import Turned, UndoSteps
from yamnet_gui.labels.project import is_negative

from .editor import EventEditor

_MOST_SELECTED = 1000


class History:
    """Undoes and redoes steps; goes to their events, in whichever recording."""

    def __init__(
        self,
        steps: UndoSteps,
        editor: EventEditor,
        timeline: Timeline,
        navigator: Navigator,
        questions: Questions,
        projects: ProjectManager,
    ) -> None:
        self._steps = steps
        self._editor = editor
        self._timeline = timeline
        self._navigator = navigator
        self._questions = questions
        self._projects = projects

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {"undo": self.undo, "redo": self.redo}

    def undo(self) -> None:
        """Undoes the last step; asks before it leaves this session or the open recording."""
        self._turn(back=True)

    def redo(self) -> None:
        """Redoes the step that was undone last."""
        self._turn(back=False)

    def _turn(self, *, back: bool) -> None:
        editor, word = self._editor, "Undo" if back else "Redo"
        busy = editor.busy
        if busy:
            editor.message.emit(f"{word} not done: {busy}")
            return
        try:
            step = self._steps.following(back=back)
            title = (self._steps.undo_title if back else self._steps.redo_title) or ""
        except UserError as error:
            editor.failed.emit(error)
            return
        project = editor.project.project
        if step is None or project is None:
            return
        reaches = self._steps.reaches(step, back=back)
        if reaches and not self._questions.confirm(f"{word} “{title}”? {reaches}", word):
            return
        shown = partial(self._show_turned, "Undone" if back else "Redone")
        if step.large:
            editor.message.emit(f"{word}ing: {title}…")
            self._projects.run(TurnJob(project, back), on_result=shown, finish=True)
            return
        try:
            done = self._steps.turn(back=back)
        except UserError as error:
            editor.failed.emit(error)
            return
        if done is not None:
            shown(done)

    def _show_turned(self, word: str, done: Turned) -> None:
        editor = self._editor
        title, changes = done
        here = [c for c in changes if c.recording_id == editor.recording_id]
        if here:
            self._navigator.stay()
        shown = self._show(event_id for change in here for event_id in change.event_ids)
        elsewhere = next((c for c in changes if c not in here and c.recording_id), None)
        if elsewhere is not None and elsewhere.event_ids and not shown:
            event_id = elsewhere.event_ids[0]
            self._navigator.go(Destination(elsewhere.recording_id, event_id=event_id))
        within = [c for c in changes if c.event_ids or c.reviewed_changed]
        where = self._where(change.recording_id for change in within)
        editor.message.emit(f"{word}: {title}{where}")

    def _where(self, changed: Iterable[str]) -> str:
        """Which recordings a step was about, in words; "" where it was the open one alone."""
        editor = self._editor
        ids = {recording_id for recording_id in changed if recording_id}
        if len(ids) > 1:
            return f" in {counted(len(ids), 'recording')}"
        project = editor.project.project
        elsewhere = next(iter(ids - {editor.recording_id}), "")
        recording = project.recordings.get(elsewhere) if project and elsewhere else None
        return f" in {recording.name}" if recording else ""

    def _show(self, changed: Iterable[str]) -> bool:
        """Selects the changed events of the open recording; False where there are none.

        Of very many only the first: tracks and tables take a moment for each that is selected.
        """
        editor = self._editor
        here = (e for e in map(editor.document.events.get, changed) if e is not None)
        events = list(islice(here, _MOST_SELECTED + 1))
        shown = [event for event in events if not is_negative(event)] or events
        if shown:
            many = len(shown) > _MOST_SELECTED
            editor.selection.select(event.id for event in (shown[:1] if many else shown))
            self._timeline.reveal(shown[0].span)
        return bool(shown)
