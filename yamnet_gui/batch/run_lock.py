"""One run at a time writes to an address: the locks of its outputs, here and in storage."""

import uuid
from contextlib import suppress

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.lock import FileLock
from yamnet_gui.core.storage.errors import StorageError
from yamnet_gui.core.storage.lock import DEAD_AFTER_S, Holder, StoredLock

from .journal import LOCK, another_run
from .options import BatchOptions
from .output_places import runs_folder

_MACHINE = "machine"


class RunLock:
    """For `options` with places elsewhere; without any it is always ours.

    A run of this computer that died is told by the lock of its folder here, which the system
    lifts; one of another machine by a lock in storage that nobody renews.
    """

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self._here: list[FileLock] = []
        self._there: list[StoredLock] = []

    def acquire(self) -> None:
        """Raises SettingsError where another run has it, with who and since when."""
        for folder, _ in self._options.elsewhere:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                lock = FileLock(folder.with_name(folder.name + LOCK))
                if not lock.acquire():
                    raise another_run(self._options.place_of(folder))
            except OSError as error:
                reason = f"cannot be written ({error.strerror or error})"
                raise SettingsError(folder, reason) from error
            self._here.append(lock)
        for output in self._options.outputs:
            place = self._options.place_of(output)
            if place == output:
                continue
            lock_there = StoredLock(place.with_name(place.name + LOCK), _this_machine())
            try:
                holder = lock_there.acquire()
            except StorageError as error:
                raise SettingsError(place, str(error.strerror), error.advice) from error
            if holder is not None:
                raise SettingsError(
                    place,
                    f"{holder.who} has been writing it since {holder.since}",
                    f"wait for it, or for {DEAD_AFTER_S / 60:.0f} minutes if it is dead",
                )
            self._there.append(lock_there)

    def check(self) -> None:
        """Raises SettingsError where another run has taken over, as far as is known."""
        for lock in self._there:
            _check(lock, lock.lost_to)

    def look(self) -> None:
        """`check`, after asking. Raises StorageError as well."""
        for lock in self._there:
            _check(lock, lock.look())

    def release(self) -> None:
        for there in self._there:
            there.release()
        for here in self._here:
            with suppress(OSError):
                here.release()
        self._there, self._here = [], []


def _check(lock: StoredLock, holder: Holder | None) -> None:
    if holder is not None:
        place = lock.path.with_name(lock.path.name.removesuffix(LOCK))
        reason = f"{holder.who} has taken over at {holder.since}: this run was silent for long"
        raise SettingsError(place, reason, "wait for it; what was finished here is kept")


def _this_machine() -> str:
    """A name by chance for all who share the folder of unfinished runs. Raises SettingsError."""
    path = runs_folder() / _MACHINE
    try:
        with suppress(FileNotFoundError):
            if len(name := path.read_text(encoding="ascii")) == 32:
                return name
        with replacing(path) as beside:
            beside.write_text(uuid.uuid4().hex, encoding="ascii")
        return path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise SettingsError(path, f"cannot be read or written ({error})", "remove it") from error
