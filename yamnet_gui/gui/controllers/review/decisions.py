"""Accepting and rejecting, one event, many, or all that score beyond one."""

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.labels import project as edits

from .steps import Steps

_MANY = 1000
"""Steps that change more events are made beside the work."""


class Deciding(Steps):
    """Gives events a state and goes on."""

    def decide(self, state: ReviewState) -> None:
        """Gives all selected events the state and goes on to the one after them."""
        events = self.selected()
        if not events:
            return
        following = self._controller.event_beside(1)
        if not self._do(edits.set_state(self._items(events), state, self._reviewer)):
            return
        if self._walk is not None and self._walk.go_on():
            return
        if following is None:
            self.told.emit("This was the last event of the list.")
        else:
            self._controller.go_to(following)

    def unreview(self) -> None:
        """Back to where nobody has decided; the selection stays."""
        self._do(edits.unreview(self._items(self.selected())))

    def next_unreviewed(self) -> None:
        """Goes to the next event that nobody has decided about, from the start after the last."""
        if self._walk is not None and self._walk.go_on():
            return
        ids = self._controller.order()
        current = self._selection.current
        at = ids.index(current) + 1 if current in ids else self._controller.place_of_cursor()
        for event_id in [*ids[at:], *ids[:at]]:
            event = self._document.events.get(event_id)
            if event is not None and event.state is ReviewState.UNREVIEWED:
                self._controller.go_to(event_id)
                return
        self.told.emit("Every event of the list is reviewed.")

    def decide_beyond(self, state: ReviewState) -> None:
        """Accepts all that score as high or higher, or rejects all as low or lower, when asked."""
        current = self._controller.current_event()
        if current is None or current.score_max is None:
            self.told.emit("Only events with a score have others above or below them.")
            return
        above = state is ReviewState.ACCEPTED
        rows = self._rows_beyond(current, above)
        here = [] if rows is not None else self.beyond(current, above=above)
        count = len(here) if rows is None else len(rows)
        if not count:
            self.told.emit("There is nothing left to decide on there.")
            return
        word, side = ("Accept", "more") if above else ("Reject", "less")
        number = "1 event" if count == 1 else f"{count} events"
        where = "this recording" if rows is None else "all recordings"
        question = (
            f"{word} {number} of {current.label} in {where} that "
            f"score{'s' if count == 1 else ''} {current.score_max:.2f} or {side}?"
        )
        if not self.asks.confirm(question, f"{word} {number}"):
            return
        if rows is not None and self._walk is not None and count > _MANY:
            self._walk.decide(rows, state, self._reviewer)
            return
        project = self._project.project
        items = project.events.at(rows) if project and rows is not None else self._items(here)
        if self._do(edits.set_state(items, state, self._reviewer)) and self._walk is not None:
            self._walk.go_on()

    def _rows_beyond(self, current: Event, above: bool) -> NDArray[np.int64] | None:
        """Rows of the same over all recordings; None where no queue leads through them."""
        if self._walk is None or not self._walk.everywhere:
            return None
        project = self._project.project
        item = project.events.get(self._project.recording_id, current.id) if project else None
        if project is None or item is None:
            return np.empty(0, np.int64)
        return (
            project.events.at_or_above(item.row) if above else project.events.at_or_below(item.row)
        )

    def beyond(self, current: Event, *, above: bool) -> list[Event]:
        """The event, and those of its class not reviewed yet that score as far or farther."""
        limit = current.score_max or 0.0
        return [
            e
            for e in self._document.events
            if e.id == current.id
            or (
                e.label == current.label
                and e.state is ReviewState.UNREVIEWED
                and e.score_max is not None
                and (e.score_max >= limit if above else e.score_max <= limit)
            )
        ]
