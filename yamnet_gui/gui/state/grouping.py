"""The owner of which kinds of sound are shown as one, and which branch is listed."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import EventList
from yamnet_gui.detection import GroupedEvent, group_events, grouping_levels, mids_below

from .class_map import ClassMapState
from .document import Document


class Grouping(QObject):
    """Events as the table and the track of events show them.

    `level` is "" for every event by itself, one of `detection.GROUPING_LEVELS`, or the id of a
    node of the ontology. Groups are only shown: what is selected, reviewed and stored
    are their members, also those that would be left out by themselves.
    """

    changed = Signal()  # the events that are shown, or the branch

    def __init__(
        self,
        document: Document,
        class_map: ClassMapState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._class_map = class_map
        self._level = ""
        self._levels: frozenset[str] = frozenset()
        self._branch = ""
        self._mids: frozenset[str] | None = None
        self._source: EventList | None = None
        self._shown = EventList()
        self._groups: dict[str, GroupedEvent] = {}
        self._group_of: dict[str, str] = {}
        document.events_changed.connect(self.changed)

    @property
    def level(self) -> str:
        return self._level

    @property
    def branch(self) -> str:
        """The id of the node below which events are listed; "" for all."""
        return self._branch

    @property
    def mids(self) -> frozenset[str] | None:
        """Ids of everything in the branch; None for all."""
        return self._mids

    @property
    def shown(self) -> EventList:
        """The events as they are shown."""
        if not self._levels:
            return self._document.shown.events
        self._update()
        return self._shown

    def set_level(self, level: str) -> None:
        """Groups by another level. Raises SettingsError for an unknown node."""
        if level != self._level:
            self._levels = grouping_levels([level] if level else [], self._class_map.ontology)
            self._level = level
            self._source = None
            self.changed.emit()

    def set_branch(self, mid: str) -> None:
        """Lists only what is this node or below it ("": everything)."""
        if mid != self._branch:
            self._branch = mid
            self._mids = mids_below(self._class_map.ontology, mid) if mid else None
            self.changed.emit()

    def group_of(self, event_id: str) -> GroupedEvent | None:
        """The group of an event, by its own id or that of a member; None where it is alone."""
        if not self._levels:
            return None
        self._update()
        group = self._groups.get(self._group_of.get(event_id, event_id))
        return group if group is not None and len(group.members) > 1 else None

    def shown_id(self, event_id: str) -> str:
        """The id under which an event is shown."""
        if self._levels:
            self._update()
        return self._group_of.get(event_id, event_id) if self._levels else event_id

    def members(self, event_id: str) -> tuple[str, ...]:
        """All events that are shown together with this one, what it most likely is first."""
        if not self._levels:
            return (event_id,) if event_id else ()
        self._update()
        group = self._groups.get(self._group_of.get(event_id, event_id))
        if group is None:
            return (event_id,) if event_id else ()
        leaf = group.leaf.id
        return (leaf, *(e.id for e in group.members if e.id != leaf))

    def members_of(self, event_ids: Iterable[str]) -> tuple[str, ...]:
        """The same for several, each once."""
        if not self._levels:  # as it is for most, with all events selected
            return tuple(dict.fromkeys(filter(None, event_ids)))
        return tuple(dict.fromkeys(m for one in event_ids for m in self.members(one)))

    def _update(self) -> None:
        events = self._document.shown.events
        if events is self._source:
            return
        left_out = self._document.shown.left_out
        groups = [
            group
            for group in group_events(
                self._document.events, self._class_map.ontology, self._class_map.value, self._levels
            )
            if any(member.id not in left_out for member in group.members)
        ]
        self._source = events
        self._groups = {group.event.id: group for group in groups}
        self._group_of = {member.id: group.event.id for group in groups for member in group.members}
        self._shown = EventList.of(group.event for group in groups)
