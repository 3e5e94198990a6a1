from yamnet_gui.detection import Rule, RuleSet, class_tuning_steps, detect, prepare, tune
from yamnet_gui.detection.evaluation import EventArrays, Pair

from .tables import CLASS_MAP, random_table, rule_set

TABLES = [prepare(random_table(seed, frames=200, classes=1)) for seed in range(6)]
RIGHT = rule_set(on=0.5, off=0.25, merge_gap_s=0.5)


def spans(index: int, rules: RuleSet) -> dict[str, EventArrays]:
    detections = detect(TABLES[index], rules)
    return {
        CLASS_MAP[0].name: EventArrays.of(detections.onset_s, detections.offset_s, detections.peak)
    }


def derive(index: int, rules: RuleSet) -> Pair:
    return Pair(spans(index, RIGHT), spans(index, rules), TABLES[index].table.grid.end_s)


def test_tuning_finds_the_rules_that_made_the_truth() -> None:
    result = tune(rule_set(on=0.9, off=0.9, merge_gap_s=0.0), len(TABLES), derive)
    assert result.fitted_f1 == 1.0
    assert result.cross_validated_f1 == 1.0
    assert result.worth_it
    assert result.before_f1 is not None
    assert result.before_f1 < 1.0
    assert result.rules.default.on == 0.5


def test_present_rules_stay_where_nothing_is_better() -> None:
    result = tune(RIGHT, len(TABLES), derive)
    assert result.rules is RIGHT
    assert not result.worth_it


def test_one_recording_gives_no_honest_figure() -> None:
    result = tune(RIGHT, 1, derive, collar_s=None)
    assert result.cross_validated_f1 is None
    assert result.folds == 0


def test_the_honest_figure_is_not_the_fitted_one() -> None:
    """Truth that has nothing to do with the scores cannot be learned."""

    def unrelated(index: int, rules: RuleSet) -> Pair:
        truth = spans((index + 1) % len(TABLES), RIGHT)
        return Pair(truth, spans(index, rules), TABLES[index].table.grid.end_s)

    result = tune(RIGHT, len(TABLES), unrelated)
    assert result.fitted_f1 is not None
    assert result.cross_validated_f1 is not None
    assert result.cross_validated_f1 < result.fitted_f1


TWO = [prepare(random_table(seed, frames=200, classes=2)) for seed in range(6)]
OWN = RIGHT.with_class(1, Rule(on=0.2, off=0.2, merge_gap_s=0.0))
NAMES = {CLASS_MAP[0].name: 0, CLASS_MAP[1].name: 1}


def two_classes(index: int, rules: RuleSet) -> Pair:
    def estimated(rules: RuleSet) -> dict[str, EventArrays]:
        all_of_them = detect(TWO[index], rules)
        return {
            name: EventArrays.of(some.onset_s, some.offset_s, some.peak)
            for name, place in NAMES.items()
            for some in (all_of_them.of_class(place),)
        }

    return Pair(estimated(OWN), estimated(rules), TWO[index].table.grid.end_s)


def test_each_class_gets_the_rule_that_suits_it() -> None:
    base = rule_set(on=0.9, off=0.9, merge_gap_s=0.0)
    steps = list(class_tuning_steps(base, len(TWO), two_classes, NAMES))
    assert [step.done for step in steps] == [*range(1, len(steps)), len(steps) - 1]
    result = steps[-1].result
    assert result is not None
    assert result.fitted_f1 == 1.0
    assert result.cross_validated_f1 == 1.0
    assert result.changed == tuple(sorted(NAMES))
    assert result.rules.resolved(0).on == 0.5
    assert result.rules.resolved(1).on == 0.2
    assert result.rules.default == base.default


def test_a_class_with_few_true_events_keeps_its_rule() -> None:
    base = rule_set(on=0.9, off=0.9, merge_gap_s=0.0)
    *_, last = class_tuning_steps(base, len(TWO), two_classes, NAMES, fewest_true=10_000)
    assert last.result is not None
    assert last.result.rules == base
    assert last.result.changed == ()
