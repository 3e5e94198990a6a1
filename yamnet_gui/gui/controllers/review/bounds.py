"""Where events and listened stretches begin and end."""

from yamnet_gui.core.events import Event, new_event_id
from yamnet_gui.gui.times import length
from yamnet_gui.labels import project as edits

from .labels import Relabelling

_SHORTEST_S = 0.001


class Bounding(Relabelling):
    """Moves edges, draws, splits, merges, deletes, and marks stretches as listened to."""

    def set_band(self, event_id: str, low_hz: float | None, high_hz: float | None) -> None:
        """Bounds the event in frequency; None for no bound."""
        event = self._document.events.get(event_id)
        if event is None or (low_hz, high_hz) == (event.low_hz, event.high_hz):
            return
        if low_hz is not None and high_hz is not None and low_hz >= high_hz:
            self.told.emit("The lowest frequency must lie below the highest.")
            return
        self._do(edits.set_band(self._items([event])[0], low_hz, high_hz))

    def set_edge(self, *, onset: bool) -> None:
        """Puts the onset or the offset of the event at the cursor."""
        event, cursor = self._controller.current_event(), self._timeline.cursor_s
        if event is None:
            return
        start, end = (cursor, event.offset_s) if onset else (event.onset_s, cursor)
        if end - start < _SHORTEST_S:
            self.told.emit(f"The cursor stands {'after the end' if onset else 'before the start'}.")
        else:
            key = f"edge:{new_event_id()}"
            self._do(edits.move_edge(self._items([event])[0], start, end, merge_key=key))

    def drag_edge(self, event_id: str, onset_s: float, offset_s: float, ended: bool) -> None:
        """Shows new bounds while an edge is dragged, and keeps them at the end, as one step."""
        if self._dragged is None or self._dragged.id != event_id:
            # a mere click on an edge ends without having moved
            self._dragged = None if ended else self._document.events.get(event_id)
        event = self._dragged
        if event is None:
            return
        if not ended:
            self._document.set_events(
                self._document.events.with_events(event.moved(onset_s, offset_s))
            )
            self.edge_dragged.emit(offset_s - onset_s)
            return
        self._dragged = None
        self._document.set_events(self._document.events.with_events(event))
        if (onset_s, offset_s) != (event.onset_s, event.offset_s):
            key = f"drag:{new_event_id()}"
            self._do(edits.move_edge(self._items([event])[0], onset_s, offset_s, merge_key=key))

    def draw(self) -> None:
        """Makes an event of the selected stretch, after asking for its class."""
        span = self._timeline.selection
        if span is None or not self._ready():
            return
        chosen = self._classes.chosen
        first = [] if chosen is None else [self._class_map.value[chosen].name]
        choice = self.asks.label("Draw an event of", [*first, *self._used()])
        if choice is None:
            return
        command = edits.draw(
            self._project.recording_id,
            span.start_s,
            span.end_s,
            choice.label,
            choice.class_index,
            choice.mid,
            reviewer=self._reviewer,
        )
        if self._do(command):
            self._timeline.set_selection(None)
            self._selection.select(change.key for change in command.changes)

    def split(self) -> None:
        event, cursor = self._controller.current_event(), self._timeline.cursor_s
        if event is None:
            return
        if not event.onset_s + _SHORTEST_S <= cursor <= event.offset_s - _SHORTEST_S:
            self.told.emit("Put the cursor inside the event to split it there.")
            return
        self._do(edits.split(self._items([event])[0], cursor))

    def merge(self) -> None:
        """Joins the selected events, or the one selected with the next of its class."""
        events = self.selected()
        if len(events) == 1:
            events += [e for e in [self._next_alike(events[0])] if e is not None]
        if len(events) < 2:
            self.told.emit("There is no later event of this class to merge with.")
        elif len({(e.label, e.channel) for e in events}) > 1:
            self.told.emit("Only events of one class and channel can be merged.")
        elif self._do(edits.merge(self._items(events))):
            first = min(events, key=lambda e: (e.onset_s, e.offset_s, e.id))
            self._selection.select((first.id,))

    def delete(self) -> None:
        """Takes the selected events out and selects the one after them."""
        events = self.selected()
        following = self._controller.event_beside(1)
        if not events or not self._do(edits.delete(self._items(events))):
            return
        if self._walk is None or not self._walk.go_on():
            self._selection.select((following,) if following else ())

    # Stretches

    def mark_listened(self, *, of_class: bool) -> None:
        """Notes that the selected stretch was listened to, for all classes or the chosen one."""
        span, chosen = self._timeline.selection, self._classes.chosen
        if span is None or not self._ready():
            return
        labels = [self._class_map.value[chosen].name] if of_class and chosen is not None else []
        command = edits.mark_reviewed(
            self._project.recording_id, self._project.reviewed, span, labels, self._reviewer
        )
        if self._do(command):
            heard = labels[0] if labels else "all classes"
            self.told.emit(f"Listened to {length(span.duration_s)} for {heard}.")

    def unmark_listened(self) -> None:
        span, reviewed = self._timeline.selection, self._project.reviewed
        if span is None or not self._ready():
            return
        if not any(there.span.overlaps(span) for there in reviewed.spans):
            self.told.emit("Nobody has marked this stretch as listened to.")
            return
        self._do(edits.unmark_reviewed(self._project.recording_id, reviewed, span))

    def _next_alike(self, event: Event) -> Event | None:
        later = (
            e
            for e in self._document.events
            if (e.label, e.channel) == (event.label, event.channel)
            and (e.onset_s, e.offset_s, e.id) > (event.onset_s, event.offset_s, event.id)
            and not edits.is_negative(e)
        )
        return next(later, None)
