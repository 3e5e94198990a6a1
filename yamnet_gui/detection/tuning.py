"""Rules that suit the reviewed events, cross-validated: chosen on some recordings, measured on
others."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .evaluation import Counts, Pair, event_counts, segment_counts, total
from .rules import Rule, RuleSet

ONS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
OFF_SHARES = (0.2, 0.5, 1.0)
GAPS_S = (0.0, 0.5, 1.0)
FEWEST_TRUE = 10
"""A class with fewer true events keeps the rule it has, and whatever it inherits."""

Derive = Callable[[int, RuleSet], Pair]
"""The events of recording i under rules, beside its truth."""
ByLabel = Mapping[str, Counts]
Chosen = Mapping[str, int]
"""The option taken for each label; "" stands for all that are not named."""

Table = Sequence[Sequence[ByLabel]]
"""Counts by option, recording and label."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The rules that suit all recordings, and F1: of the present rules, of the tuned ones on the
    same recordings (too good to be true), and cross-validated (what to expect of new ones).

    `cross_validated_f1` is None where there are fewer than two recordings to hold out. `changed`
    names the labels that got their own rule.
    """

    rules: RuleSet
    before_f1: float | None
    fitted_f1: float | None
    cross_validated_f1: float | None
    folds: int
    changed: tuple[str, ...] = ()

    @property
    def worth_it(self) -> bool:
        """Whether tuned rules did better than the present ones on recordings held out."""
        return (self.cross_validated_f1 or 0.0) > (self.before_f1 or 0.0)


@dataclass(frozen=True, slots=True)
class TuningStep:
    """How far a tuning is; `result` comes with the last step."""

    done: int
    total: int
    result: Tuning | None = None


def candidates(base: RuleSet, class_index: int | None = None) -> list[RuleSet]:
    """Rule sets around `base` that differ in the thresholds and the gap of the default (None) or
    of one class."""
    if class_index is None:
        return [base.with_default(rule) for rule in _rules()]
    own = base.classes.get(class_index, Rule())
    return [base.with_class(class_index, rule.over(own)) for rule in _rules()]


def tune(
    base: RuleSet,
    recordings: int,
    derive: Derive,
    tried: Sequence[RuleSet] | None = None,
    collar_s: float | None = 0.5,
    most_folds: int = 5,
) -> Tuning:
    """Tries rule sets on recordings 0 … `recordings` − 1 and takes the one with the best F1.

    Events count with `collar_s`, or (None) segments of one second. For an unbiased
    estimate the recordings are split into folds; for each, rules are chosen on the others.
    """
    return _last(tuning_steps(base, recordings, derive, tried, collar_s, most_folds))


def tuning_steps(
    base: RuleSet,
    recordings: int,
    derive: Derive,
    tried: Sequence[RuleSet] | None = None,
    collar_s: float | None = 0.5,
    most_folds: int = 5,
) -> Iterator[TuningStep]:
    """`tune`, yielding its progress after each recording."""
    options = [base, *(candidates(base) if tried is None else tried)]
    table = yield from _tried(options, recordings, derive, collar_s)

    def choose(inside: Sequence[int]) -> Chosen:
        figures = [total(total(row[i]) for i in inside).f1 or 0.0 for row in table]
        return {"": max(range(len(table)), key=lambda k: (figures[k], -k))}

    best = options[choose(range(recordings))[""]]
    yield _cross_validated(table, recordings, most_folds, choose, lambda _: best)


def class_tuning_steps(
    base: RuleSet,
    recordings: int,
    derive: Derive,
    classes: Mapping[str, int],
    collar_s: float | None = 0.5,
    most_folds: int = 5,
    fewest_true: int = FEWEST_TRUE,
) -> Iterator[TuningStep]:
    """Finds a rule for each of `classes` (label to class index) that has `fewest_true` true events
    or more; all others keep theirs. A class gets another rule only where its own F1 rises."""
    rules = _rules()
    options = [base, *(_for_each(base, rule, classes.values()) for rule in rules)]
    table = yield from _tried(options, recordings, derive, collar_s)

    def choose(inside: Sequence[int]) -> Chosen:
        chosen = {"": 0}
        for label in classes:
            rows = [total(row[i].get(label, Counts()) for i in inside) for row in table]
            if rows[0].reference >= fewest_true:
                chosen[label] = max(range(len(rows)), key=lambda k: (rows[k].f1 or 0.0, -k))
        return chosen

    def made(chosen: Chosen) -> RuleSet:
        tuned = base
        for label, place in chosen.items():
            if label and place:
                index = classes[label]
                own = base.classes.get(index, Rule())
                tuned = tuned.with_class(index, rules[place - 1].over(own))
        return tuned

    yield _cross_validated(table, recordings, most_folds, choose, made)


def _rules() -> list[Rule]:
    return [
        Rule(on=on, off=on * share, merge_gap_s=gap)
        for on in ONS
        for share in OFF_SHARES
        for gap in GAPS_S
    ]


def _for_each(base: RuleSet, rule: Rule, classes: Iterable[int]) -> RuleSet:
    """The rule laid over each of the classes' own."""
    own = dict(base.classes)
    for index in classes:
        own[index] = rule.over(base.classes.get(index, Rule()))
    return replace(base, classes=own)


def _tried(
    options: Sequence[RuleSet], recordings: int, derive: Derive, collar_s: float | None
) -> Generator[TuningStep, None, Table]:
    """Counts of every option on every recording; recording by recording, so that whoever derives
    may hold one at a time."""
    table: list[list[ByLabel]] = [[] for _ in options]
    done, everything = 0, len(options) * recordings
    for index in range(recordings):
        for rules, row in zip(options, table, strict=True):
            pair = derive(index, rules)
            counts = segment_counts(pair) if collar_s is None else event_counts(pair, collar_s)
            row.append(counts)
            done += 1
            yield TuningStep(done, everything)
    return table


def _cross_validated(
    table: Table,
    recordings: int,
    most_folds: int,
    choose: Callable[[Sequence[int]], Chosen],
    made: Callable[[Chosen], RuleSet],
) -> TuningStep:
    """The rules chosen on all recordings, and how the same selection does on held-out ones."""
    everything = range(recordings)
    folds = min(most_folds, recordings)
    folds = folds if folds > 1 else 0
    held_out = Counts()
    for fold in range(folds):
        chosen = choose([i for i in everything if i % folds != fold])
        held_out += _under(table, chosen, [i for i in everything if i % folds == fold])
    best = choose(everything)
    present = dict.fromkeys(best, 0)
    result = Tuning(
        rules=made(best),
        before_f1=_under(table, present, everything).f1,
        fitted_f1=_under(table, best, everything).f1,
        cross_validated_f1=held_out.f1 if folds else None,
        folds=folds,
        changed=tuple(sorted(label for label, place in best.items() if label and place)),
    )
    done = len(table) * recordings
    return TuningStep(done, done, result)


def _under(table: Table, chosen: Chosen, inside: Sequence[int]) -> Counts:
    """Counts where each label follows the option chosen for it."""
    return total(
        counts
        for i in inside
        for label in {x for row in table for x in row[i]}
        for counts in (table[chosen.get(label, chosen[""])][i].get(label),)
        if counts is not None
    )


def _last(steps: Iterator[TuningStep]) -> Tuning:
    result = None
    for step in steps:
        result = step.result
    if result is None:
        raise ValueError("a tuning ends with its result")
    return result
