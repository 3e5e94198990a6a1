"""The owner of which events are selected."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import Event, EventList


class EventSelection(QObject):
    """Ids of the selected events; `current` is the one that keys act on first."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        return self._ids

    @property
    def current(self) -> str | None:
        return self._ids[0] if self._ids else None

    def current_in(self, events: EventList) -> Event | None:
        """The current event; None where none is selected or it is not among `events`."""
        return events.get(self._ids[0]) if self._ids else None

    def select(self, ids: Iterable[str]) -> None:
        """Selects these, the first becoming the current one; none to clear."""
        chosen = tuple(dict.fromkeys(ids))
        if chosen != self._ids:
            self._ids = chosen
            self.changed.emit()
