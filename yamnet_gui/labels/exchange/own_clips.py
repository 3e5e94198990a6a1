"""Which clips in a folder this program has cut, so that an export replaces those and no others."""

import csv
import json
import os
from collections.abc import Collection, Sequence
from pathlib import Path

from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.labels.formats.text import unescape_formula
from yamnet_gui.labels.overwrite_guard import check_companion, is_one_of, is_ours

LIST_NAME = ".yamnet_gui-clips"
"""Hidden, so that nobody takes it for a part of a training set."""
_HEAD = "clips that yamnet_gui has written into this folder\n"


class OwnClips:
    """The files of a folder that may be replaced; the list of them lies in the folder.

    A manifest of an export that had no such list counts as well. Names are relative to `folder`.
    Raises LabelsError where the list is a file of others.
    """

    def __init__(self, folder: Path, manifest: str, column: str) -> None:
        self._folder = folder
        self._list = folder / LIST_NAME
        self._names = _listed(self._list) | _in_manifest(folder / manifest, column)
        check_companion(self._list, _HEAD)

    def claim(self, names: Sequence[str]) -> None:
        """Puts those that are free or ours on the list, before any is written. Raises OSError."""
        claimed = {n for n in names if n in self._names or not os.path.lexists(self._folder / n)}
        self._names |= claimed
        with replacing(self._list) as beside:
            text = "".join(f"{json.dumps(name)}\n" for name in sorted(self._names))
            beside.write_text(_HEAD + text, encoding="ascii")

    def problem(self, names: Sequence[str], recordings: Collection[Path]) -> str:
        """Why one of these files must not be written, as a sentence, or ""."""
        for name in names:
            path = self._folder / name
            what = "" if name in self._names else "is no clip of this program"
            what = "is a recording" if is_one_of(path, recordings) else what
            if what and os.path.lexists(path):
                return f"{path}: {what} and is left as it is — choose another folder"
        return ""


def _listed(path: Path) -> set[str]:
    if not is_ours(path, _HEAD):
        return set()
    try:
        lines = path.read_text(encoding="ascii").splitlines()[1:]
        return {name for name in map(parse_json, lines) if isinstance(name, str)}
    except (OSError, ValueError):
        return set()


def _in_manifest(path: Path, column: str) -> set[str]:
    """The clips in a manifest, and their pictures."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            names = {unescape_formula(row.get(column) or "") for row in csv.DictReader(file)}
    except (OSError, csv.Error):
        return set()
    return names | {f"{name}.png" for name in names}
