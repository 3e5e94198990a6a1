"""A lock in storage between machines, which no system lifts when its holder dies.

It is an object that says who writes and since when. Its holder renews it, and one that was not
renewed for long counts as dead. An object is made "only where there is none" by a condition that
the store keeps; where a store does not know that condition, reading back what was written shows
who came last, and a holder that finds another one's lock in its place stops.
"""

import getpass
import json
import socket
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .errors import ChangedInStorageError, MissingInStorageError, StorageError
from .store import ObjectStatus, Store
from .stores import store_of

RENEWED_EVERY_S = 60.0
DEAD_AFTER_S = 20 * 60.0
"""Stores refuse machines whose clock differs by a quarter of an hour, so their times compare."""
_LONGEST = 4096
_READ_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes: `who` is a user and a machine, `since` a moment in UTC. `token` tells runs apart,
    `machine` those who share the files of a user."""

    who: str
    since: str
    token: str
    machine: str


class StoredLock:
    """A lock at an address. All methods raise StorageError.

    `machine` names whoever can tell by other means that its own last holder is dead.
    """

    def __init__(self, path: Path, machine: str) -> None:
        self.path = path
        self._store: Store = store_of(path)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        self._own = Holder(_who(), now, uuid.uuid4().hex, machine)
        self._ended = threading.Event()
        self._renewing: threading.Thread | None = None
        self._lost: Holder | None = None

    def acquire(self) -> Holder | None:
        """Takes the lock, also that of a dead holder. Returns who has it where it is not ours."""
        if not self._taken():
            found = self._held()
            if found is not None and not self._is_dead(*found):
                return found[0]
            if found is not None:
                self._store.remove(self.path)
            if not self._taken():
                found = self._held()
                return found[0] if found is not None else self._own  # gone again at this moment
        thread = threading.Thread(target=self._renew, name="lock in storage", daemon=True)
        self._renewing = thread
        thread.start()
        return None

    @property
    def lost_to(self) -> Holder | None:
        """Who has taken the lock over, as far as is known; None while it is ours."""
        return self._lost

    def look(self) -> Holder | None:
        """Asks whether the lock is still ours, and makes it so again where it is gone."""
        found = self._held()
        if found is not None and found[0].token != self._own.token:
            self._lost = found[0]
        elif self._lost is None:
            self._store.write_bytes(self.path, self._text())
        return self._lost

    def release(self) -> None:
        """Gives the lock back where it is ours; that storage does not answer is no error."""
        if self._renewing is None:
            return
        self._ended.set()
        self._renewing.join()
        self._renewing = None
        with suppress(StorageError):
            found = self._held()
            if found is not None and found[0].token == self._own.token:
                self._store.remove(self.path)

    def _taken(self) -> bool:
        """Whether it is made and ours: what stands there afterwards decides."""
        if self._held() is not None:
            return False
        self._store.create(self.path, self._text())
        found = self._held()
        return found is not None and found[0].token == self._own.token

    def _held(self) -> tuple[Holder, ObjectStatus] | None:
        try:
            status, text = self._read()
        except MissingInStorageError:
            return None
        try:
            return Holder(**json.loads(text)), status
        except (ValueError, TypeError) as error:
            raise StorageError(
                self.path, "is not a lock of this program", "move it away"
            ) from error

    def _read(self) -> tuple[ObjectStatus, bytes]:
        for _ in range(_READ_ATTEMPTS):
            with suppress(ChangedInStorageError):  # renewed at this moment
                status = self._store.status(self.path)
                if status.is_folder:
                    raise MissingInStorageError(self.path)
                return status, self._store.part(self.path, 0, min(status.size, _LONGEST), status)
        raise ChangedInStorageError(self.path)

    def _is_dead(self, holder: Holder, status: ObjectStatus) -> bool:
        return holder.machine == self._own.machine or (
            status.modified_s > 0 and time.time() - status.modified_s > DEAD_AFTER_S
        )

    def _renew(self) -> None:
        while not self._ended.wait(RENEWED_EVERY_S) and self._lost is None:
            with suppress(StorageError):  # the next time
                self.look()

    def _text(self) -> bytes:
        return json.dumps(asdict(self._own)).encode()


def _who() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a number that no user has
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
