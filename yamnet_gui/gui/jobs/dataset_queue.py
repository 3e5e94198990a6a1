"""The next events of a dataset to review: chosen there, and taken into the project."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import counted
from yamnet_gui.dataset import DatasetEvent, DatasetEvents
from yamnet_gui.dataset.taking import event_of, taken
from yamnet_gui.gui.state.datasets import OpenedDataset
from yamnet_gui.gui.state.review_queue import QueueRequest, Rows
from yamnet_gui.labels.project import EventFilter, Project
from yamnet_gui.labels.project.attached_datasets import AttachedDataset

from .dataset import Chosen, InProject, chosen_of, in_project

BATCH = 100
"""Events that come into the project at once, with all others of their recordings."""
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class NextBatchJob:
    """The next events in the order of the request on which nobody has decided in the project.

    An event of a recording that the project analysed itself, and that found nothing there, is left
    out. Raises DatasetError, ProjectError.
    """

    opened: OpenedDataset
    source: AttachedDataset
    project: Project
    request: QueueRequest
    threshold: float
    seed: int = 0

    def run(self) -> Iterator[Chosen]:
        request, events = self.request, self.opened.events
        assert request.kind is not None
        labels = frozenset([request.label]) if request.label else None
        wanted = EventFilter(labels=labels, channels=request.channels)
        batch: list[DatasetEvent] = []
        first = 0
        while len(batch) < BATCH:
            rows = events.queue(
                request.kind, wanted, _LOOKED_AT,
                first=first, seed=self.seed, threshold=self.threshold,
            )  # fmt: skip
            known = in_project(self.project, self.source, rows)
            batch += [row for row, found in zip(rows, known, strict=True) if _is_undecided(found)]
            first += len(rows)
            if len(rows) < _LOOKED_AT:
                break
        yield chosen_of(self.opened, batch[:BATCH])


@dataclass(frozen=True, slots=True)
class TakeBatchJob:
    """Takes a batch into the project, as one step; yields the rows of its events, in its order.

    Raises ProjectError.
    """

    project: Project
    source: AttachedDataset
    batch: Chosen

    def run(self) -> Iterator[Rows]:
        many = counted(len(self.batch.events), "event")
        title = f"take {many} of {self.source.name}"
        taking = taken(self.project, self.batch.labelled, title, self.source.locate)
        self.project.apply(taking.command)
        rows = []
        for one in self.batch.events:
            recording_id, events = taking.events[one.file]
            event = event_of(one, events.values())
            item = self.project.events.get(recording_id, event.id) if event is not None else None
            if item is not None:
                rows.append(item.row)
        yield np.array(list(dict.fromkeys(rows)), np.int64)


@dataclass(frozen=True, slots=True)
class LabelCountsJob:
    """How many events a dataset has of each class, most first. Raises DatasetError."""

    events: DatasetEvents

    def run(self) -> Iterator[list[tuple[str, int]]]:
        yield list(self.events.label_counts(EventFilter()).items())


def _is_undecided(found: InProject) -> bool:
    """Whether an event is to come: the project has nothing of its recording, or has not decided."""
    if not found.has_events:
        return True
    return found.event is not None and found.event.state is ReviewState.UNREVIEWED
