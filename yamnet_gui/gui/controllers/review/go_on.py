"""Going on to the next event once the selected ones are decided or corrected.

Whoever decides on what is unreviewed goes on to the next that is unreviewed: keys that follow each
other quickly must not overwrite earlier decisions. Whoever changes a decision goes on row by row.
"""

from collections.abc import Callable

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.controllers.event_navigation import EventNavigation
from yamnet_gui.gui.controllers.review_queue_controller import ReviewQueueController

from .editor import EventEditor


class GoOn:
    """Leads to the next event of the queue, or of the list where no queue leads."""

    def __init__(
        self, editor: EventEditor, events: EventNavigation, queue: ReviewQueueController
    ) -> None:
        self._editor = editor
        self._events = events
        self._queue = queue

    def planned(self) -> Callable[[], None]:
        """What to call once the step is made; the event after the selected ones is found now.

        The step may sort or filter the table anew, and be stored later than another recording is
        opened: then nothing is gone to.
        """
        editor = self._editor
        new = any(event.state is ReviewState.UNREVIEWED for event in editor.selected)
        following, opened = self._events.event_beside(1, unreviewed=new), editor.recording_id

        def go_on() -> None:
            if editor.recording_id != opened or self._queue.advance():
                return
            if following is None:
                editor.message.emit(self._end(new))
            else:
                self._events.go_to(following)

        return go_on

    def _end(self, new: bool) -> str:
        """Why nothing is gone on to."""
        if not new:
            return "This was the last event of the list."
        if self._events.unreviewed_left:
            return "No unreviewed event follows in the list; Shift+N goes on from its start."
        return "Every event of the list is reviewed."
