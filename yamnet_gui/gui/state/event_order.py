"""The owner of the order in which the user steps through the events of the open recording."""

from collections.abc import Sequence

from yamnet_gui.core.events import Event
from yamnet_gui.labels.project import is_negative

from .document import Document
from .grouping import Grouping


class EventOrder:
    """The order of the event table, as it is sorted and filtered, else that of time.

    `set_listed` takes the rows by reference: ids are only looked up when somebody asks.
    """

    def __init__(self, document: Document, grouping: Grouping) -> None:
        self._document = document
        self._grouping = grouping
        self._listed: Sequence[Event] | None = None

    @property
    def ids(self) -> list[str]:
        """Ids of the listed events; of a group that of the event it most likely is."""
        if self._listed is None:
            return [event.id for event in self._document.shown.events]
        return [self._grouping.members(event.id)[0] for event in self._listed]

    @property
    def steps(self) -> list[Event]:
        """The events to step through: without "not X" that a correction left behind."""
        events = map(self._document.events.get, self.ids)
        return [event for event in events if event is not None and not is_negative(event)]

    def set_listed(self, events: Sequence[Event]) -> None:
        """The rows of the table, in the order in which they are shown."""
        self._listed = events
