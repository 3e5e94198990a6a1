"""Which events of the open recording are shown."""

from collections.abc import Callable, Iterable

import numpy as np

from yamnet_gui.core.events import EventList
from yamnet_gui.core.resources import bundled_ontology
from yamnet_gui.detection import Sounds, duplicates


class ShownEvents:
    """All events, or one event for one sound (`detection.shown_events`); a part of the document.

    `all_events` gives the events, `changed` is called when others are shown. Events that the user
    asks for, by selecting them, are shown in any case.
    """

    def __init__(self, all_events: Callable[[], EventList], changed: Callable[[], None]) -> None:
        self._all_events = all_events
        self._changed = changed
        self._one_per_sound = False
        self._asked: frozenset[str] = frozenset()
        self._source: EventList | None = None
        self._duplicates = np.zeros(0, np.bool_)
        self._shown = EventList()
        self._counted = EventList()
        self._left_out = EventList()

    @property
    def one_per_sound(self) -> bool:
        """Whether there is one event for one sound, and none for silence."""
        return self._one_per_sound

    @property
    def events(self) -> EventList:
        """The events that are shown."""
        if not self._one_per_sound:
            return self._all_events()
        self._update()
        return self._shown

    @property
    def counted(self) -> EventList:
        """Those without the ones that are shown only because they were asked for: what is counted
        does not depend on what is selected."""
        if not self._one_per_sound:
            return self._all_events()
        self._update()
        return self._counted

    @property
    def left_out(self) -> EventList:
        """The others, for which those that are shown stand."""
        if not self._one_per_sound:
            return EventList()
        self._update()
        return self._left_out

    def set_one_per_sound(self, on: bool) -> None:
        if on != self._one_per_sound:
            self._one_per_sound = on
            self._source = None
            self._changed()

    def ask_for(self, event_ids: Iterable[str]) -> None:
        """Shows these as well, and no longer those that were asked for before."""
        left_out = self.left_out
        asked = frozenset(i for i in event_ids if i in left_out or i in self._asked)
        if asked != self._asked:
            self._asked = asked
            self._part()
            self._changed()

    def _update(self) -> None:
        events = self._all_events()
        if events is self._source:
            return
        ontology = bundled_ontology()
        self._duplicates = duplicates(Sounds.of(events, ontology), ontology)
        self._counted = events.where(~self._duplicates) if self._duplicates.any() else events
        self._source = events
        self._part()

    def _part(self) -> None:
        """Parts the events anew where others are asked for; which are duplicates stays."""
        events = self._source
        if events is None:
            return
        left_out = self._duplicates.copy()
        for at in np.flatnonzero(left_out).tolist() if self._asked else ():
            left_out[at] = events.events[at].id not in self._asked
        self._shown = events
        self._left_out = EventList()
        if left_out.any():
            self._shown = events.where(~left_out) if self._asked else self._counted
            self._left_out = events.where(left_out)
