"""Results that belong in storage: made on this computer, and brought there.

Tables are joined from parts that grow, and storage holds only whole objects. So a run works in a
folder of this computer. While it works, its journal and parts are copied to `OUT.unfinished` beside
the results, and another machine that starts the same command goes on from there. They stay until
the results are there: a command that was ended before that brings them when it is started again.
"""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.storage.errors import MissingInStorageError, StorageError
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.statuses import ask_again, object_status
from yamnet_gui.core.storage.stores import store_of
from yamnet_gui.labels.formats.read_write import LABELS_LIST

from .file_names import FAILURES_HEAD, failures_path
from .options import BatchOptions
from .run_folder import JOURNAL, UNFINISHED, is_part_of_a_run, remove_run_folder, run_folder
from .run_lock import RunLock
from .stored_dataset import StoredDataset

COPIED_EVERY_S = 60.0
SHARE = 10
"""Copying what is unfinished takes at most one part in so many of the time."""
_COPY_BYTES = 1 << 22


class StoredRun:
    """What storage has of a run, for `options` with places elsewhere; nothing without any.

    Holds the lock of these places from `begin` to the end of the context. All methods raise
    SettingsError where storage does not take or give what is needed, or another run has the lock.
    """

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self._lock = RunLock(options)
        self._dataset = StoredDataset.of(options)
        self._copied: dict[Path, tuple[int, int]] = {}
        self._next_s = time.monotonic() + COPIED_EVERY_S

    def __enter__(self) -> "StoredRun":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def begin(self, *, restart: bool = False) -> None:
        """Takes over what another machine has left unfinished, unless there is more of it here."""
        self._lock.acquire()
        if self._dataset is not None:
            self._dataset.begin()
        for here, address in self._options.elsewhere:
            for output in self._options.outputs:
                folder = run_folder(output)
                if output.is_relative_to(here) and not restart and not folder.exists():
                    self._fetch(address / folder.relative_to(here), folder)

    def copy_when_due(self) -> None:
        """Copies what is unfinished to storage, once in a while. To be called now and then."""
        self._lock.check()
        if self._options.elsewhere and time.monotonic() >= self._next_s:
            self.copy()

    def copy(self) -> None:
        """Copies what is unfinished to storage: parts first, so that no record lacks one."""
        began = time.monotonic()
        with suppress(StorageError, OSError):  # the next time; the folder here is what counts
            for path in self._unfinished():
                status = path.stat()
                known = (status.st_size, status.st_mtime_ns)
                if self._copied.get(path) != known:
                    store = store_of(self._options.place_of(path))
                    store.write(self._options.place_of(path), path)
                    self._copied[path] = known
        taken = time.monotonic() - began
        self._next_s = time.monotonic() + max(COPIED_EVERY_S, SHARE * taken)

    def finish(self, written: Iterable[Path]) -> tuple[Path, ...]:
        """Brings results to storage, and removes the unfinished run here and there.

        Returns where they are now. Results and unfinished run stay here where they cannot be
        brought.
        """
        places, brought = [], []
        for path in written:
            place = self._options.place_of(path)
            places.append(place)
            if place != path:
                self._bring(path, place)
                brought.append(path)
        if not self._options.elsewhere:
            return tuple(places)
        with suppress(StorageError):
            self._clear(set(places))
        remove_run_folder(run_folder(self._options.outputs[0]))
        for path in brought:
            if path.is_file():
                path.unlink(missing_ok=True)
            (path.parent / LABELS_LIST).unlink(missing_ok=True)
        for here, _ in self._options.elsewhere:
            _remove_empty(here)
        ask_again()
        return tuple(places)

    def _bring(self, path: Path, place: Path) -> None:
        try:
            self._lock.look()
            if self._dataset is not None and path == self._dataset.here:
                self._dataset.bring()
            else:
                store_of(place).write(place, path)
        except StorageError as error:
            raise SettingsError(
                place,
                f"{error.strerror}; the results are in {path.parent}",
                f"{error.advice or 'try again'}; the same command then brings them there",
            ) from error

    def _unfinished(self) -> Iterator[Path]:
        for here, _ in self._options.elsewhere:
            for folder in sorted(here.glob(f"*{UNFINISHED}")):
                inside = [path for path in folder.iterdir() if is_part_of_a_run(path.name)]
                yield from sorted(inside, key=lambda path: path.name == JOURNAL)

    def _fetch(self, source: Path, folder: Path) -> None:
        try:
            there = store_of(source).below(source)
            if not any(path.name == JOURNAL for path, _ in there):
                return
            folder.mkdir(parents=True, exist_ok=True)
            parts = [p for p, _ in there if is_part_of_a_run(p.name) and p.parent == source]
            for path in sorted(parts, key=lambda path: path.name == JOURNAL):
                _copy_here(path, folder / path.name)
        except MissingInStorageError:
            return
        except StorageError as error:
            remove_run_folder(folder)  # half of it would be taken for all
            raise SettingsError(source, str(error.strerror), error.advice) from error

    def _clear(self, places: set[Path]) -> None:
        """Removes the unfinished run from storage, and a table of failures of an earlier one."""
        for here, address in self._options.elsewhere:
            for output in self._options.outputs:
                if not output.is_relative_to(here):
                    continue
                source = address / run_folder(output).name
                store = store_of(source)
                with suppress(MissingInStorageError):
                    for path, _ in store.below(source):
                        if is_part_of_a_run(path.name):
                            store.remove(path)
                failures = self._options.place_of(failures_path(output))
                if failures not in places and _is_ours(failures):
                    store.remove(failures)


def _copy_here(source: Path, target: Path) -> None:
    ask_again()
    with open_for_reading(source) as stored, target.open("wb") as file:
        while block := stored.read(_COPY_BYTES):
            file.write(block)


def _is_ours(failures: Path) -> bool:
    try:
        if object_status(failures).size < len(FAILURES_HEAD):
            return False
        with open_for_reading(failures) as file:
            return file.read(len(FAILURES_HEAD)) == FAILURES_HEAD.encode()
    except OSError:
        return False


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        for inner, _folders, _files in os.walk(folder, topdown=False):
            with suppress(OSError):
                Path(inner).rmdir()
