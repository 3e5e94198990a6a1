"""Which clips in a folder this program has cut, so that an export replaces those and no others."""

import csv
import os
from collections.abc import Collection, Sequence
from pathlib import Path

from yamnet_gui.labels.formats.text import unescape_formula
from yamnet_gui.labels.overwrite_guard import is_one_of
from yamnet_gui.labels.own_names import OwnNames

LIST_NAME = ".yamnet_gui-clips"
"""Hidden, so that nobody takes it for a part of a training set."""
_HEAD = "clips that yamnet_gui has written into this folder\n"


class OwnClips:
    """The clips of a folder that may be replaced; the list of them lies in the folder.

    A manifest of an export that had no such list counts as well. Names are relative to `folder`.
    Raises LabelsError where the list is a file of others.
    """

    def __init__(self, folder: Path, manifest: str, column: str) -> None:
        self._folder = folder
        self._own = OwnNames(folder, LIST_NAME, _HEAD, _in_manifest(folder / manifest, column))

    def claim(self, names: Sequence[str]) -> None:
        """Puts those that are free or ours on the list, before any is written. Raises OSError."""
        with self._own.claiming(dict.fromkeys(names, "")):
            pass

    def problem(self, names: Sequence[str], recordings: Collection[Path]) -> str:
        """Why one of these files must not be written, as a sentence, or ""."""
        for name in names:
            path = self._folder / name
            what = "is no clip of this program" if self._own.problem(name) else ""
            what = "is a recording" if is_one_of(path, recordings) else what
            if what and os.path.lexists(path):
                return f"{path}: {what} and is left as it is — choose another folder"
        return ""


def _in_manifest(path: Path, column: str) -> set[str]:
    """The clips in a manifest, and their pictures."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            names = {unescape_formula(row.get(column) or "") for row in csv.DictReader(file)}
    except (OSError, csv.Error):
        return set()
    return names | {f"{name}.png" for name in names}
