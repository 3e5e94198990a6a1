"""Storage that is a folder of this computer, for quick tests: it counts, breaks and changes."""

import fnmatch
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yamnet_gui.audio import storage_listing
from yamnet_gui.batch import stored_dataset, stored_run
from yamnet_gui.core.storage import errors, files, lock, notation, statuses, stores, turns
from yamnet_gui.core.storage import store as asking
from yamnet_gui.core.storage.errors import MissingInStorageError
from yamnet_gui.core.storage.notation import address_of
from yamnet_gui.core.storage.store import ObjectStatus, Store
from yamnet_gui.dataset import stored_tables

SCHEME = "fake"
_WHO_STORE = (stored_run, stored_dataset, stored_tables)


class FolderStore(Store):
    """Objects `fake://bucket/NAME` are files below `folder/bucket`.

    `asked`: (first, end) of every part; `looked_at`: how often a status was asked for. `failing`
    is called before every part and may raise, `failing_writes` before every object.
    `odd_names` are in every folder.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(SCHEME)
        self.folder = folder
        self.asked: list[tuple[int, int]] = []
        self.looked_at = 0
        self.tags: dict[str, str] = {}
        self.failing: Callable[[], None] = lambda: None
        self.failing_writes: Callable[[], None] = lambda: None
        self.modified_s = 1.7e9
        self.odd_names: list[str] = []

    def file(self, path: Path) -> Path:
        return self.folder / address_of(path).partition("://")[2]

    def _status(self, path: Path) -> ObjectStatus:
        self.looked_at += 1
        file = self.file(path)
        if not file.exists():
            raise MissingInStorageError(path)
        tag = self.tags.get(file.name, "one")
        return ObjectStatus(file.stat().st_size, tag, self.modified_s, is_folder=file.is_dir())

    def _part(self, path: Path, first: int, end: int, expected: ObjectStatus) -> bytes:
        self.asked.append((first, end))
        self.failing()
        content = self.file(path).read_bytes()[first:end]
        return content if self.tags.get(path.name, "one") == expected.stamp else b""

    def _write(self, path: Path, file: Path) -> None:
        self.failing_writes()
        target = self.file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
        self.tags[target.name] = self.tags.get(target.name, "") + "+"

    def _write_bytes(self, path: Path, content: bytes, *, only_new: bool = False) -> None:
        self.failing_writes()
        target = self.file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (only_new and target.exists()):
            target.write_bytes(content)
            self.tags[target.name] = self.tags.get(target.name, "") + "+"

    def _remove(self, path: Path) -> None:
        if not self.file(path).exists():
            raise MissingInStorageError(path)
        self.file(path).unlink()

    def _below(self, folder: Path, pattern: str) -> Iterator[tuple[str, ObjectStatus]]:
        top = self.file(folder)
        if not top.exists():
            raise MissingInStorageError(folder)
        for file in top.rglob("*"):
            name = file.relative_to(top).as_posix()
            if file.is_file() and (not pattern or fnmatch.fnmatch(name, pattern)):
                yield name, self._status(folder / name)
        yield from ((name, ObjectStatus(1, "")) for name in self.odd_names)


def use_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FolderStore:
    """Storage behind `fake://`; its objects are files in `folder`, where there is a bucket."""
    made = FolderStore(folder)
    (made.folder / "bucket").mkdir(parents=True)
    real = stores.store_of

    def store_of(path: Path) -> Store:
        return made if notation.scheme_of(path) == SCHEME else real(path)

    monkeypatch.setitem(notation.LIBRARIES, SCHEME, "fake-library")
    for module in (files, statuses, stores, storage_listing, lock, *_WHO_STORE):
        monkeypatch.setattr(module, "store_of", store_of)
    monkeypatch.setitem(errors._USUAL_PLACES, SCHEME, "show the key")
    monkeypatch.setattr(asking, "PAUSE_S", 0.0)
    monkeypatch.setattr(turns, "_last_first", -1e9)  # that of an earlier test
    statuses.ask_again()
    return made
