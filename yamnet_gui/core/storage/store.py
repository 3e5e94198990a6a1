"""What every kind of storage is asked for, with a bound on how often and how long."""

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from yamnet_gui.core.stopping import check_stopped, inherited

from .address import can_be_path
from .errors import ChangedInStorageError, MissingInStorageError, StorageError, understood

ATTEMPTS = 3
"""How often one thing is asked for."""
PAUSE_S = 0.5
"""Before the second attempt; before each further one twice as long, and a little by chance."""
LONGEST_PAUSE_S = 30.0
"""However long a busy server asks to wait."""
_LOOK_EVERY_S = 0.1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ObjectStatus:
    """What storage says of an object: `size` in bytes, and what is another one once it changed.

    `stamp` is the tag, the version or the time of change; "" where there is nothing of the kind.
    `modified_s`: Unix time, 0 where it is not known. `in_parts`: whether parts can be asked for.
    """

    size: int
    stamp: str
    modified_s: float = 0.0
    is_folder: bool = False
    in_parts: bool = True


class Store(ABC):
    """One kind of storage. May be used from any thread; addresses are given as their paths.

    All methods raise StorageError.
    """

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        self.attempts = ATTEMPTS

    def status(self, path: Path) -> ObjectStatus:
        """What there is at an address."""
        return self._patiently(path, lambda: self._status(path))

    def part(self, path: Path, first: int, end: int, expected: ObjectStatus) -> bytes:
        """Bytes [first, end) of an object that is as `expected`."""

        def ask() -> bytes:
            content = self._part(path, first, end, expected)
            if len(content) != end - first:
                raise ChangedInStorageError(path)
            return content

        return self._patiently(path, ask)

    def below(
        self, folder: Path, pattern: str = "", left_out: list[str] | None = None
    ) -> list[tuple[Path, ObjectStatus]]:
        """The objects below a folder, at any depth, or those that match a pattern of names.

        Sorted by name. `pattern` is a part of an address behind `folder`, with `*`, `**`, `?`.
        `left_out` gets the names behind `folder` that no path can hold.
        """
        found = []
        for name, status in self._patiently(folder, lambda: list(self._below(folder, pattern))):
            if can_be_path(name):
                found.append((folder / name, status))
            elif left_out is not None:
                left_out.append(name)
        return sorted(found, key=lambda one: one[0])

    def write(self, path: Path, file: Path) -> None:
        """Stores a file of this computer at an address: whole, or not at all."""
        self._patiently(path, lambda: self._write(path, file))

    def write_bytes(self, path: Path, content: bytes) -> None:
        """Stores a small object."""
        self._patiently(path, lambda: self._write_bytes(path, content))

    def create(self, path: Path, content: bytes) -> None:
        """Stores a small object where there is none; what is there stays, as far as storage knows
        such a condition: whoever needs to know looks afterwards."""
        self._patiently(path, lambda: self._write_bytes(path, content, only_new=True))

    def remove(self, path: Path) -> None:
        """Removes an object; that there is none is no error."""
        with suppress(MissingInStorageError):
            self._patiently(path, lambda: self._remove(path))

    @abstractmethod
    def _status(self, path: Path) -> ObjectStatus:
        """May raise anything, as the next two."""

    @abstractmethod
    def _part(self, path: Path, first: int, end: int, expected: ObjectStatus) -> bytes: ...

    @abstractmethod
    def _below(self, folder: Path, pattern: str) -> Iterator[tuple[str, ObjectStatus]]:
        """Names behind the folder, of objects alone."""

    @abstractmethod
    def _write(self, path: Path, file: Path) -> None: ...

    @abstractmethod
    def _write_bytes(self, path: Path, content: bytes, *, only_new: bool = False) -> None: ...

    @abstractmethod
    def _remove(self, path: Path) -> None: ...

    def _patiently(self, path: Path, ask: Callable[[], T]) -> T:
        """The answer, asked for again where trouble may pass. Raises StorageError, Cancelled."""
        for attempt in range(self.attempts):
            check_stopped()
            try:
                return _answer_to(ask)
            except Exception as error:  # noqa: BLE001 - each library has errors of its own
                check_stopped()
                plain = understood(error, path, self.scheme)
                if not plain.passing or attempt + 1 == self.attempts:
                    raise plain from _without_texts(error)
            self._renew()
            own_s = PAUSE_S * 2**attempt * (1 + random.random() / 4)
            _pause(max(own_s, min(plain.wait_s, LONGEST_PAUSE_S)))
        raise AssertionError

    def _renew(self) -> None:
        """Drops a connection that may be the trouble."""
        return


def _answer_to(ask: Callable[[], T]) -> T:
    """What `ask` gives or raises. Where the work of this thread is to stop, nobody waits for it.

    It goes on in a thread of its own then, until the server answers or its time is over. Raises
    Cancelled.
    """
    answered: Future[T] = Future()

    def work() -> None:
        try:
            answered.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - for the thread that waits
            answered.set_exception(error)

    thread = threading.Thread(target=inherited(work), name="storage", daemon=True)
    thread.start()
    while True:
        thread.join(_LOOK_EVERY_S)
        if not thread.is_alive():
            return answered.result()
        check_stopped()


def _pause(seconds: float) -> None:
    """Waits, and ends at once where the work of this thread is to stop."""
    for _ in range(max(1, round(seconds / _LOOK_EVERY_S))):
        threading.Event().wait(min(seconds, _LOOK_EVERY_S))
        check_stopped()


def _without_texts(error: Exception) -> BaseException | None:
    """The cause to be logged: none, because its text may hold what nobody is to see."""
    return error if isinstance(error, StorageError) else None
