"""Reviewed events as a reference: only in segments that were reviewed, and for their labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, EventSource, ReviewedSpan, ReviewState

from .event_arrays import NO_SPANS, EventArrays, Pair, by_label


@dataclass(frozen=True, slots=True)
class ReviewedReference:
    """The decisions about one recording, by label, and the reviewed segments.

    Accepted, drawn, edited and imported events are true, rejected ones are not. Detections count
    where they touch a decided event of their label or have their centre in a segment that was
    reviewed for it. All others are unknown and left out, as are those that touch an event marked
    uncertain.
    """

    reference: Mapping[str, EventArrays]
    decided: Mapping[str, EventArrays]
    unsure: Mapping[str, EventArrays]
    reviewed: tuple[ReviewedSpan, ...] = ()

    @classmethod
    def of(
        cls, events: Iterable[Event], reviewed: Sequence[ReviewedSpan] = ()
    ) -> "ReviewedReference":
        """From all events of a recording, touched or not."""
        known = [event for event in events if is_decision(event)]
        return cls(
            by_label(e for e in known if _is_true(e)),
            by_label(e for e in known if e.state is not ReviewState.UNCERTAIN),
            by_label(e for e in known if e.state is ReviewState.UNCERTAIN),
            tuple(reviewed),
        )

    @property
    def decisions(self) -> int:
        """Number of decided events."""
        return sum(map(len, self.decided.values()))

    @property
    def true_events(self) -> int:
        return sum(map(len, self.reference.values()))

    @property
    def reviewed_s(self) -> float:
        """Seconds that were reviewed for every class."""
        onset, offset = self._fully_reviewed()
        return float((offset - onset).sum())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to evaluate."""
        return not self.decisions and not self.reviewed

    def pair(self, estimated: Mapping[str, EventArrays]) -> Pair:
        """Reference and those detections that are known to be right or wrong.

        The duration is the time that was reviewed for every class: 0 where only single events were
        decided.
        """
        decidable = {label: self._decidable(label, spans) for label, spans in estimated.items()}
        return Pair(self.reference, {x: s for x, s in decidable.items() if len(s)}, self.reviewed_s)

    def fully_reviewed_pair(self, estimated: Mapping[str, EventArrays]) -> Pair:
        """Reference and detections inside the segments that were reviewed for every class, where
        every false alarm is known: for measures that count false alarms per hour."""
        onset, offset = self._fully_reviewed()

        def inside(spans: EventArrays) -> EventArrays:
            return _selected(spans, _within((spans.onset_s + spans.offset_s) / 2, onset, offset))

        return Pair(
            {label: inside(spans) for label, spans in self.reference.items()},
            {label: inside(self._decidable(label, spans)) for label, spans in estimated.items()},
            self.reviewed_s,
        )

    def _decidable(self, label: str, estimated: EventArrays) -> EventArrays:
        """The detections of a label that are known to be right or wrong."""
        spans = [r.span for r in self.reviewed if not r.labels or label in r.labels]
        onset, offset = _joined([s.start_s for s in spans], [s.end_s for s in spans])
        reviewed = _within((estimated.onset_s + estimated.offset_s) / 2, onset, offset)
        near = _touches(estimated, self.decided.get(label, NO_SPANS))
        doubted = _touches(estimated, self.unsure.get(label, NO_SPANS))
        return _selected(estimated, (reviewed | near) & ~doubted)

    def _fully_reviewed(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        spans = [r.span for r in self.reviewed if not r.labels]
        return _joined([s.start_s for s in spans], [s.end_s for s in spans])


def is_decision(event: Event) -> bool:
    """Whether the event states what is audible; a detection that only got a note does not."""
    if event.state is ReviewState.UNREVIEWED:
        return event.source is not EventSource.DETECTED
    return True


def _is_true(event: Event) -> bool:
    return event.state not in (ReviewState.REJECTED, ReviewState.UNCERTAIN)


def _joined(
    starts: Sequence[float], ends: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Overlapping spans joined, sorted."""
    order = np.argsort(starts, kind="stable")
    onset, offset = np.array(starts, float)[order], np.array(ends, float)[order]
    if len(onset) == 0:
        return onset, offset
    reach = np.maximum.accumulate(offset)
    begins = np.flatnonzero(np.append(True, onset[1:] > reach[:-1]))
    return onset[begins], np.maximum.reduceat(offset, begins)


def _within(
    times: NDArray[np.float64], onset: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which times lie in one of the spans (sorted, disjoint)."""
    if len(onset) == 0:
        return np.zeros(len(times), bool)
    place = np.searchsorted(onset, times, "right") - 1
    return (place >= 0) & (times <= offset[np.maximum(place, 0)])


def _touches(estimated: EventArrays, others: EventArrays) -> NDArray[np.bool_]:
    """Which of `estimated` share a moment (or an edge) with any of `others`."""
    onset, offset = _joined(others.onset_s.tolist(), others.offset_s.tolist())
    if len(onset) == 0:
        return np.zeros(len(estimated), bool)
    place = np.searchsorted(onset, estimated.offset_s, "right") - 1
    return (place >= 0) & (offset[np.maximum(place, 0)] >= estimated.onset_s)


def _selected(spans: EventArrays, keep: NDArray[np.bool_]) -> EventArrays:
    return EventArrays(spans.onset_s[keep], spans.offset_s[keep], spans.score[keep])
