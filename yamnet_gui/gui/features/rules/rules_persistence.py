"""Rules as a project stores them: the current ones, and those that were saved under a name."""

from collections.abc import Iterable
from dataclasses import replace

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.detection import RULE_PROPERTIES, Rule, RuleSet
from yamnet_gui.labels.project import Command, StoredRules, set_rules
from yamnet_gui.labels.project.present_rules import (
    PRESENT,
    SAVED,
    missing,
    present,
    read,
    unchanged,
    write,
)

__all__ = [
    "PRESENT",
    "StoredRules",
    "change",
    "difference",
    "missing",
    "present",
    "read",
    "saved",
    "unchanged",
    "write",
]


def saved(rule_sets: Iterable[StoredRules]) -> dict[str, StoredRules]:
    """The rules that were saved under a name, by that name."""
    return {one.name: one for one in rule_sets if one.id.startswith(SAVED)}


def difference(before: RuleSet, after: RuleSet, class_map: ClassMap) -> str:
    """The change in words, if it is about a single class, branch or all classes; else ""."""
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
    moved = [p for p in RULE_PROPERTIES.values() if getattr(old, p.name) != getattr(new, p.name)]
    return moved[0].of(name) if len(moved) == 1 else f"rules of {name}"


def _of_group(rules: RuleSet, mid: str) -> Rule:
    return next((g.rule for g in rules.groups if g.mid == mid), Rule())


def change(old: StoredRules | None, new: StoredRules, what: str = "") -> Command:
    """One step of undo; consecutive steps that change the same value are merged."""
    command = set_rules(old, new)
    title = what or command.title
    return replace(command, title=title, merge_key=f"rules {what}" if what else "")
