"""Going from event to event of the open recording, and selecting them."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QAbstractItemView, QApplication

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.spans import Box, TimeSpan
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.event_order import EventOrder
from yamnet_gui.gui.state.grouping import Grouping
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline

from .transport import Transport

_NOTHING_SELECTED = "Neither an event nor a span is selected."


class EventNavigation(QObject):
    """Selects events, brings them into view and puts the cursor on them."""

    message = Signal(str)  # why a key did nothing

    def __init__(
        self,
        document: Document,
        timeline: Timeline,
        selection: EventSelection,
        order: EventOrder,
        grouping: Grouping,
        transport: Transport,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._timeline = timeline
        self._selection = selection
        self._order = order
        self._grouping = grouping
        self._transport = transport

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            "zoom_event": self.zoom_to_event,
            "play_selected": self.play_selected,
            "select_all": self.select_all,
        }

    def select_all(self) -> None:
        """Selects the rows of the table that has the focus, else all events that are listed.

        What a filter hides is not selected: no key must reach it.
        """
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractItemView):
            focused.selectAll()
        else:
            self._selection.select(self._grouping.members_of(self._order.ids))

    @property
    def current(self) -> Event | None:
        """The event that keys act on first."""
        return self._selection.current_in(self._document.events)

    @property
    def ids(self) -> list[str]:
        """Ids of the events to step through, in their order."""
        return [event.id for event in self._order.steps]

    @property
    def index_at_cursor(self) -> int:
        """The index in `ids` of the first event that begins at or after the cursor."""
        return self._index_at_cursor(self._order.steps)

    def _index_at_cursor(self, steps: Sequence[Event]) -> int:
        onsets = [event.onset_s for event in steps]
        cursor = self._timeline.cursor_s
        return next((i for i, onset in enumerate(onsets) if onset >= cursor), len(onsets))

    @property
    def unreviewed_left(self) -> bool:
        """Whether any event of the list is unreviewed."""
        return any(event.state is ReviewState.UNREVIEWED for event in self._order.steps)

    def event_beside(self, direction: int, *, unreviewed: bool = False) -> str | None:
        """The id of the event after (1) or before (-1) all that are selected; None at the end.

        With `unreviewed` the nearest there about which nobody has decided.
        """
        chosen = set(self._selection.ids)
        steps = self._order.steps
        if unreviewed:
            open_ids = chosen.union(e.id for e in steps if e.state is ReviewState.UNREVIEWED)
            steps = [event for event in steps if event.id in open_ids]
        ids = [event.id for event in steps]
        selected = [i for i, event_id in enumerate(ids) if event_id in chosen]
        if selected:
            index = selected[-1] + 1 if direction > 0 else selected[0] - 1
        else:
            index = self._index_at_cursor(steps) - (direction < 0)
        return ids[index] if 0 <= index < len(ids) else None

    def step(self, direction: int) -> None:
        """Goes to the next (1) or previous (-1) event of the list."""
        event_id = self.event_beside(direction)
        if event_id is not None:
            self.go_to(event_id)
        elif not self.ids:
            self.message.emit("No event is listed.")
        else:
            which = "last" if direction > 0 else "first"
            self.message.emit(f"This is the {which} event of the list.")

    def go_to(self, event_id: str, *, play: bool = True) -> None:
        """Selects an event, brings it into view and, with `play`, plays it where that is wanted."""
        event = self._document.events.get(event_id)
        if event is None:
            return
        self._selection.select((event.id,))
        self._timeline.reveal(event.span)
        self._transport.seek(event.onset_s)
        if play:
            self._transport.autoplay(event.box)

    def show_span(self, span: TimeSpan) -> None:
        """Selects a span of time, and no event, brings it into view and the cursor to its start."""
        self._selection.select(())
        self._timeline.reveal(span)
        self._timeline.set_selection(span)
        self._transport.seek(span.start_s)

    def open_event(self, event_id: str) -> None:
        """Selects an event and zooms to it."""
        self._selection.select((event_id,))
        self.zoom_to_event()
        event = self.current
        if event is not None:
            self._transport.seek(event.onset_s)

    def click_event(self, event_id: str, add: bool) -> None:
        """Selects an event; `add` adds it to those selected, or removes it from them."""
        if not add:
            self._selection.select((event_id,) if event_id else ())
        elif event_id in self._selection.ids:
            removed = set(self._grouping.members(event_id))
            self._selection.select(i for i in self._selection.ids if i not in removed)
        elif event_id:
            self._selection.select((event_id, *self._selection.ids))

    def clear_selection(self) -> None:
        """Selects neither time nor events."""
        self._timeline.set_selection(None)
        self._selection.select(())

    def zoom_to_event(self) -> None:
        """Fits the selected event, or the selected span, into the view."""
        span = self._selected_span()
        if span is None:
            self.message.emit(_NOTHING_SELECTED)
        else:
            self._timeline.fit(span)

    def play_selected(self) -> None:
        """Plays the selected event, or the selected span."""
        event, span = self.current, self._timeline.selection
        if event is not None:
            self._transport.play(event.box)
        elif span is not None:
            low, high = self._timeline.band_hz or (None, None)
            self._transport.play(Box(span.start_s, span.end_s, low, high))
        else:
            self.message.emit(_NOTHING_SELECTED)

    def _selected_span(self) -> TimeSpan | None:
        event = self.current
        return event.span if event is not None else self._timeline.selection
