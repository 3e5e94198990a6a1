"""Where events begin and end, in time and in frequency."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from yamnet_gui.core.events import Event, new_event_id
from yamnet_gui.core.spans import SHORTEST_EVENT_S, Box
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.labels import project as edits

from .editor import EventEditor


class Bounds(QObject):
    """Moves the edges of events."""

    box_dragged = Signal(object)  # Box of the event while its edges are dragged

    def __init__(
        self, editor: EventEditor, timeline: Timeline, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self._timeline = timeline
        self._dragged: Event | None = None
        editor.document.recording_changed.connect(self._drop)

    @property
    def dragging(self) -> bool:
        """Whether an event is shown with bounds that are not stored yet."""
        return self._dragged is not None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            "set_onset": lambda: self.set_edge(onset=True),
            "set_offset": lambda: self.set_edge(onset=False),
            "set_box": self.set_box,
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
        if end - start < SHORTEST_EVENT_S:
            where = "after the end" if onset else "before the start"
            self._editor.message.emit(f"The cursor is {where}.")
        else:
            self._move(event, start, end, f"edge:{new_event_id()}")

    def set_box(self) -> None:
        """Gives the event the bounds of the selection, in frequency where it has such bounds."""
        event, span = self._editor.current, self._timeline.selection
        if event is None:
            return
        if span is None or span.duration_s < SHORTEST_EVENT_S:
            self._editor.message.emit(
                "Select a box first: drag over the spectrogram with Ctrl or the box tool (B)."
            )
            return
        low, high = self._timeline.band_hz or event.box.band_hz
        self._store(event, Box(span.start_s, span.end_s, low, high), f"box:{new_event_id()}")

    def drag_box(self, event_id: str, box: Box, ended: bool) -> None:
        """Shows new bounds while edges are dragged, and stores them at the end, as one step."""
        document = self._editor.document
        if self._dragged is None or self._dragged.id != event_id:
            # a mere click on an edge ends without having moved
            self._dragged = None if ended else document.events.get(event_id)
        event = self._dragged
        if event is None:
            return
        if not ended:
            moved = event.moved(box.start_s, box.end_s)
            moved = replace(moved, low_hz=box.low_hz, high_hz=box.high_hz)
            document.set_events(document.events.with_events(moved))
            self.box_dragged.emit(box)
            return
        self._dragged = None
        document.set_events(document.events.with_events(event))
        self._store(event, box, f"drag:{new_event_id()}")

    @Slot()
    def _drop(self) -> None:
        """What is dragged belongs to the recording that was open."""
        self._dragged = None

    def _store(self, event: Event, box: Box, merge_key: str) -> None:
        if box != event.box:
            item = self._editor.items([event])[0]
            self._editor.apply(edits.set_box(item, box, merge_key=merge_key))

    def _move(self, event: Event, onset_s: float, offset_s: float, merge_key: str) -> None:
        item = self._editor.items([event])[0]
        self._editor.apply(edits.move_edge(item, onset_s, offset_s, merge_key=merge_key))
