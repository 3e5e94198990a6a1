"""What the gallery lists: a snapshot of events, or the list of similar sounds as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle
from yamnet_gui.gui.controllers.event_reader import EventReader
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.dataset.dataset_rows import DatasetRows
from yamnet_gui.gui.features.similarity.hits import HitList
from yamnet_gui.gui.jobs.review import ChannelsJob, CountClassesJob
from yamnet_gui.labels.project import EventFilter

from .dataset_source import DatasetSource
from .list_job import ListJob, order_of
from .sources import EventSource, HitSource, Order, Rows, Source

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_SOON_MS = 120


class Kind(StrEnum):
    """Where the cards come from. EVENTS: what *All events* lists, by its filter and order."""

    EVENTS = "events"
    CLASS = "class"
    QUEUE = "queue"
    SIMILAR = "similar"


ORDERS: dict[Kind, tuple[Order, ...]] = {
    Kind.EVENTS: (
        *(Order.LISTED, Order.SCORE, Order.LOW_SCORE),
        *(Order.TIME, Order.LABEL, Order.DURATION),
    ),
    Kind.CLASS: (Order.SCORE, Order.LOW_SCORE, Order.TIME, Order.DURATION),
    Kind.QUEUE: (
        *(Order.LISTED, Order.SCORE, Order.LOW_SCORE),
        *(Order.TIME, Order.LABEL, Order.DURATION),
    ),
    Kind.SIMILAR: (Order.SIMILARITY, Order.TIME),
}
"""What each can be sorted by; the first is the usual one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to list. `label`: of a class; `states` and `channels` (from 0; None in it: the mix) None
    for all."""

    kind: Kind = Kind.EVENTS
    label: str = ""
    states: frozenset[ReviewState] | None = None
    order: Order = Order.LISTED
    channels: frozenset[int | None] | None = None


class Listing(QObject):
    """Looks the cards up in the background; nothing while nobody `looks`."""

    source_changed = Signal(object)  # Source
    classes_counted = Signal(list)  # list[ClassCounts]
    channels_found = Signal(object)  # frozenset[int | None]

    def __init__(
        self, context: Context, all_events: AllEvents, similar: HitList, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._project = context.session.project
        self._queue = context.session.review_queue
        self._projects = context.services.projects
        self._all_events = all_events.panel
        self.reader = EventReader(self._project, self)
        self.events = EventSource(self.reader, self)
        self.hits = HitSource(similar, self.reader, self)
        self._datasets = context.session.datasets
        rows = DatasetRows(context.services.datasets, self._datasets, self._project, self)
        self.dataset = DatasetSource(rows, self._datasets, self)
        self._datasets.source_changed.connect(self._on_dataset)
        self._datasets.opened_changed.connect(lambda: self._soon(Kind.EVENTS))
        self.choice = Choice()
        self._looks = False
        self._stale = True
        self._job: JobHandle | None = None
        self._later = Debounced(self, _SOON_MS, self.refresh)
        self._all_events.query_changed.connect(lambda: self._soon(Kind.EVENTS))
        self._all_events.typed.connect(lambda: self._soon(Kind.EVENTS))
        self._queue.changed.connect(lambda: self._soon(Kind.QUEUE))
        self._project.steps_changed.connect(self._on_steps)
        self._project.project_changed.connect(self._on_project)

    @property
    def busy(self) -> bool:
        return self._later.active or self._job is not None or self.dataset.rows.busy

    @property
    def source(self) -> Source:
        """Where the cards come from now."""
        if self.of_dataset:
            return self.dataset
        return self.hits if self.choice.kind is Kind.SIMILAR else self.events

    @property
    def of_dataset(self) -> bool:
        """Whether they are events of a dataset, as *All events* lists them."""
        return self.choice.kind is Kind.EVENTS and self._datasets.source is not None

    def close(self) -> None:
        self._looks = False
        self._later.stop()
        self.dataset.rows.stop()
        self.reader.close()

    def set_looks(self, on: bool) -> None:
        """Whether the gallery can be seen."""
        self._looks = on
        if on and self._stale:
            self.refresh()

    def choose(self, choice: Choice) -> None:
        """Lists something else."""
        if choice.order not in ORDERS[choice.kind]:
            choice = replace(choice, order=ORDERS[choice.kind][0])
        self.choice = choice
        self.hits.set_by_time(choice.kind is Kind.SIMILAR and choice.order is Order.TIME)
        self.source_changed.emit(self.source)
        self.refresh()

    def refresh(self) -> None:
        """Looks up again what is listed."""
        self._later.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        project, choice = self._project.project, self.choice
        self._stale = not self._looks
        self.dataset.rows.stop()
        if not self._looks or project is None or choice.kind is Kind.SIMILAR:
            return
        if self.of_dataset:
            wanted, sort = self._all_events.filter, self._all_events.sort
            self.dataset.rows.start(self._of_channels(wanted), order_of(choice.order, sort) or sort)
            return
        self._projects.store_detections()  # those of the open recording are listed as well
        wanted, listed, within = EventFilter(), None, None
        match choice.kind:
            case Kind.EVENTS:
                wanted, listed = self._all_events.filter, self._all_events.sort
            case Kind.CLASS:
                wanted = EventFilter(labels=frozenset([choice.label]))
                self._projects.run(CountClassesJob(project), on_result=self.classes_counted.emit)
            case Kind.QUEUE:
                within = self._queue.rows
        if choice.states is not None:
            states = choice.states if wanted.states is None else choice.states & wanted.states
            wanted = replace(wanted, states=states)
        wanted = self._of_channels(wanted)
        self._projects.run(ChannelsJob(project), on_result=self.channels_found.emit)
        self._job = self._projects.run(
            ListJob(project, wanted, choice.order, listed, within),
            on_result=self._on_rows,
            on_done=self._on_done,
        )

    def _of_channels(self, wanted: EventFilter) -> EventFilter:
        chosen, before = self.choice.channels, wanted.channels
        if chosen is None:
            return wanted
        return replace(wanted, channels=chosen if before is None else chosen & before)

    def _on_dataset(self) -> None:
        """The cards are those of another dataset, or of the project again."""
        self.dataset.rows.forget()
        if self.choice.kind is Kind.EVENTS:
            self.source_changed.emit(self.source)
            self._soon(Kind.EVENTS)

    def _on_rows(self, rows: Rows) -> None:
        if np.array_equal(rows, self.events.rows):
            self.events.refresh()
        else:
            self.events.set_rows(rows)

    def _on_done(self) -> None:
        self._job = None

    def _soon(self, kind: Kind) -> None:
        if self.choice.kind is kind:
            self._stale = True
            if self._looks:
                self._later.start()

    def _on_steps(self) -> None:
        if self._looks and self.of_dataset:
            self.dataset.rows.clear()
        elif self._looks:
            self.events.refresh()

    def _on_project(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.events.set_rows(np.empty(0, np.int64))
        self._stale = True
        if self._looks:
            self._later.start()
