"""What has arrived of a download: continued and removed only where a download of ours began it."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.own_files import check_own, open_own


class PartFile:
    """A file, and beside it a note that names the file by its inode, and what it is a part of.

    A file that somebody else put there has another inode than the note says, or no note at all.
    """

    def __init__(self, path: Path, sha256: str) -> None:
        self.path = path
        self._sha256 = sha256
        self._note = path.with_name(f"{path.name}.json")

    def is_free(self) -> bool:
        """Whether nothing is there, or what a download of the same content has begun."""
        try:
            check_own([self.path, self._note])
            note = self._noted()
            inode = self.path.lstat().st_ino if os.path.lexists(self.path) else None
        except (OSError, ValueError):
            return False
        if inode is None:
            return note is None or note.keys() == {"of", "inode"}
        return note == {"of": self._sha256, "inode": inode}

    def _noted(self) -> dict[str, Any] | None:
        """Raises OSError and ValueError."""
        try:
            note = parse_json(self._note.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        if not isinstance(note, dict):
            raise ValueError("a file of another program")
        return note

    def size(self) -> int:
        """Bytes that have arrived."""
        with suppress(FileNotFoundError):
            return self.path.stat().st_size
        return 0

    def open(self, *, empty: bool) -> BinaryIO:
        """At its end, for what comes next; with `empty`, what has arrived is dropped.

        Raises OSError, also where it is a link.
        """
        file = open_own(self.path, empty=empty)
        try:
            note = {"of": self._sha256, "inode": self.path.lstat().st_ino}
            with replacing(self._note) as beside:
                beside.write_text(json.dumps(note), encoding="ascii")
            file.seek(0, 2)
        except BaseException:
            file.close()
            raise
        return file

    def remove(self) -> None:
        """Raises OSError."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
