from collections.abc import Iterator
from pathlib import Path

import pytest

from yamnet_gui.core.storage import files, notation, stores

from .folder_store import SCHEME, FolderStore


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FolderStore]:
    """Storage behind `fake://`; its objects are files in `store.folder`."""
    made = FolderStore(tmp_path / "storage")
    (made.folder / "bucket").mkdir(parents=True)
    real = stores.store_of
    monkeypatch.setitem(notation.LIBRARIES, SCHEME, "fake-library")
    for module in (files, stores):
        monkeypatch.setattr(
            module,
            "store_of",
            lambda path: made if notation.scheme_of(path) == SCHEME else real(path),
        )
    monkeypatch.setattr("yamnet_gui.audio.storage_listing.store_of", files.store_of)
    monkeypatch.setattr(stores, "PAUSE_S", 0.0)
    files.ask_again()
    yield made
    files.ask_again()
