"""Where events begin and end, in time and in frequency."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import Event, new_event_id
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.labels import project as edits

from .editor import EventEditor

SHORTEST_S = 0.001
"""No event is made shorter than this."""


class Bounds(QObject):
    """Moves the edges of events."""

    edge_dragged = Signal(float)  # the event's duration while its edge is dragged, in seconds

    def __init__(
        self, editor: EventEditor, timeline: Timeline, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self._timeline = timeline
        self._dragged: Event | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            "set_onset": lambda: self.set_edge(onset=True),
            "set_offset": lambda: self.set_edge(onset=False),
        }

    def set_band(self, event_id: str, low_hz: float | None, high_hz: float | None) -> None:
        """Bounds the event in frequency; None for no bound."""
        editor = self._editor
        event = editor.document.events.get(event_id)
        if event is None or (low_hz, high_hz) == (event.low_hz, event.high_hz):
            return
        if low_hz is not None and high_hz is not None and low_hz >= high_hz:
            editor.message.emit("The lowest frequency must lie below the highest.")
            return
        editor.apply(edits.set_band(editor.items([event])[0], low_hz, high_hz))

    def set_edge(self, *, onset: bool) -> None:
        """Puts the onset or the offset of the event at the cursor."""
        event, cursor = self._editor.current, self._timeline.cursor_s
        if event is None:
            return
        start, end = (cursor, event.offset_s) if onset else (event.onset_s, cursor)
        if end - start < SHORTEST_S:
            where = "after the end" if onset else "before the start"
            self._editor.message.emit(f"The cursor is {where}.")
        else:
            self._move(event, start, end, f"edge:{new_event_id()}")

    def drag_edge(self, event_id: str, onset_s: float, offset_s: float, ended: bool) -> None:
        """Shows new bounds while an edge is dragged, and stores them at the end, as one step."""
        document = self._editor.document
        if self._dragged is None or self._dragged.id != event_id:
            # a mere click on an edge ends without having moved
            self._dragged = None if ended else document.events.get(event_id)
        event = self._dragged
        if event is None:
            return
        if not ended:
            document.set_events(document.events.with_events(event.moved(onset_s, offset_s)))
            self.edge_dragged.emit(offset_s - onset_s)
            return
        self._dragged = None
        document.set_events(document.events.with_events(event))
        if (onset_s, offset_s) != (event.onset_s, event.offset_s):
            self._move(event, onset_s, offset_s, f"drag:{new_event_id()}")

    def _move(self, event: Event, onset_s: float, offset_s: float, merge_key: str) -> None:
        item = self._editor.items([event])[0]
        self._editor.apply(edits.move_edge(item, onset_s, offset_s, merge_key=merge_key))
