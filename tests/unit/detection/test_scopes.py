import pytest

from yamnet_gui.detection import (
    BALANCED_RULE,
    EVERYTHING,
    Rule,
    RuleSet,
    inherited_from,
    inherited_rule,
    own_rule,
    scopes_of,
    with_rule,
    without_value,
)

from .tables import CLASS_MAP, ONTOLOGY

DOG = CLASS_MAP.select(["Dog"])[0].index
BARK = CLASS_MAP.select(["Bark"])[0].index


def scopes(index: int):
    return {scope.name if scope.mid or scope == EVERYTHING else "itself": scope
            for scope in scopes_of(index, CLASS_MAP, ONTOLOGY)}  # fmt: skip


def test_scopes_lead_from_the_class_to_all() -> None:
    names = [scope.name for scope in scopes_of(DOG, CLASS_MAP, ONTOLOGY)]
    assert names[:2] == ["Dog", "Dog"]  # alone, and with what is below it
    assert names[2] == "Domestic animals, pets"
    assert names[-1] == "All classes"
    assert scopes_of(DOG, CLASS_MAP, ONTOLOGY)[1].mid == CLASS_MAP[DOG].mid
    leaf = [scope.mid for scope in scopes_of(BARK, CLASS_MAP, ONTOLOGY)]
    assert leaf[:2] == ["", CLASS_MAP[DOG].mid]


def test_each_scope_sets_inherits_and_resets() -> None:
    at = scopes(BARK)
    rules = RuleSet(default=BALANCED_RULE)
    rules = with_rule(rules, at["Animal"], Rule(on=0.4, padding_s=1.0), ONTOLOGY)
    rules = with_rule(rules, at["Dog"], Rule(on=0.6), ONTOLOGY)
    rules = with_rule(rules, at["itself"], Rule(off=0.2), ONTOLOGY)
    rules = with_rule(rules, EVERYTHING, Rule(cooldown_s=2.0), ONTOLOGY)

    assert own_rule(rules, at["itself"]) == Rule(off=0.2)
    assert inherited_rule(rules, at["itself"], ONTOLOGY).on == 0.6
    assert inherited_rule(rules, at["Dog"], ONTOLOGY).on == 0.4
    assert inherited_rule(rules, at["Dog"], ONTOLOGY).cooldown_s == 2.0
    assert inherited_rule(rules, EVERYTHING, ONTOLOGY) == BALANCED_RULE
    assert inherited_from(rules, at["itself"], "on", ONTOLOGY) == at["Dog"]
    assert inherited_from(rules, at["itself"], "padding_s", ONTOLOGY) == at["Animal"]
    assert inherited_from(rules, at["Dog"], "on", ONTOLOGY) == at["Animal"]
    assert inherited_from(rules, at["itself"], "smoothing_s", ONTOLOGY) == EVERYTHING
    assert inherited_from(rules, EVERYTHING, "on", ONTOLOGY) is None

    rules = without_value(rules, at["Dog"], "on", ONTOLOGY)
    assert rules.resolved(BARK).on == 0.4
    assert [group.name for group in rules.groups] == ["Animal"]
    rules = without_value(rules, at["itself"], "off", ONTOLOGY)
    assert not rules.classes
    rules = without_value(rules, EVERYTHING, "cooldown_s", ONTOLOGY)
    assert rules.default == BALANCED_RULE


@pytest.mark.parametrize("index", range(0, 521, 40))
def test_what_a_scope_sees_is_what_resolves(index: int) -> None:
    rules = RuleSet().with_group("/m/0jbk", Rule(on=0.4), ONTOLOGY).with_class(index, Rule(off=0.1))
    scope = scopes_of(index, CLASS_MAP, ONTOLOGY)[0]
    rule = own_rule(rules, scope).over(inherited_rule(rules, scope, ONTOLOGY))
    assert rule.on == rules.resolved(index).on
    assert rule.off == rules.resolved(index).off
