"""Results that belong in storage: made on this computer, and brought there.

Tables are joined from parts that grow, and storage holds only whole objects. So a run works in a
folder of this computer. While it works, its journal and parts are copied to `OUT.unfinished` beside
the results, and another machine that starts the same command goes on from there.
"""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from yamnet_gui.audio.hashing import text_key
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.errors import MissingInStorageError, StorageError
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.notation import address_of, is_address, is_stored
from yamnet_gui.core.storage.statuses import ask_again, object_status
from yamnet_gui.core.storage.stores import store_of
from yamnet_gui.labels.formats.read_write import LABELS_LIST
from yamnet_gui.labels.project.paths import data_folder

from .file_names import FAILURES_HEAD, failures_path
from .options import BatchOptions
from .run import UNFINISHED
from .run_folder import JOURNAL, is_part_of_a_run

COPIED_EVERY_S = 60.0
SHARE = 10
"""Copying what is unfinished takes at most one part in so many of the time."""
_COPY_BYTES = 1 << 22


def made_here(output: str) -> str:
    """Where the output of this name is made: itself, or a file of this computer for an address.

    A name that ends in "/" still does. Raises UserError where it is no address that can be used.
    """
    address = _address(output)
    if address is None:
        return output
    here = _folder_for(address.parent) / address.name
    return f"{here}/" if output.endswith("/") else str(here)


def with_places(options: BatchOptions, outputs: Iterable[str]) -> BatchOptions:
    """The options, with the addresses that outputs named in `outputs` are brought to."""
    addresses = [address for output in outputs if (address := _address(output)) is not None]
    places = {_folder_for(address.parent): address.parent for address in addresses}
    return replace(options, elsewhere=tuple(places.items()))


class StoredRun:
    """What storage has of a run, for `options` with places elsewhere; nothing without any.

    All methods raise SettingsError where storage does not take or give what is needed.
    """

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self._copied: dict[Path, tuple[int, int]] = {}
        self._next_s = time.monotonic() + COPIED_EVERY_S

    def begin(self, *, restart: bool = False) -> None:
        """Takes over what another machine has left unfinished, unless there is more of it here."""
        for here, address in self._options.elsewhere:
            here.mkdir(parents=True, exist_ok=True)
            for output in self._options.outputs:
                folder = output.with_name(output.name + UNFINISHED)
                if output.is_relative_to(here) and not restart and not folder.exists():
                    self._fetch(address / folder.relative_to(here), folder)

    def copy_when_due(self) -> None:
        """Copies what is unfinished to storage, once in a while. To be called now and then."""
        if self._options.elsewhere and time.monotonic() >= self._next_s:
            self.copy()

    def copy(self) -> None:
        """Copies what is unfinished to storage: parts first, so that no record lacks one."""
        began = time.monotonic()
        with suppress(StorageError):  # the next time; the folder here is the one that counts
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
        """Brings results to storage, and removes what is there of the unfinished run.

        Returns where they are now. Results stay here where they cannot be brought.
        """
        places, brought = [], []
        for path in written:
            place = self._options.place_of(path)
            places.append(place)
            if place == path:
                continue
            try:
                store_of(place).write(place, path)
            except StorageError as error:
                raise SettingsError(
                    place,
                    f"{error.strerror}; the results are in {path.parent}",
                    f"{error.advice or 'try again'}, or copy them",
                ) from error
            brought.append(path)
        with suppress(StorageError):
            self._clear(set(places))
        for path in brought:
            path.unlink(missing_ok=True)
            (path.parent / LABELS_LIST).unlink(missing_ok=True)
        for here, _ in self._options.elsewhere:
            _remove_empty(here)
        ask_again()
        return tuple(places)

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
            for path, _status in there:
                if is_part_of_a_run(path.name) and path.parent == source:
                    _copy_here(path, folder / path.name)
        except MissingInStorageError:
            return
        except StorageError as error:
            raise SettingsError(source, str(error.strerror), error.advice) from error

    def _clear(self, places: set[Path]) -> None:
        """Removes the unfinished run from storage, and a table of failures of an earlier one."""
        for here, address in self._options.elsewhere:
            for output in self._options.outputs:
                if not output.is_relative_to(here):
                    continue
                source = address / (output.name + UNFINISHED)
                store = store_of(source)
                with suppress(MissingInStorageError):
                    for path, _ in store.below(source):
                        if is_part_of_a_run(path.name):
                            store.remove(path)
                failures = self._options.place_of(failures_path(output))
                if failures not in places and _is_ours(failures):
                    store.remove(failures)


def check_places(outputs: Iterable[str], recordings: Iterable[Path]) -> None:
    """Raises SettingsError where a recording would be written over, or a place takes no results."""
    sources = {address_of(path) for path in recordings if is_stored(path)}
    for output in outputs:
        address = _address(output)
        if address is None:
            continue
        if "/" not in address_of(address).partition("://")[2]:
            raise SettingsError(address, "names no file", "write the name of a file behind it")
        if address_of(address).partition("#")[0] in sources:
            raise SettingsError(address, "is a recording", "choose another output")
        if address_of(address).startswith(("http://", "https://")):
            raise SettingsError(
                address,
                "web servers take no results",
                "name a file, or s3://, gs://, az://, sftp://",
            )


def _address(output: str) -> Path | None:
    """The path of an address, however it is written; None for a file of this computer."""
    return path_of(output) if is_address(output) or is_stored(output) else None


def _folder_for(address: Path) -> Path:
    return data_folder() / "runs" / text_key(address_of(address))


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
