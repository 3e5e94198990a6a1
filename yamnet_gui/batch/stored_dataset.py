"""A dataset at an address: what is added is made in a folder here, and brought there.

The folder has the list of all files, and of these only what is new. It reads others, which small
ones are joined to, where they are. Files come first, the list that names them last, and what it
no longer names goes after that: whoever reads the dataset meanwhile finds it whole. What changes is
written down there before, so that any machine can clean up after one that died.
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.errors import DatasetError, SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.storage.errors import MissingInStorageError, StorageError
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.statuses import ask_again
from yamnet_gui.core.storage.stores import store_of
from yamnet_gui.dataset.info import MARK
from yamnet_gui.dataset.layout import SUFFIX, TABLES
from yamnet_gui.dataset.manifest import CHANGE, MANIFEST, finish_change, read_manifest

from .options import BatchOptions

_BASE = ".base"
"""The list that what is new was added to."""
_CHANGING = "changing"
"""Files that a change brings or removes: those that no list names in the end are removed."""
_OWN = re.compile(rf"({'|'.join(TABLES)})/[^/]+/part-[0-9a-f]{{16}}{re.escape(SUFFIX)}")
_LARGEST_LIST = 1 << 30


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """The dataset at `address`, and the folder `here` in which it grows."""

    here: Path
    address: Path

    @classmethod
    def of(cls, options: BatchOptions) -> "StoredDataset | None":
        """None where the run has no dataset, or one of this computer."""
        if options.dataset is None or options.place_of(options.dataset) == options.dataset:
            return None
        return cls(options.dataset, options.place_of(options.dataset))

    def begin(self) -> None:
        """Makes the folder, after what an earlier run could not bring was brought.

        Raises SettingsError, and DatasetError where something else lies at the address.
        """
        ask_again()
        try:
            self._settle()
            if self._waits_for(self._read(MANIFEST)):
                self.bring()
            there, mark = self._read(MANIFEST), self._read(MARK)
            if mark is None and self._has_others():
                reason = "holds other files and is not a dataset"
                raise DatasetError(self.address, reason, "name another folder")
        except StorageError as error:
            raise SettingsError(self.address, str(error.strerror), error.advice) from error
        shutil.rmtree(self.here, ignore_errors=True)
        if mark is None:
            return
        self.here.mkdir(parents=True)
        if there is not None:
            self._write(_BASE, there)
            self._write(MANIFEST, there)
        self._write(MARK, mark)

    def bring(self) -> None:
        """Brings what is new to the address. Raises StorageError; the folder stays until then."""
        finish_change(self.here)
        store = store_of(self.address)
        listed = read_manifest(self.here).files
        added = [name for name in sorted(listed) if (self.here / name).is_file()]
        changing = sorted({*added, *(_files_in(self._base()) - listed.keys())})
        store.write(self.address / MARK, self.here / MARK)
        store.write_bytes(self.address / CHANGE, json.dumps({_CHANGING: changing}).encode())
        for name in added:
            store.write(self.address / name, self.here / name)
        store.write(self.address / MANIFEST, self.here / MANIFEST)
        self._settle()
        shutil.rmtree(self.here, ignore_errors=True)

    def _settle(self) -> None:
        """Removes what a change has left that its list does not name: of whoever began it."""
        ask_again()
        change = self._read(CHANGE)
        if change is None:
            return
        store, listed = store_of(self.address), _files_in(self._read(MANIFEST))
        try:
            changing = {str(name) for name in json.loads(change)[_CHANGING]}
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(self.address / CHANGE, "is damaged", "move it away") from error
        for name in sorted(changing - listed):
            if _OWN.fullmatch(name):
                store.remove(self.address / name)
        store.remove(self.address / CHANGE)
        ask_again()

    def _has_others(self) -> bool:
        try:
            return bool(store_of(self.address).below(self.address))
        except MissingInStorageError:
            return False

    def _waits_for(self, there: bytes | None) -> bool:
        """Whether the folder has something that was added to this list, and was not brought."""
        if not (self.here / MARK).exists():
            return False
        try:
            finish_change(self.here)
            return (self.here / MANIFEST).read_bytes() != there and self._base() == there
        except (OSError, DatasetError):
            return False

    def _base(self) -> bytes | None:
        try:
            return (self.here / _BASE).read_bytes()
        except FileNotFoundError:
            return None

    def _read(self, name: str) -> bytes | None:
        try:
            with open_for_reading(self.address / name) as file:
                return file.read(_LARGEST_LIST)
        except MissingInStorageError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        with replacing(self.here / name) as beside:
            beside.write_bytes(content)


def _files_in(manifest: bytes | None) -> set[str]:
    return set(json.loads(manifest)["files"]) if manifest is not None else set()
