"""Rule sets as readable JSON files."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import check_no_device, replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import bundled_class_map, ontology_of
from yamnet_gui.core.text import encodable

from .rules import EDGES, METHODS, Rule, RuleSet, group_rule

_FORMAT = "yamnet_gui rules"
_VERSION = 1
_UNLIMITED = "unlimited"
_LARGEST = 1 << 26


def rules_to_json(rules: RuleSet, class_map: ClassMap) -> dict[str, Any]:
    """A rule set as plain values; `rules_from_json` reads it back."""
    return {
        "format": _FORMAT,
        "format_version": _VERSION,
        "name": rules.name,
        "version": rules.version,
        "default": _plain(rules.default),
        "groups": [{"mid": g.mid, "name": g.name, **_plain(g.rule)} for g in rules.groups],
        "classes": [
            {"index": i, "mid": class_map[i].mid, "name": class_map[i].name, **_plain(rule)}
            for i, rule in rules.classes.items()
        ],
    }


def rules_from_json(
    data: Any, class_map: ClassMap, ontology: Ontology, subject: str | Path = "rules"
) -> RuleSet:
    """A rule set from plain values; a class is looked up by its id, else by its name.

    Raises SettingsError naming `subject` where they are not a rule set of this class map.
    """
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise SettingsError(subject, "is not a rules file")
    if data.get("format_version") != _VERSION:
        raise SettingsError(
            subject, "was written by a newer version", "update the program to read it"
        )
    try:
        classes = {}
        for entry in data.get("classes", []):
            known = class_map.find(str(entry.get("mid", ""))) or class_map.find(str(entry["name"]))
            if known is None:
                raise SettingsError(subject, f"has a rule for an unknown class: {entry['name']}")
            classes[known.index] = _rule(entry, ("index", "mid", "name"))
        groups = tuple(
            group_rule(str(entry["mid"]), _rule(entry, ("mid", "name")), ontology)
            for entry in data.get("groups", [])
        )
        return RuleSet(
            # Files of earlier versions had one method for all, and did not set edges.
            default=_rule({"method": data.get("method", METHODS[0]), **data["default"]}, ()).over(
                Rule(edges=EDGES[0])
            ),
            groups=groups,
            classes=classes,
            name=encodable(str(data.get("name", ""))),
            version=int(data.get("version", 1)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SettingsError(subject, f"contains an invalid rule ({error})") from error


def save_rules(path: Path, rules: RuleSet, class_map: ClassMap | None = None) -> None:
    """Writes a rule set as JSON, beside and renamed."""
    classes = class_map or bundled_class_map()
    text = json.dumps(rules_to_json(rules, classes), indent=2, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def load_rules(
    path: Path, class_map: ClassMap | None = None, ontology: Ontology | None = None
) -> RuleSet:
    """Reads what `save_rules` wrote.

    Raises SettingsError where the file cannot be read or is not a rule set.
    """
    try:
        check_no_device(path)
        if path.stat().st_size > _LARGEST:
            raise SettingsError(path, "is too large for a rule set")
        data = parse_json(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(path, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise SettingsError(path, f"is not JSON ({error})") from error
    classes = class_map or bundled_class_map()
    tree = ontology or ontology_of(classes)
    return rules_from_json(data, classes, tree, path)


def _plain(rule: Rule) -> dict[str, Any]:
    pairs = ((f.name, getattr(rule, f.name)) for f in fields(Rule))
    return {
        name: _UNLIMITED if value == math.inf else value
        for name, value in pairs
        if value is not None
    }


def _rule(entry: Mapping[str, Any], besides: tuple[str, ...]) -> Rule:
    known = {f.name for f in fields(Rule)}
    unknown = set(entry) - known - set(besides)
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {}
    for name in known & set(entry):
        value = entry[name]
        if name == "enabled":
            if not isinstance(value, bool):
                raise ValueError("enabled must be true or false")
            values[name] = value
        elif name in ("method", "edges"):
            if not isinstance(value, str):
                raise ValueError(f"{name} must be a word")
            values[name] = value
        elif value == _UNLIMITED and name == "longest_s":
            values[name] = math.inf
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{name} must be a number")
        elif not math.isfinite(value):
            raise ValueError(f"{value} is not a number")
        else:
            values[name] = float(value)
    return Rule(**values)
