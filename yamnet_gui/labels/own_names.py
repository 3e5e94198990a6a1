"""Which files of a folder this program has written, so that an export replaces those and no others.

Sound clips and labels without a head say nothing of who wrote them, so a list lies beside them.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json

from .overwrite_guard import check_companion, is_ours


class OwnNames:
    """Names relative to `folder`, on a list in it that begins with the line `head`.

    `also` names files that something else proves to be ours. Raises LabelsError where the list is
    a file of others.
    """

    def __init__(self, folder: Path, list_name: str, head: str, also: Iterable[str] = ()) -> None:
        self._folder = folder
        self._list = folder / list_name
        self._head = head
        check_companion(self._list, head)
        self._names = self._listed() | set(also)

    def may_replace(self, name: str) -> bool:
        """Whether there is nothing of this name, or a file of ours."""
        return name in self._names or not os.path.lexists(self._folder / name)

    @contextmanager
    def claiming(self, names: Iterable[str]) -> Iterator[None]:
        """Puts those that are free or ours on the list when the block succeeds. Raises OSError."""
        self._names |= {name for name in names if self.may_replace(name)}
        with replacing(self._list) as beside:
            text = "".join(f"{json.dumps(name)}\n" for name in sorted(self._names))
            beside.write_text(self._head + text, encoding="ascii")
            yield

    def _listed(self) -> set[str]:
        if not is_ours(self._list, self._head):
            return set()
        try:
            lines = self._list.read_text(encoding="ascii").splitlines()[1:]
            return {name for name in map(parse_json, lines) if isinstance(name, str)}
        except (OSError, ValueError):
            return set()
