"""All metrics at once: how good the events are, per label and overall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .counts import Counts, added, mean_f1, total
from .event_arrays import NO_SPANS, EventArrays, Pair
from .matching import event_counts, segment_counts
from .psds import SCENARIO_1, Psds, PsdsSettings, psds

COLLARS_S = (0.2, 0.5)
"""How far an onset may be off, in seconds, for each event F1 that is reported."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """`seconds` of true `reference` in which `estimated` was detected while `reference` was not."""

    reference: str
    estimated: str
    seconds: float


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
            "segment": _metrics(self.segments),
            "event": {f"{collar:g}": _metrics(c) for collar, c in self.events.items()},
            "psds": None
            if self.psds is None
            else {"score": self.psds.score, "by_label": self.psds.by_label},
            "confusions": [
                {"truth": c.reference, "found": c.estimated, "seconds": c.seconds}
                for c in self.confusions
            ],
        }


def evaluate(
    pairs: Sequence[Pair],
    labels: Sequence[str] | None = None,
    collars_s: Sequence[float] = COLLARS_S,
    offset_share: float = 0.2,
    psds_settings: PsdsSettings = SCENARIO_1,
    psds_pairs: Sequence[Pair] | None = None,
) -> Evaluation:
    """All metrics over these recordings for these labels (None: all that occur in the reference).

    `psds_pairs` are other pairs for the PSDS, which counts false ones an hour and so needs
    spans that are known without gaps; an empty list leaves it out.
    """
    wanted = (
        tuple(sorted({x for p in pairs for x in p.reference})) if labels is None else tuple(labels)
    )
    restricted_pairs = [restricted(pair, wanted) for pair in pairs]
    return Evaluation(
        labels=wanted,
        events={
            c: added(event_counts(p, c, offset_share) for p in restricted_pairs) for c in collars_s
        },
        segments=added(segment_counts(p) for p in restricted_pairs),
        psds=psds(
            restricted_pairs if psds_pairs is None else [restricted(p, wanted) for p in psds_pairs],
            wanted,
            psds_settings,
        ),
        confusions=confusions(restricted_pairs),
        recordings=len(restricted_pairs),
        duration_s=sum(p.duration_s for p in restricted_pairs),
    )


def restricted(pair: Pair, labels: Sequence[str]) -> Pair:
    """The pair with these labels alone, each present even where it has no events."""
    return Pair(
        {x: pair.reference.get(x, NO_SPANS) for x in labels},
        {x: pair.estimated.get(x, NO_SPANS) for x in labels},
        pair.duration_s,
    )


_LEAST_CONFUSED_S = 0.01
"""Less is where edges of events meet that were meant to, to the rounding of a table."""


def confusions(pairs: Sequence[Pair]) -> tuple[Confusion, ...]:
    """Which label was estimated in the place of which, most seconds first."""
    seconds: dict[tuple[str, str], float] = {}
    for pair in pairs:
        for label, reference in pair.reference.items():
            missed = _without(reference, pair.estimated.get(label, NO_SPANS))
            for other, estimated in pair.estimated.items():
                true_there = pair.reference.get(other, NO_SPANS)
                if other == label or not len(missed) or not len(estimated):
                    continue
                shared = _shared_seconds(missed, _without(estimated, true_there))
                if shared >= _LEAST_CONFUSED_S:
                    seconds[label, other] = seconds.get((label, other), 0.0) + shared
    ordered = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Confusion(reference, estimated, value) for (reference, estimated), value in ordered
    )


def _without(spans: EventArrays, others: EventArrays) -> EventArrays:
    """The parts of `spans` (joined) that lie in none of `others`."""
    edges = np.unique(np.concatenate([a for s in (spans, others) for a in (s.onset_s, s.offset_s)]))
    if len(edges) < 2:
        return NO_SPANS
    middle = (edges[:-1] + edges[1:]) / 2
    inside = _covers(spans, middle) & ~_covers(others, middle)
    return EventArrays(edges[:-1][inside], edges[1:][inside], np.ones(int(inside.sum())))


def _covers(spans: EventArrays, times: NDArray[np.float64]) -> NDArray[np.bool_]:
    opened = np.searchsorted(np.sort(spans.onset_s), times, "right")
    return opened > np.searchsorted(np.sort(spans.offset_s), times, "right")


def _shared_seconds(a: EventArrays, b: EventArrays) -> float:
    if not len(a) or not len(b):
        return 0.0
    end = np.minimum(a.offset_s[:, None], b.offset_s)
    return float(np.maximum(end - np.maximum(a.onset_s[:, None], b.onset_s), 0).sum())


def _metrics(counts: Mapping[str, Counts]) -> dict[str, Any]:
    def row(value: Counts) -> dict[str, Any]:
        return {
            "f1": value.f1,
            "precision": value.precision,
            "recall": value.recall,
            "hits": value.hits,
            "found": value.estimated,
            "truth": value.reference,
        }

    by_label = {label: row(value) for label, value in counts.items()}
    return {"overall": row(total(counts)), "mean_f1": mean_f1(counts), "by_label": by_label}
