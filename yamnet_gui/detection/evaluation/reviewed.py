"""What people decided as truth: only where they listened, and only for what they listened to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, EventList, EventSource, ReviewedSpan, ReviewState

from .event_arrays import NO_SPANS, EventArrays, Pair, by_label


@dataclass(frozen=True, slots=True)
class ReviewedTruth:
    """The decisions about one recording, by label, and the stretches that were listened to.

    Accepted, drawn, edited and imported events are true, rejected ones are not. Detections count
    where they touch a decided event of their label or have their middle in a stretch that was
    listened to for it; of all others nobody has said anything, and they are left out. So are
    those that touch an event that a person was uncertain about.
    """

    truth: Mapping[str, EventArrays]
    decided: Mapping[str, EventArrays]
    unsure: Mapping[str, EventArrays]
    reviewed: tuple[ReviewedSpan, ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event], reviewed: Sequence[ReviewedSpan] = ()) -> "ReviewedTruth":
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
        """How many events somebody decided about."""
        return sum(map(len, self.decided.values()))

    @property
    def true_events(self) -> int:
        return sum(map(len, self.truth.values()))

    @property
    def heard_s(self) -> float:
        """Seconds that were listened to for every class."""
        onset, offset = self._heard_for_all()
        return float((offset - onset).sum())

    @property
    def empty(self) -> bool:
        """Whether nothing can be measured here."""
        return not self.decisions and not self.reviewed

    def pair(self, found: Mapping[str, EventArrays]) -> Pair:
        """The truth beside the detections that somebody could judge.

        Its duration is what was listened to for every class, which is 0 where single events were
        decided about.
        """
        kept = {label: self._said(label, spans) for label, spans in found.items()}
        return Pair(self.truth, {x: s for x, s in kept.items() if len(s)}, self.heard_s)

    def heard_pair(self, found: Mapping[str, EventArrays]) -> Pair:
        """Truth and detections of the stretches listened to for every class alone, without gaps in
        what is known: for measures that count false ones an hour."""
        onset, offset = self._heard_for_all()

        def inside(spans: EventArrays) -> EventArrays:
            return _kept(spans, _within((spans.onset_s + spans.offset_s) / 2, onset, offset))

        return Pair(
            {label: inside(spans) for label, spans in self.truth.items()},
            {label: inside(self._said(label, spans)) for label, spans in found.items()},
            self.heard_s,
        )

    def _said(self, label: str, found: EventArrays) -> EventArrays:
        """The detections of a label that somebody has said something about."""
        spans = [r.span for r in self.reviewed if not r.labels or label in r.labels]
        onset, offset = _joined([s.start_s for s in spans], [s.end_s for s in spans])
        heard = _within((found.onset_s + found.offset_s) / 2, onset, offset)
        near = _touches(found, self.decided.get(label, NO_SPANS))
        doubted = _touches(found, self.unsure.get(label, NO_SPANS))
        return _kept(found, (heard | near) & ~doubted)

    def _heard_for_all(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        spans = [r.span for r in self.reviewed if not r.labels]
        return _joined([s.start_s for s in spans], [s.end_s for s in spans])


def is_decision(event: Event) -> bool:
    """Whether a person said something about what is there: a mere note does not."""
    if event.state is ReviewState.UNREVIEWED:
        return event.source is not EventSource.DETECTED
    return True


def reviewed_pair(
    events: EventList,
    detections: EventList,
    duration_s: float,
    reviewed: Sequence[ReviewedSpan] = (),
) -> Pair:
    """What people decided against what rules find, as `ReviewedTruth.pair`, of `duration_s`."""
    pair = ReviewedTruth.of(events, reviewed).pair(by_label(detections))
    return Pair(pair.truth, pair.found, duration_s)


def _is_true(event: Event) -> bool:
    return event.state not in (ReviewState.REJECTED, ReviewState.UNCERTAIN)


def _joined(
    starts: Sequence[float], ends: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Stretches in order and apart from each other."""
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
    """Which times lie in one of the stretches (in order and apart)."""
    if len(onset) == 0:
        return np.zeros(len(times), bool)
    place = np.searchsorted(onset, times, "right") - 1
    return (place >= 0) & (times <= offset[np.maximum(place, 0)])


def _touches(found: EventArrays, others: EventArrays) -> NDArray[np.bool_]:
    """Which of `found` share a moment (or an edge) with any of `others`."""
    onset, offset = _joined(others.onset_s.tolist(), others.offset_s.tolist())
    if len(onset) == 0:
        return np.zeros(len(found), bool)
    place = np.searchsorted(onset, found.offset_s, "right") - 1
    return (place >= 0) & (offset[np.maximum(place, 0)] >= found.onset_s)


def _kept(spans: EventArrays, keep: NDArray[np.bool_]) -> EventArrays:
    return EventArrays(spans.onset_s[keep], spans.offset_s[keep], spans.score[keep])
