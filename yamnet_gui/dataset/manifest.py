"""`manifest.json`: every file of a dataset with its size and checksum, and how it changes as one.

A change is written down whole before any file is moved or removed, so that whoever finds it after
a kill finishes it. Readers go by the manifest alone.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.files import exists, replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.own_files import ForeignFileError, check_own_folder
from yamnet_gui.core.storage.errors import StorageError
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.notation import is_stored

from .layout import SUFFIX, TABLES, Table, partition_in
from .stored_tables import listed as listed_in_storage
from .units import UnitFile

MANIFEST = "manifest.json"
CHANGE = "change.json"
_OWN_SOURCE = re.compile(
    r"[0-9a-f]{32}\.dataset\.[a-z]+\.parquet"  # of a unit
    r"|\.part-[0-9a-f]{16}\.parquet\.part"  # of a joined file
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Files by their path from the folder, with slashes."""

    files: Mapping[str, UnitFile] = field(default_factory=dict)

    def of(self, table: Table, partition: str | None = None) -> dict[str, UnitFile]:
        """The files of a table (in one partition), in order of their names."""
        return {
            path: file
            for path, file in sorted(self.files.items())
            if path.startswith(f"{table}/") and partition in (None, partition_in(path))
        }

    def rows(self, table: Table) -> int:
        return sum(file.rows for file in self.of(table).values())

    def bytes(self, table: Table) -> int:
        return sum(file.bytes for file in self.of(table).values())


@dataclass(frozen=True, slots=True)
class Change:
    """Files that take their places (from anywhere, by path in the dataset) and that go."""

    added: Mapping[str, tuple[Path, UnitFile]]
    removed: frozenset[str]


def read_manifest(folder: Path) -> Manifest:
    """An empty one where there is none yet. Raises DatasetError where it cannot be read."""
    return Manifest(_read(folder / MANIFEST))


def apply(folder: Path, manifest: Manifest, change: Change) -> Manifest:
    """Makes the change, which a kill at any moment leaves to `finish_change`. Raises OSError."""
    files = {path: f for path, f in manifest.files.items() if path not in change.removed}
    files |= {path: file for path, (_, file) in change.added.items()}
    values = {
        "moves": {path: os.fspath(source) for path, (source, _) in change.added.items()},
        "removes": sorted(change.removed - change.added.keys()),
        "files": {path: asdict(file) for path, file in files.items()},
    }
    _write(folder / CHANGE, values)
    finish_change(folder)
    return Manifest(files)


def finish_change(folder: Path) -> None:
    """Finishes a change that a kill left half done, if there is one.

    Files are put in place first, then listed, and what the list no longer names goes last: whoever
    reads by it finds all of it at any moment, but for a file that is replaced under its own name.
    Raises OSError, and DatasetError where it is not ours or a file that it names is gone.
    """
    path = folder / CHANGE
    if not exists(path):
        return
    files = _read(path)
    removes, moves = _steps(path)
    for name, source in moves.items():
        target = _inside(folder, name)
        if not _OWN_SOURCE.fullmatch(Path(source).name):
            raise DatasetError(path, f"names a file that is none of a dataset ({source})")
        if exists(folder / source):
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / source).replace(target)
        elif name in files and not _is_there(target, files[name]):  # else it was moved before
            raise DatasetError(
                path,
                f"is half done, and what it was to bring is gone ({source})",
                "bring that file back, or move this one away and see what is missing:"
                " dataset --check",
            )
    _write(folder / MANIFEST, {"files": {name: asdict(file) for name, file in files.items()}})
    for name in removes:
        _inside(folder, name).unlink(missing_ok=True)
    path.unlink()


def _is_there(path: Path, file: UnitFile) -> bool:
    try:
        return path.stat().st_size == file.bytes
    except OSError:
        return False


def _steps(path: Path) -> tuple[list[str], dict[str, str]]:
    """What a change removes and moves. Raises DatasetError where it is damaged."""
    values = _json(path)
    removes, moves = values.get("removes"), values.get("moves")
    if isinstance(removes, list) and isinstance(moves, dict):
        names = [*removes, *moves, *moves.values()]
        if all(isinstance(name, str) for name in names):
            return removes, moves
    advice = "remove it and see what is missing: dataset --check"
    raise DatasetError(path, "is damaged", advice)


def stray_files(folder: Path, listed: Iterable[str]) -> list[str]:
    """Tables below the folder that other programs would read and the manifest does not list."""
    known = set(listed)
    found = (p.relative_to(folder).as_posix() for t in TABLES for p in _tables(folder / t))
    return sorted(name for name in found if name not in known)


def _tables(folder: Path) -> Iterable[Path]:
    if is_stored(folder):
        return (p for p, _ in listed_in_storage(folder) if p.suffix == SUFFIX)
    return folder.rglob(f"*{SUFFIX}")


def _inside(folder: Path, name: str) -> Path:
    """A file of a table of the folder; nothing else is ever moved, removed or read.

    Raises DatasetError for a name that leads elsewhere, OSError where a folder is a link.
    """
    parts = PurePosixPath(name).parts
    good = len(parts) == 3 and parts[0] in TABLES and ".." not in parts and "\\" not in name
    if not good or not name.endswith(".parquet"):
        raise DatasetError(folder / MANIFEST, f"names a file that is none of a dataset ({name})")
    if not is_stored(folder):  # which has no links
        for part in (parts[0], f"{parts[0]}/{parts[1]}"):
            check_own_folder(folder / part)
    return folder.joinpath(*parts)


def _read(path: Path) -> dict[str, UnitFile]:
    try:
        files = {str(name): UnitFile.from_json(file) for name, file in _json(path)["files"].items()}
    except FileNotFoundError:
        return {}
    except StorageError as error:
        raise DatasetError(path, str(error.strerror), error.advice) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(path, "is damaged") from error
    try:
        for name in files:
            _inside(path.parent, name)
    except ForeignFileError as error:
        raise DatasetError(str(error.filename), error.what) from error
    return files


def _json(path: Path) -> dict[str, Any]:
    with open_for_reading(path) as file:
        values: dict[str, Any] = parse_json(file.read().decode("utf-8"))
    return values


def _write(path: Path, values: Mapping[str, Any]) -> None:
    with replacing(path) as beside:
        beside.write_text(json.dumps(values, indent=0) + "\n", encoding="ascii")
