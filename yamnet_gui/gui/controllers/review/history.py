"""Undo and redo, which show what they change."""

from collections.abc import Callable, Iterable

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.controllers.navigation import Destination, Navigator
from yamnet_gui.gui.dialogs.questions import Questions
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.state.undo_steps import UndoSteps
from yamnet_gui.labels.project import ProjectChange, is_negative

from .editor import EventEditor

Step = Callable[[], tuple[str, tuple[ProjectChange, ...]] | None]


class History:
    """Undoes and redoes steps; goes to their events, in whichever recording."""

    def __init__(
        self,
        steps: UndoSteps,
        editor: EventEditor,
        timeline: Timeline,
        navigator: Navigator,
        questions: Questions,
    ) -> None:
        self._steps = steps
        self._editor = editor
        self._timeline = timeline
        self._navigator = navigator
        self._questions = questions

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {"undo": self.undo, "redo": self.redo}

    def undo(self) -> None:
        """Undoes the last step; asks before it leaves this session or the open recording."""
        reaches = self._steps.undo_reaches()
        if self._agreed("Undo", self._steps.undo_title, reaches):
            self._turn("Undone", self._steps.undo)

    def redo(self) -> None:
        """Redoes the step that was undone last."""
        reaches = self._steps.redo_reaches()
        if self._agreed("Redo", self._steps.redo_title, reaches):
            self._turn("Redone", self._steps.redo)

    def _agreed(self, word: str, title: str | None, reaches: str) -> bool:
        if not reaches or title is None:
            return True
        return self._questions.confirm(f"{word} “{title}”? {reaches}", word)

    def _turn(self, word: str, step: Step) -> None:
        editor = self._editor
        try:
            done = step()
        except UserError as error:
            editor.failed.emit(error)
            return
        if done is None:
            return
        title, changes = done
        here = [c for c in changes if c.recording_id == editor.recording_id]
        if here:
            self._navigator.stay()
        shown = self._show(event_id for change in here for event_id in change.event_ids)
        elsewhere = next((c for c in changes if c not in here and c.recording_id), None)
        where = ""
        if elsewhere is not None:
            if elsewhere.event_ids and not shown:
                event_id = elsewhere.event_ids[0]
                self._navigator.go(Destination(elsewhere.recording_id, event_id=event_id))
            project = editor.project.project
            recording = project.recordings.get(elsewhere.recording_id) if project else None
            where = f" in {recording.name}" if recording else ""
        editor.message.emit(f"{word}: {title}{where}")

    def _show(self, changed: Iterable[str]) -> bool:
        """Selects the changed events of the open recording; False where there are none."""
        editor = self._editor
        events = [e for e in map(editor.document.events.get, changed) if e is not None]
        shown = [event for event in events if not is_negative(event)] or events
        if shown:
            editor.selection.select(event.id for event in shown)
            self._timeline.reveal(shown[0].span)
        return bool(shown)
