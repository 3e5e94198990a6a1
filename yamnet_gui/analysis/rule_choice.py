"""Which rules are meant: a preset by its name, a file, one threshold, or the balanced rules."""

import os
from collections.abc import Sequence
from pathlib import Path

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import exists, is_folder
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import ontology_of
from yamnet_gui.core.text import close_matches, did_you_mean
from yamnet_gui.detection import BALANCED, PRESETS, RuleSet, load_rules, preset
from yamnet_gui.embedding import Classifier
from yamnet_gui.yamnet import ModelInfo

from .custom_classes import with_custom_rules, with_model_rules

_ANY_SCORE = 1e-9
_ALIKE = 0.6
_NEAR = 3


def choose_rules(
    class_map: ClassMap,
    rules: str | os.PathLike[str] | None = None,
    threshold: float | None = None,
    *,
    top: int | None = None,
    classifiers: Sequence[Classifier] = (),
    model: ModelInfo | None = None,
    option_prefix: str = "",
) -> RuleSet:
    """The rules of a command or call: `rules` is a preset or a file, `threshold` one for all.

    Without either, the balanced rules hold; with `top`, whatever the score. Custom classes of
    `classifiers`, and those that a fine-tuned `model` was trained for, get their own threshold,
    except where one threshold holds for all. Errors call
    the options by their names behind `option_prefix`. Raises SettingsError.
    """
    if threshold is not None:
        if rules is not None:
            name = f"{option_prefix}rules"
            raise SettingsError(name, f"cannot be combined with {option_prefix}threshold")
        if not 0 <= threshold <= 1:
            raise SettingsError(f"{option_prefix}threshold", "must be between 0 and 1")
        return RuleSet.threshold(threshold)
    if rules is None and top is not None:
        return RuleSet.threshold(_ANY_SCORE)
    chosen = rules_by_name(BALANCED if rules is None else rules, class_map)
    return with_custom_rules(with_model_rules(chosen, model), class_map, classifiers)


def rules_by_name(
    name: str | os.PathLike[str], class_map: ClassMap, ontology: Ontology | None = None
) -> RuleSet:
    """A preset, or the rules in a file.

    Raises SettingsError, with near names, where it is neither, or where the file is not one of
    rules.
    """
    text, tree = os.fspath(name), ontology or ontology_of(class_map)
    if text in PRESETS:
        return preset(text, tree)
    path = Path(text)
    if not exists(path):
        raise SettingsError(text, "is neither a preset nor a rules file", _advice(path))
    return load_rules(path, class_map, tree)


def _advice(path: Path) -> str:
    files = [file.name for file in path.parent.glob("*.json")] if is_folder(path.parent) else []
    near = close_matches(path.name, (*files, *PRESETS), _NEAR, _ALIKE)
    known = [name if name in PRESETS else str(path.parent / name) for name in near]
    return did_you_mean(known, f"the presets are {', '.join(PRESETS)}")
