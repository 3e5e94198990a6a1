"""The list of custom classes as a project stores it: labels, and the files of classifiers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yamnet_gui.gui.state.custom_classes import CustomClass


from yamnet_gui.core.json_text import parse_json


@dataclass(frozen=True, slots=True)
class StoredClasses:
    """A stored list: `text` as it is, the `entries` in it, and what is not an entry.

    `entries`: label and file. `unreadable`: position in the list and the JSON value there; these
    values stay where they are when the list is written again.
    """

    text: str = ""
    entries: tuple[tuple[str, Path | None], ...] = ()
    unreadable: tuple[tuple[int, Any], ...] = ()

    @classmethod
    def read(cls, text: str, base: Path) -> StoredClasses:
        """Reads a list; files are relative to `base`, the folder of the project."""
        entries, unreadable = [], []
        for position, value in enumerate(_values(text)):
            try:
                entries.append(_entry(value, base))
            except (ValueError, KeyError, TypeError, AttributeError):
                unreadable.append((position, value))
        return cls(text, tuple(entries), tuple(unreadable))

    def unusable(self) -> StoredClasses:
        """The same list with every entry taken as unreadable."""
        return replace(self, entries=(), unreadable=tuple(enumerate(_values(self.text))))

    def text_with(self, classes: Iterable[CustomClass], base: Path) -> str:
        """The list to store for these classes; it still has all that is unreadable."""
        values: list[Any] = [
            {
                "label": c.label,
                "file": _relative(c.path, base),
                "kept": str(c.path.absolute()) if c.path is not None else "",
            }
            for c in classes
        ]
        if not values and not self.entries:
            return self.text
        for position, value in self.unreadable:  # in ascending order
            values.insert(position, value)
        return json.dumps(values, ensure_ascii=False) if values else ""


def _values(text: str) -> list[Any]:
    """The values of a list; a text that is not a list is a single value."""
    try:
        values = parse_json(text) if text else []
    except ValueError:
        return [text]
    return values if isinstance(values, list) else [values]


def _entry(value: Any, base: Path) -> tuple[str, Path | None]:
    label = value["label"]
    if not isinstance(label, str):
        raise TypeError("a label is a text")
    return label, _file_of(value, base)


def _file_of(entry: dict[str, str], base: Path) -> Path | None:
    """The file next to the project or, if missing, where it was when the entry was written."""
    if not entry["file"]:
        return None
    beside, former = base / entry["file"], entry.get("kept", "")
    return Path(former) if former and not beside.exists() and Path(former).exists() else beside


def _relative(path: Path | None, base: Path) -> str:
    if path is None:
        return ""
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path)
