"""Drawing, splitting, merging and deleting events."""

from collections.abc import Callable

from yamnet_gui.core.events import Event
from yamnet_gui.core.spans import SHORTEST_EVENT_S
from yamnet_gui.gui.controllers.event_navigation import EventNavigation
from yamnet_gui.gui.controllers.review_queue_controller import ReviewQueueController
from yamnet_gui.gui.dialogs.questions import Questions
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.state.top_classes import likely_classes
from yamnet_gui.labels import project as edits

from .editor import EventEditor


class Drawing:
    """Changes how many events there are."""

    def __init__(
        self,
        editor: EventEditor,
        timeline: Timeline,
        class_view: ClassView,
        class_map: ClassMapState,
        events: EventNavigation,
        queue: ReviewQueueController,
        questions: Questions,
    ) -> None:
        self._editor = editor
        self._timeline = timeline
        self._class_view = class_view
        self._class_map = class_map
        self._events = events
        self._queue = queue
        self._questions = questions

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            "draw": self.draw,
            "split": self.split,
            "merge": self.merge,
            "delete": self.delete,
        }

    def draw(self) -> None:
        """Makes an event of the selected span or box, after asking for its class."""
        editor, span = self._editor, self._timeline.selection
        low, high = self._timeline.band_hz or (None, None)
        if span is None or not editor.ready:
            return
        recording_id = editor.recording_id  # another one may be open after the question
        chosen = self._class_view.chosen
        first = [] if chosen is None else [self._class_map.value[chosen].name]
        sounding = likely_classes(editor.document, Event("", span.start_s, span.end_s, ""))
        used = [*first, *editor.used_labels]
        choice = self._questions.label("Class of the new event", used, sounding)
        if choice is None:
            return
        command = edits.draw(
            recording_id,
            span.start_s,
            span.end_s,
            choice.label,
            choice.class_index,
            choice.mid,
            reviewer=editor.reviewer,
            low_hz=low,
            high_hz=high,
        )
        if editor.apply(command):
            editor.last_label = choice
            self._timeline.set_selection(None)
            editor.selection.select(change.key for change in command.changes)

    def split(self) -> None:
        """Makes two events of the current one, at the cursor."""
        event, cursor = self._editor.current, self._timeline.cursor_s
        if event is None:
            return
        if not event.onset_s + SHORTEST_EVENT_S <= cursor <= event.offset_s - SHORTEST_EVENT_S:
            self._editor.message.emit("Put the cursor inside the event to split it there.")
            return
        self._editor.apply(edits.split(self._editor.items([event])[0], cursor))

    def merge(self) -> None:
        """Joins the selected events, or the one selected with the next of its class."""
        editor = self._editor
        events = editor.selected
        if len(events) == 1:
            events += [e for e in [self._next_alike(events[0])] if e is not None]
        if len(events) < 2:
            editor.message.emit("There is no later event of this class to merge with.")
        elif len({(e.label, e.channel) for e in events}) > 1:
            editor.message.emit("Only events of one class and channel can be merged.")
        else:
            first = min(events, key=_in_time)
            editor.apply_to(events, edits.merge, lambda: editor.selection.select((first.id,)))

    def delete(self) -> None:
        """Takes the selected events out and selects the one after them."""
        editor = self._editor
        events = editor.selected
        following = self._events.event_beside(1)
        opened = editor.recording_id

        def go_on() -> None:
            if editor.recording_id == opened and not self._queue.advance():
                editor.selection.select((following,) if following else ())

        if events:
            editor.apply_to(events, edits.delete, go_on)

    def _next_alike(self, event: Event) -> Event | None:
        later = (
            e
            for e in self._editor.document.shown.events
            if (e.label, e.channel) == (event.label, event.channel)
            and _in_time(e) > _in_time(event)
            and not edits.is_negative(e)
        )
        return next(later, None)


def _in_time(event: Event) -> tuple[float, float, str]:
    return event.onset_s, event.offset_s, event.id
