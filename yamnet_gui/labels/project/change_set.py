"""What a transaction has changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import NamedTuple

from yamnet_gui.core.events import Event

from .index import EventIndex
from .models import ProjectChange


class Added(NamedTuple):
    """Events that were added to one recording at once; each has its row and its kind."""

    rows: range
    rec: int
    kinds: Sequence[int]
    events: Sequence[Event]


@dataclass
class ChangeSet:
    """What a transaction has changed, for the event index and for listeners.

    `added`: events that were added many at once. `rows`: (number of the recording, event) by row of
    all others, None for those that were removed; it counts where a row is in both.
    """

    rows: dict[int, tuple[int, Event] | None] = field(default_factory=dict)
    added: list[Added] = field(default_factory=list)
    events: dict[str, dict[str, None]] = field(default_factory=dict)
    recordings: set[str] = field(default_factory=set)
    reviewed: set[str] = field(default_factory=set)
    label_sets: bool = False
    rules: bool = False
    texts: bool = False

    def put_into(self, index: EventIndex, kind_of: Callable[[Event], int]) -> None:
        """Makes the index follow. Rows only grow, so in their order new ones come after others."""
        blocks = {added.rows[0]: added for added in self.added if added.rows}
        single = sorted(self.rows)
        stored_events = [stored for stored in self.rows.values() if stored is not None]
        if not blocks and len(single) == len(stored_events) > 1 and index.is_after(single[0]):
            recs, events = zip(*(self.rows[row] or () for row in single), strict=True)
            index.append(single, recs, [kind_of(event) for event in events], events)
            return
        for row in sorted({*blocks, *single}):
            if row in blocks:
                added = blocks[row]
                index.append(added.rows, repeat(added.rec), added.kinds, added.events)
            if row not in self.rows:
                continue
            stored = self.rows[row]
            if stored is None:
                index.drop(row)
            else:
                index.put(row, stored[0], kind_of(stored[1]), stored[1])

    def changes(self) -> tuple[ProjectChange, ...]:
        ids = dict.fromkeys([*self.events, *sorted(self.recordings | self.reviewed)])
        result = [
            ProjectChange(
                i, tuple(self.events.get(i, ())), i in self.recordings, i in self.reviewed
            )
            for i in ids
        ]
        if self.label_sets or self.rules or self.texts:
            result.append(
                ProjectChange(
                    label_sets_changed=self.label_sets,
                    rules_changed=self.rules,
                    texts_changed=self.texts,
                )
            )
        return tuple(result)
