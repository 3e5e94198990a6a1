"""Rule sets to start from."""

from collections.abc import Mapping

from yamnet_gui.core.ontology import Ontology

from .rules import DEFAULT_RULE, Rule, RuleSet, group_rule

_OFF = Rule(enabled=False)
_ON = Rule(enabled=True)

BALANCED = "balanced"
"""The preset that holds where the user chose no rules."""
FORMER = "balanced-0.1"
"""The preset that held in version 0.1; its values are those of `RuleSet()`."""

# Chosen on labelled scenes by `benchmarks/default_rules.py`; figures in
# docs/decisions/default-rules.md.
BALANCED_RULE = Rule(off=0.02, merge_gap_s=1.5).over(DEFAULT_RULE)

_GLOBAL: Mapping[str, Rule] = {
    "sensitive": Rule(on=0.1, off=0.02, merge_gap_s=1.5),
    BALANCED: BALANCED_RULE,
    "strict": Rule(on=0.6, off=0.15, shortest_s=0.4),
    FORMER: Rule(),  # what projects of version 0.1 without rules of their own have
}

# Speech: long turns rather than words. Wildlife: short calls count, quiet ones too. Alarms: a
# beeping alarm is one event, and one report of it in ten seconds is enough.
_BRANCHES: Mapping[str, tuple[Rule, tuple[str, ...]]] = {
    "speech": (
        Rule(on=0.3, off=0.1, merge_gap_s=1.5, shortest_s=0.4),
        ("/m/09x0r", "/m/07p6fty", "/m/02rtxlg"),  # Speech, Shout, Whispering
    ),
    "wildlife": (Rule(on=0.2, off=0.05, merge_gap_s=0.5), ("/m/01280g",)),  # Wild animals
    "alarms": (
        Rule(on=0.2, off=0.06, merge_gap_s=2.0, cooldown_s=10.0),
        ("/m/07pp_mv",),  # Alarm
    ),
}

PRESETS: tuple[str, ...] = (*_GLOBAL, *_BRANCHES)


def preset(name: str, ontology: Ontology) -> RuleSet:
    """The rule set of this name (see `PRESETS`).

    Raises KeyError where there is none.
    """
    if name in _GLOBAL:
        return RuleSet(default=_GLOBAL[name].over(DEFAULT_RULE), name=name)
    rule, branches = _BRANCHES[name]
    groups = tuple(group_rule(mid, _ON, ontology) for mid in branches)
    default = _OFF.over(rule.over(RuleSet().default))
    return RuleSet(default=default, groups=groups, name=name)
