"""The rules that a project stores as its current ones."""

import json
from collections.abc import Iterable

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import (
    BALANCED,
    FORMER,
    RuleSet,
    preset,
    rules_from_json,
    rules_to_json,
)

from .models import StoredRules

PRESENT = "present"
SAVED = "saved:"
"""Ids of rules that were saved under a name begin with this."""


def present(rule_sets: Iterable[StoredRules]) -> StoredRules | None:
    """The current rules of a project; None if they were never changed."""
    return next((one for one in rule_sets if one.id == PRESENT), None)


def unchanged(rules_of_events: str, ontology: Ontology) -> RuleSet:
    """The rules of a project that stores none: those that held when its events were found.

    `rules_of_events`: the id of those rules, as `ProjectRecordings.rules_of_events` gives it.
    """
    former = preset(FORMER, ontology)
    return former if rules_of_events == former.rules_id else preset(BALANCED, ontology)


def write(rules: RuleSet, class_map: ClassMap, name: str = "") -> StoredRules:
    """Rules as the project stores them: under a name, or (none given) as the current ones."""
    text = json.dumps(rules_to_json(rules, class_map), ensure_ascii=False)
    key = f"{SAVED}{name}" if name else PRESENT
    return StoredRules(key, rules.name, rules.version, text)


def read(stored: StoredRules, class_map: ClassMap, ontology: Ontology) -> RuleSet:
    """The rules that a project stores, without those of custom classes that do not exist.

    Raises SettingsError if they cannot be read.
    """
    absent = missing(stored, class_map)
    try:
        data = parse_json(stored.text)
        data["classes"] = [c for c in data["classes"] if str(c["name"]) not in absent]
    except (ValueError, KeyError, TypeError, AttributeError):
        data = None
    return rules_from_json(data, class_map, ontology, f"rules {stored.name}")


def missing(stored: StoredRules, class_map: ClassMap) -> frozenset[str]:
    """Classes that the rules name and that do not exist, such as custom ones."""
    try:
        names = {str(entry["name"]) for entry in parse_json(stored.text)["classes"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return frozenset()
    return frozenset(name for name in names if class_map.find(name) is None)
