"""Rules that suit what was reviewed, with an honest figure: chosen on some recordings, measured on
others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .evaluation import Counts, Pair, added, event_counts, segment_counts, total
from .rules import Rule, RuleSet

ONS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
OFF_SHARES = (0.2, 0.5, 1.0)
GAPS_S = (0.0, 0.5, 1.0)

Derive = Callable[[int, RuleSet], Pair]
"""The events of recording i under rules, beside its truth."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The rules that suit all recordings, and F1: of the present rules, of the tuned ones on the
    same recordings (too good to be true), and cross-validated (what to expect of new ones).

    `honest_f1` is None where there are fewer than two recordings to hold out.
    """

    rules: RuleSet
    before_f1: float | None
    fitted_f1: float | None
    honest_f1: float | None
    folds: int

    @property
    def worth_it(self) -> bool:
        """Whether tuned rules did better than the present ones on recordings held out."""
        return (self.honest_f1 or 0.0) > (self.before_f1 or 0.0)


def candidates(base: RuleSet, class_index: int | None = None) -> list[RuleSet]:
    """Rule sets around `base` that differ in the thresholds and the gap of the default (None) or
    of one class."""
    found = []
    for on in ONS:
        for share in OFF_SHARES:
            for gap in GAPS_S:
                rule = Rule(on=on, off=on * share, merge_gap_s=gap)
                if class_index is None:
                    found.append(base.with_default(rule))
                else:
                    own = base.classes.get(class_index, Rule())
                    found.append(base.with_class(class_index, rule.over(own)))
    return found


def tune(
    base: RuleSet,
    recordings: int,
    derive: Derive,
    tried: Sequence[RuleSet] | None = None,
    collar_s: float | None = 0.5,
    most_folds: int = 5,
) -> Tuning:
    """Tries rule sets on recordings 0 … `recordings` − 1 and takes the one with the best F1.

    Events count with `collar_s`, or (None) segments of one second. For the honest figure the
    recordings are dealt into folds; for each, rules are chosen on the others.
    """
    options = [base, *(candidates(base) if tried is None else tried)]
    table = [
        [_counts(derive(index, rules), collar_s) for index in range(recordings)]
        for rules in options
    ]
    everything = range(recordings)
    best = _best(table, everything)
    folds = min(most_folds, recordings)
    held_out = Counts()
    for fold in range(folds if folds > 1 else 0):
        inside = [i for i in everything if i % folds != fold]
        chosen = _best(table, inside)
        held_out += total(table[chosen][i] for i in everything if i % folds == fold)
    return Tuning(
        rules=options[best],
        before_f1=total(table[0]).f1,
        fitted_f1=total(table[best]).f1,
        honest_f1=held_out.f1 if folds > 1 else None,
        folds=folds if folds > 1 else 0,
    )


def _counts(pair: Pair, collar_s: float | None) -> Counts:
    by_label = segment_counts(pair) if collar_s is None else event_counts(pair, collar_s)
    return total(added([by_label]))


def _best(table: Sequence[Sequence[Counts]], chosen: Sequence[int]) -> int:
    """The option with the best F1 on these recordings; of equal ones the first (the present)."""
    figures = [total(row[i] for i in chosen).f1 or 0.0 for row in table]
    return max(range(len(table)), key=lambda k: (figures[k], -k))
