"""Datasets that are opened beside a project, and where their recordings are on this computer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from yamnet_gui.core.files import exists, whole_path
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.notation import written

from . import Command, Project, set_texts
from .codec import parsed
from .paths import located, stored_path

_NAME = "datasets"


@dataclass(frozen=True, slots=True)
class AttachedDataset:
    """A dataset by its folder or address.

    `moved`: folders as the dataset has them, and what stands there on this computer. Of several
    that hold a recording, the innermost counts.
    """

    folder: Path
    moved: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.folder.name or str(self.folder)

    def locate(self, file: str) -> Path:
        """Where a recording is that the dataset names so."""
        path = path_of(file)
        for before, now in _innermost_first(self.moved):
            if path.is_relative_to(before):
                return whole_path(now / path.relative_to(before))
        return whole_path(path)

    def found_in(self, file: str, folder: Path) -> "AttachedDataset | None":
        """The same, once its recordings were found in another folder, in which this file is at the
        end of the path that the dataset has for it; None where it is not."""
        path = path_of(file)
        for before in reversed(path.parents):
            if exists(file_of(folder / path.relative_to(before))):
                # what said more of this file was wrong: nobody would ask otherwise
                others = tuple(
                    pair
                    for pair in self.moved
                    if not (
                        path.is_relative_to(path_of(pair[0]))
                        and path_of(pair[0]).is_relative_to(before)
                    )
                )
                return replace(self, moved=((written(before), str(folder)), *others))
        return None


def attached_datasets(project: Project) -> tuple[AttachedDataset, ...]:
    """The datasets beside a project, in the order in which they came. Raises ProjectError."""
    text = project.settings.value(_NAME)
    try:
        entries = parsed(text)["datasets"] if text else ()
        return tuple(_read(entry, project.path.parent) for entry in entries)
    except (KeyError, TypeError, ValueError, AttributeError):
        return ()  # a later version wrote it


def attach(project: Project, dataset: AttachedDataset) -> Command:
    """Puts a dataset beside the project, or replaces what is known of it."""
    now = attached_datasets(project)
    same = [one.folder == dataset.folder for one in now]
    if any(same):
        new = [dataset if same[k] else one for k, one in enumerate(now)]
        return _command(project, f"recordings of {dataset.name} are elsewhere", new)
    return _command(project, f"open dataset {dataset.name}", [*now, dataset])


def move(project: Project, folder: Path, to: Path) -> Command:
    """The dataset that was in one folder is in another one."""
    new = [
        replace(one, folder=to) if one.folder == folder else one
        for one in attached_datasets(project)
    ]
    return _command(project, f"dataset {to.name} is elsewhere", new)


def detach(project: Project, folder: Path) -> Command:
    """Takes a dataset away from the project; its files stay as they are."""
    others = [one for one in attached_datasets(project) if one.folder != folder]
    return _command(project, f"close dataset {folder.name}", others)


def _command(project: Project, title: str, datasets: Sequence[AttachedDataset]) -> Command:
    entries = [
        {"folder": stored_path(one.folder, project.path.parent), "moved": list(one.moved)}
        for one in datasets
    ]
    text = json.dumps({"datasets": entries}) if entries else ""
    return set_texts(title, {_NAME: (project.settings.value(_NAME), text)})


@lru_cache(16)  # asked for each of very many recordings
def _innermost_first(moved: tuple[tuple[str, str], ...]) -> tuple[tuple[Path, Path], ...]:
    pairs = [(path_of(before), path_of(now)) for before, now in moved]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0].parts)))


def _read(entry: dict[str, Any], beside: Path) -> AttachedDataset:
    moved = tuple((str(before), str(now)) for before, now in entry["moved"])
    return AttachedDataset(located(str(entry["folder"]), beside), moved)
