"""What a rule applies to, and which other rules apply there."""

from dataclasses import dataclass, replace

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology

from .presets import BALANCED_RULE
from .rules import GroupRule, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class Scope:
    """One class, the branch of the ontology under `mid`, or (neither) all classes."""

    class_index: int | None = None
    mid: str = ""
    name: str = "All classes"


EVERYTHING = Scope()


def scopes_of(class_index: int, class_map: ClassMap, ontology: Ontology) -> tuple[Scope, ...]:
    """From the class alone over its own branch and those above it to all classes."""
    scopes = [Scope(class_index=class_index, name=class_map[class_index].name)]
    node = ontology.of_class(class_index)
    if node is not None:
        if ontology.children(node.mid):
            scopes.append(Scope(mid=node.mid, name=node.name))
        scopes.extend(Scope(mid=above.mid, name=above.name) for above in ontology.above(node.mid))
    return (*scopes, EVERYTHING)


def own_rule(rules: RuleSet, scope: Scope) -> Rule:
    """The rule set for this scope itself; for all classes it has every value."""
    if scope.class_index is not None:
        return rules.classes.get(scope.class_index, Rule())
    if scope.mid:
        return next((g.rule for g in rules.groups if g.mid == scope.mid), Rule())
    return rules.default


def inherited_rule(rules: RuleSet, scope: Scope, ontology: Ontology) -> Rule:
    """The rule that applies where the scope sets nothing itself: every value is set."""
    if scope.class_index is not None:
        return rules.inherited(scope.class_index)
    if not scope.mid:
        return BALANCED_RULE
    rule = rules.default
    for group in _over(rules, scope, ontology):
        rule = group.rule.over(rule)
    return rule


def inherited_from(rules: RuleSet, scope: Scope, name: str, ontology: Ontology) -> Scope | None:
    """The scope that `name` is inherited from; None for the program's default."""
    if scope == EVERYTHING:
        return None
    if scope.class_index is not None:
        groups = [g for g in rules.groups if scope.class_index in g.members]
    else:
        groups = _over(rules, scope, ontology)
    for group in reversed(groups):
        if getattr(group.rule, name) is not None:
            return Scope(mid=group.mid, name=group.name)
    return EVERYTHING


def with_rule(rules: RuleSet, scope: Scope, rule: Rule, ontology: Ontology) -> RuleSet:
    """The rules with another one for this scope; what that of all leaves open, stays.

    Raises SettingsError where the ontology has no such branch.
    """
    if scope.class_index is not None:
        return rules.with_class(scope.class_index, rule)
    if scope.mid:
        return rules.with_group(scope.mid, rule, ontology)
    return rules.with_default(rule)


def without_value(rules: RuleSet, scope: Scope, name: str, ontology: Ontology) -> RuleSet:
    """The rules in which the scope inherits this value again."""
    if scope == EVERYTHING:
        return rules.with_default(Rule(**{name: getattr(BALANCED_RULE, name)}))
    return with_rule(rules, scope, replace(own_rule(rules, scope), **{name: None}), ontology)


def _over(rules: RuleSet, scope: Scope, ontology: Ontology) -> list[GroupRule]:
    """Groups that the branch lies in, the farthest first."""
    above = {node.mid for node in ontology.above(scope.mid)}
    return [group for group in rules.groups if group.mid in above]
