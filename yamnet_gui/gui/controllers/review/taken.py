"""Which keys are taken: those that were pressed for the event on the screen."""

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractItemView

from yamnet_gui.core.text import counted
from yamnet_gui.gui.controllers.recording_loader import RecordingLoader
from yamnet_gui.gui.controllers.review_queue_controller import ReviewQueueController

from .bounds import Bounds
from .editor import EventEditor
from .list_keys import ListKeys
from .shown_event import ShownEvent


class KeysTaken:
    """Lets an action on the selected event through, or shows why it was not taken."""

    def __init__(
        self,
        editor: EventEditor,
        queue: ReviewQueueController,
        loader: RecordingLoader,
        shown: ShownEvent,
        bounds: Bounds,
    ) -> None:
        self._editor = editor
        self._queue = queue
        self._loader = loader
        self._shown = shown
        self._bounds = bounds
        self._refused = 0

    def guarded(self, act: Callable[[], object]) -> Callable[[], object]:
        """The action for the event that the user sees, and for no other."""

        def call() -> None:
            reason = self._reason()
            if not reason:
                self._refused = 0
                act()
                return
            self._refused += 1
            self._editor.message.emit(f"{counted(self._refused, 'key')} not taken: {reason}")

        return call

    def in_list(self, view: QAbstractItemView) -> ListKeys:
        """The same for a list with a selection of its own."""
        return ListKeys(view, self._shown, self._editor.message.emit)

    def _reason(self) -> str:
        """Why nothing may be decided now; "" where it may."""
        opening = self._loader.opening
        if opening is not None:
            return f"{opening.name} is still being opened."
        if self._queue.waiting:
            return "the next event is still being looked up."
        if self._shown.pressed_too_early:
            return "the event was not on the screen yet."
        if self._bounds.dragging:
            return "its edges are being dragged."
        editor = self._editor
        busy = editor.busy
        if busy:
            return busy
        if editor.selection.ids and not editor.selected:
            return "the selected event is not detected with the present thresholds any more."
        return ""
