"""Polyphonic sound detection score (Bilen et al., ICASSP 2020) of events with a confidence.

Thresholds are not sampled: every confidence that occurs is an operating point (Ebbers, Serizel,
Haeb-Umbach, ICASSP 2022). Detections have fixed bounds and do not overlap others of their label.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .event_arrays import NO_SPANS, EventArrays, Pair

_DECIMALS = 6  # times are compared to the microsecond
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class PsdsSettings:
    """Intersection criteria and penalties; scenario 1 of DCASE by default.

    `detection`: share of a detection that must lie in reference events (DTC). `reference`: share of
    a reference event that such detections must cover (GTC). `cross`: share of a wrong detection
    in another label that makes it a cross-trigger (CTTC), weighed with `cross_weight`;
    `spread_weight` punishes differences between labels. `highest_rate`: false alarms per hour up
    to which the curve counts.
    """

    detection: float = 0.7
    reference: float = 0.7
    cross: float = 0.3
    cross_weight: float = 0.0
    spread_weight: float = 1.0
    highest_rate: float = 100.0


SCENARIO_1 = PsdsSettings()
SCENARIO_2 = PsdsSettings(detection=0.1, reference=0.1, cross=0.3, cross_weight=0.5)


@dataclass(frozen=True, slots=True)
class Psds:
    """The score, that of each label, and the curve: false ones an hour against hits in [0, 1]."""

    score: float
    by_label: dict[str, float]
    false_rate: NDArray[np.float64]
    hit_rate: NDArray[np.float64]


def psds(
    pairs: Sequence[Pair], labels: Sequence[str], settings: PsdsSettings = SCENARIO_1
) -> Psds | None:
    """The score over recordings for these labels; None without labels or sound."""
    duration = sum(pair.duration_s for pair in pairs)
    if not labels or duration <= 0:
        return None
    curves = [_curve(pairs, label, labels, settings, duration) for label in labels]
    rates = np.unique(np.concatenate([rate for rate, _ in curves]))
    steps = np.stack([_step(rate, hit, rates) for rate, hit in curves])
    combined = np.maximum(steps.mean(0) - settings.spread_weight * steps.std(0), 0)
    highest = settings.highest_rate
    return Psds(
        _area(rates, combined, highest),
        {x: _area(*curve, highest) for x, curve in zip(labels, curves, strict=True)},
        np.append(rates, highest),
        np.append(combined, combined[-1]),
    )


def _curve(
    pairs: Sequence[Pair],
    label: str,
    labels: Sequence[str],
    settings: PsdsSettings,
    duration_s: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Effective false rate an hour and hit rate at every operating point, from (0, 0) upwards."""
    hits, false, weights = [], [], []
    truth_count = 0
    others = [x for x in labels if x != label]
    other_time = {
        x: sum(float((s.offset_s - s.onset_s).sum()) for p in pairs if (s := p.reference.get(x)))
        for x in others
    }
    for pair in pairs:
        reference, estimated = (
            pair.reference.get(label, NO_SPANS),
            pair.estimated.get(label, NO_SPANS),
        )
        truth_count += len(reference)
        shared = _shared(estimated, reference)
        lengths = estimated.offset_s - estimated.onset_s
        good = _reaches(shared.sum(1), settings.detection * lengths) & (lengths > 0)
        hits.append(_hit_scores(shared[good], estimated.score[good], reference, settings.reference))
        wrong = ~good & (lengths > 0)
        false.append(estimated.score[wrong])
        weight = np.full(int(wrong.sum()), 1 / duration_s)
        if settings.cross_weight and others:
            bad = EventArrays(
                estimated.onset_s[wrong], estimated.offset_s[wrong], estimated.score[wrong]
            )
            for other in others:
                spans = pair.reference.get(other, NO_SPANS)
                if len(spans):
                    inside = _shared(bad, spans).sum(1)
                    crossing = _reaches(inside, settings.cross * lengths[wrong])
                    share = settings.cross_weight / len(others)
                    weight = weight + crossing * share / max(other_time[other], 1e-12)
        weights.append(weight)
    hit_scores, false_scores = np.concatenate(hits), np.concatenate(false)
    points = np.unique(np.concatenate([hit_scores, false_scores]))[::-1]
    hit_rate = _at_least(hit_scores, np.ones(len(hit_scores)), points) / max(truth_count, 1)
    rate = _at_least(false_scores, np.concatenate(weights), points) * _HOUR_S
    rate, hit_rate = np.append(0.0, rate), np.append(0.0, hit_rate)
    last = np.append(rate[1:] != rate[:-1], True)  # the best point at each rate
    keep = last & (rate <= settings.highest_rate)
    return rate[keep], hit_rate[keep]


def _at_least(
    scores: NDArray[np.float64], weights: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum of the weights whose score reaches each point."""
    order = np.argsort(-scores, kind="stable")
    sums = np.append(0.0, np.cumsum(weights[order]))
    return sums[np.searchsorted(-scores[order], -points, "right")]


def _hit_scores(
    shared: NDArray[np.float64], scores: NDArray[np.float64], reference: EventArrays, share: float
) -> NDArray[np.float64]:
    """For each true event that can be hit, the threshold below which it is."""
    order = np.argsort(-scores, kind="stable")
    covered = np.cumsum(shared[order], axis=0)
    needed = share * (reference.offset_s - reference.onset_s)
    enough = _reaches(covered, needed)
    reached = enough.any(axis=0) if len(covered) else np.zeros(len(reference), bool)
    return scores[order][np.argmax(enough, axis=0)[reached]] if reached.any() else np.zeros(0)


def _shared(a: EventArrays, b: EventArrays) -> NDArray[np.float64]:
    """Seconds that each of `a` shares with each of `b`, shape (len(a), len(b))."""
    end = np.minimum(a.offset_s[:, None], b.offset_s)
    return np.maximum(end - np.maximum(a.onset_s[:, None], b.onset_s), 0)


def _reaches(value: NDArray[np.float64], needed: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.round(value, _DECIMALS) >= np.round(needed, _DECIMALS)


def _step(
    rate: NDArray[np.float64], hit: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The value of a staircase at the given rates."""
    return hit[np.searchsorted(rate, at, "right") - 1]


def _area(rate: NDArray[np.float64], hit: NDArray[np.float64], highest: float) -> float:
    inside = rate <= highest
    return float((hit[inside] * np.diff(np.append(rate[inside], highest))).sum() / highest)
