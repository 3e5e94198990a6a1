"""The files that ship with the program, installed or in a checkout."""

from functools import cache, lru_cache
from pathlib import Path

from .class_map import ClassMap, SoundClass
from .ontology import Ontology

_PACKAGE = Path(__file__).resolve().parents[1]


@cache
def _data_root() -> Path:
    """The folder that holds `class_map.csv`, `docs/` and `resources/`.

    The wheel carries them under `_data`; an editable install and a checkout have them
    beside the package.
    """
    installed = _PACKAGE / "_data"
    return installed if installed.is_dir() else _PACKAGE.parent


def class_map_path() -> Path:
    """The table of YAMNet's 521 classes (`index,mid,display_name`)."""
    return _data_root() / "class_map.csv"


def resource_path(*parts: str) -> Path:
    """A file below `resources/`, for example `resource_path("icons", "play.svg")`."""
    return _data_root().joinpath("resources", *parts)


def document_path(*parts: str) -> Path:
    """A file below `docs/`, for example `document_path("guide.md")`."""
    return _data_root().joinpath("docs", *parts)


def licences_path() -> Path:
    """The folder of licences that a bundle holds; elsewhere there is none."""
    return _data_root() / "licences"


def bundled_versions_path() -> Path:
    """The versions that a bundle was built with, as constraints for pip; elsewhere none."""
    return _data_root() / "constraints.txt"


def checkout_path(*parts: str) -> Path:
    """A file of the repository, where the program runs from a checkout."""
    return _PACKAGE.parent.joinpath(*parts)


@cache
def bundled_class_map() -> ClassMap:
    """YAMNet's own classes; read once. Raises SettingsError where the table cannot be read."""
    return ClassMap.from_csv(class_map_path())


@cache
def bundled_ontology() -> Ontology:
    """The AudioSet ontology; read once. Raises SettingsError where it cannot be read."""
    return Ontology.from_csv(resource_path("audioset_ontology.csv"))


def ontology_of(class_map: ClassMap) -> Ontology:
    """The ontology with the outputs of the model whose classes these are, custom ones behind them.

    Where YAMNet's own classes come first it is `bundled_ontology`.
    """
    own = bundled_class_map().classes
    if class_map.classes[: len(own)] == own:
        return bundled_ontology()
    return _ontology_of(class_map.classes)


@lru_cache(maxsize=4)
def _ontology_of(classes: tuple[SoundClass, ...]) -> Ontology:
    return bundled_ontology().for_classes(ClassMap(classes))
