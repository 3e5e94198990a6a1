"""Searching the index of a dataset, and deciding about what was found there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.scores import WINDOW_S
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import counted, percent
from yamnet_gui.embedding import Query
from yamnet_gui.gui.jobs.dataset import Chosen
from yamnet_gui.gui.state.datasets import OpenedDataset
from yamnet_gui.gui.state.place import Place
from yamnet_gui.labels.project import Project, group
from yamnet_gui.labels.project.attached_datasets import AttachedDataset

from .hits import Decided, Hit
from .jobs import AnswerJob

if TYPE_CHECKING:
    from yamnet_gui.dataset import EmbeddingIndex


@dataclass(slots=True)
class HeldIndex:
    """The index of an open dataset: opened with the first search, in the thread that asks it."""

    opened: OpenedDataset
    _index: EmbeddingIndex | None = field(default=None, init=False)

    def open(self) -> EmbeddingIndex:
        """Raises DatasetError where there is none."""
        from yamnet_gui.dataset import EmbeddingIndex

        if self._index is None:
            self._index = EmbeddingIndex(self.opened.dataset)
        return self._index


@dataclass(frozen=True, slots=True)
class Found:
    """Places of a dataset that resemble the examples, and what the search may have missed."""

    hits: tuple[Hit, ...]
    note: str


@dataclass(frozen=True, slots=True)
class DatasetSearchJob:
    """The places in a dataset that resemble the examples most, apart from the examples.

    Raises DatasetError, and UserError where the examples cannot be searched with.
    """

    index: HeldIndex
    source: AttachedDataset
    project: Project | None
    positives: tuple[NDArray[np.float32], ...]
    negatives: tuple[NDArray[np.float32], ...]
    examples: tuple[Place, ...]
    limit: int

    def run(self) -> Iterator[Found]:
        from yamnet_gui.dataset.taking import by_path

        try:
            query = Query.of(self.positives, self.negatives)
        except ValueError as error:
            raise UserError("The examples", f"cannot be searched with: {error}") from error
        index = self.index.open()
        known = by_path(self.project) if self.project is not None else {}
        hits = []
        for match in index.search(query.direction, self.limit + len(self.examples) * 2):
            path = self.source.locate(match.file)
            recording = known.get(path)
            span = TimeSpan(match.start_s, match.start_s + WINDOW_S)
            place = Place(
                recording.id if recording is not None else "", str(path), span, match.channel
            )
            if not any(_is_same(place, example) for example in self.examples):
                hits.append(Hit(place, match.cosine, of_dataset=(match.recording, match.file)))
        note = "looks at the nearest part of the index"
        if index.recall is not None:
            note = f"finds {percent(index.recall)} of the best hundred (recall)"
        if index.unindexed:
            note += f"; {counted(index.unindexed, 'frame')} added later are not searched"
        yield Found(tuple(hits[: self.limit]), note)


def _is_same(place: Place, example: Place) -> bool:
    if place.path != example.path:
        return False
    one, other = place.span, example.span
    return min(one.end_s, other.end_s) > max(one.start_s, other.start_s)


@dataclass(frozen=True, slots=True)
class RecordingsJob:
    """Reads recordings of a dataset by their ids, with all of their events. Raises DatasetError."""

    opened: OpenedDataset
    recordings: tuple[str, ...]

    def run(self) -> Iterator[Chosen]:
        labelled = self.opened.events.of_recordings(self.recordings)
        yield Chosen((), tuple(labelled))


@dataclass(frozen=True, slots=True)
class TakenAnswerJob:
    """Takes the recordings of hits into the project, and decides about the hits, as one step.

    Yields as `AnswerJob`. Raises ProjectError.
    """

    project: Project
    source: AttachedDataset
    chosen: Chosen
    answer: AnswerJob

    def run(self) -> Iterator[list[Decided]]:
        from yamnet_gui.dataset.taking import taken

        taking = taken(self.project, self.chosen.labelled, "", self.source.locate)
        hits, events = [], {}
        for number, hit in self.answer.hits:
            recording_id, own = hit.place.recording, None
            if hit.of_dataset is not None and hit.of_dataset[1] in taking.events:
                recording_id, own = taking.events[hit.of_dataset[1]]
            if own is not None:
                events[recording_id] = own
            place = replace(hit.place, recording=recording_id)
            hits.append((number, replace(hit, place=place)))
        command, decided = replace(self.answer, hits=tuple(hits)).step(events)
        self.project.apply(group(command.title, [taking.command, command]), adopt=True)
        recordings = {number: hit.place.recording for number, hit in hits}
        yield [replace(one, recording_id=recordings[one.number]) for one in decided]
