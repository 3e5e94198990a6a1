"""Events as arrays by label, as every measure takes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event
from yamnet_gui.core.ontology import Ontology


@dataclass(frozen=True, slots=True)
class EventArrays:
    """Events of one label in one recording, sorted by onset: times in seconds, scores."""

    onset_s: NDArray[np.float64]
    offset_s: NDArray[np.float64]
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.onset_s)

    @classmethod
    def of(
        cls, onset_s: Iterable[float], offset_s: Iterable[float], score: Iterable[float] = ()
    ) -> "EventArrays":
        """Spans from plain numbers; without scores every one counts 1."""
        onset, offset = np.array([*onset_s], float), np.array([*offset_s], float)
        given = np.array([*score], float)
        scores = given if len(given) == len(onset) else np.ones(len(onset))
        order = np.lexsort((offset, onset))
        return cls(onset[order], offset[order], scores[order])


NO_SPANS = EventArrays.of((), ())


@dataclass(frozen=True, slots=True)
class Pair:
    """Reference and estimated events of one recording of `duration_s`, by label."""

    reference: Mapping[str, EventArrays]
    estimated: Mapping[str, EventArrays]
    duration_s: float


def by_label(events: Iterable[Event]) -> dict[str, EventArrays]:
    """Events grouped by label. The score is the calibrated one where there is one."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(event.label, []).append(event)
    return {
        label: EventArrays.of(
            (e.onset_s for e in members),
            (e.offset_s for e in members),
            (_score(e) for e in members),
        )
        for label, members in groups.items()
    }


def _score(event: Event) -> float:
    for value in (event.probability, event.score_max):
        if value is not None:
            return value
    return 1.0


def counting_events_below(
    estimated: Mapping[str, EventArrays], labels: Iterable[str], ontology: Ontology
) -> dict[str, EventArrays]:
    """For each label its events and those of everything below it in the ontology.

    Overlapping ones become one event with the highest score, as a listener would hear them.
    """
    by_name = {node.name: node for node in ontology.nodes}
    result = {}
    for label in labels:
        names = {label}
        if label in by_name:
            names |= {node.name for node in ontology.below(by_name[label].mid)}
        parts = [estimated[name] for name in sorted(names) if name in estimated]
        result[label] = united(parts)
    return result


def united(parts: Iterable[EventArrays]) -> EventArrays:
    """All spans, those that overlap joined."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return NO_SPANS
    onset = np.concatenate([p.onset_s for p in filled])
    offset = np.concatenate([p.offset_s for p in filled])
    score = np.concatenate([p.score for p in filled])
    order = np.lexsort((offset, onset))
    onset, offset, score = onset[order], offset[order], score[order]
    reach = np.maximum.accumulate(offset)
    begins = np.flatnonzero(np.append(True, onset[1:] >= reach[:-1]))
    return EventArrays(
        onset[begins], np.maximum.reduceat(offset, begins), np.maximum.reduceat(score, begins)
    )
