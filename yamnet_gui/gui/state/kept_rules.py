"""Rules as a project keeps them: the present ones, and those that were saved under a name."""

import json
from collections.abc import Iterable
from dataclasses import replace

from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import RuleSet, rules_from_json, rules_to_json
from yamnet_gui.labels.project import Command, set_rules
from yamnet_gui.labels.project import RuleSet as Kept

__all__ = ["PRESENT", "Kept", "change", "missing", "present", "read", "saved", "write"]

PRESENT = "present"
_SAVED = "saved:"


def present(kept: Iterable[Kept]) -> Kept | None:
    """The rules that hold in a project; None where nobody changed any yet."""
    return next((one for one in kept if one.id == PRESENT), None)


def saved(kept: Iterable[Kept]) -> dict[str, Kept]:
    """The rules that were saved, by name."""
    return {one.name: one for one in kept if one.id.startswith(_SAVED)}


def write(rules: RuleSet, class_map: ClassMap, name: str = "") -> Kept:
    """Rules as the project keeps them: under a name, or (none given) as the present ones."""
    text = json.dumps(rules_to_json(rules, class_map), ensure_ascii=False)
    key = f"{_SAVED}{name}" if name else PRESENT
    return Kept(key, rules.name, rules.version, text)


def read(kept: Kept, class_map: ClassMap, ontology: Ontology) -> RuleSet:
    """The rules that a project keeps, without those of taught classes that are not there.

    Raises SettingsError where they cannot be read.
    """
    gone = missing(kept, class_map)
    try:
        data = json.loads(kept.text)
        data["classes"] = [c for c in data["classes"] if str(c["name"]) not in gone]
    except (ValueError, KeyError, TypeError):
        data = None
    return rules_from_json(data, class_map, ontology, f"rules {kept.name}")


def missing(kept: Kept, class_map: ClassMap) -> frozenset[str]:
    """Classes that the rules speak of and that are not there, such as taught ones."""
    try:
        said = {str(entry["name"]) for entry in json.loads(kept.text)["classes"]}
    except (ValueError, KeyError, TypeError):
        return frozenset()
    return frozenset(name for name in said if class_map.find(name) is None)


def change(old: Kept | None, new: Kept, what: str = "") -> Command:
    """One step of undo; steps that move the same thing one after the other join."""
    command = set_rules(old, new)
    title = f"rules: {what}" if what else command.title
    return replace(command, title=title, merge_key=f"rules {what}" if what else "")
