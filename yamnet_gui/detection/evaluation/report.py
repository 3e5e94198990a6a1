"""All figures at once: how good the events are, per label and overall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, EventList, ReviewedSpan, ReviewState

from .counts import Counts, added, mean_f1, total
from .matching import event_counts, segment_counts
from .psds import SCENARIO_1, Psds, PsdsSettings, psds
from .spans import NO_SPANS, Pair, Spans, by_label


@dataclass(frozen=True, slots=True)
class Confusion:
    """`seconds` of true `truth` in which `found` was detected while `truth` was not."""

    truth: str
    found: str
    seconds: float


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Precision and recall of the events of a label at every threshold, falling."""

    thresholds: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]

    @property
    def average_precision(self) -> float:
        """Area under the staircase of precision over recall."""
        return float((np.diff(np.append(0.0, self.recall)) * self.precision).sum())


@dataclass(frozen=True)
class Evaluation:
    """Counts by label and collar, and scores of the whole."""

    labels: tuple[str, ...]
    events: Mapping[float, Mapping[str, Counts]]
    segments: Mapping[str, Counts]
    psds: Psds | None
    confusions: tuple[Confusion, ...]
    recordings: int
    duration_s: float

    def event_f1(self, collar_s: float) -> float | None:
        """F1 over all events (micro average)."""
        return total(self.events[collar_s]).f1

    @property
    def segment_f1(self) -> float | None:
        """F1 over all segments of one second (micro average)."""
        return total(self.segments).f1

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as written to JSON."""
        return {
            "recordings": self.recordings,
            "duration_s": self.duration_s,
            "segment": _figures(self.segments),
            "event": {f"{collar:g}": _figures(c) for collar, c in self.events.items()},
            "psds": None
            if self.psds is None
            else {"score": self.psds.score, "by_label": self.psds.by_label},
            "confusions": [
                {"truth": c.truth, "found": c.found, "seconds": c.seconds} for c in self.confusions
            ],
        }


def evaluate(
    pairs: Sequence[Pair],
    labels: Sequence[str] | None = None,
    collars_s: Sequence[float] = (0.2, 0.5),
    offset_share: float = 0.2,
    psds_settings: PsdsSettings = SCENARIO_1,
) -> Evaluation:
    """Every figure over these recordings for these labels (None: all that occur in the truth)."""
    wanted = tuple(sorted({x for p in pairs for x in p.truth})) if labels is None else tuple(labels)
    kept = [restricted(pair, wanted) for pair in pairs]
    return Evaluation(
        labels=wanted,
        events={c: added(event_counts(p, c, offset_share) for p in kept) for c in collars_s},
        segments=added(segment_counts(p) for p in kept),
        psds=psds(kept, wanted, psds_settings),
        confusions=confusions(kept),
        recordings=len(kept),
        duration_s=sum(p.duration_s for p in kept),
    )


def restricted(pair: Pair, labels: Sequence[str]) -> Pair:
    """The pair with these labels alone, each present even where it has no events."""
    return Pair(
        {x: pair.truth.get(x, NO_SPANS) for x in labels},
        {x: pair.found.get(x, NO_SPANS) for x in labels},
        pair.duration_s,
    )


def reviewed_pair(
    events: EventList,
    detections: EventList,
    duration_s: float,
    reviewed: Sequence[ReviewedSpan] = (),
) -> Pair:
    """What a person decided against what rules find.

    Accepted, drawn, edited and imported events are true, rejected ones are not. Detections count
    where they touch a decided event of their label or have their middle in a stretch that was
    listened to for it; of all others nobody has said anything, and they are left out.
    """
    decided = [e for e in events if e.touched and e.state is not ReviewState.UNCERTAIN]
    truth = [e for e in decided if e.state is not ReviewState.REJECTED]
    known = EventList.of(decided)

    def said(detection: Event) -> bool:
        middle = detection.span.centre_s
        heard = any(
            r.span.contains(middle) and (not r.labels or detection.label in r.labels)
            for r in reviewed
        )
        near = known.between(detection.onset_s, detection.offset_s)
        return heard or any(e.label == detection.label for e in near)

    unsure = EventList.of(e for e in events if e.state is ReviewState.UNCERTAIN)

    def doubted(detection: Event) -> bool:
        near = unsure.between(detection.onset_s, detection.offset_s)
        return any(e.label == detection.label for e in near)

    found = [d for d in detections if said(d) and not doubted(d)]
    return Pair(by_label(truth), by_label(found), duration_s)


def precision_recall(
    pairs: Sequence[Pair], label: str, collar_s: float = 0.5, offset_share: float = 0.2
) -> PrecisionRecall:
    """How precision and recall of a label change with the threshold on its events' scores."""
    scores = [p.found[label].score for p in pairs if label in p.found]
    thresholds = np.unique(np.concatenate([np.zeros(0), *scores]))[::-1]
    precision, recall = np.zeros(len(thresholds)), np.zeros(len(thresholds))
    for place, threshold in enumerate(thresholds):
        counts = Counts()
        for pair in pairs:
            found = pair.found.get(label, NO_SPANS)
            keep = found.score >= threshold
            some = Spans(found.onset_s[keep], found.offset_s[keep], found.score[keep])
            one = Pair({label: pair.truth.get(label, NO_SPANS)}, {label: some}, pair.duration_s)
            counts += event_counts(one, collar_s, offset_share)[label]
        precision[place] = counts.precision or 0.0
        recall[place] = counts.recall or 0.0
    return PrecisionRecall(thresholds, precision, recall)


