"""Hits, estimated and reference events, and the metrics that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of `hits`, `estimated` and `reference` events; ratios are None without any."""

    hits: int = 0
    estimated: int = 0
    reference: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.hits + other.hits,
            self.estimated + other.estimated,
            self.reference + other.reference,
        )

    @property
    def precision(self) -> float | None:
        return self.hits / self.estimated if self.estimated else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.reference if self.reference else None

    @property
    def f1(self) -> float | None:
        """2 · hits / (estimated + reference): the harmonic mean of precision and recall."""
        both = self.estimated + self.reference
        return 2 * self.hits / both if both else None

    @property
    def missed(self) -> int:
        return self.reference - self.hits

    @property
    def wrong(self) -> int:
        return self.estimated - self.hits


def total(counts: Mapping[str, Counts] | Iterable[Counts]) -> Counts:
    """All counts added: the micro average weighs each event (or segment) alike."""
    values = counts.values() if isinstance(counts, Mapping) else counts
    return sum(values, Counts())


def added(many: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """Counts of several recordings, added label by label."""
    result: dict[str, Counts] = {}
    for counts in many:
        for label, value in counts.items():
            result[label] = result.get(label, Counts()) + value
    return result


def mean_f1(counts: Mapping[str, Counts]) -> float | None:
    """The macro average: every label that is in the reference or the estimate weighs alike."""
    figures = [value.f1 for value in counts.values() if value.f1 is not None]
    return sum(figures) / len(figures) if figures else None
