"""Tables at an address for DuckDB, read in the blocks of everything else that lies in storage."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.storage.errors import MissingInStorageError, StorageError
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.notation import is_stored, scheme_of
from yamnet_gui.core.storage.statuses import note_status, status_of
from yamnet_gui.core.storage.store import ObjectStatus
from yamnet_gui.core.storage.stores import store_of

from .libraries import import_fsspec

_SCHEME = "stored"
"""What DuckDB, which has names of its own for some stores, knows them all by."""


def table_name(path: Path) -> str:
    """What DuckDB calls a table."""
    return f"{_SCHEME}:/{path}" if is_stored(path) else str(path)


def listed(folder: Path) -> list[tuple[Path, ObjectStatus]]:
    """What lies below an address; nothing of a web server, which does not tell.

    Raises DatasetError.
    """
    if scheme_of(folder) in ("http", "https"):
        return []
    try:
        return store_of(folder).below(folder)
    except MissingInStorageError:
        return []
    except StorageError as error:
        raise DatasetError(folder, str(error.strerror), error.advice) from error


def note_statuses(folder: Path) -> None:
    """Asks once what lies below a folder, in place of once for each file. Raises DatasetError."""
    for path, status in listed(folder):
        note_status(path, status)


def stored_tables() -> Any:
    """A file system of fsspec for `table_name`. Raises DatasetError without fsspec."""

    class StoredTables(import_fsspec().AbstractFileSystem):  # type: ignore[misc]
        protocol = _SCHEME
        cachable = False

        def _open(self, path: str, *_: Any, **__: Any) -> Any:
            return open_for_reading(_path_of(path))

        def info(self, path: str, **_: Any) -> dict[str, Any]:
            size = status_of(_path_of(path)).st_size
            return {"name": path, "size": size, "type": "file"}

        def glob(self, path: str, **_: Any) -> list[str]:
            return [path]

        def modified(self, path: str) -> datetime:
            return datetime.fromtimestamp(status_of(_path_of(path)).st_mtime, UTC)

    return StoredTables()


def _path_of(name: str) -> Path:
    return Path("//" + name.removeprefix(f"{_SCHEME}:").lstrip("/"))
