"""What is known of whatever a path names: a file of this computer, or an object in storage."""

import hashlib
import os
import stat
import threading
import time
from pathlib import Path

from .address import path_of
from .errors import StorageError
from .notation import is_stored
from .store import ObjectStatus
from .stores import store_of

_BELIEVED_S = 10.0
"""How long what storage said of an object is believed; also that it said nothing."""


def status_of(path: Path) -> os.stat_result:
    """What `Path.stat` says of a file, and the same of an object in storage.

    There, the time of change is exact to the second, and its fraction stands for the object's tag
    or version, so that another version never looks like this one. Raises OSError; StorageError.
    """
    if not is_stored(path):
        return path.stat()
    status = object_status(path)
    kind = stat.S_IFDIR if status.is_folder else stat.S_IFREG
    number = int.from_bytes(hashlib.sha256(status.stamp.encode()).digest()[:7], "big")
    seconds = int(status.modified_s)
    values = (kind | 0o444, number, 0, 1, 0, 0, status.size, seconds, seconds, seconds)
    return os.stat_result(values, {"st_mtime_ns": seconds * 10**9 + number % 10**9})


def object_status(path: Path) -> ObjectStatus:
    """What storage says of an object, believed for some seconds. Raises StorageError."""
    return _statuses.of(path_of(path))


def note_status(path: Path, status: ObjectStatus) -> None:
    """Remembers what a listing said of an object."""
    _statuses.note(path, status)


def ask_again() -> None:
    """What storage says next is asked for, not remembered."""
    _statuses.forget()


class _Statuses:
    """What storage said a moment ago, so that opening a recording does not ask ten times."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: dict[Path, tuple[float, ObjectStatus | StorageError]] = {}

    def of(self, path: Path) -> ObjectStatus:
        with self._guard:
            known = self._known.get(path)
        if known is not None and time.monotonic() - known[0] < _BELIEVED_S:
            return self._given(known[1])
        said: ObjectStatus | StorageError
        try:
            said = store_of(path).status(path)
            if not said.in_parts and not said.size:
                said = StorageError(
                    path, "the server sends it only whole and names no size", "download it"
                )
        except StorageError as error:
            said = error
        self.note(path, said)
        return self._given(said)

    def note(self, path: Path, said: ObjectStatus | StorageError) -> None:
        now = time.monotonic()
        with self._guard:
            if len(self._known) > 4096:
                recent = {p: k for p, k in self._known.items() if now - k[0] < _BELIEVED_S}
                self._known = recent
            self._known[path] = (now, said)

    def forget(self) -> None:
        with self._guard:
            self._known.clear()

    @staticmethod
    def _given(said: ObjectStatus | StorageError) -> ObjectStatus:
        if isinstance(said, StorageError):
            raise said.with_traceback(None)
        return said


_statuses = _Statuses()
