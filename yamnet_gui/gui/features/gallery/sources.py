"""Where the cards come from: rows of the project's events, or the list of similar sounds."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.gui.controllers.event_reader import EventReader
from yamnet_gui.gui.features.similarity.hits import HitList
from yamnet_gui.gui.state.event_pages import EventPages
from yamnet_gui.gui.state.place import Place
from yamnet_gui.labels.project import ProjectEvent

from .items import GalleryItem

Rows = NDArray[np.int64]


REMOVED = "No longer in the project"


class Order(StrEnum):
    """What the cards are sorted by. LISTED: as the list is that they come from."""

    LISTED = "listed"
    SIMILARITY = "similarity"
    SCORE = "score"
    LOW_SCORE = "low score"
    TIME = "time"
    LABEL = "label"
    DURATION = "duration"


class Source(QObject):
    """Cards by position."""

    reset = Signal()  # other cards
    changed = Signal()  # the same cards, some of them decided on
    absent = REMOVED
    """What stands on a card of which nothing is known."""

    def count(self) -> int:
        raise NotImplementedError

    def item(self, position: int) -> GalleryItem | None:
        """What is at a position; None if it has been removed meanwhile."""
        raise NotImplementedError

    def keys_of(self, _rows: Rows) -> frozenset[int]:
        """What names the sounds at these positions from one listing to the next."""
        return frozenset()

    def rows_of(self, _keys: frozenset[int]) -> Rows:
        """The positions of sounds by their names, ascending; int64 (n,)."""
        return np.empty(0, np.int64)


class EventSource(Source):
    """Events of the project by row: a snapshot, so that what is decided stays in its place."""

    def __init__(self, reader: EventReader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self._pages = EventPages(self._read)
        self._before = self.rows
        reader.again.connect(self.refresh)

    @property
    def rows(self) -> Rows:
        """Rows of the project by position; not to be altered."""
        return self._pages.rows

    def set_rows(self, rows: Rows) -> None:
        self._before = self.rows
        self._pages.set_rows(rows)
        self.reset.emit()
        self._before = rows

    def refresh(self) -> None:
        """Reads again what is in sight."""
        self._pages.clear()
        self.changed.emit()

    def keys_of(self, rows: Rows) -> frozenset[int]:
        # they are asked for when the rows are others already
        return frozenset(self._before[rows[rows < len(self._before)]].tolist())

    def rows_of(self, keys: frozenset[int]) -> Rows:
        return np.flatnonzero(np.isin(self.rows, list(keys)))

    def count(self) -> int:
        return len(self.rows)

    def item(self, position: int) -> GalleryItem | None:
        return self._pages.at(position)

    def _read(self, rows: Sequence[int]) -> list[GalleryItem]:
        return [self._item_of(event) for event in self._reader.events(rows)]

    def _item_of(self, item: ProjectEvent) -> GalleryItem:
        event = item.event
        path = self._reader.path_of(item.recording_id)
        return GalleryItem(
            Place(item.recording_id, path, event.span, event.channel),
            event.label,
            event.class_index,
            event.score_max,
            event.state,
            event.id,
            item.row,
            event.note,
        )


class HitSource(Source):
    """The list of similar sounds, or what a lasso on the map listed there."""

    def __init__(
        self, similar: HitList, reader: EventReader, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._similar = similar
        self._reader = reader
        self._by_time = False
        self._order: list[int] = []
        self._items: dict[int, GalleryItem] = {}
        similar.reset.connect(self._sort)
        similar.hit_changed.connect(self._on_changed)
        similar.hits_changed.connect(self._on_changed)
        similar.label_changed.connect(self._on_changed)
        self._sort()

    @property
    def listing(self) -> int:
        """Another number for every list that is shown."""
        return self._similar.listing

    def set_by_time(self, on: bool) -> None:
        """By recording and time instead of as listed."""
        if on != self._by_time:
            self._by_time = on
            self._sort()

    def hit_at(self, position: int) -> int:
        """The place in the list of what is at a position."""
        return self._order[position]

    def count(self) -> int:
        return len(self._order)

    def item(self, position: int) -> GalleryItem | None:
        if not 0 <= position < len(self._order):
            return None
        number = self._order[position]
        item = self._items.get(number)
        if item is None:
            item = self._items[number] = self._item_of(number)
        return item

    def _item_of(self, number: int) -> GalleryItem:
        hit, label = self._similar.hits[number], self._similar.label
        path = self._reader.path_of(hit.place.recording) or hit.place.path
        place = Place(hit.place.recording, path, hit.place.span, hit.place.channel)
        named = label is not None and bool(hit.event_id)
        return GalleryItem(
            place,
            label.label if named and label is not None else "",
            label.class_index if named and label is not None else None,
            hit.score,
            hit.state,
            hit.event_id,
            note=hit.note,
        )

    def _sort(self) -> None:
        hits = self._similar.hits
        self._order = list(range(len(hits)))
        if self._by_time:
            self._order.sort(key=lambda n: (hits[n].place.path, hits[n].place.span.start_s))
        self._items.clear()
        self.reset.emit()

    def _on_changed(self, _row: int = 0) -> None:
        self._items.clear()
        self.changed.emit()
