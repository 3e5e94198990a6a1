"""The model that a project is made with: which one, and its classes.

Events store the index that their class had when they were stored. Where a project has chosen a
model, now or before, that index is found again by the AudioSet id or the name of the class.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.resources import bundled_class_map

if TYPE_CHECKING:
    from .project import Project

MODEL = "model"
CUSTOM_CLASSES = "taught_classes"
"""Under which names a project stores its model and its custom classes."""
_MOST, _LONGEST = 3_000, 200
_DIGITS = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ProjectModel:
    """A fine-tuned model by its identity; its classes show events where its file is not here."""

    identity: str
    name: str
    classes: ClassMap


def project_model(project: "Project") -> ProjectModel | None:
    """The fine-tuned model that the project has chosen; None: YAMNet. Raises ProjectError."""
    return _read(project.settings.value(MODEL))


def project_classes(project: "Project") -> ClassMap:
    """The classes of the project's model. Raises ProjectError."""
    chosen = project_model(project)
    return bundled_class_map() if chosen is None else chosen.classes


def set_project_model(project: "Project", model: ProjectModel | None) -> None:
    """Chooses a model (None: YAMNet); events have the indices of its classes from then on.

    Raises ProjectError.
    """
    values: dict[str, Any] = {}
    if model is not None:
        values = {"identity": model.identity, "name": model.name}
        values["classes"] = [[one.mid, one.name] for one in model.classes]
    if values or project.settings.value(MODEL):
        project.settings.set_value(MODEL, json.dumps(values, ensure_ascii=False))


def class_indices(model: str | None, custom: str | None) -> Mapping[str, int] | None:
    """The index of each class by its AudioSet id and its name in small letters, from stored texts.

    None where the project has never chosen a model: its indices are YAMNet's, as they are stored.
    """
    if not model:
        return None
    chosen = _read(model)
    classes = bundled_class_map() if chosen is None else chosen.classes
    indices = {one.name.casefold(): one.index for one in classes}
    indices |= {one.mid: one.index for one in classes if one.mid}
    for place, label in enumerate(_custom(custom or "")):
        indices.setdefault(label.casefold(), len(classes) + place)
    return indices


def _read(text: str) -> ProjectModel | None:
    """What `set_project_model` stored; None for anything else, as other programs may write."""
    try:
        values = parse_json(text) if text else {}
        identity, name, rows = (values[key] for key in ("identity", "name", "classes"))
        if not _DIGITS.fullmatch(identity) or not _shown(name) or not 1 <= len(rows) <= _MOST:
            return None
        classes = tuple(SoundClass(i, mid, label) for i, (mid, label) in enumerate(rows))
        if not all(isinstance(c.mid, str) and _shown(c.name) for c in classes):
            return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if len({one.name.casefold() for one in classes}) != len(classes):
        return None
    return ProjectModel(identity, name, ClassMap(classes))


def _shown(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= _LONGEST and text.isprintable()


def _custom(text: str) -> list[str]:
    """The labels of custom classes in their order."""
    try:
        values = parse_json(text) if text else []
        entries = values if isinstance(values, list) else []
        return [str(one["label"]) for one in entries if isinstance(one, dict) and "label" in one]
    except (ValueError, TypeError):
        return []
