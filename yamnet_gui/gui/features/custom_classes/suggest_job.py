"""Choosing which frames to label next for a custom class."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from yamnet_gui.core.events import REVIEWED
from yamnet_gui.embedding import Frames, Strategy, suggest
from yamnet_gui.gui.state.custom_classes import CustomClass, columns_of
from yamnet_gui.gui.state.place import Place
from yamnet_gui.labels.project import EventFilter, Project

_MOST_CANDIDATES = 20_000
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class SuggestedPlace:
    """A frame to label, its score for the class, and its row in the store."""

    place: Place
    score: float
    row: int


@dataclass(frozen=True, slots=True)
class SuggestedPlaces:
    """Places to label next, most useful first."""

    places: tuple[SuggestedPlace, ...]


@dataclass(frozen=True, slots=True)
class SuggestJob:
    """Chooses frames to label for a custom class among all that have not been reviewed for it.

    `labels`: those whose reviewed events are examples of the class.
    """

    project: Project
    frames: Frames
    one: CustomClass
    labels: frozenset[str]
    strategy: Strategy
    count: int
    seed: int

    def run(self) -> Iterator[SuggestedPlaces]:
        frames, label = self.frames, self.one.label
        rows = frames.live_rows()
        if len(rows) > _MOST_CANDIDATES:
            rng = np.random.default_rng(self.seed)
            rows = np.sort(rng.choice(rows, _MOST_CANDIDATES, replace=False))
        vectors = np.empty((len(rows), frames.vectors.shape[1]), np.float32)
        scores = np.empty(len(rows), np.float32)
        for first in range(0, len(rows), _BLOCK):
            part = slice(first, first + _BLOCK)
            vectors[part] = frames.read(rows[part])
            scores[part] = columns_of((self.one,), vectors[part])[:, 0]
        reviewed = self.project.events.rows(EventFilter(labels=self.labels, states=REVIEWED))
        known = [
            frames.rows_in(item.recording_id, item.event.span)
            for item in self.project.events.at(reviewed.tolist())
        ]
        threshold = self.one.classifier.threshold(label) if self.one.classifier else 0.5
        if self.strategy == "random" and np.count_nonzero(scores >= threshold) >= self.count:
            # precision can only be estimated from what the class detects
            detected = scores >= threshold
            rows, vectors, scores = rows[detected], vectors[detected], scores[detected]
        none = np.zeros(0, np.int64)
        labelled = np.flatnonzero(np.isin(rows, np.concatenate([none, *known])))
        chosen = suggest(
            scores,
            vectors,
            self.strategy,
            self.count,
            known=labelled,
            threshold=threshold,
            seed=self.seed,
        )
        suggested = []
        for index in chosen.tolist():
            row = int(rows[index])
            track = frames.track_at(row)
            place = Place(track.recording, track.path, frames.span_at(row), track.channel)
            suggested.append(SuggestedPlace(place, float(scores[index]), row))
        yield SuggestedPlaces(tuple(suggested))
