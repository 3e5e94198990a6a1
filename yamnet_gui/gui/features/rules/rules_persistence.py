"""Rules as a project keeps them: the present ones, and those that were saved under a name."""

import json
from collections.abc import Iterable
from dataclasses import fields, replace

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import Rule, RuleSet, rules_from_json, rules_to_json
from yamnet_gui.labels.project import Command, StoredRules, set_rules

__all__ = [
    "PRESENT",
    "StoredRules",
    "change",
    "difference",
    "missing",
    "present",
    "read",
    "saved",
    "write",
]

PRESENT = "present"
_SAVED = "saved:"


def present(kept: Iterable[StoredRules]) -> StoredRules | None:
    """The rules that hold in a project; None where nobody changed any yet."""
    return next((one for one in kept if one.id == PRESENT), None)


def saved(kept: Iterable[StoredRules]) -> dict[str, StoredRules]:
    """The rules that were saved, by name."""
    return {one.name: one for one in kept if one.id.startswith(_SAVED)}


def write(rules: RuleSet, class_map: ClassMap, name: str = "") -> StoredRules:
    """Rules as the project keeps them: under a name, or (none given) as the present ones."""
    text = json.dumps(rules_to_json(rules, class_map), ensure_ascii=False)
    key = f"{_SAVED}{name}" if name else PRESENT
    return StoredRules(key, rules.name, rules.version, text)


def read(kept: StoredRules, class_map: ClassMap, ontology: Ontology) -> RuleSet:
    """The rules that a project keeps, without those of custom classes that do not exist.

    Raises SettingsError where they cannot be read.
    """
    gone = missing(kept, class_map)
    try:
        data = json.loads(kept.text)
        data["classes"] = [c for c in data["classes"] if str(c["name"]) not in gone]
    except (ValueError, KeyError, TypeError):
        data = None
    return rules_from_json(data, class_map, ontology, f"rules {kept.name}")


def missing(kept: StoredRules, class_map: ClassMap) -> frozenset[str]:
    """Classes that the rules name and that do not exist, such as custom ones."""
    try:
        said = {str(entry["name"]) for entry in json.loads(kept.text)["classes"]}
    except (ValueError, KeyError, TypeError):
        return frozenset()
    return frozenset(name for name in said if class_map.find(name) is None)


def difference(before: RuleSet, after: RuleSet, class_map: ClassMap) -> str:
    """What was moved, in words, where that is about one class, branch or all; "" for more."""
    groups = {g.mid: g.name for g in (*before.groups, *after.groups)}
    rules = [
        ("all classes", before.default, after.default),
        *(
            (name, _of_group(before, mid), _of_group(after, mid))
            for mid, name in sorted(groups.items())
        ),
        *(
            (class_map[i].name, before.classes.get(i, Rule()), after.classes.get(i, Rule()))
            for i in sorted(before.classes.keys() | after.classes.keys())
            if i < len(class_map)
        ),
    ]
    changed = [(name, old, new) for name, old, new in rules if old != new]
    if len(changed) != 1:
        return ""
    name, old, new = changed[0]
    moved = [f.name for f in fields(Rule) if getattr(old, f.name) != getattr(new, f.name)]
    return f"{_TITLES[moved[0]]} of {name}" if len(moved) == 1 else f"rules of {name}"


def _of_group(rules: RuleSet, mid: str) -> Rule:
    return next((g.rule for g in rules.groups if g.mid == mid), Rule())


_TITLES = {
    "on": "threshold",
    "off": "lower threshold",
    "smoothing_s": "smoothing",
    "shortest_s": "shortest duration",
    "longest_s": "longest duration",
    "merge_gap_s": "gaps",
    "padding_s": "padding",
    "cooldown_s": "minimum separation",
    "enabled": "events",
    "method": "method",
    "edges": "edges",
}


def change(old: StoredRules | None, new: StoredRules, what: str = "") -> Command:
    """One step of undo; steps that move the same thing one after the other join."""
    command = set_rules(old, new)
    title = what or command.title
    return replace(command, title=title, merge_key=f"rules {what}" if what else "")
