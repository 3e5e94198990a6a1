import json
import math
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.detection import (
    DEFAULT_RULE,
    PRESETS,
    RULE_PROPERTIES,
    GroupRule,
    Rule,
    RuleSet,
    load_rules,
    preset,
    rules_to_json,
    save_rules,
)
from yamnet_gui.detection.sparse_scores import smoothed

from .tables import CLASS_MAP, ONTOLOGY

DOG = CLASS_MAP.select(["Dog"])[0]
BARK = CLASS_MAP.select(["Bark"])[0]
SPEECH = CLASS_MAP.select(["Speech"])[0]
ANIMAL = "/m/0jbk"


def test_the_nearest_rule_wins_value_by_value() -> None:
    rules = (
        RuleSet()
        .with_group(ANIMAL, Rule(on=0.4, padding_s=1.0), ONTOLOGY)
        .with_group(DOG.mid, Rule(on=0.6), ONTOLOGY)
        .with_class(BARK.index, Rule(off=0.2))
    )
    bark = rules.resolved(BARK.index)
    assert (bark.on, bark.off, bark.padding_s) == (0.6, 0.2, 1.0)
    assert rules.resolved(SPEECH.index).on == DEFAULT_RULE.on


def test_it_is_known_where_each_value_comes_from() -> None:
    rules = (
        RuleSet()
        .with_group(ANIMAL, Rule(on=0.4, padding_s=1.0), ONTOLOGY)
        .with_group(DOG.mid, Rule(on=0.6), ONTOLOGY)
        .with_class(BARK.index, Rule(off=0.2))
    )
    assert rules.origin(BARK.index, "off") == "class"
    group = rules.origin(BARK.index, "on")
    assert isinstance(group, GroupRule)
    assert group.name == "Dog"
    group = rules.origin(BARK.index, "padding_s")
    assert isinstance(group, GroupRule)
    assert group.mid == ANIMAL
    assert rules.origin(BARK.index, "cooldown_s") == "default"
    assert rules.origin(SPEECH.index, "on") == "default"


def test_every_field_of_a_rule_has_its_own_title() -> None:
    names = {f.name for f in fields(Rule)}
    assert set(RULE_PROPERTIES) == names
    assert all(name == one.name for name, one in RULE_PROPERTIES.items())
    assert len({one.title for one in RULE_PROPERTIES.values() if one.title}) == len(names)
    assert RULE_PROPERTIES["merge_gap_s"].of("Dog") == "gaps of Dog"
    assert RULE_PROPERTIES["on"].of("Dog") == "threshold of Dog"
    seconds = {one.name for one in RULE_PROPERTIES.values() if one.unit == "s"}
    assert seconds == {name for name in names if name.endswith("_s")}


def test_the_plain_method_has_one_threshold() -> None:
    rules = RuleSet().with_class(3, Rule(method="plain", on=0.4))
    assert (rules.resolved(3).on, rules.resolved(3).off) == (0.4, 0.4)
    assert rules.resolved(4).off == DEFAULT_RULE.off


def test_edges_and_method_for_all_leave_no_class_out() -> None:
    rules = (
        RuleSet()
        .with_group(ANIMAL, Rule(on=0.4, edges="plain", method="boxes"), ONTOLOGY)
        .with_class(SPEECH.index, Rule(method="plain", edges="refined"))
    )
    assert rules.refines
    changed = rules.with_edges("plain").with_method("boxes")
    assert not changed.refines
    resolved = {(r.method, r.edges) for r in map(changed.resolved, range(521))}
    assert resolved == {("boxes", "plain")}
    assert changed.resolved(DOG.index).on == 0.4


def test_off_is_never_above_on() -> None:
    rule = RuleSet().with_default(Rule(off=0.5)).with_threshold(None, 0.2).resolved(0)
    assert (rule.on, rule.off) == (0.2, 0.2)


def test_a_threshold_for_one_class_leaves_the_others() -> None:
    rules = RuleSet().with_threshold(3, 0.8)
    assert rules.resolved(3).on == 0.8
    assert rules.resolved(4).on == DEFAULT_RULE.on


def test_an_empty_rule_is_no_rule() -> None:
    rules = RuleSet().with_threshold(3, 0.8).with_class(3, Rule())
    assert rules == RuleSet()
    group = (
        RuleSet().with_group(ANIMAL, Rule(on=0.4), ONTOLOGY).with_group(ANIMAL, Rule(), ONTOLOGY)
    )
    assert group == RuleSet()


def test_the_id_follows_what_rules_say_not_what_they_are_called() -> None:
    rules = RuleSet()
    assert RuleSet(name="other", version=7).rules_id == rules.rules_id
    assert rules.with_threshold(None, 0.9).rules_id != rules.rules_id
    assert rules.with_method("boxes").rules_id != rules.rules_id
    assert rules.with_edges("plain").rules_id != rules.rules_id


