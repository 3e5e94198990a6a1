"""How precision and recall of a label change with its threshold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .counts import Counts
from .event_arrays import NO_SPANS, EventArrays, Pair
from .matching import event_counts


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Precision and recall of the events of a label at every threshold, falling.

    Without any estimated event precision is 1: there is no false alarm.
    """

    thresholds: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]

    @property
    def average_precision(self) -> float:
        """Area under the staircase of precision over recall."""
        return float((np.diff(np.append(0.0, self.recall)) * self.precision).sum())


def precision_recall(
    pairs: Sequence[Pair], label: str, collar_s: float = 0.5, offset_share: float = 0.2
) -> PrecisionRecall:
    """The curve of a threshold on the scores of existing events."""
    scores = [p.estimated[label].score for p in pairs if label in p.estimated]
    thresholds = np.unique(np.concatenate([np.zeros(0), *scores]))[::-1]

    def counts_at(threshold: float) -> Counts:
        counts = Counts()
        for pair in pairs:
            estimated = pair.estimated.get(label, NO_SPANS)
            keep = estimated.score >= threshold
            some = EventArrays(
                estimated.onset_s[keep], estimated.offset_s[keep], estimated.score[keep]
            )
            one = Pair({label: pair.reference.get(label, NO_SPANS)}, {label: some}, pair.duration_s)
            counts += event_counts(one, collar_s, offset_share)[label]
        return counts

    return curve_of(thresholds.tolist(), counts_at)


def curve_of(thresholds: Iterable[float], counts_at: Callable[[float], Counts]) -> PrecisionRecall:
    """The curve of a rule whose threshold is moved: events are recomputed at each of them."""
    falling = sorted(set(thresholds), reverse=True)
    counts = [counts_at(threshold) for threshold in falling]
    return PrecisionRecall(
        np.array(falling, float),
        np.array([1.0 if c.precision is None else c.precision for c in counts]),
        np.array([c.recall or 0.0 for c in counts]),
    )
