"""Rules by name, by file or as one threshold: the same through every door."""

from pathlib import Path

import pytest

from yamnet_gui.analysis.rule_choice import choose_rules, rules_by_name
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import PRESETS, RuleSet, preset, save_rules

CLASSES = bundled_class_map()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_and_a_file_of_it_are_the_same_rules(name: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    save_rules(file, preset(name, bundled_ontology()), CLASSES)
    by_file = choose_rules(CLASSES, file)
    assert choose_rules(CLASSES, name) == rules_by_name(name, CLASSES) == by_file


def test_without_a_choice_the_balanced_rules_hold() -> None:
    assert choose_rules(CLASSES) == preset("balanced", bundled_ontology())
    assert choose_rules(CLASSES, threshold=0.3) == RuleSet.threshold(0.3)


@pytest.mark.parametrize(
    ("rules", "threshold", "reason"),
    [
        ("Balanced", None, "neither a preset nor a rules file — did you mean balanced"),
        ("strct", None, "did you mean strict"),
        ("xyz", None, "the presets are sensitive, balanced"),
        ("strict", 0.5, "rules: cannot be combined with threshold"),
        (None, 1.5, "threshold: must be between 0 and 1"),
        (None, float("nan"), "threshold: must be between 0 and 1"),
    ],
)
def test_a_wrong_choice_is_named(rules: str | None, threshold: float | None, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        choose_rules(CLASSES, rules, threshold)


def test_files_of_a_like_name_are_offered(tmp_path: Path) -> None:
    save_rules(tmp_path / "night.json", RuleSet(), CLASSES)
    with pytest.raises(SettingsError, match=r"did you mean .*night\.json"):
        choose_rules(CLASSES, tmp_path / "nigth.json")