@pytest.mark.parametrize(
    "values",
    [{"on": 1.1}, {"off": -0.1}, {"padding_s": -1.0}, {"longest_s": 0.0}, {"on": math.nan},
     {"smoothing_s": math.inf}],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        Rule(**values)


def test_a_default_that_leaves_something_open_is_refused() -> None:
    with pytest.raises(ValueError, match="has no"):
        RuleSet(default=Rule(on=0.3))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_a_file(name: str, tmp_path: Path) -> None:
    rules = preset(name, ONTOLOGY)
    path = tmp_path / "rules.json"
    save_rules(path, rules, CLASS_MAP)
    assert load_rules(path, CLASS_MAP, ONTOLOGY) == rules
    assert load_rules(path).rules_id == rules.rules_id


def test_the_global_presets_ask_for_more_and_more() -> None:
    sensitive, balanced, strict = (
        preset(name, ONTOLOGY).default for name in ("sensitive", "balanced", "strict")
    )
    assert (balanced.on, balanced.off, balanced.merge_gap_s) == (0.25, 0.02, 1.5)
    assert (sensitive.on or 0) < (balanced.on or 0) < (strict.on or 0)
    assert (sensitive.off or 0) <= (balanced.off or 0) < (strict.off or 0)


def test_the_default_of_the_first_version_is_a_preset_with_its_id() -> None:
    former = preset("balanced-0.1", ONTOLOGY)
    assert (former.default.on, former.default.off, former.default.merge_gap_s) == (0.25, 0.05, 1.0)
    assert former.rules_id == RuleSet().rules_id


def test_presets_for_a_field_look_for_its_classes_alone() -> None:
    enabled = {c.name for c in CLASS_MAP if preset("speech", ONTOLOGY).resolved(c.index).enabled}
    assert {"Speech", "Conversation", "Whispering", "Shout"} <= enabled
    assert "Dog" not in enabled
    alarms = preset("alarms", ONTOLOGY)
    assert alarms.resolved(CLASS_MAP.select(["Siren"])[0].index).enabled
    wildlife = preset("wildlife", ONTOLOGY)
    assert wildlife.resolved(CLASS_MAP.select(["Frog"])[0].index).enabled
    assert not wildlife.resolved(SPEECH.index).enabled


def test_single_classes_and_unlimited_length_are_readable_in_the_file(tmp_path: Path) -> None:
    rules = RuleSet(name="mine", version=3).with_class(BARK.index, Rule(on=0.7, enabled=True))
    path = tmp_path / "rules.json"
    save_rules(path, rules, CLASS_MAP)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["default"]["longest_s"] == "unlimited"
    assert data["classes"][0]["name"] == "Bark"
    assert load_rules(path, CLASS_MAP, ONTOLOGY) == rules


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "something"}, "is not a rules file"),
        ({"format_version": 99}, "newer version"),
        ({"default": {}}, "has no"),
        ({"default": "x"}, "an invalid rule"),
        ({"classes": [{"name": "Dragon", "on": 0.5}]}, "Dragon"),
        ({"classes": [{"name": "Dog", "on": "loud"}]}, "must be a number"),
        ({"classes": [{"name": "Dog", "onn": 0.5}]}, "unknown: onn"),
        ({"classes": [{"name": "Dog", "enabled": 1}]}, "true or false"),
        ({"groups": [{"mid": "/m/none", "on": 0.5}]}, "not in the ontology"),
        ({"classes": [{"name": "Dog", "method": "magic"}]}, "magic"),
        ({"classes": [{"name": "Dog", "edges": 3}]}, "must be a word"),
    ],
)
def test_files_that_cannot_be_used_say_why(
    change: dict[str, object], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({**rules_to_json(RuleSet(), CLASS_MAP), **change}))
    with pytest.raises(SettingsError, match=reason):
        load_rules(path, CLASS_MAP, ONTOLOGY)


def test_a_file_of_the_first_version_has_one_method_and_refined_edges(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    older = rules_to_json(RuleSet(), CLASS_MAP)
    default = {k: v for k, v in older["default"].items() if k not in ("method", "edges")}
    path.write_text(json.dumps({**older, "method": "boxes", "default": default}))
    rule = load_rules(path).resolved(DOG.index)
    assert (rule.method, rule.edges) == ("boxes", "refined")


def test_a_missing_or_broken_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_rules(tmp_path / "none.json")
    path = tmp_path / "broken.json"
    path.write_text("{")
    with pytest.raises(SettingsError, match="is not JSON"):
        load_rules(path)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 100_000,
        "[" * 100_000,
        '{"format": "yamnet_gui rules", "format_version": 1, "default": {"on": 1e400}}',
        '{"format": "yamnet_gui rules", "format_version": 1, "default": {"padding_s": 1e400}}',
        '{"format": "yamnet_gui rules", "format_version": 1, "default": {}, "version": 1e400}',
        '{"format": "yamnet_gui rules", "format_version": 1, "default": {"on": ' + "9" * 400 + "}}",
        '{"format": "yamnet_gui rules", "format_version": 1, "default": {}, "classes": 5}',
        '{"format": "yamnet_gui rules", "format_version": 1, "default": {}, "groups": [[]]}',
    ],
)
def test_a_damaged_file_of_rules_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.json"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_rules(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1500


def test_rules_over_any_length_of_time_are_used(tmp_path: Path) -> None:
    scores = np.linspace(0, 1, 20 * 521, dtype=np.float32).reshape(20, 521)
    wanted = np.ones(521, bool)
    longest = smoothed(scores, 0, 20, 10**30 + 1, wanted)
    assert np.allclose(longest, scores.mean(axis=0), atol=1e-5)


def test_a_file_without_measure_is_no_rule_set(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    with path.open("wb") as file:
        file.truncate((1 << 26) + 1)  # takes no room on the disk
    with pytest.raises(SettingsError, match="is too large for a rule set"):
        load_rules(path)
