"""Which files of a folder this program has written, so that an export replaces those and no others.

Sound clips and labels without a head say nothing of who wrote them, so a list lies beside them.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json

from .overwrite_guard import check_companion, is_ours


class OwnNames:
    """Names relative to `folder`, on a list in it that begins with the line `head`.

    A file on the list is ours; one with a checksum there only as long as it is as it was written:
    labels that were corrected in another program are that person's work. `also` names files that
    something else proves to be ours. Raises LabelsError where the list is a file of others.
    """

    def __init__(self, folder: Path, list_name: str, head: str, also: Iterable[str] = ()) -> None:
        self._folder = folder
        self._list = folder / list_name
        self._head = head
        check_companion(self._list, head)
        self._names: dict[str, str] = dict.fromkeys(also, "") | self._listed()

    def problem(self, name: str) -> str:
        """Why the file of this name must not be replaced, to follow it; "" where it may be."""
        path = self._folder / name
        if not os.path.lexists(path):
            return ""
        written = self._names.get(name)
        if written is None:
            return "is a file that this program did not write"
        if written and written != checksum(path):
            return "was changed since this program wrote it"
        return ""

    @contextmanager
    def claiming(self, names: Mapping[str, str]) -> Iterator[None]:
        """Puts those that are free or ours on the list when the block succeeds. Raises OSError.

        Each name comes with the checksum of what it gets, or "" where that is not known yet.
        """
        self._names |= {name: text for name, text in names.items() if not self.problem(name)}
        with replacing(self._list) as beside:
            lines = (json.dumps([n, c] if c else n) for n, c in sorted(self._names.items()))
            beside.write_text(self._head + "".join(f"{x}\n" for x in lines), encoding="ascii")
            yield

    def _listed(self) -> dict[str, str]:
        if not is_ours(self._list, self._head):
            return {}
        try:
            lines = self._list.read_text(encoding="ascii").splitlines()[1:]
            return dict(filter(None, map(_entry, lines)))
        except (OSError, ValueError):
            return {}


def checksum(path: Path) -> str:
    """SHA-256 of a file, "-" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "-"


def _entry(line: str) -> tuple[str, str] | None:
    match parse_json(line):
        case str(name):
            return name, ""
        case [str(name), str(text)]:
            return name, text
    return None