def confusions(pairs: Sequence[Pair]) -> tuple[Confusion, ...]:
    """Which label was found in the place of which, most seconds first."""
    seconds: dict[tuple[str, str], float] = {}
    for pair in pairs:
        for label, truth in pair.truth.items():
            missed = _without(truth, pair.found.get(label, NO_SPANS))
            for other, found in pair.found.items():
                true_there = pair.truth.get(other, NO_SPANS)
                if other == label or not len(missed) or not len(found):
                    continue
                shared = _shared_seconds(missed, _without(found, true_there))
                if shared > 0:
                    seconds[label, other] = seconds.get((label, other), 0.0) + shared
    ordered = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(truth, found, value) for (truth, found), value in ordered)


def _without(spans: Spans, others: Spans) -> Spans:
    """The parts of `spans` (joined) that lie in none of `others`."""
    edges = np.unique(np.concatenate([a for s in (spans, others) for a in (s.onset_s, s.offset_s)]))
    if len(edges) < 2:
        return NO_SPANS
    middle = (edges[:-1] + edges[1:]) / 2
    kept = _covers(spans, middle) & ~_covers(others, middle)
    return Spans(edges[:-1][kept], edges[1:][kept], np.ones(int(kept.sum())))


def _covers(spans: Spans, times: NDArray[np.float64]) -> NDArray[np.bool_]:
    opened = np.searchsorted(np.sort(spans.onset_s), times, "right")
    return opened > np.searchsorted(np.sort(spans.offset_s), times, "right")


def _shared_seconds(a: Spans, b: Spans) -> float:
    if not len(a) or not len(b):
        return 0.0
    end = np.minimum(a.offset_s[:, None], b.offset_s)
    return float(np.maximum(end - np.maximum(a.onset_s[:, None], b.onset_s), 0).sum())


def _figures(counts: Mapping[str, Counts]) -> dict[str, Any]:
    def row(value: Counts) -> dict[str, Any]:
        return {
            "f1": value.f1,
            "precision": value.precision,
            "recall": value.recall,
            "hits": value.hits,
            "found": value.found,
            "truth": value.truth,
        }

    by_label = {label: row(value) for label, value in counts.items()}
    return {"overall": row(total(counts)), "mean_f1": mean_f1(counts), "by_label": by_label}
