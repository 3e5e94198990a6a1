"""Hits, what was found and what was there; and the figures that follow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """`hits` of the `found` are among the `truth`. Figures are None where there is nothing."""

    hits: int = 0
    found: int = 0
    truth: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.hits + other.hits, self.found + other.found, self.truth + other.truth)

    @property
    def precision(self) -> float | None:
        return self.hits / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.truth if self.truth else None

    @property
    def f1(self) -> float | None:
        """2 · hits / (found + truth): the harmonic mean of precision and recall."""
        both = self.found + self.truth
        return 2 * self.hits / both if both else None

    @property
    def missed(self) -> int:
        return self.truth - self.hits

    @property
    def wrong(self) -> int:
        return self.found - self.hits


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
    """The macro average: every label that occurs or was found weighs alike."""
    figures = [value.f1 for value in counts.values() if value.f1 is not None]
    return sum(figures) / len(figures) if figures else None
