from collections.abc import Iterator
from pathlib import Path

import pytest

from yamnet_gui.core.storage import statuses

from .folder_store import FolderStore, use_store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FolderStore]:
    """Storage behind `fake://`; its objects are files in `store.folder`."""
    yield use_store(tmp_path / "storage", monkeypatch)
    statuses.ask_again()
