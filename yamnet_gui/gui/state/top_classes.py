"""Which classes score best in a span of the recording."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event
from yamnet_gui.labels.project import ProjectEvent

from .document import Document
from .score_buffer import ScoreBuffer

CLASSES_OF_EVENT = 9
"""As many as there are digits to choose them with."""
LEAST_LIKELY = 0.1
"""The score from which a class is offered for what sounds in a span."""


def top_classes(scores: NDArray[np.float32], count: int) -> list[int]:
    """Indices of the largest scores (classes,), largest first."""
    count = min(count, len(scores))
    some = np.argpartition(-scores, count - 1)[:count]
    return [int(i) for i in some[np.argsort(-scores[some], kind="stable")]]


def top_classes_of_event(document: Document, event: Event) -> list[int]:
    """The classes that score best in the span of an event; none where it has no scores."""
    span = span_scores(document, event)
    return [] if span is None else top_classes(span.max(axis=0), CLASSES_OF_EVENT)


def likely_classes(document: Document, span: Event) -> list[int]:
    """Those of them that are there to be heard, best first: what a new event there may be of."""
    scores = span_scores(document, span)
    if scores is None:
        return []
    best = scores.max(axis=0)
    return [i for i in top_classes(best, CLASSES_OF_EVENT) if best[i] >= LEAST_LIKELY]


def span_scores(document: Document, event: Event) -> NDArray[np.float32] | None:
    """Scores of the frames whose tiles an event touches, (frames, classes); None where not there.

    An end that lies on the border of two tiles does not touch the second.
    """
    buffer = scores_of_event(document, event)
    return None if buffer is None else _frames_of(buffer, event)


def _frames_of(buffer: ScoreBuffer, event: Event) -> NDArray[np.float32] | None:
    if not buffer.ready:
        return None
    first = buffer.grid.frame_at(event.onset_s + 1e-6)
    last = buffer.grid.frame_at(max(event.offset_s - 1e-6, event.onset_s))
    scores = buffer.table().scores[first : max(last, first) + 1]
    return scores if len(scores) else None


@dataclass(frozen=True, slots=True)
class EventScores:
    """Scores of any class within events of one recording, for workers: `buffers` are its own."""

    recording_id: str
    buffers: tuple[ScoreBuffer, ...]

    def __call__(self, item: ProjectEvent, class_index: int) -> tuple[float, float] | None:
        """Highest and mean score by the event's own channel; None where there are none."""
        event = item.event
        own = (one for one in self.buffers if one.channel == event.channel)
        buffer = next(own, None) if item.recording_id == self.recording_id else None
        if buffer is None or class_index >= buffer.class_count or not buffer.best[class_index]:
            return None
        scores = _frames_of(buffer, event)
        if scores is None:
            return None
        column = scores[:, class_index]
        highest, mean = float(column.max()), float(column.mean())
        return round(highest, 6), round(mean, 6)  # as those of detections are


def scores_of_event(document: Document, event: Event) -> ScoreBuffer | None:
    """The scores of the event's own channel where there are such, else those that are drawn."""
    own = (b for b in document.buffers if b.channel == event.channel)
    return next(own, document.scores)
